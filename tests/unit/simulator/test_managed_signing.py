"""ECR's managed signing: what a rule signs, how it ends, what is said of it."""

import json
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

import pytest

from simulator.ecr.signing_ends import SigningEnd
from simulator.errors import ServiceError
from tests.unit.simulator.conftest import Bench
from tests.unit.simulator.managed_signing import signed_by, signing_of

SECONDS = timedelta(seconds=5)


def referrers(bench: Bench, image: Any) -> list[dict[str, Any]]:
    answer = bench.ecr("ListImageReferrers", subjectId={"imageDigest": image["digest"]})
    return list(answer["referrers"])


def statuses(bench: Bench, digest: str) -> list[dict[str, Any]]:
    answer = bench.ecr("DescribeImageSigningStatus", imageId={"imageDigest": digest})
    return list(answer["signingStatuses"])


def test_what_a_rule_names_is_signed_after_a_while(bench: Bench) -> None:
    profile = signed_by(bench)
    image = bench.push.image("a")
    assert signing_of(bench, image) == {
        "signingProfileArn": profile,
        "status": "IN_PROGRESS",
    }
    assert referrers(bench, image) == []
    bench.events()
    bench.clock.advance(SECONDS)
    assert signing_of(bench, image)["status"] == "COMPLETE"
    (signature,) = referrers(bench, image)
    assert [kind for kind, _ in bench.events()] == ["ECR Referrer Action"]
    manifest = json.loads(
        bench.get(imageDigest=signature["digest"])["images"][0]["imageManifest"]
    )
    blob = manifest["layers"][0]["digest"]
    envelope = bench.aws.layer(bench.place, "app", blob)
    assert envelope is not None
    assert profile.encode() in protected(envelope)
    assert statuses(bench, signature["digest"]) == []


def protected(envelope: bytes) -> bytes:
    text = json.loads(envelope)["protected"]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_what_no_rule_names_is_not(bench: Bench) -> None:
    signed_by(bench, repositories="prod/*")
    image = bench.push.image("a")
    bench.clock.advance(SECONDS)
    assert referrers(bench, image) == []
    assert statuses(bench, image["digest"]) == []


def test_each_profile_has_a_status_of_its_own(bench: Bench) -> None:
    arns = {signed_by(bench, "one"), signed_by(bench, "two")}
    image = bench.push.image("a")
    bench.clock.advance(SECONDS)
    found = {
        each["signingProfileArn"]: each["status"]
        for each in statuses(bench, image["digest"])
    }
    assert found == dict.fromkeys(arns, "COMPLETE")
    assert len(referrers(bench, image)) == 2


def test_it_fails_where_that_was_asked_for(bench: Bench) -> None:
    signed_by(bench)
    bench.aws.signing_ends.add(
        SigningEnd(
            repositories="app",
            after=SECONDS,
            failure_code="ACCESS_DENIED",
            failure_reason="no signer:SignPayload",
        )
    )
    image = bench.push.image("a")
    assert signing_of(bench, image)["status"] == "IN_PROGRESS"
    bench.clock.advance(SECONDS)
    status = signing_of(bench, image)
    assert (status["status"], status["failureCode"]) == ("FAILED", "ACCESS_DENIED")
    assert referrers(bench, image) == []
    bench.aws.signing_ends.clear()
    bench.repeat(image, tag="again")
    bench.clock.advance(SECONDS)
    assert signing_of(bench, image)["status"] == "COMPLETE"


def test_it_fails_by_itself_where_the_profile_no_longer_signs(bench: Bench) -> None:
    signed_by(bench)
    bench.aws.call(
        "signer", "CancelSigningProfile", {"profileName": "release"}, place=bench.place
    )
    image = bench.push.image("a")
    bench.clock.advance(SECONDS)
    status = signing_of(bench, image)
    assert (status["status"], status["failureCode"]) == (
        "FAILED",
        "ValidationException",
    )


def test_a_configuration_is_read_and_taken_away(bench: Bench) -> None:
    with pytest.raises(ServiceError, match="no signing configuration"):
        bench.bare_ecr("GetSigningConfiguration")
    profile = signed_by(bench)
    answer = bench.bare_ecr("DeleteSigningConfiguration")
    (rule,) = answer["signingConfiguration"]["rules"]
    assert rule["signingProfileArn"] == profile
    image = bench.push.image("a")
    assert statuses(bench, image["digest"]) == []
