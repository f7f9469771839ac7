"""The function sweep: what no event told goes to the look queue, and is looked at."""

import json

import pytest

from sealward.events import parse_events
from sealward.sweep import BadRequest
from tests.functions.event_files import ACCOUNT, REGION, files, revocation
from tests.functions.signer_images import PROFILE, SignerImages
from tests.functions.world import World, world


def _hints(made: World) -> list[tuple[str, str]]:
    return [
        (hint.repository, hint.digest)
        for body, _ in made.messages("looks")
        for hint in parse_events(json.loads(body), account=ACCOUNT, region=REGION)
    ]


def test_an_image_no_event_told_of_is_found_and_looked_at() -> None:
    with world() as made:
        digest = made.push_unseen()
        answer = made.sweep({"source": "aws.events"})
        assert answer["sent"] == {"unknown": 1}
        assert answer["walked"]
        ((repository, found),) = _hints(made)
        assert (repository, found) == ("demo/unseen", digest)


def test_a_request_nobody_can_act_upon_is_an_error_of_the_function() -> None:
    with world() as made, pytest.raises(BadRequest, match="trustedIdentities"):
        made.sweep({"recheck": {"signer": 7}})


def test_what_a_revoked_profile_signed_is_looked_at_now() -> None:
    with world() as made:
        image = SignerImages(made).signed()
        digest = made.look(image.event)["digest"]
        made.sweep({"walk": True})
        made.messages("looks")
        answer = made.sweep(
            revocation(
                "RevokeSigningProfile",
                {"profileName": PROFILE, "profileVersion": "0123456789"},
            )
        )
        assert answer["sent"] == {"signer": 1}
        assert [found for _, found in _hints(made)] == [digest]


def test_another_profile_and_a_refused_call_ask_for_nothing() -> None:
    with world() as made:
        made.sweep({})
        event = files()["signer-revoked-signature.json"]
        refused = {**event, "detail": {**event["detail"], "errorCode": "Denied"}}
        for each in (
            files()["signer-revoked-profile.json"],
            refused,
            {**event, "account": "999999999999"},
        ):
            assert made.sweep(each)["sent"] == {}
