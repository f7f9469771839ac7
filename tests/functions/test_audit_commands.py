"""The auditor's way: evidence fetched, history read, the decision redone from both."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sealward.cli.__main__ import main
from tests.functions.event_files import ACCOUNT, REGION
from tests.functions.world import BUNDLE, EVIDENCE, World, world

REPOSITORY = "demo/wrong-identity"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def held() -> Iterator[tuple[World, str]]:
    """Yield a world and the digest of an image that it holds, signed by a stranger."""
    with world() as made:
        made.push("wrong-identity")
        for event in made.aws.events.drain():
            if event["source"] == "aws.ecr":
                made.look(event)
        archived = [
            each["imageDigest"]
            for each in made.ecr.describe_images(
                repositoryName=REPOSITORY, filter={"imageStatus": "ANY"}
            )["imageDetails"]
            if each.get("imageStatus") == "ARCHIVED"
        ]
        (digest,) = archived
        yield made, digest


def test_what_evidence_fetches_is_what_redo_takes(
    held: tuple[World, str], tmp_path: Path
) -> None:
    name, folder = f"{REPOSITORY}@{held[1]}", tmp_path / "folder"
    fetched = run("evidence", f"{HOST}/{name}", "--bucket", EVIDENCE, "--fetch", folder)
    assert fetched.exit_code == 0, fetched.output
    history = run("ledger", "history", name, "--table", "ledger", "--json")
    assert history.exit_code == 0
    file = tmp_path / "history.json"
    file.write_text(history.stdout)
    version = json.loads(history.stdout)["images"][0]["decisions"][-1]["version"]
    redone = run(
        *("redo", file, "--version", version),
        *("--evidence", folder, "--bundle", BUNDLE, "--json"),
    )
    assert redone.exit_code == 0, redone.output


def test_a_piece_that_is_missing_is_named_and_nothing_is_claimed(
    held: tuple[World, str], tmp_path: Path
) -> None:
    name, folder = f"{REPOSITORY}@{held[1]}", tmp_path / "folder"
    run("evidence", f"{HOST}/{name}", "--bucket", EVIDENCE, "--fetch", folder)
    history = run("ledger", "history", name, "--table", "ledger", "--json")
    (tmp_path / "history.json").write_text(history.stdout)
    decision = json.loads(history.stdout)["images"][0]["decisions"][-1]
    for file in folder.rglob("*"):
        if file.is_file():
            file.unlink()
    redone = run(
        *("redo", tmp_path / "history.json", "--version", decision["version"]),
        *("--evidence", folder, "--bundle", BUNDLE),
    )
    assert redone.exit_code == 2, redone.output
