"""Evidence is kept before an image is taken out of reach (threat 23)."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.evidence import (
    KEPT_LIMIT,
    QUOTA,
    Checked,
    Dossier,
    InvalidDossier,
    Role,
    check,
    dossier_key,
    dossiers_of,
    object_key,
)
from sealward.evidence.dossier import OVER_QUOTA_LIMIT
from sealward.ledger.records import HoldState
from sealward.look.settling.safekeeping import WAIT
from sealward.ports.failures import Denied, PortError, Unavailable
from simulator.in_process.evidence import DENIED
from tests.unit.sealward.stand import ACCOUNT, REGION, REPOSITORY, Stand, bundle

AFTER_GRACE = timedelta(minutes=11)


def _prefix(image: Descriptor) -> str:
    return dossiers_of(ACCOUNT, REGION, REPOSITORY, image.digest)


def _held(stand: Stand, image: Descriptor) -> Checked:
    """Let the grace pass; return what was kept of the image, which is held."""
    stand.look(image)
    stand.pass_time(AFTER_GRACE)
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.state is HoldState.HELD
    return check(stand.evidence, _prefix(image), hold.evidence)


def _roles(checked: Checked) -> list[str]:
    assert checked.dossier is not None
    return [each.role.value for each in checked.dossier.pieces]


def test_what_a_hold_rests_on_is_kept_byte_for_byte() -> None:
    stand = Stand(current=bundle())
    image = stand.push(tag="v1")
    signature = stand.attach(image, by="Stranger")
    checked = _held(stand, image)

    assert checked.problems == ()
    dossier = checked.dossier
    assert dossier is not None
    assert dossier.complete
    assert _roles(checked) == [
        Role.MANIFEST,
        Role.SIGNATURE,
        Role.ENVELOPE,
        Role.CONFIG,
    ]
    assert dossier.subject["digest"] == image.digest
    assert dossier.tags == ("v1",)
    assert dossier.action == "archive"
    assert dossier.report["candidates"][0]["signature"] == signature.digest
    manifest = json.loads(checked.contents[image.digest])
    config = manifest["config"]["digest"]
    assert json.loads(checked.contents[config])["n"] == "app"
    assert len(checked.contents) == 4


def test_keys_are_the_hashes_of_what_they_name_and_nothing_else() -> None:
    stand = Stand()
    image = stand.push(tag="../../x")
    _held(stand, image)
    prefix = _prefix(image)
    for key, content in stand.evidence.objects.items():
        name = hashlib.sha256(content).hexdigest()
        assert key in (f"objects/{name}", f"{prefix}{name}")
    assert len(stand.evidence.keys(prefix)) == 1


def test_the_intent_names_its_evidence_and_comes_after_it() -> None:
    stand = Stand()
    image = stand.push()
    _held(stand, image)
    hold = stand.record(image).hold
    assert hold is not None
    (intent,) = stand.ledger.intents
    assert intent.evidence == hold.evidence
    assert dossier_key(_prefix(image), intent.evidence) in stand.evidence.objects


def test_candidates_that_earlier_looks_refused_are_kept_as_well() -> None:
    stand = Stand()
    image = stand.push()
    junk = [stand.junk(image, number) for number in range(8)]
    checked = _held(stand, image)
    assert {each.digest for each in junk} <= set(checked.contents)
    assert _roles(checked).count("envelope") == 8


def test_the_manifest_comes_first_and_no_more_is_kept_than_the_bound() -> None:
    stand = Stand()
    image = stand.push()
    for number in range(12):
        stand.attach(image, bytes([number]) * (1024 * 1024 - 1))
    checked = _held(stand, image)
    kept = sum(map(len, checked.contents.values()))
    assert kept <= KEPT_LIMIT
    assert image.digest in checked.contents
    assert checked.problems == ()


@pytest.mark.parametrize("error", [DENIED, Unavailable("PutObject: 503")])
def test_a_hold_waits_for_its_evidence_but_not_for_ever(error: PortError) -> None:
    stand = Stand()
    image = stand.push()
    stand.evidence.refuse = error
    stand.look(image)
    stand.pass_time(timedelta(minutes=10))
    assert stand.status(image) == "ACTIVE"
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.state is HoldState.HOLDING
    assert str(error) in hold.unkept
    assert stand.look(image).unkept == str(error)

    stand.pass_time(WAIT + timedelta(seconds=30))
    assert stand.status(image) == "ARCHIVED"
    hold = stand.record(image).hold
    assert hold is not None
    assert (hold.evidence, hold.unkept) == ("", str(error))
    (finding,) = stand.findings
    assert f"Evidence of it could not be kept: {error}." in finding["Description"]


def test_evidence_that_can_be_kept_again_is_kept_before_the_hold() -> None:
    stand = Stand()
    image = stand.push()
    stand.evidence.refuse = Denied("PutObject")
    stand.look(image)
    stand.pass_time(timedelta(minutes=10))
    stand.evidence.refuse = None
    stand.pass_time(timedelta(seconds=15))
    assert stand.status(image) == "ARCHIVED"
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.unkept == ""
    assert check(stand.evidence, _prefix(image), hold.evidence).problems == ()


def test_over_the_quota_an_image_is_held_all_the_same() -> None:
    stand = Stand()
    image = stand.push()
    stand.attach(image, b"x" * OVER_QUOTA_LIMIT)
    stand.attach(image, by="Stranger")
    day = (stand.clock() + AFTER_GRACE).date()
    stand.evidence.take(REPOSITORY, day, QUOTA)
    checked = _held(stand, image)
    assert stand.status(image) == "ARCHIVED"
    dossier = checked.dossier
    assert dossier is not None
    assert checked.problems == ()
    assert image.digest in checked.contents
    left_out = [each for each in dossier.pieces if each.left_out]
    assert [each.size for each in left_out] == [OVER_QUOTA_LIMIT]
    assert "quota" in left_out[0].left_out
    assert not dossier.complete


def test_what_is_kept_counts_for_its_repository_and_day() -> None:
    stand = Stand()
    image = stand.push()
    _held(stand, image)
    ((repository, _), taken) = next(iter(stand.evidence.taken.items()))
    assert repository == REPOSITORY
    assert taken == sum(map(len, stand.evidence.objects.values()))


def test_pushed_again_nothing_is_kept_twice() -> None:
    stand = Stand()
    image = stand.push()
    stand.attach(image, by="Stranger")  # one that nothing signs may be signed first
    _held(stand, image)
    before = dict(stand.evidence.objects)
    stand.clock.now += timedelta(minutes=1)
    stand.push()
    stand.look(image)
    assert stand.status(image) == "ARCHIVED"
    assert stand.evidence.objects == before


def test_a_trusted_image_leaves_no_evidence() -> None:
    stand = Stand()
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    assert stand.evidence.objects == {}


def test_what_was_exchanged_or_is_missing_is_told() -> None:
    stand = Stand()
    image = stand.push()
    checked = _held(stand, image)
    prefix, digest = _prefix(image), checked.digest
    dossier = checked.dossier
    assert dossier is not None
    config = next(each for each in dossier.pieces if each.role is Role.CONFIG)
    stand.evidence.objects[object_key(image.digest)] = b"other"
    del stand.evidence.objects[object_key(config.digest)]
    assert check(stand.evidence, prefix, digest).problems == (
        f"manifest {image.digest}: other bytes than its hash says",
        f"config {config.digest}: not there",
    )
    stand.evidence.objects[dossier_key(prefix, digest)] += b" "
    (problem,) = check(stand.evidence, prefix, digest).problems
    assert "other bytes" in problem
    (problem,) = check(stand.evidence, prefix, "0" * 64).problems
    assert "not there" in problem


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"schema": 2}', b'{"schema": 1}', b"[" * 100_000]
)
def test_bytes_that_are_no_dossier_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidDossier):
        Dossier.of(content)


def test_a_crash_over_its_evidence_keeps_no_image_pullable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = Stand()
    image = stand.push()
    stand.look(image)
    stand.clock.now += AFTER_GRACE

    def crash(_self: Any, *_: Any, **__: Any) -> str:
        raise RecursionError

    monkeypatch.setattr("sealward.evidence.EvidenceKeeping.keep", crash)
    with pytest.raises(RecursionError):
        stand.look(image)
    assert stand.status(image) == "ARCHIVED"
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.unkept == "RecursionError"
