"""``sealward evidence``: what was kept of an image, listed, fetched and checked.

It asks the bucket and nobody else: neither the stack nor its ledger has to be there.
"""

import json
from pathlib import Path
from typing import Any, Final

import click

from sealward.aws.errors import translated
from sealward.aws.evidence_bucket import EvidenceBucket
from sealward.cli.bundle_file import JSON
from sealward.cli.command_clients import CommandClients
from sealward.cli.ecr_target import EcrReference, parse_reference
from sealward.cli.image_target import InvalidReference
from sealward.cli.output import REFUSED, as_json, printable, table
from sealward.cli.unanswered import answered
from sealward.evidence import Checked, check, dossiers_of

_GROUNDS: Final = {
    "by": "by",
    "rule": "rule",
    "held": "held since",
    "pushedBy": "pushed by",
    "dossier": "held by dossier",
}
"""What a deletion's dossier says beside; --json has all of it."""


@click.command()
@click.argument("image", metavar="HOST/REPOSITORY@DIGEST")
@click.option(
    "--bucket",
    envvar="SEALWARD_EVIDENCE_BUCKET",
    required=True,
    help="Name of the bucket (the stack's output EvidenceBucket).",
)
@click.option(
    "--fetch",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write every object to, named by its SHA-256.",
)
@JSON
def evidence(
    image: str,
    bucket: str,
    folder: Path | None,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """List what was kept of an image before it was acted on, and check its hashes.

    What --fetch writes is what 'sealward redo --evidence' reads.
    Exit codes: 0 all of it is there, 1 something is missing or was exchanged, or
    nothing was kept, 2 AWS did not answer, or wrong usage.
    """
    reference = _reference(image)
    prefix = dossiers_of(
        reference.account, reference.region, reference.repository, reference.digest
    )
    with answered():
        with translated("a client of S3"):
            store = EvidenceBucket(CommandClients().client("s3"), bucket)
        found = [
            check(store, prefix, key.removeprefix(prefix)) for key in store.keys(prefix)
        ]
    if folder is not None:
        _write(folder, found)
    if json_wanted:
        as_json({"dossiers": [_as_json(each) for each in found]})
    else:
        _show(found)
    if not found or any(each.problems for each in found):
        raise click.exceptions.Exit(REFUSED)


def _reference(image: str) -> EcrReference:
    try:
        reference = parse_reference(image)
    except InvalidReference as error:
        raise click.UsageError(printable(str(error))) from error
    if not reference.digest:
        raise click.UsageError("write HOST/REPOSITORY@DIGEST: evidence is of a digest")
    return reference


def _write(folder: Path, found: list[Checked]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in found:
            for digest, content in each.contents.items():
                (folder / digest.rpartition(":")[2]).write_bytes(content)
            if each.dossier is not None:
                (folder / each.digest).write_bytes(each.dossier.content())
    except OSError as error:
        raise click.FileError(printable(str(folder)), error.strerror or "") from error


def _show(found: list[Checked]) -> None:
    if not found:
        click.echo("nothing was kept of it")
    for each in found:
        rows = [("dossier", each.digest)]
        if each.dossier is not None:
            said = each.dossier
            rows += [
                ("decided", f"{said.decided_at}, {said.action}"),
                ("verdict", str(said.report.get("verdict", ""))),
                ("reason", str(said.report.get("reason", ""))),
                ("tags", " ".join(said.tags)),
                *(
                    (label, str(said.grounds[name]))
                    for name, label in _GROUNDS.items()
                    if said.grounds.get(name)
                ),
            ]
            rows += [
                (
                    piece.role.value,
                    f"{piece.digest}, {piece.size} bytes"
                    + (f", not kept: {piece.left_out}" if piece.left_out else ""),
                )
                for piece in said.pieces
            ]
        table([*rows, *(("PROBLEM", problem) for problem in each.problems)])


def _as_json(checked: Checked) -> dict[str, Any]:
    dossier = checked.dossier
    return {
        "digest": checked.digest,
        "dossier": json.loads(dossier.content()) if dossier else None,
        "problems": list(checked.problems),
    }
