"""Cases of policies: documents, levels, scopes, names, identities, stores."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from notation_verifier import (
    Action,
    Passed,
    TrustPolicyDocument,
    Validation,
    check_registry_scope,
    parse_statement,
    read_envelope,
)
from notation_verifier.authenticity import check_trusted_identity
from notation_verifier.identities import check_identities
from notation_verifier.names import parse_name
from tests import forge
from tests.vectors.case import Case, case, certificate, expected, trust_stores


def cases(root: Path) -> Iterator[Case]:
    """Yield the cases of policies and stores."""
    yield from _policies(root)
    yield from _levels(root)
    yield from _scopes(root)
    yield from _names(root)
    yield from _identities(root)
    yield from _stores(root)


def _policies(root: Path) -> Iterator[Case]:
    for each in expected(root, "trustpolicy_oci_documents")["cases"]:
        data = json.dumps(each["doc"]).encode()
        yield case(
            f"policy/{each['name']}",
            accepted=each["error"] is None,
            run=partial(TrustPolicyDocument.parse, data),
        )


def _levels(root: Path) -> Iterator[Case]:
    for each in expected(root, "levels")["cases"]:

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

        yield case(
            f"level/{each['level']}/{json.dumps(each['override'])}",
            accepted=each["actions"] is not None,
            run=run,
        )


def _scopes(root: Path) -> Iterator[Case]:
    scopes = expected(root, "registry_scopes")
    for kind in ("valid", "invalid", "invalid_wildcard"):
        for scope in scopes[kind]:
            yield case(
                f"scope/{scope}",
                accepted=kind == "valid",
                run=partial(check_registry_scope, scope),
            )


def _names(root: Path) -> Iterator[Case]:
    names = expected(root, "distinguished_names")
    for each in names["parse"]:

        def run(each: dict[str, Any] = each) -> bool:
            found = parse_name(each["dn"])
            return bool(each.get("normalized", found) == found)

        yield case(f"name/{each['dn']}", accepted=each["ok"], run=run)
    for index, each in enumerate(names["subset"]):
        texts = [
            "x509.subject:" + ",".join(f"{k}={v}" for k, v in each[dn].items())
            for dn in ("dn1", "dn2")
        ]
        yield case(
            f"name/subset/{index}",
            accepted=not each["subset"],
            run=partial(check_identities, texts),
        )


def _identities(root: Path) -> Iterator[Case]:
    signer = forge.chain(1)
    envelope = read_envelope(forge.sign(forge.descriptor(), signer), forge.JWS)
    for index, each in enumerate(expected(root, "trusted_identity_match")["cases"]):

        def run(each: dict[str, Any] = each) -> bool:
            leaf = replace(envelope, chain=(certificate(root / each["cert"]),))
            policy = replace(
                forge.statement(), trusted_identities=tuple(each["identities"])
            )
            outcome, _ = check_trusted_identity(leaf, policy)
            return isinstance(outcome, Passed)

        yield case(f"identity/{index}", accepted=each["ok"], run=run)


def _stores(root: Path) -> Iterator[Case]:
    for each in expected(root, "truststore")["cases"]:
        name = f"{each['type']}:{each['name']}"

        def run(name: str = name, each: dict[str, Any] = each) -> bool:
            stores = trust_stores(root, [name])
            (certificates,) = stores.values()
            return len(certificates) == int(each.get("count", len(certificates)))

        yield case(f"store/{name}", accepted=bool(each.get("ok")), run=run)
