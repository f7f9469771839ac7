"""Looks that fail as nobody expected: remembered, bounded in time, and raised still."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import verify
from sealward.decisions import Unknown
from sealward.ledger import HoldState, Verdict
from sealward.subjects import classify
from simulator.behaviours import ArchivedManifest, Behaviours
from tests.unit.sealward.family import INDEX, push_family, strict_stand
from tests.unit.sealward.stand import NOTARY_SIGNATURE, Stand, as_json, bundle

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Crash(Exception):  # noqa: N818 - stands for any
    """What no code expects."""


def crash(*_: object, **__: object) -> None:
    raise Crash("boom")


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Every manifest crashes the code that says what it is."""
    with monkeypatch.context() as patched:
        patched.setattr("sealward.look.reading.hints.classify", crash)
        yield patched


def looks(stand: Stand, digest: str) -> None:
    """Look, as a message that comes again does."""
    with pytest.raises(Crash):
        stand.look(digest)


def test_a_manifest_that_crashes_the_look_is_inconclusive_and_looked_at_again(
    stand: Stand, crashing: pytest.MonkeyPatch
) -> None:
    image = stand.push()
    stand.attach(image)
    looks(stand, image.digest)
    record = stand.record(image)
    assert (record.verdict, record.reason) == (
        Verdict.INCONCLUSIVE,
        Unknown.JUDGING_FAILED,
    )
    assert "Crash" in record.detail
    assert record.due == stand.clock.now + timedelta(seconds=10)
    assert not stand.findings
    crashing.undo()
    stand.pass_time(timedelta(seconds=10))
    assert stand.record(image).verdict is Verdict.TRUSTED


@pytest.mark.parametrize("hold_unknown", [True, False])
@pytest.mark.parametrize("readable", ArchivedManifest)
def test_after_an_hour_it_is_critical_and_held_where_the_policy_says_so(
    crashing: pytest.MonkeyPatch, *, hold_unknown: bool, readable: ArchivedManifest
) -> None:
    stand = Stand(
        current=bundle(holdUnknown=hold_unknown),
        behaviours=Behaviours(archived_manifest=readable),
    )
    image = stand.push()
    looks(stand, image.digest)
    stand.clock.advance(HOUR)
    looks(stand, image.digest)
    (finding,) = stand.findings
    assert finding["Severity"] == {"Label": "CRITICAL", "Original": "judging-failed"}
    assert stand.status(image) == ("ARCHIVED" if hold_unknown else "ACTIVE")
    if not hold_unknown:
        return
    # Kept, though nobody ever read it; and judged once somebody can.
    stand.clock.advance(HOUR)
    if readable is ArchivedManifest.READABLE:
        looks(stand, image.digest)
    else:
        stand.look(image)
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.state is HoldState.HELD
    assert stand.record(image).due is not None
    crashing.undo()
    stand.gate.registry.restore("prod/app", image.digest)
    stand.attach(image)
    stand.pass_time(timedelta(days=1, hours=1))
    assert stand.record(image).verdict is Verdict.TRUSTED
    assert stand.status(image) == "ACTIVE"


def test_an_image_that_was_trusted_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = Stand(current=bundle(holdUnknown=True))
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    monkeypatch.setattr("sealward.look.reading.hints.classify", crash)
    stand.clock.advance(MINUTE)
    looks(stand, image.digest)
    assert stand.record(image).verdict is Verdict.TRUSTED
    stand.clock.advance(HOUR)
    looks(stand, image.digest)
    assert stand.record(image).verdict is Verdict.INCONCLUSIVE
    assert stand.status(image) == "ACTIVE"


def test_a_signature_whose_image_crashes_the_look_leads_to_the_image(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stand.push()
    signature = stand.attach(image)
    real = stand.gate.registry.manifests("prod/app", (image.digest,))[image.digest]

    def classify_or_crash(content: bytes, media_type: str) -> object:
        if content == real.content:
            raise Crash("boom")
        return classify(content, media_type)

    monkeypatch.setattr("sealward.look.reading.hints.classify", classify_or_crash)
    looks(stand, signature.digest)
    assert [key.digest for key in stand.ledger.records] == [image.digest]


@pytest.mark.parametrize(
    "where",
    [
        "sealward.look.reading.signatures.shortlist",
        "sealward.look.indexes.children.mentioned",
        "sealward.look.reading.signatures.search",
    ],
)
def test_whatever_crashes_while_evidence_is_gathered_is_remembered(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = strict_stand()
    index, _ = push_family(stand, children=1)
    stand.attach(index)
    with monkeypatch.context() as patched:
        patched.setattr(where, crash)
        looks(stand, index.digest)
    record = stand.record(index)
    assert (record.verdict, record.reason) == (
        Verdict.INCONCLUSIVE,
        Unknown.JUDGING_FAILED,
    )
    stand.pass_time(timedelta(seconds=10))
    assert stand.record(index).verdict is Verdict.TRUSTED


def test_an_index_of_signatures_one_of_which_crashes_the_look_is_remembered(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stand.push()
    entry = as_json(stand.attach(image)) | {"artifactType": NOTARY_SIGNATURE}
    index = stand.push_document({"mediaType": INDEX, "manifests": [entry]})
    monkeypatch.setattr("sealward.look.reading.hints.read_manifests", crash)
    looks(stand, index.digest)
    assert stand.record(index).reason == Unknown.JUDGING_FAILED


def test_an_index_that_crashes_the_look_is_no_obstacle_to_what_it_lists(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = strict_stand()
    index, (child,) = push_family(stand, children=1)
    stand.junk(index)

    def verify_or_crash(*_: Any, **__: Any) -> object:
        raise Crash("boom")

    monkeypatch.setattr("sealward.verifications.judge.verify", verify_or_crash)
    looks(stand, index.digest)
    stand.clock.advance(2 * HOUR)
    assert stand.look(child).verdict is not None
    looks(stand, index.digest)


@pytest.mark.parametrize(
    "where",
    ["sealward.decisions.decision.judge", "sealward.look.reading.hints.sight"],
)
def test_what_crashes_while_it_is_found_or_decided_is_remembered_and_bounded(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Stand(current=bundle(holdUnknown=True))
    image = stand.push()
    with monkeypatch.context() as patched:
        patched.setattr(where, crash)
        looks(stand, image.digest)
        record = stand.record(image)
        assert (record.verdict, record.reason) == (
            Verdict.INCONCLUSIVE,
            Unknown.JUDGING_FAILED,
        )
        assert record.due == stand.clock.now + timedelta(seconds=10)
        stand.clock.advance(HOUR)
        looks(stand, image.digest)
    (finding,) = stand.findings
    assert finding["Severity"] == {"Label": "CRITICAL", "Original": "judging-failed"}
    assert stand.status(image) == "ARCHIVED"


def test_a_crash_over_a_signature_is_no_obstacle_to_the_image_it_signs(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stand.push()
    signature = stand.attach(image)
    with monkeypatch.context() as patched:
        patched.setattr("sealward.look.reading.hints.sight", crash)
        looks(stand, signature.digest)
    stand.pass_time(MINUTE)
    assert stand.record(image).verdict is Verdict.TRUSTED


@pytest.mark.parametrize(
    "where",
    [
        "sealward.findings.image.raised",
        "sealward.look.telling.announcements.dated",
        "sealward.look.settling.settlement.open_proposal",
        "sealward.actions.pulls.deny_or_allow_pulls",
    ],
)
def test_what_crashes_while_it_is_told_is_held_and_told_within_the_hour(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Stand(current=bundle(grace="0s"))
    image = stand.push()
    with monkeypatch.context() as patched:
        patched.setattr(where, crash)
        looks(stand, image.digest)
    assert stand.record(image).verdict is Verdict.UNSIGNED
    assert stand.status(image) == "ARCHIVED"
    stand.pass_time(HOUR)
    (finding,) = stand.findings
    assert finding["Severity"]["Label"] == "HIGH"


def test_an_action_that_crashes_is_told_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = Stand(current=bundle(grace="0s"))
    image = stand.push()
    with monkeypatch.context() as patched:
        patched.setattr("sealward.actions.steps.act", crash)
        looks(stand, image.digest)
    assert len(stand.findings) == 1
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.state is HoldState.HOLDING
    stand.pass_time(timedelta(seconds=10))
    assert stand.status(image) == "ARCHIVED"


def test_a_good_image_keeps_its_verdict_though_telling_crashes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = Stand(current=bundle())
    image = stand.push()
    stand.attach(image)
    with monkeypatch.context() as patched:
        patched.setattr(
            "sealward.look.telling.announcements.Announcements.about_subject", crash
        )
        looks(stand, image.digest)
    record = stand.record(image)
    assert record.verdict is Verdict.TRUSTED
    assert record.due == stand.clock.now + HOUR
    assert record.version == 1


class TestACandidateThatCrashesTheVerifier:
    @pytest.fixture(autouse=True)
    def _crash_on_junk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def verify_or_crash(envelope: bytes, **rest: Any) -> object:
            if envelope.startswith(b"nonsense"):
                raise Crash("boom")
            return verify(envelope, **rest)

        monkeypatch.setattr("sealward.verifications.judge.verify", verify_or_crash)

    def test_it_hides_no_good_one(self, stand: Stand) -> None:
        image = stand.push()
        stand.attach(image)
        junk = stand.junk(image)
        looks(stand, junk.digest)
        assert stand.record(image).verdict is Verdict.TRUSTED

    def test_it_buys_no_more_than_unknown_for(self) -> None:
        stand = Stand(current=bundle(grace="0s", holdUnknown=True))
        image = stand.push()
        stand.junk(image)
        looks(stand, image.digest)
        record = stand.record(image)
        assert (record.verdict, record.reason) == (
            Verdict.INCONCLUSIVE,
            "signature-unreadable",
        )
        stand.clock.advance(HOUR)
        looks(stand, image.digest)
        assert stand.status(image) == "ARCHIVED"
        (finding,) = stand.findings
        assert finding["Severity"]["Label"] == "CRITICAL"
