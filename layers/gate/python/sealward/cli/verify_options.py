"""Options that every way of verifying has, and how their texts are read."""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from notation_verifier import SIGNER_ROOTS
from sealward.cli.notation_configuration import NoConfiguration, NotationConfiguration
from sealward.policy.document import instant
from sealward.policy.trust_material import is_fingerprint

_Command = TypeVar("_Command", bound=Callable[..., Any])


def configuration(remedy: str) -> NotationConfiguration:
    """Return Notation's own configuration folder.

    Args:
        remedy: what to give instead, where the user has no home.

    Raises:
        NoConfiguration: nobody knows where it would be.
    """
    environment = os.environ
    try:
        # A container's user often has none, and then $NOTATION_CONFIG is enough.
        home = Path() if environment.get("NOTATION_CONFIG") else Path.home()
    except RuntimeError as error:
        raise NoConfiguration(f"{error} Give {remedy}.") from error
    return NotationConfiguration.of(environment, platform=sys.platform, home=home)


def _instant(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> datetime | None:
    try:
        return None if text is None else instant(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{error}; write as in 2027-01-15T00:00:00Z"
        ) from error


def _roots(
    _context: click.Context, _parameter: click.Parameter, values: Sequence[str]
) -> frozenset[str]:
    for text in values:
        name, _, fingerprint = text.rpartition("=")
        if not name or not is_fingerprint(fingerprint):
            raise click.BadParameter(
                f"{text!a} is not NAME= and the SHA-256 of the root in lower-case hex"
            )
    return frozenset(text.rpartition("=")[2] for text in values) or SIGNER_ROOTS


def _metadata(
    _context: click.Context, _parameter: click.Parameter, values: Sequence[str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise click.BadParameter(f"{text!a} is not KEY=VALUE")
        if name in found:
            raise click.BadParameter(f"{name!a} is given twice; one value may be asked")
        found[name] = value
    return found


def verify_options(policy: str) -> Callable[[_Command], _Command]:
    """Return what gives a command these options; ``policy`` names Notation's file."""
    options = [
        click.option(
            "--policy",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help=f"Notation's {policy}. Default: of Notation's configuration folder.",
        ),
        click.option(
            "--trust-store",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="Notation's truststore folder. Default: of Notation's configuration "
            "folder.",
        ),
        click.option(
            "--user-metadata",
            multiple=True,
            metavar="KEY=VALUE",
            callback=_metadata,
            help="Must have been signed with it; may be given more than once.",
        ),
        click.option(
            "--at",
            metavar="TIME",
            callback=_instant,
            help="Verify as of this time, as in 2027-01-15T00:00:00Z, and ask nobody "
            "about revocation. Default: now.",
        ),
        click.option(
            "--offline",
            is_flag=True,
            help="Ask nobody about revocation: what needs an answer cannot be told.",
        ),
        click.option(
            "--signer-root",
            "signer_roots",
            multiple=True,
            metavar="NAME=SHA256",
            callback=_roots,
            help="Trust this root for AWS Signer's ARNs instead of the published ones.",
        ),
        click.option("--json", "json_wanted", is_flag=True, help="Print JSON."),
        click.option("--quiet", "-q", is_flag=True, help="Show no progress."),
    ]

    def decorated(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated
