"""Stories of what is copied from another account, which asks what became of it."""

import json
import tempfile
from pathlib import Path
from typing import Final

from demo.stack import REGION, SOURCE, LocalAws
from notation_verifier import Descriptor
from sealward.subjects import SubjectKey
from tests.capabilities.account import Account
from tests.capabilities.people import Person, Ran
from tests.capabilities.policy import repository
from tests.capabilities.shelf import Shelf
from tests.capabilities.story import Told, story

EXTERNAL_ID: Final = "a-pair-of-accounts"
PROMOTER: Final = "promoter"
"""The source's role that may ask; the template's parameter names it."""
COPIED: Final = ("replicated", "replicated-unsigned")


def let_replicate(aws: LocalAws, accounts: list[str]) -> None:
    """Have the source copy to ``accounts``, which let it."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{SOURCE}:root"},
        "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
        "Resource": "*",
    }
    for account in accounts:
        aws.of(account).client("ecr").put_registry_policy(
            policyText=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
    rule = {
        "destinations": [{"region": REGION, "registryId": each} for each in accounts],
        "repositoryFilters": [
            {"filter": repository("replicated"), "filterType": "PREFIX_MATCH"}
        ],
    }
    aws.of(SOURCE).client("ecr").put_replication_configuration(
        replicationConfiguration={"rules": [rule]}
    )


def push_at_the_source(aws: LocalAws) -> dict[str, Descriptor]:
    """Push what is copied, one of them signed; return the images by use case."""
    images = {}
    for name in COPIED:
        shelf = Shelf(aws.of(SOURCE), repository(name))
        images[name] = shelf.image()
        if name == "replicated":
            shelf.sign(images[name])
    return images


@story("replicated")
def replicated(here: Account) -> Told:
    """Ask from the source what became of a signed image."""
    key = Shelf(here.aws, repository("replicated")).key(here.kept["replicated"])
    here.until(lambda: here.verdict(key) == "trusted" and _is_copy(here, key))
    asked = _asked(here, f"{key.repository}@{key.digest}")
    return Told(
        key=key,
        facts={"source_is_told": _verdict(asked), "source_exit": asked.exit_code},
    )


@story("replicated-unsigned")
def replicated_unsigned(here: Account) -> Told:
    """Ask from the source what became of an image that nobody signed."""
    name = "replicated-unsigned"
    key = Shelf(here.aws, repository(name)).key(here.kept[name])
    here.until(lambda: here.settled_bad(key) and _is_copy(here, key))
    asked = _asked(here, f"{key.repository}@{key.digest}")
    return Told(
        key=key,
        facts={"source_is_told": _verdict(asked), "source_exit": asked.exit_code},
    )


def _is_copy(here: Account, key: SubjectKey) -> bool:
    """Return whether the event that it was replicated has come."""
    record = here.record(key)
    return record is not None and record.replica is not None


def _asked(here: Account, image: str) -> Ran:
    promoter: Person = here.kept["promoter"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.json"
        file.write_bytes(here.kept["source bundle"])
        return promoter.ask(
            *("replication", image, "--to", f"{here.aws.account}/{REGION}"),
            *("--bundle", str(file), "--region", REGION, "--json"),
        )


def _verdict(asked: Ran) -> str:
    """Return the verdict that the destination's stack told."""
    there = asked.answer.get("there") or {}
    return str(there.get("verdict", "")) or f"{there} {asked.remarked}"
