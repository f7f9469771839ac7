"""Safekeeping: the evidence of a decision is kept before its step is taken.

Where it cannot be kept, an action waits: quarantine for ``WAIT``, deletion for ever.
Then the image is held all the same, and that is said: whoever may shut the store off
must not keep a bad image pullable by it (docs/threat-model.md, 2 and 23).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from notation_verifier.values import dataclass
from sealward.decisions import Decision, Step
from sealward.evidence import EvidenceKeeping
from sealward.ledger.records import Hold
from sealward.look.telling.result import history_report
from sealward.ports.failures import PortError
from sealward.verifications import Search

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
        hold = decision.record.hold
        if self.keeping is None or hold is None or decision.step is not Step.ARCHIVE:
            return decision
        known = decision.known
        if hold.evidence and known and known.evidence == decision.record.evidence:
            return decision  # pushed again: the same is there
        try:
            digest = self.keeping.keep(
                decision.record,
                action=decision.action,
                report=history_report(decision, examined),
                candidates=[each.digest for each in examined.candidates],
            )
        except PortError as error:
            waited = self.now() - hold.since
            held = _with(decision, replace(hold, unkept=str(error)[:_TEXT]))
            return held if waited >= WAIT else replace(held, step=Step.NONE)
        except Exception as error:  # noqa: BLE001 - kept: the look raises it at its end
            crashes.append(error)
            return _with(decision, replace(hold, unkept=type(error).__name__))
        return _with(decision, replace(hold, evidence=digest, unkept=""))


def _with(decision: Decision, hold: Hold) -> Decision:
    return replace(decision, record=replace(decision.record, hold=hold))
