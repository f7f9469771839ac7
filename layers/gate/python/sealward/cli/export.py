"""``sealward export``: the ledger's history of a month, as lines whose hashes chain."""

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from sealward.audit import Broken, Chain, header, read_chain
from sealward.aws.errors import translated
from sealward.aws.ledger.history_export import HistoryExport
from sealward.cli.aws_options import REGION, TABLE
from sealward.cli.bundle_file import JSON
from sealward.cli.command_clients import CommandClients
from sealward.cli.open_ledger import KEY, open_ledger
from sealward.cli.output import REFUSED, as_json, printable, table
from sealward.cli.sorted_lines import sorted_lines
from sealward.cli.unanswered import UNANSWERED, answered

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_S3 = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)")


@click.group()
def export() -> None:
    """Write a month of the ledger's history; check that nobody changed it since."""


@export.command("month")
@click.argument("month", metavar="YYYY-MM")
@click.option("--to", "target", required=True, help="A file, or s3://BUCKET/KEY.")
@click.option(
    "--after",
    "previous_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The export of the month before: its last hash becomes part of this one.",
)
@TABLE
@REGION
@KEY
@JSON
def month_(
    month: str,
    target: str,
    previous_path: Path | None,
    table_name: str,
    region: str | None,
    key_name: str,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Write every decision and action of a month, oldest first, as JSON lines.

    It reads the whole table, slowly: history is found by no index, so that nothing is
    paid for one all year. Exit codes: 0 written, 2 AWS did not answer, or a file cannot
    be written.
    """
    if not _MONTH.fullmatch(month):
        raise click.BadParameter("write it as 2026-11", param_hint="YYYY-MM")
    previous = "" if previous_path is None else _last(previous_path)
    with answered():
        opened = open_ledger(table_name, region, key_name)
        history = HistoryExport(table_name, opened.client)
        with sorted_lines(_entries(history, month)) as entries:
            chain = Chain(
                header(
                    month=month,
                    table=table_name,
                    sealed=not opened.unsealed,
                    made=datetime.now(UTC).isoformat(timespec="seconds"),
                    previous=previous,
                )
            )
            _write(target, chain.lines(entries), region)
    opened.say_seal()
    count = max(0, chain.entries - 1)
    if json_wanted:
        said = {"month": month, "entries": count, "lastHash": chain.last}
        as_json({**said, **opened.seal(), "readUnits": history.units})
        return
    table(
        [
            ("month", month),
            ("entries", str(count)),
            ("last hash", chain.last),
            ("read units", f"{history.units:.0f}"),
        ]
    )


@export.command()
@click.argument(
    "path",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--after",
    "previous_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The export of the month before, which this one should follow.",
)
@JSON
def verify(
    path: Path,
    previous_path: Path | None,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Say whether FILE is as it was written: no line changed, added, lost or moved.

    Compare the last hash with the one you keep elsewhere: whoever can write the whole
    file can chain it anew. Exit codes: 0 the chain holds, 1 it does not, 2 the file
    cannot be read.
    """
    problem, last, count = "", "", 0
    first: Mapping[str, Any] = {}
    try:
        for line in _checked(path):
            first = first or line["header"]
            last = line["chain"]
            count += "entry" in line
        if previous_path is not None and first["previous"] != _last(previous_path):
            problem = "it does not follow the export that was given by --after"
    except Broken as error:
        problem = str(error)
    if json_wanted:
        said = {"holds": not problem, "problem": printable(problem) or None}
        as_json({**said, "entries": count, "lastHash": last})
    elif problem:
        click.echo(f"{printable(str(path))} does not hold: {printable(problem)}")
    else:
        table(
            [
                ("month", str(first.get("month"))),
                ("entries", str(count)),
                ("last hash", last),
                ("seal", "checked" if first.get("sealChecked") else "not checked"),
                ("chain", "holds"),
            ]
        )
    if problem:
        raise click.exceptions.Exit(REFUSED)


def _entries(
    history: HistoryExport, month: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the month's entries, each with what they are sorted by."""
    shown = sys.stderr.isatty()
    for number, entry in enumerate(history.of_month(month), start=1):
        if shown and number % 1000 == 0:
            click.echo(f"\r{number} entries read", nl=False, err=True)
        yield f"{entry['at']} {entry['repository']}@{entry['digest']}", entry


def _checked(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from read_chain(file)
    except (OSError, UnicodeDecodeError) as error:
        click.echo(f"sealward: {printable(f'{path}: {error}')}", err=True)
        raise click.exceptions.Exit(UNANSWERED) from error


def _last(path: Path) -> str:
    """Return the last hash of an export that holds."""
    last = ""
    try:
        for line in _checked(path):
            last = str(line["chain"])
    except Broken as error:
        raise click.BadParameter(
            f"it does not hold: {error}", param_hint="--after"
        ) from error
    return last


def _write(target: str, lines: Iterator[str], region: str | None) -> None:
    bucket = _S3.fullmatch(target)
    try:
        if bucket is None:
            with Path(target).open("x", encoding="utf-8") as file:
                file.writelines(lines)
            return
        _upload(bucket[1], bucket[2], lines, region)
    except OSError as error:
        click.echo(f"sealward: {printable(f'{target}: {error.strerror}')}", err=True)
        raise click.exceptions.Exit(UNANSWERED) from error


def _upload(bucket: str, key: str, lines: Iterator[str], region: str | None) -> None:
    import tempfile  # noqa: PLC0415 - only who writes to S3

    with tempfile.TemporaryFile() as file:
        file.writelines(line.encode() for line in lines)
        file.seek(0)
        with translated(f"PutObject s3://{bucket}/{key}"):
            CommandClients().client("s3", region).put_object(
                Bucket=bucket, Key=key, Body=file, IfNoneMatch="*"
            )
