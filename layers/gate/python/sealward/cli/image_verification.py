"""A verification of an image, wherever it lies: every signature, until one satisfies.

Verdict and reason are the gate's: ``sealward.decisions.verdict`` gives them.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime
from typing import Final

from sealward.cli.governing_statement import GoverningStatement
from sealward.cli.image_report import ImageReport
from sealward.cli.image_target import ImageTarget
from sealward.cli.judges import Asking, judge_for
from sealward.decisions.situation import Seen
from sealward.decisions.verdict import judge, skips
from sealward.ports.reads import RunBeside
from sealward.signatures import read_signatures, shortlist
from sealward.signatures.candidates import Unread
from sealward.subjects import SubjectKey
from sealward.verifications import Judge, Search, search

_READERS: Final = 8
"""Reads from a registry at a time."""


def verified(
    found: ImageTarget,
    governing: GoverningStatement | None,
    asking: Asking,
    *,
    repository: str | None,
    now: datetime,
) -> ImageReport:
    """Return what an image comes to under ``governing``, read several at a time.

    Args:
        found: the image.
        governing: what it is held against; None where nothing is.
        asking: who is asked about revocation.
        repository: it is meant for; only reported.
        now: the time to verify at.

    Raises:
        Exception: what nobody expected of a candidate, where no other one is good.
    """
    judging = None
    if governing is not None:
        judging = judge_for(governing, asking=asking, now=now)
    with ThreadPoolExecutor(_READERS) as pool:
        return judged(
            found,
            governing,
            judging,
            repository=repository,
            now=now,
            beside=(lambda calls: wait([pool.submit(call) for call in calls]))
            if found.place
            else None,
        )


def judged(
    target: ImageTarget,
    governing: GoverningStatement | None,
    judging: Judge | None,
    *,
    repository: str | None,
    now: datetime,
    beside: RunBeside | None = None,
) -> ImageReport:
    """Return what an image comes to under ``governing`` at ``now``.

    Args:
        target: the image.
        governing: what it is held against; None where nothing is.
        judging: examines signatures by ``governing``; None where that is.
        repository: it is meant for; only reported.
        now: the time to verify at.
        beside: runs reads side by side.

    Raises:
        Exception: what nobody expected of a candidate, where no other one is good.
    """
    search = Search()
    if (
        governing is not None
        and judging is not None
        and not skips(governing.statement.level)
        and target.problem is None
    ):
        search = _search(
            target, judging, beside, required=governing.policy.identities_required
        )
    seen = Seen(
        detail=target.detail,
        descriptor=target.descriptor,
        problem=target.problem,
        search=search,
    )
    policy = None if governing is None else governing.policy
    return ImageReport(
        target=target,
        repository=repository,
        governing=governing,
        at=now,
        candidates=search.candidates,
        aside=search.aside,
        # No grace: who asks wants to know now.
        judgement=judge(seen, policy, known=None, deadline=now, now=now),
    )


def _search(
    target: ImageTarget, judging: Judge, beside: RunBeside | None, *, required: int
) -> Search:
    """Return the candidates, up to as many good ones as the policy requires."""
    referrers, unread = target.referrers()
    listed = shortlist(referrers, thumbprints=judging.thumbprints)
    found = search(
        read_signatures(
            target.contents,
            SubjectKey(repository=target.repository, digest=target.descriptor.digest),
            listed,
            named=None,
            beside=beside,
        ),
        subject=target.descriptor,
        judge=judging,
        listed=listed,
        required=required,
    )
    if found.satisfied:
        return found
    if found.crash is not None:
        raise found.crash  # a fault of ours is told as one: it is no answer
    missed = tuple(
        Unread(digest=digest, detail="listed, and its manifest cannot be read")
        for digest in unread
    )
    return replace(found, candidates=found.candidates + missed)
