"""Who pushed, who deleted: CloudTrail names them in texts, and decides nothing."""

from datetime import timedelta
from typing import Any

import pytest

from sealward.events import MalformedEvent, UnknownEvent, look_again, parse_events
from sealward.policy.bundle import Capability
from tests.template.event_patterns import matches
from tests.template.rendering import load, render
from tests.unit.sealward.stand import ACCOUNT, REGION, REPOSITORY, Stand, bundle

DIGEST = f"sha256:{'a' * 64}"
WHO = f"arn:aws:sts::{ACCOUNT}:assumed-role/ci-billing/build-17"


def event(**detail: Any) -> dict[str, Any]:
    """Return CloudTrail's event of a push."""
    return {
        "source": "aws.ecr",
        "detail-type": "AWS API Call via CloudTrail",
        "account": ACCOUNT,
        "region": REGION,
        "detail": {
            "eventName": "PutImage",
            "userIdentity": {"type": "AssumedRole", "arn": WHO},
            "requestParameters": {"repositoryName": REPOSITORY},
            "responseElements": {"image": {"imageId": {"imageDigest": DIGEST}}},
            **detail,
        },
    }


def deletion(*digests: str) -> dict[str, Any]:
    """Return CloudTrail's event of a deletion."""
    return event(
        eventName="BatchDeleteImage",
        responseElements={"imageIds": [{"imageDigest": each} for each in digests]},
    )


def parsed(payload: dict[str, Any]) -> Any:
    return parse_events(payload, account=ACCOUNT, region=REGION)


def test_it_names_the_image_and_who_pushed_it() -> None:
    (hint,) = parsed(event())
    assert (hint.repository, hint.digest, hint.pusher) == (REPOSITORY, DIGEST, WHO)


@pytest.mark.parametrize(
    "identity",
    [None, [], {"arn": 7}, {"arn": ["x"]}, {"arn": "x" * 10_000}],
)
def test_a_person_who_is_none_stops_no_look(identity: Any) -> None:
    (hint,) = parsed(event(userIdentity=identity))
    assert len(hint.pusher) <= 300


@pytest.mark.parametrize(
    "detail",
    [
        {"errorCode": "ImageAlreadyExistsException", "responseElements": None},
        {"requestParameters": {"repositoryName": "a", "registryId": "210987654321"}},
    ],
)
def test_what_pushed_nothing_here_is_no_hint(detail: dict[str, Any]) -> None:
    assert parsed(event(**detail)) == ()


@pytest.mark.parametrize(
    "detail",
    [
        {"responseElements": None},
        {"responseElements": {"image": [1]}},
        {"requestParameters": "x"},
        {"requestParameters": {"repositoryName": "../x"}},
    ],
)
def test_what_names_no_image_is_set_aside(detail: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent):
        parsed(event(**detail))


def test_another_call_is_none_of_ours() -> None:
    with pytest.raises(UnknownEvent):
        parsed(event(eventName="DeleteRepository"))


def test_a_repository_over_its_share_loses_no_name() -> None:
    """What is passed on, or looked at later, is a message of our own."""
    (hint,) = parsed(event())
    assert parsed(look_again(hint)) == (hint,)
    other = look_again(hint)
    other["detail"]["pusher"] = ["x"]
    assert parsed(other)[0].pusher == ""


def test_the_rule_exists_where_it_is_asked_for() -> None:
    given = {"PolicyBundle": "s3://policy/bundle.json"}
    assert "PusherRule" not in render(load(), given)
    rule = render(load(), {**given, "WhoPushed": "yes"})["PusherRule"]["Properties"]
    assert matches(rule["EventPattern"], event())
    assert matches(rule["EventPattern"], deletion(DIGEST))
    assert not matches(rule["EventPattern"], event(eventName="DeleteRepository"))


def test_the_name_is_in_the_texts_and_changes_nothing_else() -> None:
    stand = Stand()
    image = stand.push()
    stand.look(image)
    (hint,) = parsed(
        event(responseElements={"image": {"imageId": {"imageDigest": image.digest}}})
    )
    stand.gate.look(hint)
    stand.pass_time(timedelta(minutes=11))
    assert stand.record(image).pushed_by == WHO
    (told,) = stand.bus.events
    assert (told["pushedBy"], told["verdict"]) == (WHO, "unsigned")
    (finding,) = stand.findings
    assert finding["ProductFields"]["sealward/pushedBy"] == WHO


def test_a_deletion_names_each_image_once_and_who_did_it() -> None:
    other = f"sha256:{'b' * 64}"
    hints = parsed(deletion(DIGEST, other, DIGEST))
    assert [each.digest for each in hints] == [DIGEST, other]
    assert {(each.deleter, each.pusher) for each in hints} == {(WHO, "")}
    assert all(each.deleted == each.digest for each in hints)
    assert [parsed(look_again(each)) for each in hints] == [(each,) for each in hints]


@pytest.mark.parametrize("said", [None, [], {"imageIds": None}, {"imageIds": []}])
def test_a_deletion_of_nothing_is_no_hint(said: Any) -> None:
    assert parsed({**event(eventName="BatchDeleteImage", responseElements=said)}) == ()


@pytest.mark.parametrize("image", [None, 7, {}, {"imageDigest": "v1"}])
def test_a_deletion_of_what_is_no_digest_is_set_aside(image: Any) -> None:
    said = {"imageIds": [image]}
    with pytest.raises(MalformedEvent):
        parsed(event(eventName="BatchDeleteImage", responseElements=said))


@pytest.mark.parametrize("told_first", [True, False])
def test_who_deleted_a_held_image_is_in_its_finding(*, told_first: bool) -> None:
    stand = Stand(current=bundle(grace="0s"))
    image = stand.push()
    stand.look(image)
    stand.pass_time(timedelta(minutes=1))
    stand.delete(image)
    (hint,) = parsed(deletion(image.digest))
    for look in (hint, stand.hint(image.digest))[:: 1 if told_first else -1]:
        stand.clock.advance(timedelta(minutes=1))
        stand.gate.look(look)
    stand.pass_time(timedelta(hours=2))
    (finding,) = stand.findings
    assert finding["RecordState"] == "ACTIVE"
    assert f"It was deleted by {WHO}." in finding["Description"]
    assert finding["ProductFields"]["sealward/removedBy"] == WHO


def test_who_deleted_a_signature_is_remembered_of_its_image() -> None:
    stand = Stand(current=bundle(grace="0s"))
    image = stand.push()
    signature = stand.attach(image)
    stand.look(image)
    stand.delete(signature)
    stand.clock.advance(timedelta(minutes=1))
    (hint,) = parsed(deletion(signature.digest))
    stand.gate.look(hint)
    stand.pass_time(timedelta(hours=2))
    record = stand.record(image)
    assert (record.reason, record.removed_by) == ("signature-lost", WHO)


def test_whoever_took_a_tag_away_deleted_no_signature() -> None:
    stand = Stand(current=bundle(grace="0s"))
    image = stand.push()
    signature = stand.attach(image)
    stand.look(image)
    stand.delete(signature)
    stand.clock.advance(timedelta(minutes=1))
    (hint,) = parsed(deletion(image.digest))
    stand.gate.look(hint)
    assert stand.record(image).reason == "signature-lost"
    assert stand.record(image).removed_by == ""


def test_what_sealward_deletes_is_not_said_to_be_somebodys() -> None:
    stand = Stand(
        current=bundle(grace="0s", enforcement="delete"), capability=Capability.DELETE
    )
    image = stand.push()
    stand.look(image)
    stand.pass_time(timedelta(days=2))
    (hint,) = parsed(deletion(image.digest))
    stand.gate.look(hint)
    assert stand.record(image).reason == "gone"
    assert stand.record(image).removed_by == ""
