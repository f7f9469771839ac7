"""Redo: a decision repeated offline from what it names, by the code of today.

Signatures are verified anew, at the instant of the decision, against the bundle that it
names, with the revocation answers that it names. What rested on the registry's word
alone (that an index covers it, that nothing signs it) has nothing to be repeated.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from notation_verifier import CheckName, FetchError
from notation_verifier.signer_service import SignerQuestion, SignerServiceError
from sealward.audit.comparison import Answer, Redone, compared
from sealward.audit.decision import RecordedCandidate, RecordedDecision
from sealward.decisions.judgement import (
    COVERED,
    GONE,
    NOT_AN_IMAGE,
    SIGNATURE_LOST,
    SIGNATURE_UNREADABLE,
)
from sealward.decisions.situation import Unknown
from sealward.ledger.judged import Recalled
from sealward.policy.bundle import Policy, PolicyBundle
from sealward.ports.registry import Contents
from sealward.revocation.heard import question_id, signer_question_id
from sealward.signatures import Bounds, read_signatures
from sealward.signatures.candidates import Shortlist, Unread
from sealward.subjects import Image, classify
from sealward.subjects.manifests import BadManifest, ManifestProblem
from sealward.verifications import Candidate, Judge, Search, search

if TYPE_CHECKING:
    from notation_verifier.revocation import RevocationSettings

_REGISTRY_SAID: Final = frozenset(
    {COVERED, GONE, NOT_AN_IMAGE, SIGNATURE_LOST, SIGNATURE_UNREADABLE}
    | {each.value for each in Unknown}
)
"""Reasons that rest on what the registry, or AWS, said at that instant."""


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
    problem = _problem(decision, contents, missing)
    return compared(decision, policy, found, problem, tuple(missing))


def _problem(
    decision: RecordedDecision, contents: Contents, missing: dict[str, None]
) -> BadManifest | None:
    """Return what is wrong with the image's own manifest, as far as it is there."""
    digest = decision.key.digest
    manifest = contents.manifests(decision.key.repository, (digest,)).get(digest)
    if manifest is None:
        if decision.reason in set(ManifestProblem):
            missing[f"manifest {digest}"] = None
        return None
    media_type = manifest.media_type
    if decision.descriptor is not None:
        media_type = decision.descriptor.media_type  # as the registry declared it
    artifact = classify(manifest.content, media_type)
    return artifact.problem if isinstance(artifact, Image) else None


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
