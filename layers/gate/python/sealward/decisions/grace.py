"""Grace: how long a signature may arrive after its image. Pure.

It runs once for each repository and digest, from the earlier of first seen and pushed;
nothing restarts it.
"""

from datetime import datetime

from sealward.coverage import NO_COVERAGE, Coverage
from sealward.policy.bundle import Policy


def grace_ends(
    policy: Policy,
    *,
    begin: datetime,
    untagged: bool = False,
    coverage: Coverage = NO_COVERAGE,
    origin: str = "",
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
    """
    grace = policy.replication.grace_of(origin, policy.grace)
    awaited = coverage.awaited or (untagged and not coverage.listed)
    ends = begin + (max(grace, policy.untagged_grace) if awaited else grace)
    return max(ends, coverage.unlisted_until or ends)
