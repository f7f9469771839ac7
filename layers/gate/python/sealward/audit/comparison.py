"""The comparison: a recorded decision beside what it comes to today."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from notation_verifier import Descriptor, Reason
from notation_verifier.values import dataclass
from sealward.audit.decision import RecordedCandidate, RecordedDecision, outcome
from sealward.decisions import judgement as reasons
from sealward.decisions import managed_signing, releases
from sealward.decisions.judgement import OPEN, SETTLED_FAILURES, Judgement
from sealward.decisions.situation import Seen
from sealward.decisions.verdict import judge, strict_verdict, with_baseline
from sealward.ledger.records import Verdict
from sealward.look.telling.candidate_reports import candidate_reports
from sealward.policy.bundle import Policy
from sealward.ports.registry import ImageDetail, ImageStatus
from sealward.subjects.manifests import BadManifest
from sealward.verifications import Search

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_TAKEN: Final = {
    reasons.BASELINE: "that it was there before enforcement is taken as recorded",
    reasons.OTHER_SCHEME: "what else referred to it is taken as recorded",
    releases.BREAK_GLASS: "that a person let it be used is taken as recorded",
    managed_signing.MANAGED_SIGNING_FAILED: (
        "what ECR said of its own signing is taken as recorded"
    ),
}
"""What no bytes say and a decision rested on, by its reason."""
_REVOKED: Final = {
    f"failed: {reason.value}"
    for reason in (Reason.CERTIFICATE_REVOKED, Reason.TSA_REVOKED)
}


class Answer(StrEnum):
    """What redoing a decision came to."""

    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redone:
    """A decision that was repeated."""

    answer: Answer
    verdict: Verdict | None
    """What it comes to today; None where nothing was repeated."""
    reason: str
    differences: tuple[str, ...] = ()
    """Each as a sentence; the recorded value first."""
    missing: tuple[str, ...] = ()
    """What is not among the evidence."""
    notes: tuple[str, ...] = ()
    """What was taken as recorded, because it cannot be repeated."""


def compared(
    decision: RecordedDecision,
    policy: Policy | None,
    found: Search,
    problem: BadManifest | None,
    missing: tuple[str, ...],
) -> Redone:
    """Return what ``decision`` comes to with what was ``found`` anew.

    Args:
        decision: as it was recorded.
        policy: that it names; None where none governed.
        found: its signatures, examined anew.
        problem: what is wrong with the image's own manifest.
        missing: what of its evidence could not be had.
    """
    said = {each["signature"]: each for each in candidate_reports(found)["candidates"]}
    lost = [
        f"signature {digest}"
        for digest, each in said.items()
        if str(each.get("rejected", "")).endswith("-missing")
    ]
    remembered = [
        f"the answer by which an earlier look knew signature {each.digest} revoked"
        for each in decision.candidates
        if each.digest in said and _by_memory(each, said[each.digest])
    ]
    missing = (*missing, *lost, *remembered)
    verdict, strict, reason = _verdicts(decision, policy, found, problem)
    differences = [
        f"{what}: {recorded}, now {now}"
        for what, recorded, now in (
            ("verdict", decision.verdict, verdict),
            ("verdict under strict", decision.strict_verdict, strict),
            ("reason", decision.reason, reason),
        )
        if recorded != now
    ]
    for each in decision.candidates:
        if each.repeatable and each.digest in said:
            differences += _candidate_differences(each, said[each.digest])
    notes = [_TAKEN[decision.reason]] if decision.reason in _TAKEN else []
    if decision.strict_verdict is Verdict.COVERED:
        notes.append("that an index covers it under strict is taken as recorded")
    if decision.omitted:
        notes.append(f"{decision.omitted} further signatures were only counted")
    if not decision.candidates and decision.verdict is Verdict.UNSIGNED:
        notes.append("that nothing signs it is what the registry listed then")
    answer = Answer.SAME
    if differences:
        # What is missing explains a difference: it is no other answer.
        explained = missing or decision.omitted
        answer = Answer.CANNOT_TELL if explained else Answer.DIFFERENT
    return Redone(
        answer=answer,
        verdict=verdict,
        reason=reason,
        differences=tuple(differences),
        missing=missing,
        notes=tuple(notes),
    )


def _verdicts(
    decision: RecordedDecision,
    policy: Policy | None,
    found: Search,
    problem: BadManifest | None,
) -> tuple[Verdict, Verdict, str]:
    descriptor = decision.descriptor or Descriptor(
        media_type="", digest=decision.key.digest, size=0
    )
    seen = Seen(
        detail=ImageDetail(
            digest=decision.key.digest,
            status=ImageStatus.ACTIVE,
            media_type=descriptor.media_type,
            size=descriptor.size,
            tags=(),
            pushed_at=decision.at,
            subject_digest=None,
        ),
        descriptor=descriptor,
        problem=problem,
        search=found,
    )
    # The grace had begun with a push that is not repeated.
    waited = decision.verdict is Verdict.PENDING
    deadline = None if policy is None else _NEVER if waited else decision.at
    judgement = judge(seen, policy, known=None, deadline=deadline, now=decision.at)
    strict = strict_verdict(seen, policy, judgement, known=None, now=decision.at)
    if decision.strict_verdict is Verdict.COVERED:
        strict = decision.strict_verdict
    judgement = _with_what_was_said(judgement, decision, policy)
    return judgement.verdict, strict, judgement.reason


def _with_what_was_said(
    judgement: Judgement, decision: RecordedDecision, policy: Policy | None
) -> Judgement:
    """Return ``judgement`` with what no bytes say and the decision rested on."""
    match decision.reason:
        case reasons.BASELINE if policy is not None and policy.enforce_from:
            begin = policy.enforce_from - timedelta(seconds=1)
            return with_baseline(
                judgement, policy, known=None, begin=begin, now=decision.at
            )
        case releases.BREAK_GLASS if judgement.verdict in SETTLED_FAILURES | OPEN:
            return replace(
                judgement, verdict=Verdict.EXEMPT, reason=releases.BREAK_GLASS
            )
        case managed_signing.MANAGED_SIGNING_FAILED | reasons.OTHER_SCHEME if (
            judgement.reason in {reasons.NO_SIGNATURE, reasons.GRACE}
        ):
            return replace(judgement, reason=decision.reason)
        case _:
            return judgement


def _by_memory(recorded: RecordedCandidate, now: Mapping[str, Any]) -> bool:
    """Return whether it was refused for a revocation that nobody was asked about.

    What was once validly seen revoked stays so, and later looks name no answer for it.
    """
    checks = {str(each["check"]): outcome(each) for each in now.get("checks", ())}
    return any(
        then in _REVOKED and checks.get(check, "").startswith("skipped")
        for check, then in recorded.checks.items()
    )


def _candidate_differences(
    recorded: RecordedCandidate, now: Mapping[str, Any]
) -> list[str]:
    name = f"signature {recorded.digest[:19]}"
    word = str(now.get("conclusion") or now.get("rejected") or "unread")
    found = [] if word == recorded.conclusion else [(word, recorded.conclusion, "it")]
    checks = {str(each["check"]): outcome(each) for each in now.get("checks", ())}
    found += [
        (checks.get(check, "not made"), recorded.checks.get(check, "not made"), check)
        for check in dict.fromkeys((*recorded.checks, *checks))
        if checks.get(check) != recorded.checks.get(check)
    ]
    if checks and recorded.chain and tuple(now["certificates"]) != recorded.chain:
        found.append(("another", "one", "its chain"))
    if checks and recorded.envelope and now["envelope"] != recorded.envelope:
        found.append((now["envelope"][:12], recorded.envelope[:12], "its envelope"))
    if checks and recorded.anchor != now["anchor"]:
        found.append((str(now["anchor"]), str(recorded.anchor), "its anchor"))
    return [f"{name}: {what}: {then}, now {this}" for this, then, what in found]
