"""The canary: both verdicts arrive, or it is said that they did not."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from functions.canary import app as canary
from sealward.ports.failures import NotFound
from tests.functions.event_files import ACCOUNT, CASES, REGION
from tests.functions.world import World, _recording, world
from tests.template.iam_actions import LOG
from tests.template.rendering import load, render

REPOSITORY = "demo/signed-jws"
"""Its policy and its signed image are the demo's."""
WITH_CANARY = {
    "PolicyBundle": "s3://policy/bundle.json",
    "CanaryRepository": "sealward-canary",
}
ACTIONS = {
    "dynamodb:GetItem": "dynamodb:GetItem",
    **{
        f"ecr:{name}": f"ecr:{name}"
        for name in (
            "BatchDeleteImage",
            "BatchGetImage",
            "CompleteLayerUpload",
            "InitiateLayerUpload",
            "PutImage",
            "UploadLayerPart",
        )
    },
}


@contextmanager
def function(made: World) -> Iterator[None]:
    with (
        patch.object(canary, "Clients", _recording(made, "canary")),
        patch.dict(os.environ, {"CANARY_REPOSITORY": REPOSITORY}),
    ):
        canary.environment.cache_clear()
        yield
        canary.environment.cache_clear()


@pytest.fixture
def made() -> Iterator[World]:
    with world("observe") as made, function(made):
        yield made


def invoke(step: str) -> dict[str, Any]:
    return canary.handler({"step": step}, SimpleNamespace())


def install(made: World) -> None:
    """Have a person's signed image there, tagged ``good``."""
    made.push("signed-jws")
    digest = next(
        case["images"][0]["digest"]
        for case in json.loads(CASES.read_text())["cases"]
        if case["name"] == "signed-jws"
    )
    (image,) = made.ecr.batch_get_image(
        repositoryName=REPOSITORY, imageIds=[{"imageDigest": digest}]
    )["images"]
    made.ecr.put_image(
        repositoryName=REPOSITORY,
        imageManifest=image["imageManifest"],
        imageTag="good",
    )
    deliver(made)


def deliver(made: World) -> None:
    for event in made.aws.events.drain():
        if event["source"] == "aws.ecr":
            made.look(event)


def tags(made: World) -> set[str]:
    images = made.ecr.describe_images(repositoryName=REPOSITORY)["imageDetails"]
    return {tag for image in images for tag in image.get("imageTags", ())}


def test_both_verdicts_arrive_day_after_day_and_nothing_is_left(made: World) -> None:
    install(made)
    before = tags(made)
    for _ in range(2):
        invoke("push")
        deliver(made)
        said = invoke("check")
        assert said["good"].startswith("trusted"), said
        assert said["bad"].startswith("unsigned"), said
        assert said["verdicts"] == 2
        deliver(made)
    assert tags(made) == before


def test_a_bad_one_without_a_verdict_and_a_good_one_not_looked_at_are_missed(
    made: World, capsys: pytest.CaptureFixture[str]
) -> None:
    install(made)
    invoke("push")
    said = invoke("check")
    assert said == {"bad": "none", "good": "not looked at today", "verdicts": 0}
    assert '"CanaryVerdicts":[0' in capsys.readouterr().out


def test_without_the_good_image_it_says_what_to_do_and_counts_nothing(
    made: World, capsys: pytest.CaptureFixture[str]
) -> None:
    made.ecr.create_repository(repositoryName=REPOSITORY)
    with pytest.raises(NotFound, match="push an image by that tag and sign it"):
        invoke("push")
    with pytest.raises(NotFound):
        invoke("check")
    assert '"CanaryVerdicts":[0' in capsys.readouterr().out


def test_its_role_holds_what_it_calls_and_writes_to_its_repository_alone(
    made: World,
) -> None:
    install(made)
    invoke("push")
    deliver(made)
    invoke("check")
    resources = render(load(), WITH_CANARY)
    statements = [
        each
        for policy in resources["CanaryRole"]["Properties"]["Policies"]
        for each in policy["PolicyDocument"]["Statement"]
    ]
    granted: list[str] = []
    for each in statements:
        action = each["Action"]
        granted += [action] if isinstance(action, str) else action
        if "ecr:PutImage" in action:
            assert each["Resource"] == (
                f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/sealward-canary"
            )
    performed = {ACTIONS[each] for each in made.operations["canary"]}
    assert set(granted) == performed | LOG
    assert len(granted) == len(set(granted))


def test_there_is_no_canary_unless_it_is_asked_for() -> None:
    plain = render(load(), {"PolicyBundle": "s3://policy/bundle.json"})
    assert not [name for name in plain if name.startswith("Canary")]
    made = {name for name in render(load(), WITH_CANARY) if name.startswith("Canary")}
    assert made == {
        "CanaryFunction",
        "CanaryImages",
        "CanaryLogGroup",
        "CanaryMissedAlarm",
        "CanaryRole",
    }
