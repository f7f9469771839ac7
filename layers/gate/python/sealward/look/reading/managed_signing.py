"""Managed signing asked about: how far ECR is with the signature that is missing.

Asked beside what a look-again reads first, so that it costs no round trip, and of
images without a good signature only. A first look that comes when the grace is over
asks before it says that a signature is missing. What cannot be had changes no verdict.
"""

from datetime import datetime, timedelta
from typing import Final

from sealward.decisions.judgement import SETTLED_FAILURES
from sealward.ledger.managed_signing import (
    ManagedSigning,
    SigningState,
    worth_remembering,
)
from sealward.ledger.records import Record, Verdict
from sealward.ports.reads import Read
from sealward.ports.registry import Registry
from sealward.subjects import SubjectKey

_AFTERWARDS: Final = timedelta(days=1)
"""For so long after the verdict a signing may still be asked about."""

Asked = Read[ManagedSigning | None]


def ask_about_signing(
    registry: Registry, ahead: Record | None, *, now: datetime
) -> tuple[Asked, ...]:
    """Return the question to be asked beside the others, or nothing.

    Args:
        registry: to be asked.
        ahead: the record, where a look-again read it before anything else.
        now: the present instant.
    """
    if ahead is None or not _matters(ahead, now):
        return ()
    return (ask_of(registry, ahead.key),)


def ask_of(registry: Registry, key: SubjectKey) -> Asked:
    """Return the question how far ECR is with its signing of ``key``."""
    return Read(
        lambda: worth_remembering(registry.signings(key.repository, key.digest))
    )


def asks_late(
    known: Record | None, pushed_at: datetime, *, grace: timedelta, now: datetime
) -> bool:
    """Return whether a look without a good signature is to ask before it ends.

    It is the first one, and there will be none before the verdict: the grace is over.
    """
    return known is None and grace <= now - pushed_at <= _AFTERWARDS


def said_of_signing(
    asked: tuple[Asked, ...], known: Record | None
) -> ManagedSigning | None:
    """Return what was said, or what was remembered where nothing was."""
    for question in asked:
        try:
            return question.answer()
        except Exception:  # noqa: BLE001 - whatever it is: no verdict rests on it
            break
    return known.signing if known else None


def _matters(record: Record, now: datetime) -> bool:
    """Return whether the answer may explain what the image lacks.

    While its signature is awaited; and once more after that, where the verdict fell
    before anything was known, or while signing went on.
    """
    if record.verdict is Verdict.PENDING:
        return True
    if record.verdict not in SETTLED_FAILURES or record.ever_trusted:
        return False
    if record.settled_at is None or now - record.settled_at > _AFTERWARDS:
        return False
    if record.signing is None:
        return record.looks == 0
    return record.signing.state is SigningState.IN_PROGRESS
