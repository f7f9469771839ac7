"""Where each command of the documents is run, or why it is not.

One table, read from the top: the first pattern that fits the whole command counts. The
tests fail for a command without a row and for a row without a command.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from tests.rehearsal.shown import Shown


class Place(StrEnum):
    """Where a command is run."""

    EXAMPLE = "tests/unit/sealward/cli/test_command_line_document.py"
    """Its output is shown exactly and compared there."""
    OFFLINE = "tests/rehearsal/test_offline.py"
    """``make test``: it needs files only."""
    DEPLOYED = "python -m tests.rehearsal"
    """A stage of .ci/run: it needs a local AWS with the stack deployed."""
    INSTALLED = "python -m tests.rehearsal, beside it"
    """The same stage, in an environment of its own."""
    STAGE = ".ci/run"
    """A stage of .ci/run runs it, or the same program with other numbers."""
    NOWHERE = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is done with the commands that a pattern fits."""

    pattern: str
    place: Place
    why: str = ""
    """Of STAGE the stage's name; of NOWHERE why it cannot be run here."""
    code: int | None = None
    """Exit code on the local AWS, where it is not the one that the document shows."""
    last: bool = False
    """Whether it comes when the stack may only observe any more: the way out."""


def _offline(pattern: str, code: int | None = None) -> Row:
    return Row(pattern=pattern, place=Place.OFFLINE, code=code)


def _deployed(pattern: str, code: int | None = None, *, last: bool = False) -> Row:
    return Row(pattern=pattern, place=Place.DEPLOYED, code=code, last=last)


def _stage(pattern: str, name: str) -> Row:
    return Row(pattern=pattern, place=Place.STAGE, why=name)


def _nowhere(pattern: str, why: str) -> Row:
    return Row(pattern=pattern, place=Place.NOWHERE, why=why)


ROWS = (
    _nowhere(r"git clone .*", ".ci/run itself begins with a clone, of this checkout"),
    _nowhere(
        r"(make package && )?(\.venv-sam/bin/)?sam deploy --guided .*",
        "asks at a terminal, and deploys into an account of AWS; the same template is "
        "deployed here without --guided",
    ),
    _nowhere(
        r"sam deploy \.\.\. .*PublishedBundle.*",
        "one parameter of a deployment: tests/template/test_published_bundle.py",
    ),
    _nowhere(r"make load", "an hour of its own, before a release"),
    _nowhere(r"make demo KEEP=1", "stays up until it is stopped; make demo is a stage"),
    _nowhere(r".* tests\.sam_local --serve", "serves until it is interrupted"),
    _nowhere(r"make (converge|fuzz) REPLAY=.*", "needs what a failing run left"),
    _nowhere(
        r"(docker push|notation sign) <registry>.*",
        "speaks a registry's own protocol, which the local AWS does not serve",
    ),
    _nowhere(
        r"aws ecr (start-replication|describe-replication)-backfill.*",
        "the simulated ECR has no backfill",
    ),
    _stage(r"make demo", "demo-first"),
    _stage(r"make environments", "environment"),
    _stage(r"(AWS_ENDPOINT_URL=.* )?make invoke .*", "emulator"),
    _stage(r"make capabilities", "capabilities"),
    _stage(r"make converge.*", "converge"),
    _stage(r"make fuzz.*", "fuzz"),
    _stage(r"make validate", "validate"),
    _stage(r"make test .*", "test"),
    _stage(r"make package.*", "package"),
    _stage(r"(export AWS_ACCESS_KEY_ID=.*|.*sam local invoke .*)", "sam-local"),
    _stage(r".* tests\.sam_local", "sam-local"),
    Row(pattern=r"pip install .*", place=Place.INSTALLED),
    _offline(r"sealward verify demo/.*", code=1),
    _offline(r"sealward policy .*"),
    _deployed(r".*python -m simulator .*"),
    _deployed(r"curl .*"),
    _deployed(r"aws .*"),
    _deployed(r"sealward explain .*", code=1),
    _deployed(r"sealward replication .*", code=1),
    _deployed(r"sealward status .*", code=1),
    _deployed(r"sealward doctor .*", code=1),
    _deployed(r"sealward uninstall .*", last=True),
    _deployed(r"sealward .*"),
)


def row_of(shown: Shown) -> Row | None:
    """Return the row of a command, or None if it has none."""
    if shown.console:
        return Row(pattern=".*", place=Place.EXAMPLE)
    fitting = (row for row in ROWS if re.fullmatch(row.pattern, shown.text))
    return next(fitting, None)
