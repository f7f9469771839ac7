"""A verification of an artifact of a layout: every signature, until one satisfies.

Verdict and reason are the gate's: ``sealward.decisions.verdict`` gives them.
"""

from dataclasses import replace
from datetime import datetime

from sealward.cli.governing_statement import GoverningStatement
from sealward.cli.layout_target import Target
from sealward.cli.verify_report import VerifyReport
from sealward.decisions.situation import Seen
from sealward.decisions.verdict import judge, skips
from sealward.policy.bundle import Policy
from sealward.ports import ImageDetail, ImageStatus
from sealward.signatures import read_signatures, shortlist
from sealward.signatures.candidates import Unread
from sealward.subjects import SubjectKey
from sealward.verifications import Judge, Search, search


def judged(
    target: Target,
    governing: GoverningStatement | None,
    *,
    repository: str | None,
    now: datetime,
) -> VerifyReport:
    """Return what an artifact of a layout comes to under ``governing`` at ``now``.

    Args:
        target: the artifact.
        governing: what it is held against; None where nothing is.
        repository: it is meant for; only reported.
        now: the time to verify at.
    """
    search = Search()
    if (
        governing is not None
        and not skips(governing.statement.level)
        and target.problem is None
    ):
        search = _search(target, governing, now)
    descriptor = target.descriptor
    seen = Seen(
        detail=ImageDetail(
            digest=descriptor.digest,
            status=ImageStatus.ACTIVE,
            media_type=descriptor.media_type,
            size=None,
            tags=target.tags,
            pushed_at=now,
            subject_digest=None,
        ),
        descriptor=descriptor,
        problem=target.problem,
        search=search,
    )
    policy = (
        None
        if governing is None
        else Policy(statement=governing.statement, statement_hash="")
    )
    return VerifyReport(
        target=target,
        repository=repository,
        governing=governing,
        at=now,
        candidates=search.candidates,
        # No grace: who asks wants to know now.
        judgement=judge(seen, policy, known=None, deadline=now, now=now),
    )


def _search(target: Target, governing: GoverningStatement, now: datetime) -> Search:
    """Return the candidates, up to the first that satisfies the statement."""
    referrers, unread = target.layout.referrers(target.descriptor.digest)
    listed = shortlist(referrers)
    found = search(
        read_signatures(
            target.layout,
            SubjectKey(repository="", digest=target.descriptor.digest),
            listed,
            named=None,
            beside=None,
        ),
        subject=target.descriptor,
        judge=Judge(
            statement=governing.statement,
            trust_stores=governing.trust_stores,
            signer_roots=governing.signer_roots,
            now=now,
        ),
        listed=listed,
    )
    if found.satisfied:
        return found
    missed = tuple(
        Unread(digest=digest, detail="listed, and its manifest cannot be read")
        for digest in unread
    )
    return replace(found, candidates=found.candidates + missed)
