"""What two verdicts on one case say together."""

from dataclasses import dataclass
from enum import StrEnum

from tests.differential.oracle import Verdict
from tests.differential.ours import Judgement, Refusal

PANIC = "panic"
"""What the oracle calls a crash of the reference."""
_STAGES = ("policy", "selection", "skip", "verification")


class Relation(StrEnum):
    """How our verdict relates to the reference's."""

    ACCEPTED_BY_BOTH = "accepted by both"
    REJECTED_BY_BOTH = "rejected by both"
    STRICTER = "stricter"
    """We hold something against the case that the reference does not."""
    LAXER = "laxer"
    """The reference holds something against the case that we do not. Never allowed."""
    CRASHED = "the reference crashes"
    """It has no verdict; we hold something against the case, if only logged."""


@dataclass(frozen=True)
class Comparison:
    """The relation, and what it rests on."""

    relation: Relation
    explanation: str
    """For a reader; "" where the verdicts agree."""
    stricter: tuple[Refusal, ...] = ()
    """What we alone hold against the case."""


def compare(ours: Judgement, reference: Verdict) -> Comparison:
    """Compare two verdicts: accepted or not, and the validations that failed.

    The reference stops at the first enforced validation that fails, we go on: of a case
    that both reject, the reference's failures must be among ours.
    """
    if reference.error_class == PANIC and ours.failed:
        return Comparison(Relation.CRASHED, reference.error)
    if reference.accepted and ours.accepted:
        return _both_accept(ours, reference)
    if reference.accepted:
        return Comparison(Relation.STRICTER, "it accepts", ours.decisive)
    if ours.accepted:
        return _laxer(f"it rejects: {reference.error_class}: {reference.error}")
    return _both_reject(ours, reference)


def _both_accept(ours: Judgement, reference: Verdict) -> Comparison:
    if ours.statement != reference.statement or ours.stage != reference.stage:
        return _laxer(
            f"it took statement {reference.statement!r} to {reference.stage},"
            f" we {ours.statement!r} to {ours.stage}"
        )
    logged = {check.validation for check in reference.failed}
    if missed := logged - ours.failed:
        return _laxer(f"it logs a failure of {', '.join(sorted(missed))}")
    if more := ours.failed - logged:
        alone = tuple(each for each in ours.refusals if each.validation in more)
        return Comparison(Relation.STRICTER, "both accept; we log a failure", alone)
    return Comparison(Relation.ACCEPTED_BY_BOTH, "")


def _both_reject(ours: Judgement, reference: Verdict) -> Comparison:
    if _STAGES.index(ours.stage) > _STAGES.index(reference.stage):
        return _laxer(
            f"it stops at the {reference.stage}: {reference.error}; we went on"
        )
    if ours.stage != "verification" or reference.stage != "verification":
        return Comparison(Relation.REJECTED_BY_BOTH, "")
    enforced = {
        each.validation for each in reference.failed if each.action == "enforce"
    }
    # Errors that belong to no validation: the payload's, and those of plugins.
    wanted = enforced or {"integrity"}
    if ours.readable:
        wanted |= {each.validation for each in reference.failed}
    elif ours.failed >= {"integrity"}:
        return Comparison(Relation.REJECTED_BY_BOTH, "")
    if missed := wanted - ours.failed:
        return _laxer(
            f"both reject, but it for {', '.join(sorted(missed))}:"
            f" {reference.error_class}: {reference.error}"
        )
    return Comparison(Relation.REJECTED_BY_BOTH, "")


def _laxer(explanation: str) -> Comparison:
    return Comparison(Relation.LAXER, explanation)
