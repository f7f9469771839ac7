"""The reference's cases, each as a name, what it expects, and how to run it here."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from notation_verifier import (
    SIGNER_ROOTS,
    Action,
    CheckName,
    Conclusion,
    Descriptor,
    Failed,
    InvalidTrustStore,
    NotationError,
    Passed,
    Reason,
    Skipped,
    TrustPolicyDocument,
    TrustPolicyStatement,
    TrustStoreName,
    TrustStores,
    Validation,
    check_registry_scope,
    parse_statement,
    verify,
)
from notation_verifier.authenticity import check_trusted_identity
from notation_verifier.certificate import Certificate, read_certificate
from notation_verifier.chain import ChainError, check_ca, check_chain, check_leaf
from notation_verifier.identities import check_identities
from notation_verifier.names import parse_name
from notation_verifier.timestamp import check_timestamp
from notation_verifier.verification import read_envelope
from tests import forge

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MOCK = "notation-go/internal/mock/testdata/"
INTEGRITY = {
    CheckName.SIGNATURE,
    CheckName.CERTIFICATE_CHAIN,
    CheckName.PAYLOAD,
    CheckName.CRITICAL_ATTRIBUTES,
}
CHECKS = {
    "integrity": INTEGRITY,
    "authenticity": {CheckName.AUTHENTICITY, CheckName.TRUSTED_IDENTITY},
    "expiry": {CheckName.EXPIRY},
}


class Verdict(StrEnum):
    """What a verifier makes of a case."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case of the reference."""

    name: str
    expected: Verdict
    run: Callable[[], Verdict]


def _case(name: str, *, accepted: bool, run: Callable[[], object]) -> Case:
    """Return a case that is refused when ``run`` raises or returns False."""

    def verdict() -> Verdict:
        try:
            found = run()
        except (NotationError, ChainError):
            return Verdict.REFUSED
        if isinstance(found, Verdict):
            return found
        return Verdict.REFUSED if found is False else Verdict.ACCEPTED

    expected = Verdict.ACCEPTED if accepted else Verdict.REFUSED
    return Case(name=name, expected=expected, run=verdict)


def all_cases(root: Path) -> list[Case]:
    """Return every case below ``root`` that can be put to a verifier."""
    return [
        *_policies(root),
        *_levels(root),
        *_scopes(root),
        *_names(root),
        *_identities(root),
        *_stores(root),
        *_chains(root),
        *_envelopes(root),
        *_blobs(root),
        *_combinations(root),
        *_plugins(root),
        *_timestamps(root),
        *_signer_roots(root),
    ]


def _expected(root: Path, name: str) -> Any:
    return json.loads((root / "expected" / f"{name}.json").read_text())


def _policies(root: Path) -> Iterator[Case]:
    for each in _expected(root, "trustpolicy_oci_documents")["cases"]:
        data = json.dumps(each["doc"]).encode()
        yield _case(
            f"policy/{each['name']}",
            accepted=each["error"] is None,
            run=partial(TrustPolicyDocument.parse, data),
        )


def _levels(root: Path) -> Iterator[Case]:
    for each in _expected(root, "levels")["cases"]:

        def run(each: dict[str, Any] = each) -> bool:
            value: dict[str, Any] = {
                "name": "level",
                "registryScopes": ["*"],
                "signatureVerification": {
                    "level": each["level"],
                    "override": each["override"],
                },
            }
            if each["level"] != "skip":
                value |= {"trustStores": ["ca:a"], "trustedIdentities": ["*"]}
            level = parse_statement(value).level
            return all(
                level.action(Validation(validation)) is Action(action)
                for validation, action in each["actions"].items()
            )

        yield _case(
            f"level/{each['level']}/{json.dumps(each['override'])}",
            accepted=each["actions"] is not None,
            run=run,
        )


def _scopes(root: Path) -> Iterator[Case]:
    scopes = _expected(root, "registry_scopes")
    for kind in ("valid", "invalid", "invalid_wildcard"):
        for scope in scopes[kind]:
            yield _case(
                f"scope/{scope}",
                accepted=kind == "valid",
                run=partial(check_registry_scope, scope),
            )


def _names(root: Path) -> Iterator[Case]:
    names = _expected(root, "distinguished_names")
    for each in names["parse"]:

        def run(each: dict[str, Any] = each) -> bool:
            found = parse_name(each["dn"])
            return bool(each.get("normalized", found) == found)

        yield _case(f"name/{each['dn']}", accepted=each["ok"], run=run)
    for index, each in enumerate(names["subset"]):
        texts = [
            "x509.subject:" + ",".join(f"{k}={v}" for k, v in each[dn].items())
            for dn in ("dn1", "dn2")
        ]
        yield _case(
            f"name/subset/{index}",
            accepted=not each["subset"],
            run=partial(check_identities, texts),
        )


def _identities(root: Path) -> Iterator[Case]:
    signer = forge.chain(1)
    envelope = read_envelope(forge.sign(forge.descriptor(), signer), forge.JWS)
    for index, each in enumerate(_expected(root, "trusted_identity_match")["cases"]):

        def run(each: dict[str, Any] = each) -> bool:
            leaf = replace(envelope, chain=(_certificate(root / each["cert"]),))
            policy = replace(
                forge.statement(), trusted_identities=tuple(each["identities"])
            )
            outcome, _ = check_trusted_identity(leaf, policy)
            return isinstance(outcome, Passed)

        yield _case(f"identity/{index}", accepted=each["ok"], run=run)


def _stores(root: Path) -> Iterator[Case]:
    for each in _expected(root, "truststore")["cases"]:
        name = f"{each['type']}:{each['name']}"

        def run(name: str = name, each: dict[str, Any] = each) -> bool:
            stores = _trust_stores(root, [name])
            (certificates,) = stores.values()
            return len(certificates) == int(each.get("count", len(certificates)))

        yield _case(f"store/{name}", accepted=bool(each.get("ok")), run=run)


def _trust_stores(root: Path, names: Sequence[str]) -> TrustStores:
    """Return the stores named, those that exist."""
    stores = {}
    for text in names:
        name = TrustStoreName.parse(text)
        folder = root / "notation-go/verifier/testdata/truststore/x509" / name.type
        if (folder / name.name).is_dir():
            files = sorted((folder / name.name).iterdir())
            stores[name] = [file.read_bytes() for file in files]
    return TrustStores(stores)


def _ders(path: Path) -> list[bytes]:
    certificates = x509.load_pem_x509_certificates(path.read_bytes())
    return [each.public_bytes(Encoding.DER) for each in certificates]


def _certificate(path: Path) -> Certificate:
    (der,) = _ders(path)
    return read_certificate(der)


def _check_ca(path: Path, below: int) -> None:
    check_ca(_certificate(path), below)


def _check_leaf(path: Path) -> None:
    check_leaf(_certificate(path))


def _chains(root: Path) -> Iterator[Case]:
    chains = _expected(root, "x509_codesigning_chains")

    for each in chains["chains"]:

        def run(each: dict[str, Any] = each) -> bool:
            chain = [_certificate(root / path) for path in each["chain"]]
            check_chain(chain)
            if each["signingTime"] is None:
                return True
            at = datetime.fromisoformat(each["signingTime"])
            return all(link.not_before <= at <= link.not_after for link in chain)

        yield _case(f"chain/{each['name']}", accepted=each["error"] is None, run=run)
    for each in chains["ca"]:
        yield _case(
            f"chain/ca/{Path(each['cert']).stem}/{each['expectedPathLen']}",
            accepted=each["error"] is None,
            run=partial(_check_ca, root / each["cert"], each["expectedPathLen"]),
        )
    for each in chains["leaf"]:
        yield _case(
            f"chain/leaf/{Path(each['cert']).stem}",
            accepted=each["error"] is None,
            run=partial(_check_leaf, root / each["cert"]),
        )


def _target(payload: dict[str, Any]) -> Descriptor:
    target = payload.get("targetArtifact", {})
    return Descriptor(
        media_type=target.get("mediaType", ""),
        digest=target.get("digest", ""),
        size=target.get("size", 0),
    )


def _anchored(envelope: bytes, media_type: str) -> TrustStores:
    """Return stores that trust whatever root the envelope brings."""
    root = read_envelope(envelope, media_type).chain[-1].der
    return TrustStores(
        {
            TrustStoreName.parse(f"{kind}:acme"): [root]
            for kind in ("ca", "signingAuthority")
        }
    )


def _envelopes(root: Path) -> Iterator[Case]:
    """Every envelope's own signature and chain, against what was found of it."""
    for each in _expected(root, "envelopes")["envelopes"]:

        def run(each: dict[str, Any] = each) -> bool:
            report = verify(
                (root / each["file"]).read_bytes(),
                media_type=each["mediaType"],
                subject=_target(each["payload"] or {}),
                statement=forge.statement(),
                trust_stores=TrustStores(),
                now=NOW,
            )
            claims = [
                report.algorithm == each["alg"],
                [link.sha256 for link in report.chain]
                == [link["sha256"] for link in each["chain"]],
                report.signing_scheme
                == each["protected"]["io.cncf.notary.signingScheme"],
            ]
            checks = (CheckName.SIGNATURE, CheckName.CERTIFICATE_CHAIN)
            return all(claims) and all(
                isinstance(report.check(check).outcome, Passed) for check in checks
            )

        yield _case(
            f"envelope/{each['file']}",
            accepted=each["cryptoVerdict"].startswith("OK"),
            run=run,
        )


def _blobs(root: Path) -> Iterator[Case]:
    for index, each in enumerate(_expected(root, "blob_verify")["cases"]):
        if "metadata" in each:
            continue  # user metadata is compared by no part of this verifier

        def run(each: dict[str, Any] = each) -> bool:
            empty = each["sig"] == "<empty>"
            data = b"" if empty else (root / each["sig"]).read_bytes()
            blob = each.get("blob", "")
            content = (
                (root / blob).read_bytes()
                if "/" in blob
                else hashlib.sha256(blob.encode()).digest()[:12]
            )
            stores = _anchored(data, forge.JWS)
            report = verify(
                data,
                media_type=forge.JWS,
                subject=Descriptor(
                    media_type="video/mp4",
                    digest="sha384:" + hashlib.sha384(content).hexdigest(),
                    size=len(content),
                ),
                statement=forge.statement(),
                trust_stores=stores,
                now=NOW,
            )
            return report.conclusion() is Conclusion.SATISFIED

        yield _case(f"blob/{index}", accepted=each["ok"], run=run)


NET_MONITOR = Descriptor(
    media_type="application/vnd.docker.distribution.manifest.v2+json",
    digest="sha256:60043cf45eaebc4c0867fea485a039b598f52fd09fd5b07b0b2d2f88fad9d74e",
    size=528,
)


def _combinations(root: Path) -> Iterator[Case]:
    for index, each in enumerate(_expected(root, "verifier_combinations")["cases"]):
        for level in ("strict", "permissive", "audit"):

            def run(each: dict[str, Any] = each, level: str = level) -> bool:
                file = each["envelope"]
                report = verify(
                    (root / file).read_bytes() if file else b"",
                    media_type=each["mediaType"],
                    subject=NET_MONITOR,
                    statement=_statement(each, level=level),
                    trust_stores=_trust_stores(root, each["trustStores"]),
                    now=NOW,
                )
                return not any(
                    isinstance(report.check(check).outcome, Failed)
                    for check in CHECKS[each["check"]]
                )

            yield _case(
                f"combination/{index}/{level}",
                accepted=each["error"] is None,
                run=run,
            )


def _statement(each: dict[str, Any], **changes: Any) -> TrustPolicyStatement:
    return forge.statement(
        stores=each["trustStores"],
        identities=each.get("trustedIdentities", ["*"]),
        **changes,
    )


def _satisfied(root: Path, file: str, level: str = "permissive") -> Verdict:
    """Return whether a statement that trusts the envelope's own root is satisfied."""
    data = (root / file).read_bytes()
    media_type = forge.JWS if data.startswith(b"{") else forge.COSE
    report = verify(
        data,
        media_type=media_type,
        subject=NET_MONITOR,
        statement=forge.statement(level=level),
        trust_stores=_anchored(data, media_type),
        now=NOW,
    )
    return (
        Verdict.ACCEPTED
        if report.conclusion() is Conclusion.SATISFIED
        else Verdict.REFUSED
    )


def _plugins(root: Path) -> Iterator[Case]:
    found = _expected(root, "verifier_combinations")
    for file in found["plugin"]["envelopes"]:
        for index, each in enumerate(found["plugin"]["cases"], 1):
            yield _case(
                f"plugin/{Path(file).name}/{index}",
                accepted=each.get("error") is None,
                run=partial(_satisfied, root, file),
            )
    for each in found["plugin_min_version"]["envelopes"]:
        yield _case(
            f"plugin-version/{Path(each['file']).name}",
            accepted=each["error"] is None,
            run=partial(_satisfied, root, each["file"]),
        )


def _timestamps(root: Path) -> Iterator[Case]:
    facts = {each["file"]: each for each in _expected(root, "envelopes")["envelopes"]}
    for index, each in enumerate(_expected(root, "authentic_timestamp")["cases"]):
        if "signature_override" in each:
            yield _case(
                f"timestamp/{index}",
                accepted=False,
                run=partial(_token, root, each),
            )
            continue
        fact = facts[each["env"]]

        def run(each: dict[str, Any] = each, fact: dict[str, Any] = fact) -> Verdict:
            data = (root / each["env"]).read_bytes()
            if "inject" in each:
                envelope = json.loads(data)
                token = b64encode((root / each["inject"]).read_bytes()).decode()
                envelope["header"]["io.cncf.notary.timestampSignature"] = token
                data = json.dumps(envelope).encode()
            policy = each["policy"]
            report = verify(
                data,
                media_type=fact["mediaType"],
                subject=_target(fact["payload"]),
                statement=_statement(
                    policy, verify_timestamp=policy["verifyTimestamp"]
                ),
                trust_stores=_trust_stores(root, policy["trustStores"]),
                now=NOW,
            )
            match report.check(CheckName.AUTHENTIC_TIMESTAMP).outcome:
                case Passed():
                    return Verdict.ACCEPTED
                case Skipped(reason=Reason.NEEDS_REVOCATION_SERVICE):
                    # The reference's tests answer "good" in the authority's place. No
                    # such answer is signed by it, so none would count here: all but
                    # that has been judged, and holds.
                    return Verdict.ACCEPTED if report.timestamp else Verdict.REFUSED
                case _:
                    return Verdict.REFUSED

        yield _case(
            f"timestamp/{index}",
            accepted=bool(each.get("ok")),
            run=run,
        )


def _token(root: Path, each: dict[str, Any]) -> bool:
    """Judge a token by itself, as one of a signature that is given as text."""
    names = [name for name in each["policy"]["trustStores"] if name.startswith("tsa:")]
    (roots,) = _trust_stores(root, names).values()
    outcome, _ = check_timestamp(
        (root / each["inject"]).read_bytes(),
        each["signature_override"].encode(),
        (),
        roots,
        now=NOW,
        fetch=None,
        settings=None,
    )
    return not isinstance(outcome, Failed)


def _signer_roots(root: Path) -> Iterator[Case]:
    for file in sorted((root / "aws-signer-roots").iterdir()):

        def run(file: Path = file) -> bool:
            try:
                name = TrustStoreName.parse("signingAuthority:aws")
                stores = TrustStores({name: [file.read_bytes()]})
            except InvalidTrustStore:
                return False
            return stores[name][0].sha256 in SIGNER_ROOTS

        yield _case(
            f"signer-root/{file.name}", accepted="fail" not in file.name, run=run
        )
