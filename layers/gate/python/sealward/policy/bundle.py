"""The policy bundle: the compiled, content-addressed document a decision names.

docs/policy.md describes the JSON. ``load_bundle`` is strict: an unknown field, a
statement ``notation`` would refuse, a scope that is not one, and nothing of it is used.
"""

import hashlib
import re
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from notation_verifier import TrustStores
from notation_verifier.values import dataclass
from sealward.policy.document import Fields, instant, parse, pointer, shown
from sealward.policy.policies import read_policies
from sealward.policy.policy import (
    GRACE,
    UNKNOWN_FOR,
    Capability,
    Enforcement,
    Policy,
)
from sealward.policy.problems import InvalidBundle, Problem, Problems
from sealward.policy.scopes import ScopeTable, parse_scope
from sealward.policy.trust_material import read_trust_material

__all__ = [
    "BUNDLE_LIMIT",
    "GRACE",
    "SCHEMA",
    "UNKNOWN_FOR",
    "Capability",
    "Enforcement",
    "Governing",
    "InvalidBundle",
    "Policy",
    "PolicyBundle",
    "Problem",
    "Standing",
    "load_bundle",
]

BUNDLE_LIMIT = 8 * 1024 * 1024
"""Bytes of a bundle: 10,000 statements with their stores need about 5 MiB."""
SCHEMA = 1
"""The form of the document; another is refused."""

_ACCOUNT = re.compile(r"[0-9]{12}")
_INSTANT = 'write as in "2027-01-15T00:00:00Z", or null'


class Standing(StrEnum):
    """Whether a bundle decides now."""

    IN_FORCE = "in-force"
    EXPIRED = "expired"
    """Past ``expires`` it stays in force, with a CRITICAL finding: silence is worse."""
    NOT_YET = "not-yet"
    """Before ``notBefore`` nothing of it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Governing:
    """The policy that governs a repository, and why."""

    policy: Policy
    scope: str
    """The closest scope that covers the repository, as the statement writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBundle:
    """What is in force."""

    serial: int
    digest: str
    """``sha256:<hex>`` of the document's bytes."""
    audience: tuple[str, ...]
    """Accounts it is meant for; ``*`` for any."""
    not_before: datetime | None
    expires: datetime | None
    policies: tuple[Policy, ...]
    trust_stores: TrustStores
    signer_roots: frozenset[str]
    """SHA-256 fingerprints of the AWS Signer roots, lower-case hex."""

    _scopes: ScopeTable[Governing] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        table = ScopeTable[Governing]()
        for policy in self.policies:
            for text in policy.statement.registry_scopes:
                table.add(parse_scope(text), Governing(policy=policy, scope=text))
        object.__setattr__(self, "_scopes", table)

    def in_force(self, account: str, now: datetime) -> Standing:
        """Return whether the bundle decides for ``account`` at ``now``.

        Raises:
            InvalidBundle: it is meant for other accounts; nothing of it may be used.
        """
        if "*" not in self.audience and account not in self.audience:
            raise InvalidBundle(
                (
                    Problem(
                        pointer="/audience",
                        message=f"the bundle is not meant for account {account}",
                        remedy="deliver this account's own bundle, or add the account "
                        "to the audience and compile under a higher serial",
                    ),
                )
            )
        if self.not_before is not None and now < self.not_before:
            return Standing.NOT_YET
        if self.expires is not None and now >= self.expires:
            return Standing.EXPIRED
        return Standing.IN_FORCE

    def policy_for(self, account: str, region: str, repository: str) -> Policy | None:
        """Return the policy that governs a repository, or None (ungoverned).

        Exact scope beats the longest prefix beats registry beats ``*``; found in time
        that does not grow with the number of policies.

        Raises:
            InvalidScope: ECR does not allow ``repository`` as a name.
        """
        governing = self.governing(account, region, repository)
        return None if governing is None else governing.policy

    def governing(self, account: str, region: str, repository: str) -> Governing | None:
        """As ``policy_for``, with the scope by which the policy governs."""
        return self._scopes.find(account, region, repository)


def load_bundle(document: bytes) -> PolicyBundle:
    """Return the bundle that ``document`` (UTF-8 JSON, at most 8 MiB) writes.

    Raises:
        InvalidBundle: nothing of it can be used; holds every problem that was found.
    """
    problems = Problems()
    top = Fields(parse(document, limit=BUNDLE_LIMIT, problems=problems), "", problems)
    schema = top.need("schema", int, f"write {SCHEMA}")
    if schema not in (None, SCHEMA):
        problems.add(
            "/schema",
            f"schema {schema} is not known to this version",
            f"compile with a sealward that writes schema {SCHEMA}, or update the stack",
        )
    serial = top.need("serial", int, "write a whole number from 1 that only grows")
    if serial is not None and serial < 1:
        problems.add("/serial", f"{serial} is below 1", "write a whole number from 1")
    audience = _audience(top, problems)
    not_before = top.parsed("notBefore", instant, None, _INSTANT)
    expires = top.parsed("expires", instant, None, _INSTANT)
    if not_before is not None and expires is not None and expires <= not_before:
        problems.add("/expires", "not after notBefore", "write a later instant")
    material = read_trust_material(
        top.need("trustStores", dict, 'write {"ca": {"<name>": ["<base64>", …]}}'),
        top.take("signerRoots", dict, 'write {"<name>": "<sha256>"} or leave it out'),
        problems,
    )
    policies = read_policies(
        top.need("policies", list, "write a list of policies") or [],
        "/policies",
        material,
        problems,
    )
    top.end()
    problems.refuse()
    return PolicyBundle(
        serial=serial or 0,
        digest="sha256:" + hashlib.sha256(document).hexdigest(),
        audience=audience,
        not_before=not_before,
        expires=expires,
        policies=policies,
        trust_stores=material.stores,
        signer_roots=material.signer_roots,
    )


def _audience(top: Fields, problems: Problems) -> tuple[str, ...]:
    remedy = 'write account ids as in ["123456789012"], or ["*"] for any account'
    audience = top.need("audience", list, remedy)
    if audience is None or audience == ["*"]:
        return ("*",)
    if not audience:
        problems.add("/audience", "meant for nobody", remedy)
    for index, account in enumerate(audience):
        if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
            problems.add(
                "/audience" + pointer(index),
                f"{shown(account)} is not an account id of twelve digits",
                remedy,
            )
    return tuple(str(account) for account in audience)
