"""``sealward evidence`` against a bucket on moto."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from sealward.cli.__main__ import main
from sealward.evidence import object_key
from sealward.policy.bundle import Capability
from tests.unit.sealward.stand import HOST, REPOSITORY, Stand, bundle


@pytest.fixture
def held() -> tuple[Stand, str]:
    stand = Stand(current=bundle(grace="0s"))
    image = stand.push(tag="v\x1b[31m1")
    stand.attach(image, by="Stranger")
    stand.look(image)
    return stand, image.digest


@pytest.fixture(autouse=True)
def bucket(held: tuple[Stand, str]) -> Iterator[None]:
    with (
        patch("sealward.cli.evidence.CommandClients"),
        patch("sealward.cli.evidence.EvidenceBucket", lambda *_: held[0].evidence),
    ):
        yield


def _run(digest: str, *more: str) -> Result:
    image = f"{HOST}/{REPOSITORY}@{digest}"
    return CliRunner().invoke(main, ["evidence", image, "--bucket", "kept", *more])


def test_it_lists_what_was_kept(held: tuple[Stand, str]) -> None:
    done = _run(held[1])
    assert done.exit_code == 0, done.output
    for word in ("dossier", "archive", "manifest", "envelope", "config", held[1]):
        assert word in done.output
    assert "\x1b" not in done.output


def test_of_a_deletion_it_says_by_what_by_which_rule_and_after_which_hold(
    held: tuple[Stand, str],
) -> None:
    stand = held[0]
    stand.gate = replace(stand.gate, capability=Capability.DELETE)
    stand.bundles.current = bundle(grace="0s", enforcement="delete", serial=2)
    stand.pass_time(timedelta(days=2))
    done = _run(held[1])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    for words in (", delete", "by Sealward", "rule a day in quarantine", "held since"):
        assert words in said
    first, second = json.loads(_run(held[1], "--json").output)["dossiers"]
    assert f"held by dossier {first['digest']}" in said
    assert second["dossier"]["grounds"]["dossier"] == first["digest"]


def test_what_it_fetches_is_named_by_its_hash(
    held: tuple[Stand, str], tmp_path: Path
) -> None:
    assert _run(held[1], "--fetch", str(tmp_path / "kept")).exit_code == 0
    files = list((tmp_path / "kept").iterdir())
    assert len(files) == 5
    for file in files:
        assert hashlib.sha256(file.read_bytes()).hexdigest() == file.name


def test_what_was_exchanged_is_told(held: tuple[Stand, str]) -> None:
    stand, digest = held
    stand.evidence.objects[object_key(digest)] = b"another"
    done = _run(digest, "--json")
    said: dict[str, Any] = json.loads(done.output)
    assert done.exit_code == 1
    assert said["dossiers"][0]["problems"] == [
        f"manifest {digest}: other bytes than its hash says"
    ]


def test_of_what_was_never_held_nothing_was_kept() -> None:
    done = _run(f"sha256:{'0' * 64}")
    assert (done.exit_code, done.output) == (1, "nothing was kept of it\n")


def test_a_tag_is_no_digest() -> None:
    image = f"{HOST}/{REPOSITORY}:v1"
    done = CliRunner().invoke(main, ["evidence", image, "--bucket", "kept"])
    assert done.exit_code == 2
    assert "DIGEST" in done.output
