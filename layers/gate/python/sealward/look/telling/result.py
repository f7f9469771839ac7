"""The result of a look: what a log line, a metric and a test want to know."""

from datetime import datetime
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.decisions import Decision, Step
from sealward.decisions.judgement import SETTLED_FAILURES
from sealward.events import Hint
from sealward.ledger.records import FindingStatus, HoldState, Record, Verdict
from sealward.look.telling.candidate_reports import candidate_reports
from sealward.policy.bundle import Policy
from sealward.verifications import Search
from sealward.version import VERSION

_ASKED: Final = 600
"""Characters of what a policy asks for."""
NOT_DUE: Final = "not-due"
"""The reason of a look that found its due time overtaken by another look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookResult:
    """What a look saw, decided and did."""

    repository: str
    hinted: str
    """Digest the event named."""
    digest: str
    """Digest of the subject; the hinted one where there is none."""
    verdict: Verdict | None
    """None where the digest is no subject, or is gone and was never seen."""
    strict_verdict: Verdict | None = None
    """The verdict level ``strict`` would give."""
    changed: bool = False
    """Whether the verdict or its reason is new."""
    reason: str = ""
    detail: str = ""
    statement: str = ""
    bundle_serial: int = 0
    bundle_digest: str = ""
    signer: str | None = None
    step: Step = Step.NONE
    hold: HoldState | None = None
    """After the step."""
    proposal: str = ""
    replicated_from: str = ""
    """``account/region``, as an event said."""
    cause: str = ""
    """Why a replica is not trusted here."""
    exposure_seconds: float = 0.0
    candidates: int = 0
    """Signatures that were tried."""
    finding: FindingStatus | None = None
    finding_id: str = ""
    delivered: bool | None = None
    """Whether Security Hub has the finding; None where there is none."""
    version: int = 0
    """Of the record."""
    due: datetime | None = None
    """When it is looked at again, if ever."""
    unsent: str = ""
    """Why the queue did not take that look, if it did not: the tick sends it."""
    unkept: str = ""
    """Why evidence could not be kept, if it could not: of an action that waits for it,
    or a signature."""

    @classmethod
    def nothing(cls, hint: Hint, *, reason: str, detail: str) -> "LookResult":
        """Return the result of a look that found no subject."""
        return cls(
            repository=hint.repository,
            hinted=hint.digest,
            digest=hint.digest,
            verdict=None,
            reason=reason,
            detail=detail,
        )

    @classmethod
    def of(
        cls, hint: Hint, decision: Decision, record: Record, candidates: int
    ) -> "LookResult":
        """Return the result of a decision; ``record`` is how things stand after it."""
        finding = record.finding
        return cls(
            repository=hint.repository,
            hinted=hint.digest,
            digest=record.key.digest,
            verdict=record.verdict,
            strict_verdict=record.strict_verdict,
            changed=decision.verdict_changed,
            reason=record.reason,
            detail=record.detail,
            statement=record.statement,
            bundle_serial=record.bundle_serial,
            bundle_digest=record.bundle_digest,
            signer=record.signer,
            step=decision.step,
            hold=record.hold.state if record.hold else None,
            proposal=record.proposal,
            replicated_from=record.replica.source if record.replica else "",
            cause=record.replica.cause or "" if record.replica else "",
            exposure_seconds=record.exposure.total(record.updated_at),
            candidates=candidates,
            finding=finding.status if finding else None,
            finding_id=finding.id if finding else "",
            delivered=finding.delivered if finding else None,
            version=record.version,
            due=record.due,
            unkept=_unkept(record),
        )

    def log_fields(self) -> dict[str, Any]:
        """Return the result in plain JSON types: what is so, and what is new.

        The longer texts stand in the line of the look that changed the verdict only;
        the ledger has them. Every byte of every look is paid for.
        """
        fields: dict[str, Any] = {
            "repository": self.repository,
            "digest": self.digest,
            "hinted": self.hinted if self.hinted != self.digest else None,
            "verdict": self.verdict,
            "strict_verdict": self.strict_verdict
            if self.strict_verdict is not self.verdict
            else None,
            "reason": self.reason,
            "statement": self.statement,
            "bundle_serial": self.bundle_serial,
            "step": self.step if self.step is not Step.NONE else None,
            "hold": self.hold,
            "proposal": self.proposal,
            "replicated_from": self.replicated_from,
            "cause": self.cause,
            "exposure_seconds": round(self.exposure_seconds, 3),
            "candidates": self.candidates,
            "finding": self.finding,
            "delivered": self.delivered,
            "version": self.version,
            "due": self.due.isoformat(timespec="seconds") if self.due else None,
            "unsent": self.unsent,
            "unkept": self.unkept,
        }
        if self.changed or self.verdict is None:
            fields |= {
                "changed": self.changed,
                "detail": self.detail,
                "signer": self.signer,
                "finding_id": self.finding_id,
            }
        return {
            name: value
            for name, value in fields.items()
            if value or (name == "delivered" and value is False)
        }


def _unkept(record: Record) -> str:
    """Return why the action under way has no evidence; once it is done, it is old."""
    hold = record.hold
    return hold.unkept if hold is not None and hold.state is HoldState.HOLDING else ""


def history_report(
    decision: Decision, examined: Search, policy: Policy | None = None
) -> dict[str, Any]:
    """Return what made the verdict, in plain JSON types, for the ledger's history.

    Args:
        decision: as it fell.
        examined: the signatures that were tried.
        policy: what governs the image: where it is refused, what that asks for is kept,
            since the bundle may be another one by the time somebody reads it.
    """
    record = decision.record
    descriptor = record.descriptor
    return {
        "code": VERSION,
        "subject": [descriptor.media_type, descriptor.size] if descriptor else [],
        "verdict": record.verdict.value,
        "strict_verdict": record.strict_verdict.value,
        "reason": record.reason,
        "detail": record.detail,
        "statement": record.statement,
        "statement_hash": record.statement_hash,
        "bundle_serial": record.bundle_serial,
        "bundle_digest": record.bundle_digest,
        "evidence": record.evidence,
        "covered_by": record.covered_by,
        "step": decision.step.value,
        **_asked(record, policy),
        **candidate_reports(examined),
    }


def _asked(record: Record, policy: Policy | None) -> dict[str, str]:
    """Return what the policy asks for, of an image that is refused; else nothing."""
    if policy is None or record.verdict not in SETTLED_FAILURES:
        return {}
    # For what is refused only.
    from notation_verifier.sentence import printable, requirement  # noqa: PLC0415

    return {"asked": printable(requirement(policy.statement, None), _ASKED)}
