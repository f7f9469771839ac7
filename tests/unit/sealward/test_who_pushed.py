"""Who pushed: CloudTrail's event names a person in texts, and decides nothing."""

from datetime import timedelta
from typing import Any

import pytest

from sealward.events import MalformedEvent, UnknownEvent, look_again, parse_events
from tests.template.event_patterns import matches
from tests.template.rendering import load, render
from tests.unit.sealward.stand import ACCOUNT, REGION, REPOSITORY, Stand

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
