"""Stories: told without the real notation, each image judged, none named twice."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.bundles import bundle_of_run
from demo.cases import load_cases
from demo.layouts.policy import BUNDLE, REGISTRY
from demo.notation import notation_command
from demo.stack import ACCOUNT, REGION, DemoError
from demo.stories import TOPIC, Mended, stories
from demo.stories.mended import commands_of
from sealward.policy.bundle import load_bundle

DIGEST = "sha256:" + "a" * 64


def test_each_image_is_governed_and_in_a_place_of_its_own() -> None:
    made = bundle_of_run(BUNDLE.read_bytes(), datetime.now(UTC), teams={}, topic=TOPIC)
    bundle = load_bundle(made)
    images = [image for story in stories(None) for image in story.images]
    images += [image for case in load_cases() for image in case.images]
    places = [(each.account, each.repository, each.digest) for each in images]
    assert len(set(places)) == len(places)
    told = [image for story in stories(None) for image in story.images]
    for image in told:
        if image.account == ACCOUNT:
            policy = bundle.policy_for(ACCOUNT, REGION, image.repository)
            assert policy is not None, image


def test_without_notation_one_story_is_left_out() -> None:
    assert "mended" not in [story.name for story in stories(None)]


def test_notation_is_what_the_user_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOTATION", str(tmp_path / "missing"))
    assert notation_command() is None
    (tmp_path / "notation").touch()
    monkeypatch.setenv("NOTATION", str(tmp_path / "notation"))
    assert notation_command() == tmp_path / "notation"


def test_a_command_that_makes_no_key_is_said(tmp_path: Path) -> None:
    command = tmp_path / "notation"
    command.write_text("#!/bin/sh\necho no such thing >&2\nexit 3\n")
    command.chmod(0o755)
    with pytest.raises(DemoError, match=re.escape("cert generate-test: no such thing")):
        Mended(command)


def test_the_commands_are_taken_out_of_the_text_as_they_stand() -> None:
    image = f"demo/mended@{DIGEST}"
    text = (
        f"Held, its manifest cannot be read: sealward release {image} --to-sign 15m "
        f"brings it back. Sign the digest: notation sign {REGISTRY}/{image}. More."
    )
    assert commands_of(text) == (
        f"sealward release {image} --to-sign 15m",
        f"notation sign {REGISTRY}/{image}",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"notation sign {REGISTRY}/demo/mended@{DIGEST}",
        f"sealward release a@{DIGEST} --to-sign 15m. notation sign REPOSITORY@DIGEST",
    ],
)
def test_a_text_that_lacks_one_has_none(text: str) -> None:
    assert commands_of(text) is None
