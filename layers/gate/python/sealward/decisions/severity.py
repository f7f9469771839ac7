"""Severity: whether a subject's owner must hear of it, and how loudly. Pure."""

from enum import StrEnum
from typing import Final

from notation_verifier import Reason
from sealward.decisions.judgement import (
    GONE,
    SETTLED_FAILURES,
    SHIELD,
    SIGNATURE_LOST,
    TOO_FEW_IDENTITIES,
)
from sealward.decisions.managed_signing import MANAGED_SIGNING_FAILED
from sealward.decisions.releases import BREAK_GLASS
from sealward.decisions.situation import Unknown
from sealward.ledger.records import Hold, HoldState, Verdict


class Severity(StrEnum):
    """Security Hub's labels, as far as they are used."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Tell(StrEnum):
    """What becomes of the finding where there is none to raise."""

    RESOLVE = "resolve"
    KEEP = "keep"
    TOGETHER = "together"
    """Nothing is done about it by itself: its repository's finding counts it."""


_ATTACKS: Final = frozenset({Reason.IDENTITY_NOT_ALLOWED, Reason.NOT_UNDER_SIGNER_ROOT})
"""A real signature by the wrong one: someone signs who must not."""
_BUNDLE: Final = frozenset({Unknown.BUNDLE_INVALID, Unknown.BUNDLE_UNAVAILABLE})


def severity(
    verdict: Verdict,
    reason: str,
    *,
    hold: Hold | None,
    acts: bool,
    overdue: bool,
    vanished: bool = False,
    proposed: bool = False,
    escalated: bool = False,
) -> Severity | Tell:
    """Return how loud the finding is, or what becomes of an earlier one.

    Args:
        verdict: of the subject.
        reason: its reason.
        hold: as it stands after the step.
        acts: whether policy and stack quarantine; a policy that only reports stays LOW.
        overdue: whether the subject has been unknown for longer than allowed.
        vanished: whether it went before anybody had judged it.
        proposed: whether an action on it waits for a person.
        escalated: whether somebody brings it back again and again.
    """
    if reason in (GONE, BREAK_GLASS):
        # Run within the grace, then deleted: nobody else would ever tell.
        loud = vanished or reason == BREAK_GLASS
        return Severity.HIGH if loud else Tell.RESOLVE
    if verdict in SETTLED_FAILURES:
        loud = (
            reason in _ATTACKS
            or escalated
            or (hold is not None and hold.state is HoldState.REFUSED)
        )
    elif verdict is Verdict.INCONCLUSIVE:
        lost = reason == SIGNATURE_LOST
        loud = reason == Unknown.ACCESS_DENIED or (overdue and not lost)
        elsewhere = reason == Unknown.INDEX_UNDECIDED and hold is None
        if reason in _BUNDLE or elsewhere or not (loud or lost):
            return Tell.KEEP
    elif (hold is not None and reason == SHIELD) or (
        hold is None and acts and reason == MANAGED_SIGNING_FAILED
    ):
        loud = False
    elif hold is not None:
        return Tell.KEEP
    else:
        return Tell.RESOLVE
    if hold is None and (not acts or proposed or reason == SIGNATURE_LOST):
        return Tell.TOGETHER
    # Somebody trusted signed it, and somebody else has not yet. Or whoever pushed it
    # can still sign it: told before it is held, not after.
    early = verdict is Verdict.PENDING and reason == MANAGED_SIGNING_FAILED
    mild = reason == TOO_FEW_IDENTITIES or early
    return _loudness(acts=acts, loud=loud, mild=mild)


def _loudness(*, acts: bool, loud: bool, mild: bool) -> Severity:
    if not acts:
        return Severity.LOW
    quiet = Severity.MEDIUM if mild else Severity.HIGH
    return Severity.CRITICAL if loud else quiet
