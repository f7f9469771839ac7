"""Redo: a decision repeated offline from what it names, by the code of today.

Signatures are verified anew, at the instant of the decision, against the bundle that it
names, with the revocation answers that it names. What rested on the registry's word
alone (that an index covers it, that nothing signs it) has nothing to be repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from notation_verifier import CheckName, Descriptor, FetchError
from notation_verifier.signer_service import SignerQuestion, SignerServiceError
from notation_verifier.values import dataclass
from sealward.audit.decision import RecordedCandidate, RecordedDecision, outcome
from sealward.decisions.situation import Seen, Unknown
from sealward.decisions.verdict import (
    BASELINE,
    COVERED,
    GONE,
    NOT_AN_IMAGE,
    SIGNATURE_LOST,
    SIGNATURE_UNREADABLE,
    judge,
    strict_verdict,
    with_baseline,
)
from sealward.ledger.judged import Recalled
from sealward.ledger.records import Verdict
from sealward.look.telling.candidate_reports import candidate_reports
from sealward.policy.bundle import Policy, PolicyBundle
from sealward.ports.registry import Contents, ImageDetail, ImageStatus
from sealward.revocation.heard import question_id, signer_question_id
from sealward.signatures import Bounds, read_signatures
from sealward.signatures.candidates import Shortlist, Unread
from sealward.verifications import Candidate, Judge, Search, search

if TYPE_CHECKING:
    from notation_verifier.revocation import RevocationSettings

_REGISTRY_SAID: Final = frozenset(
    {COVERED, GONE, NOT_AN_IMAGE, SIGNATURE_LOST, SIGNATURE_UNREADABLE}
    | {each.value for each in Unknown}
)
"""Reasons that rest on what the registry, or AWS, said at that instant."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


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


def redo(
    decision: RecordedDecision,
    bundle: PolicyBundle,
    contents: Contents,
    answer_of: Callable[[str], bytes | None],
) -> Redone:
    """Repeat ``decision``.

    Args:
        decision: as it was recorded.
        bundle: the one that it names: its digest is the caller's to check.
        contents: signature manifests and envelopes by digest.
        answer_of: returns the revocation answer with a SHA-256, or None.
    """
    if decision.reason in _REGISTRY_SAID:
        return Redone(
            answer=Answer.CANNOT_TELL,
            verdict=None,
            reason=decision.reason,
            notes=(
                (
                    f"{decision.reason} rests on what the registry or AWS said at that "
                    "instant; there is nothing to repeat"
                ),
            ),
        )
    policy = _policy(decision, bundle)
    if policy is None and decision.statement_hash:
        return Redone(
            answer=Answer.DIFFERENT,
            verdict=None,
            reason="",
            differences=(
                (
                    f"it was judged by statement {decision.statement} "
                    f"({decision.statement_hash[:12]}), which is not in the bundle"
                ),
            ),
        )
    missing: dict[str, None] = {}
    found = Search()
    if policy is not None and decision.descriptor is not None and decision.candidates:
        judging = _judge(decision, policy, bundle, answer_of, missing)
        found = _search(decision, policy, judging, contents)
    return _compared(decision, policy, found, tuple(missing))


def _policy(decision: RecordedDecision, bundle: PolicyBundle) -> Policy | None:
    return next(
        (
            policy
            for policy in bundle.policies
            if policy.statement_hash == decision.statement_hash
            and policy.statement.name == decision.statement
        ),
        None,
    )


def _search(
    decision: RecordedDecision, policy: Policy, judging: Judge, contents: Contents
) -> Search:
    digests = tuple(each.digest for each in decision.candidates if each.repeatable)
    listed = Shortlist(first=digests, more=not decision.exhausted)
    assert decision.descriptor is not None  # noqa: S101 - the caller looked
    waves = read_signatures(
        contents,
        decision.key,
        listed,
        named=None,
        beside=None,
        bounds=Bounds(candidates=len(digests)),
    )
    found = search(
        waves,
        subject=decision.descriptor,
        judge=judging,
        listed=listed,
        required=policy.identities_required,
    )
    as_recorded = tuple(
        _as_recorded(each, decision.reason)
        for each in decision.candidates
        if not each.repeatable
    )
    return replace(found, candidates=(*as_recorded, *found.candidates))


def _as_recorded(candidate: RecordedCandidate, reason: str) -> Candidate:
    """Return one that was not examined then either, as it was left."""
    detail = "as recorded"
    if candidate.unread:
        return Unread(digest=candidate.digest, detail=detail)
    return Recalled(
        digest=candidate.digest,
        reason=candidate.conclusion,
        detail=detail,
        # How far it had come is not recorded; that it explained the verdict is.
        place=len(CheckName) if candidate.conclusion == reason else -1,
    )


def _compared(
    decision: RecordedDecision,
    policy: Policy | None,
    found: Search,
    missing: tuple[str, ...],
) -> Redone:
    said = {each["signature"]: each for each in candidate_reports(found)["candidates"]}
    lost = [
        f"signature {digest}"
        for digest, each in said.items()
        if str(each.get("rejected", "")).endswith("-missing")
    ]
    missing = (*missing, *lost)
    verdict, strict, reason = _verdicts(decision, policy, found)
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
    notes = []
    if decision.reason == BASELINE:
        notes.append("that it was there before enforcement is taken as recorded")
    if decision.omitted:
        notes.append(f"{decision.omitted} further signatures were only counted")
    if not decision.candidates and decision.verdict is Verdict.UNSIGNED:
        notes.append("that nothing signs it is what the registry listed then")
    answer = Answer.SAME
    if differences:
        # What is missing explains a difference: it is no other answer.
        answer = Answer.CANNOT_TELL if missing else Answer.DIFFERENT
    return Redone(
        answer=answer,
        verdict=verdict,
        reason=reason,
        differences=tuple(differences),
        missing=missing,
        notes=tuple(notes),
    )


def _verdicts(
    decision: RecordedDecision, policy: Policy | None, found: Search
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
        search=found,
    )
    # The grace had begun with a push that is not repeated.
    waited = decision.verdict is Verdict.PENDING
    deadline = None if policy is None else _NEVER if waited else decision.at
    judgement = judge(seen, policy, known=None, deadline=deadline, now=decision.at)
    if decision.reason == BASELINE and policy is not None and policy.enforce_from:
        begin = policy.enforce_from - timedelta(seconds=1)
        judgement = with_baseline(
            judgement, policy, known=None, begin=begin, now=decision.at
        )
    strict = strict_verdict(seen, policy, judgement, known=None, now=decision.at)
    return judgement.verdict, strict, judgement.reason


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


def _judge(
    decision: RecordedDecision,
    policy: Policy,
    bundle: PolicyBundle,
    answer_of: Callable[[str], bytes | None],
    missing: dict[str, None],
) -> Judge:
    said = policy.revocation

    def fetch(url: str, *, body: bytes | None = None) -> bytes:
        hashed = decision.revocation_answers.get(question_id(url, body))
        if hashed is None:
            raise FetchError("nobody answered this then")
        answer = answer_of(hashed)
        if answer is None:
            missing[f"revocation answer sha256:{hashed}"] = None
            raise FetchError(f"the answer sha256:{hashed} is not among the evidence")
        return answer

    def service(question: SignerQuestion) -> Sequence[str]:
        revoked = decision.signer_answers.get(signer_question_id(question))
        if revoked is None:
            raise SignerServiceError("nobody answered this then")
        return revoked

    def settings() -> "RevocationSettings":
        from notation_verifier.revocation import (  # noqa: PLC0415 - only who asks
            RevocationMemory,
            RevocationSettings,
        )

        return RevocationSettings(
            memory=RevocationMemory(), max_age=said.max_age, crls=said.crls
        )

    return Judge(
        statement=policy.statement,
        trust_stores=bundle.trust_stores,
        signer_roots=bundle.signer_roots,
        user_metadata=policy.user_metadata,
        now=decision.at,
        fetch=fetch,
        revocation_settings=settings,
        revocation_information_required=said.requires_information,
        signer_service=service,
        signer_reach=said.signer,
    )
