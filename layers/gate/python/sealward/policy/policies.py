"""Policies read from a bundle: strictly, and what is wrong with them all at once."""

from dataclasses import replace
from typing import Any, Final

from notation_verifier import (
    InvalidTrustPolicy,
    TrustPolicyStatement,
    parse_statement,
)
from sealward.policy.document import Fields, duration, instant, pointer, shown
from sealward.policy.identities import read_identities_required
from sealward.policy.policy import (
    GRACE,
    UNKNOWN_FOR,
    UNTAGGED_GRACE,
    Enforcement,
    Escalation,
    Policy,
    is_production,
)
from sealward.policy.problems import Problems
from sealward.policy.replication import read_replication
from sealward.policy.revocation import read_revocation
from sealward.policy.scopes import InvalidScope, Scope, ScopeTable, parse_scope
from sealward.policy.settings import (
    read_owner,
    read_unsigned_per_day,
    read_user_metadata,
)
from sealward.policy.statement_hash import statement_hash
from sealward.policy.trust_material import TrustMaterial

_ESCALATIONS: Final = 'write "none", "deny-pulls" or "delete"'
_DURATION: Final = 'write a whole number and s, m, h or d, as in "10m", at most "365d"'


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
    owner = read_owner(
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
    return replace(
        policy, statement_hash=statement_hash(written, said, policy, material)
    )


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
