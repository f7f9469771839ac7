"""Policies: what the model calls rules, changed step by step and as a bundle."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sealward.policy.bundle import PolicyBundle, load_bundle
from tests.converge.generation import REPOSITORIES
from tests.converge.signatures import signer
from tests.facts import Rules

ACCOUNT = "123456789012"
REGION = "us-east-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
FIRST, SECOND, BY_ECR = "Leaf", "Second", "ECR"
BEGIN: Mapping[str, Rules] = {
    repository: Rules(signers=frozenset({FIRST})) for repository in REPOSITORIES
}
"""What is in force before a history begins, where nothing is to be deleted."""
SOURCE = f"{ACCOUNT}/us-west-2"
"""Where what is replicated comes from."""


def begin(*, deletes: bool) -> dict[str, Rules]:
    """Return what is in force before a history begins."""
    return {name: replace(each, deletes=deletes) for name, each in BEGIN.items()}


def governing(rules: Mapping[str, Rules]) -> dict[str, Rules]:
    """Return ``rules`` with the statement that each is of: one, where one governs."""
    said: dict[str, Rules] = {}
    for scope, each in _scopes(rules):
        for name in rules:
            if name == scope or (scope.endswith("/*") and name.startswith(scope[:-1])):
                said[name] = replace(each, statement=json.dumps(_policy(scope, each)))
    return said


def changed(
    rules: Mapping[str, Rules], change: str, repository: str, now: datetime
) -> dict[str, Rules]:
    """Return the rules after ``change``, a word of ``generation.CHANGES``."""
    rules = dict(rules)
    if change == "ungovern":
        rules.pop(repository, None)
        return rules
    if change == "govern":
        return {repository: BEGIN[repository]} | rules
    if repository in rules:
        rules[repository] = _changed(rules[repository], change, now)
    return rules


_SAYS: Mapping[str, Mapping[str, Any]] = {
    "add-second": {"signers": frozenset({FIRST, SECOND})},
    "only-second": {"signers": frozenset({SECOND})},
    "report": {"quarantine": False, "deletes": False},
    "quarantine": {"quarantine": True, "deletes": False},
    "delete": {"quarantine": True, "deletes": True},
    **{level: {"level": level} for level in ("skip", "strict", "permissive", "audit")},
    "short-grace": {"grace": timedelta(minutes=1)},
    "long-grace": {"grace": timedelta(minutes=120)},
    "source-grace": {"source_grace": timedelta(hours=1)},
    "few-unsigned": {"unsigned_per_day": 1},
    "trust-ecr": {"signers": frozenset({FIRST, BY_ECR})},
    "enforce-always": {"enforce_from": None},
    "nothing": {},
}
"""What a change says, whatever was in force."""


def _changed(old: Rules, change: str, now: datetime) -> Rules:
    match change:
        case "swap-signers":
            other = FIRST if old.signers == {SECOND} else SECOND
            return replace(old, signers=frozenset({other}))
        case "enforce-from-now":
            return replace(old, enforce_from=now.replace(microsecond=0))
        case "fail-fast":
            return replace(old, fail_fast=not old.fail_fast)
        case _:
            return replace(old, **_SAYS[change])


@dataclass(frozen=True, slots=True, kw_only=True)
class ByEcr:
    """By which profile of AWS Signer ECR signs, and under which root."""

    profile: str
    root_der: bytes
    root_sha256: str


def bundle_of(
    rules: Mapping[str, Rules],
    serial: int,
    *,
    covers: bool = False,
    by_ecr: ByEcr | None = None,
) -> PolicyBundle:
    """Return the bundle that says what ``rules`` say.

    Where it ``covers``, what trusted indexes list is good, and what has no tag waits an
    hour for its index.
    """
    policies = [
        _policy(scope, each, covers=covers, by_ecr=by_ecr)
        for scope, each in _scopes(rules)
    ]
    # A bundle names at least one repository; nothing is ever pushed to this one.
    policies.append(_policy("nothing/here", Rules(signers=frozenset({FIRST}))))
    document: dict[str, Any] = {
        "schema": 1,
        "serial": serial,
        "audience": [ACCOUNT],
        "notBefore": None,
        "expires": None,
        "policies": policies,
        "trustStores": {
            "ca": {"acme": [base64.b64encode(signer(FIRST).root_der).decode()]}
        },
    }
    if by_ecr is not None:
        root = base64.b64encode(by_ecr.root_der).decode()
        document["trustStores"]["signingAuthority"] = {"signer": [root]}
        document["signerRoots"] = {"simulated": by_ecr.root_sha256}
    return _loaded(json.dumps(document))


def _scopes(rules: Mapping[str, Rules]) -> list[tuple[str, Rules]]:
    """Return who governs what: a prefix, where all below it have the same rules."""
    found = dict(rules)
    for prefix in sorted({name.partition("/")[0] for name in REPOSITORIES}):
        below = [name for name in REPOSITORIES if name.startswith(f"{prefix}/")]
        same = {rules.get(name) for name in below}
        if len(same) == 1 and (one := same.pop()) is not None:
            found = {name: each for name, each in found.items() if name not in below}
            found[f"{prefix}/*"] = one
    return sorted(found.items(), key=lambda each: each[0])


@lru_cache(maxsize=512)
def _loaded(document: str) -> PolicyBundle:
    return load_bundle(document.encode())


def _policy(
    scope: str, rules: Rules, *, covers: bool = False, by_ecr: ByEcr | None = None
) -> dict[str, Any]:
    verification: dict[str, Any] = {"level": rules.level}
    statement: dict[str, Any] = {
        "name": scope.replace("/", "-").replace("*", "all"),
        "registryScopes": [f"{HOST}/{scope}"],
        "signatureVerification": verification,
    }
    if rules.level != "skip":
        statement["trustStores"] = ["ca:acme"]
        statement["trustedIdentities"] = [
            f"x509.subject: CN={name},O=acme,ST=WA,C=US"
            for name in sorted(rules.signers - {BY_ECR})
        ]
        if by_ecr is not None:
            statement["trustStores"].append("signingAuthority:signer")
            if BY_ECR in rules.signers:
                statement["trustedIdentities"].append(by_ecr.profile)
    if rules.level == "strict" and not covers:
        # No revocation service is named; nobody can be asked.
        verification["override"] = {"revocation": "skip"}
    policy: dict[str, Any] = {
        "statement": statement,
        "enforcement": _enforcement(rules),
        "grace": f"{int(rules.grace.total_seconds())}s",
        # The model knows no indexes: nothing waits for one.
        "untaggedGrace": "1h" if covers else "0s",
        "failFast": rules.fail_fast,
        "unsignedPerDay": rules.unsigned_per_day,
    }
    if rules.source_grace is not None:
        seconds = int(rules.source_grace.total_seconds())
        policy["replication"] = {"sources": [SOURCE], "grace": f"{seconds}s"}
    if rules.enforce_from is not None:
        policy["enforceFrom"] = f"{rules.enforce_from:%Y-%m-%dT%H:%M:%SZ}"
    return policy


def _enforcement(rules: Rules) -> str:
    if not rules.quarantine:
        return "report"
    return "delete" if rules.deletes else "quarantine"
