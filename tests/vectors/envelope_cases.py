"""Cases of chains, envelopes, blobs, levels and plugins."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from notation_verifier import (
    CheckName,
    Conclusion,
    Descriptor,
    Failed,
    Passed,
    TrustPolicyStatement,
    TrustStoreName,
    TrustStores,
    read_envelope,
    verify,
)
from notation_verifier.chain import check_ca, check_chain, check_leaf
from tests import forge
from tests.vectors.case import (
    Case,
    Verdict,
    case,
    certificate,
    expected,
    trust_stores,
)

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


def cases(root: Path) -> Iterator[Case]:
    """Yield the cases of chains, envelopes, blobs, levels and plugins."""
    yield from _chains(root)
    yield from _envelopes(root)
    yield from _blobs(root)
    yield from _combinations(root)
    yield from _plugins(root)


def _check_ca(path: Path, below: int) -> None:
    check_ca(certificate(path), below)


def _check_leaf(path: Path) -> None:
    check_leaf(certificate(path))


def _chains(root: Path) -> Iterator[Case]:
    chains = expected(root, "x509_codesigning_chains")

    for each in chains["chains"]:

        def run(each: dict[str, Any] = each) -> bool:
            chain = [certificate(root / path) for path in each["chain"]]
            check_chain(chain)
            if each["signingTime"] is None:
                return True
            at = datetime.fromisoformat(each["signingTime"])
            return all(link.not_before <= at <= link.not_after for link in chain)

        yield case(f"chain/{each['name']}", accepted=each["error"] is None, run=run)
    for each in chains["ca"]:
        yield case(
            f"chain/ca/{Path(each['cert']).stem}/{each['expectedPathLen']}",
            accepted=each["error"] is None,
            run=partial(_check_ca, root / each["cert"], each["expectedPathLen"]),
        )
    for each in chains["leaf"]:
        yield case(
            f"chain/leaf/{Path(each['cert']).stem}",
            accepted=each["error"] is None,
            run=partial(_check_leaf, root / each["cert"]),
        )


def target(payload: dict[str, Any]) -> Descriptor:
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
    for each in expected(root, "envelopes")["envelopes"]:

        def run(each: dict[str, Any] = each) -> bool:
            report = verify(
                (root / each["file"]).read_bytes(),
                media_type=each["mediaType"],
                subject=target(each["payload"] or {}),
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

        yield case(
            f"envelope/{each['file']}",
            accepted=each["cryptoVerdict"].startswith("OK"),
            run=run,
        )


def _blobs(root: Path) -> Iterator[Case]:
    for index, each in enumerate(expected(root, "blob_verify")["cases"]):
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

        yield case(f"blob/{index}", accepted=each["ok"], run=run)


NET_MONITOR = Descriptor(
    media_type="application/vnd.docker.distribution.manifest.v2+json",
    digest="sha256:60043cf45eaebc4c0867fea485a039b598f52fd09fd5b07b0b2d2f88fad9d74e",
    size=528,
)


def _combinations(root: Path) -> Iterator[Case]:
    for index, each in enumerate(expected(root, "verifier_combinations")["cases"]):
        for level in ("strict", "permissive", "audit"):

            def run(each: dict[str, Any] = each, level: str = level) -> bool:
                file = each["envelope"]
                report = verify(
                    (root / file).read_bytes() if file else b"",
                    media_type=each["mediaType"],
                    subject=NET_MONITOR,
                    statement=statement(each, level=level),
                    trust_stores=trust_stores(root, each["trustStores"]),
                    now=NOW,
                )
                return not any(
                    isinstance(report.check(check).outcome, Failed)
                    for check in CHECKS[each["check"]]
                )

            yield case(
                f"combination/{index}/{level}",
                accepted=each["error"] is None,
                run=run,
            )


def statement(each: dict[str, Any], **changes: Any) -> TrustPolicyStatement:
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
    found = expected(root, "verifier_combinations")
    for file in found["plugin"]["envelopes"]:
        for index, each in enumerate(found["plugin"]["cases"], 1):
            yield case(
                f"plugin/{Path(file).name}/{index}",
                accepted=each.get("error") is None,
                run=partial(_satisfied, root, file),
            )
    for each in found["plugin_min_version"]["envelopes"]:
        yield case(
            f"plugin-version/{Path(each['file']).name}",
            accepted=each["error"] is None,
            run=partial(_satisfied, root, each["file"]),
        )
