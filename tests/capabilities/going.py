"""Stories of what goes: deleted by somebody, or by what its policy says."""

import json
import tempfile
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from demo.stack import REGION
from sealward.ledger import Record
from sealward.subjects import SubjectKey
from tests.capabilities.account import Account
from tests.capabilities.expected import GONE
from tests.capabilities.holds import TIMES
from tests.capabilities.images import evidence_exit
from tests.capabilities.shelf import ANOTHER
from tests.capabilities.story import Told, shelf_of, story

SPARE: Final = 2
"""Pushes more: an image is not deleted before its evidence is kept."""
_DELETION: Final = 20.0
"""Seconds to wait for a deletion before one push more."""


@story("gone")
def gone(here: Account) -> Told:
    """Delete an image that waits for its signature."""
    shelf = shelf_of(here, "gone")
    image = shelf.image()
    key = shelf.key(image)
    here.until(lambda: here.verdict(key) == "pending")
    shelf.delete(image.digest)
    return Told(key=key)


@story("held-and-gone")
def held_and_gone(here: Account) -> Told:
    """Delete a held image as an administrator may."""
    shelf = shelf_of(here, "held-and-gone")
    image = shelf.image()
    key = shelf.key(image)
    here.until(lambda: here.settled_bad(key))
    shelf.delete(image.digest)
    return Told(key=key)


@story("deleted")
def deleted(here: Account) -> Told:
    """Have an image's day in quarantine be over, by the ledger's word."""
    shelf = shelf_of(here, "deleted")
    image = shelf.image()
    shelf.sign(image, ANOTHER)
    key = shelf.key(image)
    here.until(lambda: here.settled_bad(key))
    redone = _redone(here, key)
    # One more look within its day: nothing is deleted before.
    version = _looked(here, key, lambda record: record)
    here.until(lambda: _version(here, key) > version or not here.acts, 10)
    early = here.status(key)
    _looked(here, key, _a_day_ago)
    if here.capability == "delete":
        here.until(lambda: here.status(key) == GONE)
    return Told(
        key=key,
        facts={"before_its_day": early, "redo_exit": redone},
        late={"evidence_exit": partial(evidence_exit, here, key)},
    )


@story("deleted-at-once")
def deleted_at_once(here: Account) -> Told:
    """Push a held image again and again, where the policy waives the day."""
    shelf = shelf_of(here, "deleted-at-once")
    image = shelf.image()
    shelf.sign(image, ANOTHER)
    key = shelf.key(image)
    here.until(lambda: here.settled_bad(key))
    spare = SPARE if here.capability == "delete" else 0
    for number in range(1, TIMES + spare + 1):
        if not here.acts or here.status(key) == GONE:
            break
        shelf.image()
        here.until(partial(_is_settled, here, key, number + 1))
        if number >= TIMES and here.capability == "delete":
            here.until(lambda: here.status(key) == GONE, _DELETION)
    return Told(key=key, late={"evidence_exit": partial(evidence_exit, here, key)})


def _is_settled(here: Account, key: SubjectKey, times: int) -> bool:
    return here.status(key) == GONE or here.held(key) >= times


def _a_day_ago(record: Record) -> Record:
    """Return that it was held, and its deletion was asked for, two days ago."""
    hold, days = record.hold, timedelta(days=2)
    if hold is None:
        return record
    asked = hold.deletable_since
    return replace(
        record,
        hold=replace(
            hold,
            since=hold.since - days,
            deletable_since=asked - days if asked else None,
        ),
    )


def _looked(here: Account, key: SubjectKey, how: object) -> int:
    assert callable(how)
    here.change(key, how)
    version = _version(here, key)
    here.tick()
    return version


def _version(here: Account, key: SubjectKey) -> int:
    record = here.record(key)
    return record.version if record else 0


def _redone(here: Account, key: SubjectKey) -> int:
    """Repeat the decision offline, by what the ledger and the bundle say."""
    table = ("--table", here.outputs["LedgerTable"])
    name = f"{key.repository}@{key.digest}"
    history = here.administrator.ask("ledger", "history", name, *table, "--json")
    shelf = here.shelf(key.repository)
    with tempfile.TemporaryDirectory() as folder:
        decision = Path(folder) / "decision.json"
        decision.write_text(history.said)
        (Path(folder) / "bundle.json").write_bytes(here.kept["bundle"])
        if here.acts:
            host = f"{here.aws.account}.dkr.ecr.{REGION}.amazonaws.com"
            here.administrator.ask(
                *("evidence", f"{host}/{name}", "--fetch", f"{folder}/evidence"),
                *("--bucket", here.outputs["EvidenceBucket"]),
            )
        else:
            shelf.copy_to(Path(folder) / "evidence", key.digest)
        version = json.loads(history.said)["images"][0]["decisions"][-1]["version"]
        ran = here.administrator.ask(
            *("redo", str(decision), "--evidence", f"{folder}/evidence"),
            *("--bundle", f"{folder}/bundle.json", "--version", str(version)),
        )
        if ran.exit_code:
            print(f"{here.capability}: sealward redo: {ran}")
        return ran.exit_code
