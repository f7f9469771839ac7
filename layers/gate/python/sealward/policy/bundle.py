"""The policy bundle: the compiled, content-addressed document a decision names.

docs/policy.md describes the JSON. ``load_bundle`` is strict: an unknown field, a
statement ``notation`` would refuse, a scope that is not one, and nothing of it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notation_verifier import TrustPolicyStatement, TrustStores


class InvalidBundle(Exception):  # noqa: N818
    """The bundle cannot be used: what is wrong, where (a JSON pointer), what to write.

    ``problems`` holds every problem found; ``str()`` is one line for each.
    """

    def __init__(self, problems: tuple["Problem", ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a bundle or a policy."""

    pointer: str
    """RFC 6901 pointer into the document; empty for the whole."""
    message: str
    """What is wrong."""
    remedy: str
    """What to write instead."""

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message}; {self.remedy}"


class Enforcement(StrEnum):
    """What a policy asks for on failure."""

    REPORT = "report"
    QUARANTINE = "quarantine"


class Capability(StrEnum):
    """What the stack's roles may do at all; the more cautious of the two counts."""

    OBSERVE = "observe"
    QUARANTINE = "quarantine"
    DELETE = "delete"


GRACE = timedelta(minutes=10)
UNKNOWN_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One statement and what the gate makes of its outcome."""

    statement: TrustPolicyStatement
    """``registry_scopes`` may also hold prefixes and registries, which Notation lacks."""
    statement_hash: str
    """SHA-256 over the statement, its settings and the stores it names."""
    enforcement: Enforcement = Enforcement.REPORT
    grace: timedelta = GRACE
    """How long a signature may arrive after its image."""
    unknown_for: timedelta = UNKNOWN_FOR
    """After this long inconclusive: CRITICAL, and a never trusted subject may be held."""
    hold_unknown: bool = False
    """Whether a never trusted subject is held after ``unknown_for``."""
    fail_fast: bool = False
    """An intact, anchored signature by an identity not allowed is final at once."""
    enforce_from: datetime | None = None
    """Subjects pushed before are never acted upon, only proposed."""
    owner: Mapping[str, str] | None = None
    """``team`` and ``contact``."""
    environment: str = ""


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

    def policy_for(self, account: str, region: str, repository: str) -> Policy | None:
        """Return the policy that governs a repository, or None (ungoverned).

        Exact scope beats the longest prefix beats registry beats ``*``; found in time
        that does not grow with the number of policies.
        """
        raise NotImplementedError
