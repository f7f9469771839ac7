"""The outcome of a decision: the record to remember and the step to take. Pure."""

from dataclasses import replace
from datetime import datetime

from notation_verifier.values import dataclass
from sealward.decisions.severity import Severity, Tell, severity
from sealward.decisions.step import Step
from sealward.ledger.records import Hold, PullDenial, Record, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a look decided."""

    record: Record
    """To be written, one version on."""
    known: Record | None
    """What was remembered before."""
    step: Step = Step.NONE
    due: datetime | None = None
    """When to look again, the hold left aside."""
    deadline: datetime | None = None
    """End of the grace; None where no policy gives one."""
    acts: bool = False
    """Whether policy and stack quarantine."""
    overdue: bool = False
    """Whether the subject has been unknown for longer than its policy allows."""
    vanished: bool = False
    """Whether the image went while nobody had judged it, though it could be pulled."""
    silent: bool = False
    """Whether nothing new is said: without a policy nobody knows how loud to be."""

    @property
    def pulls_change(self) -> bool:
        """Whether pulls are to be denied or allowed: what was begun is gone on with."""
        before = self.known.pulls if self.known else None
        return self.record.pulls is not before or before is PullDenial.DENYING

    @property
    def action(self) -> str:
        """Return the name of what is done, as an intent says it."""
        if self.step is not Step.NONE:
            return self.step.value
        return "allow-pulls" if self.record.pulls is None else "deny-pulls"

    def only_asks(self, due: datetime) -> bool:
        """Whether a look at ``due`` decides nothing unless a signature has come."""
        return (
            self.record.verdict is Verdict.PENDING
            and self.record.hold is None
            and due != self.deadline
        )

    @property
    def verdict_changed(self) -> bool:
        """Whether the history gets an entry."""
        known = self.known
        return known is None or (known.verdict, known.reason) != (
            self.record.verdict,
            self.record.reason,
        )

    def severity(self, hold: Hold | None) -> Severity | Tell:
        """Return how loud the finding is, with ``hold`` as it stands after the step."""
        if self.silent:
            return Tell.KEEP
        return severity(
            self.record.verdict,
            self.record.reason,
            hold=hold,
            acts=self.acts,
            overdue=self.overdue,
            vanished=self.vanished,
            proposed=bool(self.record.proposal),
            escalated=hold is not None and hold.escalated(self.record.updated_at),
        )


def is_news(stored: Record | None, record: Record) -> bool:
    """Return whether ``record`` says more than ``stored``; equal evidence does not.

    A due time that is still to come is kept as it is rather than put off.
    """
    if stored is None:
        return True
    same = replace(
        record,
        version=stored.version,
        looks=stored.looks,
        updated_at=stored.updated_at,
        due=stored.due,
    )
    if same != stored:
        return True
    if stored.due is None or record.due is None:
        return stored.due != record.due
    return not record.updated_at < stored.due <= record.due


def looks_since(known: Record | None, verdict: Verdict, hold: Hold | None) -> int:
    """Return the looks since the verdict or the hold last changed."""
    if (
        known is None
        or known.verdict is not verdict
        or (known.hold and known.hold.state) != (hold and hold.state)
    ):
        return 0
    return known.looks + 1
