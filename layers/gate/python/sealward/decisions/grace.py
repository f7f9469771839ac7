"""Grace: how long a signature may arrive after its image. Pure.

It runs once for each repository and digest, from the earlier of first seen and pushed;
nothing restarts it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sealward.decisions.judgement import Judgement
from sealward.ledger.records import Verdict
from sealward.policy.bundle import Policy
from sealward.verifications.coverage import NO_COVERAGE, Coverage

SPENT_GRACE: Final = timedelta(minutes=1)
"""What is left of a grace that is spent: a signature made at the push still arrives."""
SPENT_WITH_INDEX: Final = 2 * SPENT_GRACE
"""The same for what an index lists that came in time, and has a minute of its own."""


def grace_ends(
    policy: Policy,
    *,
    begin: datetime,
    untagged: bool = False,
    coverage: Coverage = NO_COVERAGE,
    origin: str = "",
    spent: bool = False,
) -> datetime:
    """Return when a missing signature counts; nothing restarts or exceeds it.

    Args:
        policy: what governs the repository.
        begin: the earlier of first seen and pushed.
        untagged: whether it has no tag: its index may still be on its way.
        coverage: what the indexes known to list it mean for it; while one of them
            waits for its signature, so does what it lists.
        origin: where an event said it was replicated from; one that the policy names
            has a grace of its own.
        spent: whether too many digests of the repository ended unsigned or gone today.
    """
    grace = policy.replication.grace_of(origin, policy.grace)
    untagged_grace = policy.untagged_grace
    if spent:
        # Who pushes without a tag and pulls by digest has no more than others.
        grace = min(grace, SPENT_GRACE)
        left = SPENT_WITH_INDEX if coverage.awaited else SPENT_GRACE
        untagged_grace = min(untagged_grace, left)
    awaited = coverage.awaited or (untagged and not coverage.listed)
    ends = begin + (max(grace, untagged_grace) if awaited else grace)
    return max(ends, coverage.unlisted_until or ends)


def with_spent_grace(judgement: Judgement, policy: Policy | None) -> Judgement:
    """Return ``judgement`` of an image whose repository had spent its grace, saying so.

    Args:
        judgement: what the signatures say; its verdict stays.
        policy: what governs the repository.
    """
    if policy is None or judgement.verdict not in {
        Verdict.PENDING,
        Verdict.UNSIGNED,
        Verdict.UNTRUSTED,
    }:
        return judgement
    return replace(
        judgement,
        detail=f"{judgement.detail}; {policy.unsigned_per_day} digests of its "
        "repository ended unsigned or gone that day, so its grace was a minute",
    )
