"""``sealward redo``: a decision of the ledger repeated offline, years later."""

import json
from pathlib import Path
from typing import Any

import click

from sealward.audit import (
    Answer,
    InvalidDecision,
    RecordedDecision,
    Redone,
    decision_from,
)
from sealward.audit import redo as repeat
from sealward.cli.answering_command import BAD_INPUT, AnsweringCommand
from sealward.cli.bundle_file import JSON, UnreadableFile, read_file
from sealward.cli.evidence_folder import EvidenceFolder
from sealward.cli.output import as_json, printable, table
from sealward.policy.bundle import BUNDLE_LIMIT, PolicyBundle, load_bundle
from sealward.policy.problems import InvalidBundle
from sealward.version import VERSION

DECISION_LIMIT = 64 * 1024 * 1024
"""Bytes of a file with decisions."""
_CODES = {Answer.SAME: 0, Answer.DIFFERENT: 1, Answer.CANNOT_TELL: 2}


@click.command(cls=AnsweringCommand)
@click.argument(
    "decision_path",
    metavar="DECISION",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--evidence",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with manifests, envelopes and answers, named by their SHA-256.",
)
@click.option(
    "--bundle",
    "bundle_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The policy bundle it was decided by; else it is looked for in --evidence.",
)
@click.option(
    "--version", "number", type=int, help="Which of several decisions in the file."
)
@JSON
def redo(
    decision_path: Path,
    folder: Path,
    bundle_path: Path | None,
    number: int | None,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Repeat DECISION offline and say whether it comes out the same.

    DECISION is one line of an export, or what 'sealward ledger history --json' wrote.
    Signatures are verified at the instant of the decision, by the bundle and with the
    revocation answers that it names by hash; nobody is asked.

    Exit codes: 0 the same, 1 different, 2 it cannot be told, 3 wrong usage, or a file
    that cannot be used.
    """
    try:
        decision = _decision(decision_path, number)
        evidence = EvidenceFolder(folder)
        bundle = _bundle(decision, evidence, bundle_path)
    except (InvalidDecision, InvalidBundle, UnreadableFile) as error:
        message = error.message if isinstance(error, UnreadableFile) else str(error)
        click.echo(f"Error: {printable(message)}", err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error
    redone = repeat(decision, bundle, evidence, evidence.of)
    if json_wanted:
        as_json(_json(decision, redone))
    else:
        table(_lines(decision, redone))
    raise click.exceptions.Exit(_CODES[redone.answer])


def _decision(path: Path, number: int | None) -> RecordedDecision:
    found = list(_decisions(read_file(path, DECISION_LIMIT), path))
    if number is not None:
        found = [each for each in found if each.get("version") == number]
    if len(found) != 1:
        versions = ", ".join(str(each.get("version")) for each in found[:20])
        raise InvalidDecision(
            f"{path} holds {len(found)} decisions"
            + (f": choose one by --version, of {versions}" if found else "")
        )
    return decision_from(found[0])


def _decisions(content: bytes, path: Path) -> list[dict[str, Any]]:
    if len(content) > DECISION_LIMIT:
        raise InvalidDecision(f"{path}: over {DECISION_LIMIT} bytes")
    try:
        try:
            documents = [json.loads(content)]
        except ValueError:
            documents = [json.loads(line) for line in content.splitlines() if line]
    except (ValueError, RecursionError) as error:
        raise InvalidDecision(
            f"{path}: neither JSON nor lines of it: {error}"
        ) from error
    found: list[dict[str, Any]] = []
    for document in documents:
        if not isinstance(document, dict):
            raise InvalidDecision(f"{path}: a value that is no JSON object")
        if "report" in document:
            found.append(document)
        elif isinstance(document.get("entry"), dict):
            found.append(document["entry"])
        for image in document.get("images", ()):
            found += image.get("decisions", ())
    return [each for each in found if "report" in each]


def _bundle(
    decision: RecordedDecision, evidence: EvidenceFolder, path: Path | None
) -> PolicyBundle:
    digest = decision.bundle_digest
    if path is not None:
        bundle = load_bundle(read_file(path))
        if bundle.digest != digest:
            raise InvalidDecision(
                f"{path} is {bundle.digest}; it was decided by {digest} (serial "
                f"{decision.bundle_serial}): get that version from the bucket"
            )
        return bundle
    content = evidence.of(digest.removeprefix("sha256:"), BUNDLE_LIMIT)
    if content is None:
        raise InvalidDecision(
            f"the bundle {digest} (serial {decision.bundle_serial}) is not among the "
            "evidence: get that version from its bucket and give it by --bundle"
        )
    return load_bundle(content)


def _lines(decision: RecordedDecision, redone: Redone) -> list[tuple[str, str]]:
    return [
        ("decision", f"{decision.key} at {decision.at:%Y-%m-%d %H:%M:%S}Z"),
        ("recorded", f"{decision.verdict} ({decision.reason})"),
        ("redone", f"{redone.verdict or 'nothing'} ({redone.reason or '-'})"),
        ("by", f"sealward {decision.code or 'unknown'} then, {VERSION} now"),
        ("bundle", f"serial {decision.bundle_serial}, {decision.bundle_digest}"),
        *(
            (
                "signature",
                f"{each.digest} {each.conclusion}, anchor {each.chain[-1]}"
                if each.chain
                else f"{each.digest} {each.conclusion}",
            )
            for each in decision.candidates
        ),
        *(("differs", each) for each in redone.differences),
        *(("missing", each) for each in redone.missing),
        *(("note", each) for each in redone.notes),
        ("answer", redone.answer.value),
    ]


def _json(decision: RecordedDecision, redone: Redone) -> dict[str, Any]:
    return {
        "repository": decision.key.repository,
        "digest": decision.key.digest,
        "at": decision.at.isoformat(),
        "recorded": {"verdict": decision.verdict.value, "reason": decision.reason},
        "redone": {
            "verdict": redone.verdict.value if redone.verdict else None,
            "reason": redone.reason,
        },
        "code": {"then": decision.code, "now": VERSION},
        "answer": redone.answer.value,
        "differences": [printable(each) for each in redone.differences],
        "missing": list(redone.missing),
        "notes": list(redone.notes),
    }
