"""What commands print: tables for people, JSON for programs, one way to refuse."""

import json
from collections.abc import Sequence
from typing import NoReturn

import click

from sealward.policy.problems import InvalidBundle

REFUSED = 1
"""Exit code: the answer is no."""


def printable(text: str) -> str:
    """Return ``text`` with everything escaped that could steer a terminal."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode()
        for one in text
    )


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        line = "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        )
        click.echo(line.rstrip())


def as_json(value: object) -> None:
    """Print ``value`` as ASCII JSON."""
    click.echo(json.dumps(value, indent=1))


def refuse(error: InvalidBundle, *, what: str, json_wanted: bool = False) -> NoReturn:
    """Print every problem of ``what`` and end with exit code 1."""
    if json_wanted:
        as_json(
            {
                "problems": [
                    {
                        "pointer": problem.pointer,
                        "message": problem.message,
                        "remedy": problem.remedy,
                    }
                    for problem in error.problems
                ]
            }
        )
    else:
        count = len(error.problems)
        click.echo(
            f"{printable(what)} is refused, {count} problem{'s' if count > 1 else ''}:",
            err=True,
        )
        for problem in error.problems:
            click.echo(f"  {printable(str(problem))}", err=True)
    raise click.exceptions.Exit(REFUSED)
