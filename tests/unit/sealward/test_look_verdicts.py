"""Looks on real signatures: every verdict, and what a pusher can and cannot cause."""

from datetime import timedelta

import pytest

from notation_verifier import Reason
from sealward.decisions import Step
from sealward.ledger import HoldState, Verdict
from sealward.policy.bundle import Capability
from sealward.signatures.candidates import Rejection
from tests import forge
from tests.unit.sealward.stand import (
    Stand,
    bundle,
)

MINUTE = timedelta(minutes=1)
GRACE = timedelta(minutes=10)


@pytest.mark.parametrize("media_type", [forge.JWS, forge.COSE])
@pytest.mark.parametrize("shape", ["config", "artifactType"])
def test_a_signed_image_is_trusted(stand: Stand, media_type: str, shape: str) -> None:
    image = stand.push()
    stand.attach(image, media_type=media_type, shape=shape)
    result = stand.look(image)
    assert (result.verdict, result.step) == (Verdict.TRUSTED, Step.NONE)
    assert result.signer == "x509.subject: CN=Leaf,O=acme,ST=WA,C=US"
    assert stand.findings == []


def test_an_unsigned_image_is_pending_until_grace_ends_then_unsigned_and_held(
    stand: Stand,
) -> None:
    image = stand.push()
    assert stand.look(image).verdict is Verdict.PENDING
    stand.pass_time(GRACE - timedelta(seconds=1))
    assert stand.record(image).verdict is Verdict.PENDING
    assert stand.status(image) == "ACTIVE"
    stand.pass_time(timedelta(seconds=1))
    assert stand.record(image).verdict is Verdict.UNSIGNED
    assert stand.record(image).reason == "no-signature"
    assert stand.status(image) == "ARCHIVED"


def test_junk_does_not_end_the_grace(stand: Stand) -> None:
    image = stand.push()
    stand.junk(image)
    result = stand.look(image)
    assert (result.verdict, result.candidates) == (Verdict.PENDING, 1)


def test_a_wrong_identity_is_final_at_once_where_the_policy_fails_fast() -> None:
    stand = Stand(current=bundle(failFast=True))
    image = stand.push()
    stand.attach(image, by="Other")
    result = stand.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.UNTRUSTED,
        Reason.IDENTITY_NOT_ALLOWED,
    )
    assert result.hold is HoldState.HELD


def test_junk_is_never_final_though_the_policy_fails_fast() -> None:
    stand = Stand(current=bundle(failFast=True))
    image = stand.push()
    stand.junk(image)
    good = forge.sign(image, forge.chain(subject="Leaf"))
    stand.attach(image, good[:-40] + b"A" * 40)
    assert stand.look(image).verdict is Verdict.PENDING


def test_grace_is_not_restarted_by_a_push_of_the_same_digest(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.pass_time(GRACE - MINUTE)
    stand.push(tag="again")
    stand.deliver()
    stand.pass_time(MINUTE)
    assert stand.record(image).verdict is Verdict.UNSIGNED


def test_grace_counts_from_the_push_where_the_event_came_late(stand: Stand) -> None:
    image = stand.push()
    stand.clock.advance(GRACE)
    assert stand.look(image).verdict is Verdict.UNSIGNED


def test_grace_survives_deletion(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.delete(image)
    stand.look(image)
    stand.clock.advance(GRACE)
    stand.push()
    assert stand.look(image).verdict is Verdict.UNSIGNED


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("other-identity", Reason.IDENTITY_NOT_ALLOWED),
        ("other-root", Reason.NOT_ANCHORED),
        ("other-image", Reason.SUBJECT_MISMATCH),
        ("tampered", Reason.SIGNATURE_MISMATCH),
        ("expired", Reason.SIGNATURE_EXPIRED),
        ("junk", Rejection.ENVELOPE_MALFORMED),
    ],
)
def test_a_bad_signature_is_untrusted_with_its_reason(
    at_once: Stand, how: str, reason: str
) -> None:
    stand = at_once
    image = stand.push()
    match how:
        case "other-identity":
            stand.attach(image, by="Other")
        case "other-root":
            root = forge.CertificateAuthority.root("Another root")
            stand.attach(image, forge.sign(image, root.leaf("Leaf")))
        case "other-image":
            other = stand.push("other")
            stand.attach(image, forge.sign(other, forge.chain(subject="Leaf")))
        case "tampered":
            stand.attach(image, members={"signature": "A" * 128})
        case "expired":
            stand.attach(image, expiry=forge.SIGNING_TIME + MINUTE)
        case _:
            stand.junk(image)
    result = stand.look(image)
    assert (result.verdict, result.reason) == (Verdict.UNTRUSTED, reason)
    assert result.hold is HoldState.HELD


def test_the_most_telling_refusal_is_the_reason(at_once: Stand) -> None:
    image = at_once.push()
    at_once.junk(image, 1)
    at_once.attach(image, by="Other")
    at_once.junk(image, 2)
    result = at_once.look(image)
    assert (result.reason, result.candidates) == (Reason.IDENTITY_NOT_ALLOWED, 3)


def test_a_repository_no_policy_names_is_ungoverned(stand: Stand) -> None:
    image = stand.push(repository="dev/app")
    result = stand.look(image, repository="dev/app")
    assert (result.verdict, result.due) == (Verdict.UNGOVERNED, None)
    assert stand.findings == []


def test_level_skip_is_exempt() -> None:
    stand = Stand(current=bundle(level={"level": "skip"}))
    result = stand.look(stand.push())
    assert (result.verdict, result.reason) == (Verdict.EXEMPT, "level-skip")


def test_an_enforced_check_that_cannot_be_made_is_inconclusive() -> None:
    stand = Stand(current=bundle(grace="0s", level={"level": "strict"}))
    image = stand.push()
    stand.attach(image, revocable=True)
    result = stand.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        Reason.NEEDS_REVOCATION_SERVICE,
    )
    assert (result.hold, stand.findings) == (None, [])


def test_the_verdict_strict_would_give_is_remembered(stand: Stand) -> None:
    image = stand.push()
    stand.attach(image, revocable=True)
    assert stand.look(image).strict_verdict is Verdict.INCONCLUSIVE


def test_only_a_changed_verdict_enters_the_history(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.pass_time(timedelta(minutes=5))
    stand.attach(image)
    stand.look(image)
    stand.pass_time(timedelta(hours=1))
    history = stand.ledger.history(stand.record(image).key)
    assert [entry.verdict for entry in history] == ["pending", "trusted"]
    (candidate,) = history[-1].report["candidates"]
    assert candidate["conclusion"] == "satisfied"
    assert len(candidate["checks"]) == 9


def test_observation_never_touches_the_registry() -> None:
    stand = Stand(current=bundle(grace="0s"), capability=Capability.OBSERVE)
    images = [stand.push("unsigned"), stand.push("junk"), stand.push("wrong")]
    stand.junk(images[1])
    stand.attach(images[2], by="Other")
    for image in images:
        assert stand.look(image).step is Step.NONE
    stand.pass_time(timedelta(days=2))
    assert [stand.status(image) for image in images] == ["ACTIVE"] * 3
    assert {each["Severity"]["Label"] for each in stand.findings} == {"LOW"}
