"""What a record remembers of an image beside its verdict: for texts, and for people.

A record is small, each change of it a write: kept is what somebody asks for. Pure.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Final, TypedDict

from sealward.decisions.judgement import SETTLED_FAILURES, Judgement
from sealward.decisions.situation import Seen
from sealward.decisions.unseen import TEXT_LIMIT
from sealward.ledger.records import Record, Verdict
from sealward.policy.bundle import Policy
from sealward.ports.registry import ImageStatus
from sealward.subjects import SubjectKey

_DAY: Final = timedelta(days=1)
FORMER_TAGS: Final = 3
"""Remembered of one image; a tag has at most 128 characters."""


class MadeBy(TypedDict):
    """The fields of a record that name what made a subject trusted."""

    signature: str | None
    signer: str | None
    further_signatures: tuple[str, ...]
    further_signers: tuple[str, ...]


def made_by_of(judgement: Judgement, known: Record | None) -> MadeBy:
    """Return what made it trusted: now, or before."""
    good = judgement.trusted_by
    if not good:
        return MadeBy(
            signature=known.signature if known else None,
            signer=known.signer if known else None,
            further_signatures=known.further_signatures if known else (),
            further_signers=known.further_signers if known else (),
        )
    return MadeBy(
        signature=good[0].digest,
        signer=good[0].verification.identity,
        further_signatures=tuple(each.digest for each in good[1:]),
        further_signers=tuple(each.verification.identity or "" for each in good[1:]),
    )


def owner_of(judgement: Judgement, policy: Policy | None) -> str:
    """Return whom to ask about a refused image; of a good one nobody asks."""
    if judgement.verdict not in SETTLED_FAILURES and not judgement.so_far:
        return ""
    said = (policy.owner or {}) if policy else {}
    owner = " ".join(each for each in map(said.get, ("team", "contact")) if each)
    return owner[:TEXT_LIMIT]


def pulled_at_of(verdict: Verdict, known: Record | None, seen: Seen) -> datetime | None:
    """Return when a bad image was last pulled; of a good one nobody asks."""
    if verdict not in SETTLED_FAILURES:
        return known.pulled_at if known else None
    before, pulled_at = known.pulled_at if known else None, seen.detail.pulled_at
    if before is not None and pulled_at is not None and pulled_at - before < _DAY:
        return before  # ECR itself is no more exact, and each change is a write
    return pulled_at or before


def tags_of(known: Record | None, seen: Seen) -> tuple[str, ...]:
    """Return the tags; an archived image's are those it had."""
    archived = seen.detail.status is not ImageStatus.ACTIVE
    if archived and not seen.detail.tags and known is not None:
        return known.tags
    return tuple(sorted(seen.detail.tags))[:20]


def former_tags_of(known: Record | None, seen: Seen) -> tuple[str, ...]:
    """Return the tags that a once trusted image lost, the last first.

    Of others nobody asks, and a record is small.
    """
    if known is None or not known.ever_trusted:
        return ()
    if seen.detail.status is not ImageStatus.ACTIVE:
        return known.former_tags
    had = dict.fromkeys((*known.tags, *known.former_tags))
    lost = [tag for tag in had if tag not in seen.detail.tags]
    return tuple(lost[:FORMER_TAGS])


def evidence_of(key: SubjectKey, seen: Seen, statement_hash: str) -> str:
    """Return the hash of what a verdict rests on: subject, referrers, statement."""
    parts = [
        str(key),
        seen.descriptor.media_type,
        seen.descriptor.size,
        sorted(seen.referrers),
        statement_hash,
    ]
    if seen.coverage.by:
        parts.append(seen.coverage.by)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
