"""A run's cases: every rule in turn, good cases between, drawn from one seed."""

from collections.abc import Iterator
from random import Random

from tests.differential import (
    certificate_rules,
    chain_rules,
    cose_rules,
    folder_rules,
    good,
    header_rules,
    identity_rules,
    jws_rules,
    mutation_rules,
    payload_rules,
    policy_rules,
    revocation_rules,
    revocation_stricter_rules,
    scope_rules,
    timestamp_revocation_rules,
    timestamp_rules,
    trust_rules,
)
from tests.differential.case import Case
from tests.differential.draft import Material
from tests.differential.rules import RULES, Rule

RULE_MODULES = (
    chain_rules,
    certificate_rules,
    header_rules,
    jws_rules,
    cose_rules,
    payload_rules,
    policy_rules,
    scope_rules,
    identity_rules,
    trust_rules,
    folder_rules,
    timestamp_rules,
    revocation_rules,
    revocation_stricter_rules,
    timestamp_revocation_rules,
    mutation_rules,
)
"""Imported for the rules they enter."""
GOOD = "good"
_LEAST_GOOD = 0.12
"""Share of cases that no rule touches, at least."""


def cases(
    seed: int, count: int, material: Material, *, about: str = ""
) -> Iterator[Case]:
    """Yield ``count`` cases; one seed and count give the same shapes each time.

    Every rule gets the same number, times its weight; the rest is good cases. ``about``
    keeps to the rules whose id holds it.
    """
    rules = [
        rule for rule in RULES.values() if about in rule.id for _ in range(rule.weight)
    ]
    rounds = int(count * (1 - _LEAST_GOOD)) // len(rules)
    plan: list[Rule | None] = [rule for rule in rules for _ in range(rounds)]
    plan += [None] * (count - len(plan))
    Random(seed).shuffle(plan)
    for number, rule in enumerate(plan):
        yield case(seed, number, rule, material)


def case(seed: int, number: int, rule: Rule | None, material: Material) -> Case:
    """Return one case; it has randomness of its own, so that others do not move it."""
    rng = Random(f"{seed}/{number}")
    identifier = f"{seed}-{number}"
    if rule is None:
        draft = good.draft(rng, material)
    else:
        length = rng.choice(rule.lengths) if rule.lengths else None
        draft = good.draft(
            rng, material, format_=rule.format, length=length, scheme=rule.scheme
        )
    draft.identifier = identifier
    if rule is None:
        return draft.case(GOOD)
    rule.apply(draft)
    return draft.case(rule.id)
