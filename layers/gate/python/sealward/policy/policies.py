"""Policies: a trust policy statement each, and what the gate makes of its outcome."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from notation_verifier import (
    InvalidTrustPolicy,
    TrustPolicyStatement,
    parse_statement,
)
from notation_verifier.values import dataclass
from sealward.policy.document import Fields, Problems, duration, instant, pointer, shown
from sealward.policy.environment import is_production
from sealward.policy.identities import read_identities_required
from sealward.policy.replication import (
    NOT_REPLICATED,
    Replication,
    read_replication,
)
from sealward.policy.revocation import (
    NOTHING_SAID,
    RevocationPolicy,
    read_revocation,
)
from sealward.policy.scopes import (
    InvalidScope,
    Scope,
    ScopeTable,
    parse_scope,
)
from sealward.policy.trust_material import TrustMaterial
from sealward.policy.unsigned_per_day import (
    UNSIGNED_PER_DAY,
    read_unsigned_per_day,
)
from sealward.policy.user_metadata import read_user_metadata


class Enforcement(StrEnum):
    """What a policy asks for on failure."""

    REPORT = "report"
    QUARANTINE = "quarantine"
    DELETE = "delete"
    """As quarantine; after a day there it is deleted, its evidence kept."""


class Escalation(StrEnum):
    """What follows when a held image is pushed three times again within an hour."""

    NONE = "none"
    """A CRITICAL finding; it is archived again each time."""
    DENY_PULLS = "deny-pulls"
    """Besides, nobody but Sealward pulls from the repository until an hour is quiet."""
    DELETE = "delete"
    """It is deleted without its day in quarantine; back once more, pulls are denied."""


class Capability(StrEnum):
    """What the stack's roles may do at all; the more cautious of the two counts."""

    OBSERVE = "observe"
    QUARANTINE = "quarantine"
    DELETE = "delete"


GRACE = timedelta(minutes=10)
UNTAGGED_GRACE = timedelta(hours=1)
UNKNOWN_FOR = timedelta(hours=1)

_ESCALATIONS = 'write "none", "deny-pulls" or "delete"'
_TOPIC = r"arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}"
"""Compiled at its first use: most bundles name none."""
_DURATION = 'write a whole number and s, m, h or d, as in "10m", at most "365d"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One statement and what the gate makes of its outcome."""

    statement: TrustPolicyStatement
    """Its ``registry_scopes`` may also hold prefixes and registries."""
    statement_hash: str
    """SHA-256 over the statement, its settings and the stores it names."""
    enforcement: Enforcement = Enforcement.REPORT
    grace: timedelta = GRACE
    """How long a signature may arrive after its image."""
    untagged_grace: timedelta = UNTAGGED_GRACE
    """How long an index that lists it may arrive, and be signed, after an image without
    a tag: platform images are pushed before their index. Never less than ``grace``."""
    unknown_for: timedelta = UNKNOWN_FOR
    """After this long inconclusive: CRITICAL; a never trusted subject may be held."""
    hold_unknown: bool = False
    """Whether a never trusted subject is held after ``unknown_for``. Where the bundle
    does not say: in production it is."""
    fail_fast: bool = False
    """An intact, anchored signature by an identity not allowed is final at once."""
    unsigned_per_day: int = UNSIGNED_PER_DAY
    """After as many digests of a repository that ended unsigned or gone on one day its
    grace is a minute until midnight UTC."""
    identities_required: int = 1
    """How many different trusted identities must have signed. Notation knows one."""
    enforce_from: datetime | None = None
    """Subjects pushed before are never acted upon, only proposed."""
    baseline_until: datetime | None = None
    """Until then what was pushed before ``enforce_from`` is exempt."""
    escalation: Escalation = Escalation.NONE
    """What follows when a held image is pushed again and again."""
    owner: Mapping[str, str] | None = None
    """``team`` and ``contact``; ``topic``, the ARN of an SNS topic."""
    environment: str = ""
    user_metadata: Mapping[str, str] = field(default_factory=dict)
    """What must have been signed with the image, beside what the statement asks for."""
    revocation: RevocationPolicy = NOTHING_SAID
    """Whom to ask about revocation, and how old an answer may be."""
    replication: Replication = NOT_REPLICATED
    """Where its repositories are replicated from, and to."""


def read_policies(
    values: list[Any], where: str, material: TrustMaterial, problems: Problems
) -> tuple[Policy, ...]:
    """Return the policies that ``values`` write; report what is wrong with them."""
    if not values:
        problems.add(where, "no policy", "write at least one policy")
    policies = []
    names: dict[str, str] = {}
    table = ScopeTable[str]()
    for index, value in enumerate(values):
        here = where + pointer(index)
        policy = _read_policy(value, here, material, problems)
        if policy is None:
            continue
        policies.append(policy)
        name = policy.statement.name
        if name in names:
            problems.add(
                f"{here}/statement/name",
                f"{shown(name)} is also the name of {names[name]}",
                "give each statement a name of its own",
            )
        names.setdefault(name, here)
        for at, scope in _scopes(policy.statement, f"{here}/statement", problems):
            before = table.add(scope, at)
            if before is not None:
                problems.add(
                    at,
                    f"covers the same repositories as {before}",
                    "let each scope stand once in a bundle",
                )
    return tuple(policies)


def _scopes(
    statement: TrustPolicyStatement, where: str, problems: Problems
) -> list[tuple[str, Scope]]:
    scopes = []
    for index, text in enumerate(statement.registry_scopes):
        at = f"{where}/registryScopes/{index}"
        try:
            scope = parse_scope(text)
        except InvalidScope as error:
            problems.add(at, error.message, error.remedy)
            continue
        scopes.append((at, scope))
    return scopes


def _read_policy(
    value: object, where: str, material: TrustMaterial, problems: Problems
) -> Policy | None:
    fields = Fields(value, where, problems)
    written = fields.need("statement", dict, "write a Notation trust policy statement")
    statement = (
        None
        if written is None
        else _read_statement(written, f"{where}/statement", material, problems)
    )
    enforcement = fields.parsed(
        "enforcement",
        _enforcement,
        Enforcement.REPORT,
        'write "report", "quarantine" or "delete"',
    )
    grace = fields.parsed("grace", duration, GRACE, _DURATION)
    untagged_grace = fields.parsed("untaggedGrace", duration, UNTAGGED_GRACE, _DURATION)
    unknown_for = fields.parsed("unknownFor", duration, UNKNOWN_FOR, _DURATION)
    if not unknown_for:
        problems.add(f"{where}/unknownFor", "no time at all", "write at least 1s")
    hold_unknown = fields.take("holdUnknown", bool, "write true or false")
    fail_fast = fields.take("failFast", bool, "write true or false")
    unsigned_per_day = read_unsigned_per_day(fields, problems)
    enforce_from = fields.parsed(
        "enforceFrom", instant, None, 'write as in "2027-01-15T00:00:00Z"'
    )
    baseline_until = fields.parsed(
        "baselineUntil", instant, None, 'write as in "2027-06-30T00:00:00Z"'
    )
    if baseline_until and not (enforce_from and enforce_from < baseline_until):
        problems.add(
            f"{where}/baselineUntil",
            "is not after enforceFrom",
            "write enforceFrom, and an end of the baseline that comes after it",
        )
    escalation = fields.parsed("escalation", _escalation, Escalation.NONE, _ESCALATIONS)
    owner = _read_owner(
        fields.take("owner", dict, 'write {"team": …, "contact": …}'),
        f"{where}/owner",
        problems,
    )
    named = fields.take("environment", str, "write the environment's name")
    environment = named or ""
    user_metadata = read_user_metadata(
        fields.take("userMetadata", dict, 'write as in {"release": "stable"}'),
        f"{where}/userMetadata",
        problems,
    )
    said = fields.take("revocation", dict, 'write {"hosts": […], "maxAge": "7d", …}')
    revocation = read_revocation(said, f"{where}/revocation", problems)
    replication = read_replication(
        fields.take("replication", dict, 'write {"sources": […], "grace": "30m", …}'),
        f"{where}/replication",
        problems,
    )
    if escalation is Escalation.DELETE and enforcement is not Enforcement.DELETE:
        problems.add(
            f"{where}/escalation",
            "deletes what the policy's enforcement does not delete",
            'write "deny-pulls", or enforcement "delete"',
        )
    identities_required = read_identities_required(fields, statement, problems)
    fields.end()
    if statement is None or written is None:
        return None
    policy = Policy(
        statement=statement,
        statement_hash="",
        enforcement=enforcement,
        grace=grace,
        untagged_grace=untagged_grace,
        unknown_for=unknown_for,
        hold_unknown=is_production(environment)
        if hold_unknown is None
        else hold_unknown,
        fail_fast=bool(fail_fast),
        unsigned_per_day=unsigned_per_day,
        identities_required=identities_required,
        enforce_from=enforce_from,
        baseline_until=baseline_until,
        escalation=escalation,
        owner=owner,
        environment=environment,
        user_metadata=user_metadata,
        revocation=revocation,
        replication=replication,
    )
    return replace(policy, statement_hash=_hash(written, said, policy, material))


def _enforcement(text: str) -> Enforcement:
    try:
        return Enforcement(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is no enforcement") from None


def _escalation(text: str) -> Escalation:
    try:
        return Escalation(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is no escalation") from None


def _read_owner(
    value: dict[str, Any] | None, where: str, problems: Problems
) -> Mapping[str, str] | None:
    if value is None:
        return None
    fields = Fields(value, where, problems)
    owner = {
        name: text
        for name in ("team", "contact")
        if (text := fields.take(name, str, "write a text")) is not None
    }
    topic = fields.parsed(
        "topic", _topic, "", "write an SNS topic's ARN; a FIFO topic is none"
    )
    if topic:
        owner["topic"] = topic
    fields.end()
    return owner


def _topic(text: str) -> str:
    if not re.fullmatch(_TOPIC, text):
        raise ValueError(f"{shown(text)} is no topic")
    return text


def _read_statement(
    written: dict[str, Any], where: str, material: TrustMaterial, problems: Problems
) -> TrustPolicyStatement | None:
    try:
        # Notation knows neither prefixes nor registries; ``parse_scope`` judges scopes,
        # by patterns at least as strict.
        statement = parse_statement(written, check_scope=_any_scope)
    except InvalidTrustPolicy as error:
        problems.add(where, str(error), "write a statement that notation accepts")
        return None
    for store in statement.trust_stores:
        if store not in material.names:
            problems.add(
                f"{where}/trustStores",
                f"the trust store {store} is not in the bundle",
                f"add it under /trustStores/{store.type}/{store.name}, or name another",
            )
    return statement


def _any_scope(_scope: str) -> None:
    """Leave the scopes to ``parse_scope``."""


def _hash(
    written: dict[str, Any],
    revocation: dict[str, Any] | None,
    policy: Policy,
    material: TrustMaterial,
) -> str:
    """Hash what the verdict and what follows from it depend on, and nothing else."""
    statement = policy.statement
    uses_roots = any(one.startswith("arn:") for one in statement.trusted_identities)
    content = {
        "statement": written,
        "enforcement": policy.enforcement,
        "grace": policy.grace.total_seconds(),
        "untaggedGrace": policy.untagged_grace.total_seconds(),
        "unknownFor": policy.unknown_for.total_seconds(),
        "holdUnknown": policy.hold_unknown,
        "failFast": policy.fail_fast,
        "enforceFrom": policy.enforce_from and policy.enforce_from.isoformat(),
        "stores": {
            str(store): sorted(material.fingerprints.get(store, ()))
            for store in statement.trust_stores
        },
        "signerRoots": sorted(material.signer_roots) if uses_roots else [],
        # Left out where nothing is said: hashes of bundles without it stay as they are.
        **({"revocation": revocation} if revocation else {}),
        **(
            {"identitiesRequired": policy.identities_required}
            if policy.identities_required > 1
            else {}
        ),
        **(
            {"unsignedPerDay": policy.unsigned_per_day}
            if policy.unsigned_per_day != UNSIGNED_PER_DAY
            else {}
        ),
        **({"userMetadata": policy.user_metadata} if policy.user_metadata else {}),
        # Whom to ask for a verdict elsewhere changes none here.
        **(
            {
                "replicatedFrom": sorted(policy.replication.sources),
                "replicationGrace": policy.replication.grace.total_seconds(),
            }
            if policy.replication.sources
            else {}
        ),
        **(
            {"baselineUntil": policy.baseline_until.isoformat()}
            if policy.baseline_until
            else {}
        ),
        **(
            {"escalation": policy.escalation}
            if policy.escalation is not Escalation.NONE
            else {}
        ),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
