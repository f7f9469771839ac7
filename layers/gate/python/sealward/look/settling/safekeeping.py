"""Safekeeping: the evidence of a decision is kept before its step is taken.

Where it cannot be kept, an action waits: the first quarantine for ``WAIT``, deletion
for ever. Then the image is held all the same, and that is said: whoever may shut the
store off must not keep a bad image pullable by it (docs/threat-model.md, 2 and 23).
What was kept of a hold is read again before a deletion, its own dossier put beside.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from notation_verifier.values import dataclass
from sealward.decisions import Decision, Step
from sealward.evidence import EvidenceKeeping
from sealward.ledger import to_text
from sealward.ledger.records import Deletion, Hold, HoldState
from sealward.look.telling.result import history_report
from sealward.ports.failures import PortError, Refused
from sealward.ports.ledger import intent_id
from sealward.verifications import Search
from sealward.version import VERSION

WAIT: Final = timedelta(seconds=90)
"""How long a hold waits for its evidence; looks come after 2, 7, 17, 47 and 107 s."""
_TEXT: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Safekeeping:
    """Keeps evidence before a step."""

    keeping: EvidenceKeeping | None
    """None: the stack keeps none, and may not act on AWS."""
    now: Callable[[], datetime]

    def before(
        self, decision: Decision, examined: Search, crashes: list[Exception]
    ) -> Decision:
        """Return ``decision`` with its evidence kept, or without its step.

        What nobody expected goes into ``crashes`` and stops no hold: a pusher may have
        caused it.
        """
        match decision.step:
            case Step.ARCHIVE:
                return self._before_archiving(decision, examined, crashes)
            case Step.DELETE:
                return self._before_deleting(decision, examined, crashes)
            case Step.NONE | Step.RESTORE:
                return decision
            case _:
                assert_never(decision.step)

    def _before_archiving(
        self, decision: Decision, examined: Search, crashes: list[Exception]
    ) -> Decision:
        hold, known = decision.record.hold, decision.known
        if self.keeping is None or hold is None:
            return decision
        same = known is not None and known.evidence == decision.record.evidence
        if hold.evidence and same and not hold.unkept:
            return decision  # pushed again: the same is there
        try:
            digest = self.keeping.keep(
                decision.record,
                action=decision.action,
                report=history_report(decision, examined),
                candidates=[each.digest for each in examined.candidates],
            )
        except PortError as error:
            held = _with(decision, replace(hold, unkept=str(error)[:_TEXT]))
            # Once: who pushes it again meanwhile would have it wait anew each time.
            waits = hold.applied == 1 and self.now() - hold.since < WAIT
            return replace(held, step=Step.NONE) if waits else held
        except Exception as error:  # noqa: BLE001 - kept: the look raises it at its end
            crashes.append(error)
            return _with(decision, replace(hold, unkept=type(error).__name__))
        return _with(decision, replace(hold, evidence=digest, unkept=""))

    def _before_deleting(
        self, decision: Decision, examined: Search, crashes: list[Exception]
    ) -> Decision:
        """Return ``decision`` with the dossier of the deletion kept, or without it.

        Nothing is written of a deletion yet: the intent comes after its evidence, on
        condition that nobody wrote meanwhile, and beside it the pauses are read.
        """
        hold = decision.record.hold
        if hold is None or hold.deletion is None:
            return replace(decision, step=Step.NONE)
        try:
            if self.keeping is None:
                raise Refused("no evidence is kept here")  # noqa: TRY301 - one way out
            digest = self.keeping.keep_deletion(
                decision.record,
                report=history_report(decision, examined),
                candidates=[each.digest for each in examined.candidates],
                grounds=_grounds(decision, hold),
            )
        except PortError as error:
            undone = _undeleted(decision, hold, hold.deletion, str(error)[:_TEXT])
        except Exception as error:  # noqa: BLE001 - kept: the look raises it at its end
            crashes.append(error)
            undone = _undeleted(decision, hold, hold.deletion, type(error).__name__)
        else:
            asked = replace(hold.deletion, dossier=digest)
            return _with(decision, replace(hold, deletion=asked))
        # What can be pulled is archived instead, as without the deletion.
        return self.before(undone, examined, crashes)


def _undeleted(decision: Decision, hold: Hold, asked: Deletion, why: str) -> Decision:
    there = hold.state is HoldState.HELD
    held = replace(hold, detail=why, deletion=replace(asked, refused=why))
    step = Step.NONE if there else Step.ARCHIVE
    return replace(_with(decision, held), step=step)


def _grounds(decision: Decision, hold: Hold) -> dict[str, Any]:
    """Return by what, by which rule and after what an image is deleted."""
    record = decision.record
    rested = hold.state is HoldState.HELD
    return {
        "by": f"Sealward {VERSION}, by policy",
        "intent": intent_id(record),
        "rule": "a day in quarantine" if rested else "pushed again and again",
        "held": to_text(hold.since) if rested else "",
        "pushedAgain": [to_text(each) for each in hold.again],
        "dossier": hold.evidence,
        "firstSeen": to_text(record.first_seen),
        "pushedBy": record.pushed_by,
    }


def _with(decision: Decision, hold: Hold) -> Decision:
    return replace(decision, record=replace(decision.record, hold=hold))
