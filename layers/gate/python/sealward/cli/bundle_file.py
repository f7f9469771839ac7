"""A bundle in a file, as commands are given it."""

from pathlib import Path
from typing import Any, ClassVar

import click

from sealward.cli.output import refuse
from sealward.policy.bundle import BUNDLE_LIMIT, PolicyBundle, load_bundle
from sealward.policy.problems import InvalidBundle

BUNDLE = click.argument(
    "bundle_path",
    metavar="BUNDLE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
JSON = click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")


def read_file(path: Path, limit: int = BUNDLE_LIMIT) -> bytes:
    """Return a file's bytes, one more than ``limit`` at most.

    Raises:
        UnreadableFile: it cannot be read; the command ends with exit code 2.
    """
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from error


class UnreadableFile(click.ClickException):
    """A file that cannot be read or written."""

    exit_code: ClassVar[Any] = 2


def read_bundle(path: Path, *, json_wanted: bool) -> PolicyBundle:
    """Return the bundle in ``path``; one that is refused ends the command."""
    try:
        return load_bundle(read_file(path))
    except InvalidBundle as error:
        refuse(error, what=str(path), json_wanted=json_wanted)
