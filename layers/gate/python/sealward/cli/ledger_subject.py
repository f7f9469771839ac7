"""``sealward ledger verdict`` and ``history``: what is remembered of one image."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from sealward.cli.aws_options import REGION, TABLE
from sealward.cli.bundle_file import JSON
from sealward.cli.image_target import InvalidReference, RegistryUnanswered
from sealward.cli.open_ledger import KEY, OpenLedger, open_ledger
from sealward.cli.output import REFUSED, as_json, printable, table
from sealward.cli.subject_reference import subjects_of
from sealward.cli.unanswered import UNANSWERED, answered
from sealward.ledger import Record
from sealward.ports.ledger import HistoryEntry, Intent
from sealward.subjects import SubjectKey

IMAGE = click.argument("image", metavar="IMAGE|DIGEST")
LONGEST_HISTORY = 1_000
"""Verdict changes of one image that are shown."""


@click.command()
@IMAGE
@TABLE
@REGION
@KEY
@JSON
def verdict(
    image: str,
    table_name: str,
    region: str | None,
    key_name: str,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Say what the ledger holds of IMAGE, and since when.

    IMAGE is REPOSITORY@DIGEST, HOST/REPOSITORY:TAG or a digest alone. It is what was
    last decided, not a verification: 'sealward verify' looks at the signature itself.
    Exit codes: 0 it is there, 1 nothing is known of it, 2 AWS did not answer.
    """
    opened, keys = _found(image, table_name, region, key_name)
    with answered():
        records = [record for key in keys if (record := opened.ledger.current(key))]
    opened.say_seal()
    if json_wanted:
        as_json({**opened.seal(), "images": [record_json(one) for one in records]})
    for record in records if not json_wanted else ():
        table(_lines(record))
    if not records:
        if not json_wanted:
            click.echo(f"nothing is known of {printable(image[:300])}")
        raise click.exceptions.Exit(REFUSED)


@click.command()
@IMAGE
@TABLE
@REGION
@KEY
@JSON
def history(
    image: str,
    table_name: str,
    region: str | None,
    key_name: str,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """List the verdicts of IMAGE and what was done, oldest first.

    With --json each verdict is a decision as 'sealward redo' takes it.
    Exit codes: 0 there are some, 1 nothing is known of it, 2 AWS did not answer.
    """
    opened, keys = _found(image, table_name, region, key_name)
    with answered():
        found = [
            (
                key,
                opened.ledger.history(key)[-LONGEST_HISTORY:],
                opened.ledger.intents(key)[-LONGEST_HISTORY:],
            )
            for key in keys
        ]
    found = [one for one in found if one[1]]
    opened.say_seal()
    if json_wanted:
        as_json(
            {
                **opened.seal(),
                "images": [
                    {
                        "repository": key.repository,
                        "digest": key.digest,
                        "decisions": [decision_json(key, each) for each in entries],
                        "actions": [_intent_json(each) for each in intents],
                    }
                    for key, entries, intents in found
                ],
            }
        )
    for key, entries, intents in found if not json_wanted else ():
        click.echo(printable(str(key)))
        table(_history_rows(entries, intents))
    if not found:
        if not json_wanted:
            click.echo(f"nothing is known of {printable(image[:300])}")
        raise click.exceptions.Exit(REFUSED)


def record_json(record: Record) -> dict[str, Any]:
    """Return what is remembered of an image in plain JSON types."""
    return {
        "repository": record.key.repository,
        "digest": record.key.digest,
        "verdict": record.verdict.value,
        "strictVerdict": record.strict_verdict.value,
        "reason": record.reason,
        "detail": record.detail,
        "statement": record.statement,
        "bundleSerial": record.bundle_serial,
        "bundleDigest": record.bundle_digest,
        "signers": [each for each in (record.signer, *record.further_signers) if each],
        "signatures": list(record.made_by),
        "coveredBy": record.covered_by,
        "tags": list(record.tags),
        "firstSeen": record.first_seen.isoformat(),
        "settledAt": _text(record.settled_at),
        "updatedAt": record.updated_at.isoformat(),
        "lookAgainAt": _text(record.due),
        "hold": record.hold.state.value if record.hold else None,
        "proposal": record.proposal_id or None,
        "exposureSeconds": record.exposure.total(record.updated_at),
        "exposedSince": _text(record.exposure.open_since),
        "version": record.version,
    }


def decision_json(key: SubjectKey, entry: HistoryEntry) -> dict[str, Any]:
    """Return a verdict of the history as a decision that can be redone."""
    return {
        "repository": key.repository,
        "digest": key.digest,
        "version": entry.version,
        "at": entry.at.isoformat(),
        "verdict": entry.verdict,
        "report": dict(entry.report),
    }


def _found(
    image: str, table_name: str, region: str | None, key_name: str
) -> tuple[OpenLedger, list[SubjectKey]]:
    with answered():
        opened = open_ledger(table_name, region, key_name)
        try:
            return opened, subjects_of(image, opened, region)
        except (InvalidReference, RegistryUnanswered) as error:
            click.echo(f"sealward: {printable(str(error))}", err=True)
            raise click.exceptions.Exit(UNANSWERED) from error


def _lines(record: Record) -> list[tuple[str, str]]:
    hold, exposure = record.hold, record.exposure
    open_since = exposure.open_since
    return [
        ("image", str(record.key)),
        ("tags", " ".join(record.tags) or "none"),
        ("verdict", record.verdict.value),
        ("why", f"{record.reason}: {record.detail}"),
        ("signed by", " and ".join((record.signer, *record.further_signers)))
        if record.signer
        else ("covered by", record.covered_by or "nothing"),
        ("statement", f"{record.statement or 'none'} @{record.bundle_serial}"),
        ("decided", f"{record.updated_at:%Y-%m-%d %H:%M:%S}Z"),
        (
            "hold",
            f"{hold.state} since {hold.since:%Y-%m-%d %H:%M}Z" if hold else "none",
        ),
        (
            "exposure",
            f"{exposure.total(record.updated_at):.1f} s"
            + (f", open since {open_since:%Y-%m-%d %H:%M:%S}Z" if open_since else ""),
        ),
        ("proposal", record.proposal_id or "none"),
    ]


def _history_rows(
    entries: Sequence[HistoryEntry], intents: Sequence[Intent]
) -> list[tuple[str, ...]]:
    rows = [(each.at, each.verdict, *_why(each.report)) for each in entries]
    rows += [(each.decided_at, f"({each.action})", each.reason, "") for each in intents]
    return [
        ("AT", "VERDICT", "REASON", "STATEMENT"),
        *((f"{at:%Y-%m-%d %H:%M:%S}Z", *rest) for at, *rest in sorted(rows)),
    ]


def _why(report: Mapping[str, Any]) -> tuple[str, str]:
    statement, serial = report.get("statement", ""), report.get("bundle_serial", "")
    return str(report.get("reason", "")), f"{statement or 'none'} @{serial}"


def _intent_json(intent: Intent) -> dict[str, Any]:
    return {
        "action": intent.action,
        "at": intent.decided_at.isoformat(),
        "reason": intent.reason,
    }


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
