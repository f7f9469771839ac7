"""``sealward proposals``: what waits for a person, and what a person says.

``list`` and ``show`` read the ledger's table; ``show`` also asks Amazon ECR when the
images were last pulled. ``approve`` and ``decline`` ask the stack's function, which
proves who speaks.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from sealward.aws.errors import translated
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.cli.asking import FUNCTION, REASON, ask
from sealward.cli.aws_options import REGION, TABLE
from sealward.cli.bundle_file import JSON
from sealward.cli.command_clients import CommandClients
from sealward.cli.output import as_json, printable, table
from sealward.cli.unanswered import UNANSWERED, answered
from sealward.events import is_digest
from sealward.ledger import proposal_state
from sealward.operate.requests import Command
from sealward.ports.failures import PortError
from sealward.proposals import (
    APPROVAL_LASTS,
    DIGESTS_LIMIT,
    Answer,
    Approval,
    Proposal,
)
from sealward.subjects import SubjectKey

SHOWN = 20
"""Images that ``show`` lists unless told otherwise."""
_LONGEST = int(APPROVAL_LASTS / timedelta(hours=1))


@click.group()
def proposals() -> None:
    """Read what Sealward proposes; approve or decline it, whole or in part."""


@proposals.command("list")
@TABLE
@REGION
@JSON
def list_(
    table_name: str,
    region: str | None,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """List the proposals that still touch images.

    Exit codes: 0 done, 2 AWS did not answer.
    """
    with answered():
        ledger = ledger_of(table_name, region)
        rows = [
            (one, ledger.count(proposal_state(one.id)), _last(ledger, one))
            for one in ledger.proposals()
        ]
    rows = [row for row in rows if row[1]]
    if json_wanted:
        as_json([_json(one, count, said) for one, count, said in rows])
        return
    if not rows:
        click.echo("nothing is proposed")
        return
    table(
        [
            ("PROPOSAL", "ACTION", "IMAGES", "STATEMENT", "SINCE", "SAID"),
            *(
                (
                    one.id,
                    one.action,
                    str(count),
                    one.statement,
                    f"{one.opened_at:%Y-%m-%d %H:%M}Z",
                    said.answer.value if said else "nothing",
                )
                for one, count, said in rows
            ),
        ]
    )


@proposals.command()
@click.argument("identity", metavar="PROPOSAL")
@TABLE
@REGION
@click.option("--limit", default=SHOWN, show_default=True, type=click.IntRange(1, 1000))
@JSON
def show(
    identity: str,
    table_name: str,
    region: str | None,
    limit: int,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Show PROPOSAL: its cause, and the images it would touch.

    Exit codes: 0 done, 2 no such proposal, or AWS did not answer.
    """
    with answered():
        ledger = ledger_of(table_name, region)
        one = _found(ledger, identity)
        state = proposal_state(one.id)
        count, said = ledger.count(state), _last(ledger, one)
        pulled = last_pulls(region)
        images = [
            _image(ledger, key, pulled) for key in ledger.members(state, limit=limit)
        ]
    if json_wanted:
        as_json({**_json(one, count, said), "shown": images})
        return
    table(
        [
            ("proposal", one.id),
            ("cause", one.cause.value),
            ("would", f"{one.action} {count} images"),
            ("statement", f"{one.statement} ({one.statement_hash[:12]})"),
            ("bundle serial", str(one.bundle_serial)),
            ("since", one.opened_at.isoformat()),
            ("first reason", one.reason),
            ("said", f"{said.answer} by {said.by} {said.at}" if said else "nothing"),
        ]
    )
    click.echo()
    table(
        [
            ("IMAGE", "TAGS", "REASON", "LAST PULLED"),
            *(
                (each["image"], " ".join(each["tags"]), each["reason"], each["pulled"])
                for each in images
            ),
        ]
    )


def _answer_command(answer: Answer, verb: str) -> click.Command:
    """Return ``approve`` or ``decline``: the same but for the word."""

    @click.command(
        verb,
        help=f"{verb.capitalize()} PROPOSAL, whole or only what is named.\n\n"
        "Exit codes: 0 done, 1 refused, 2 AWS did not answer.",
    )
    @click.argument("identity", metavar="PROPOSAL")
    @FUNCTION
    @REGION
    @click.option("--repository", "repositories", multiple=True, help="Only in this.")
    @click.option("--digest", "digests", multiple=True, help="Only this image.")
    @REASON
    @click.option(
        "--for-hours",
        default=_LONGEST,
        show_default=True,
        type=click.IntRange(1, _LONGEST),
        help="How long the answer is good for.",
    )
    @JSON
    def command(
        identity: str,
        function_name: str,
        region: str | None,
        repositories: tuple[str, ...],
        digests: tuple[str, ...],
        reason: str,
        for_hours: int,
        json_wanted: bool,  # noqa: FBT001 - click's way
    ) -> None:
        for digest in digests:
            if not is_digest(digest):
                raise click.BadParameter(
                    f"{printable(digest[:120])} is no digest: sha256: and 64 "
                    "lower-case hex digits",
                    param_hint="--digest",
                )
        if len(digests) > DIGESTS_LIMIT:
            raise click.BadParameter(
                f"at most {DIGESTS_LIMIT} at once", param_hint="--digest"
            )
        ask(
            Command.ANSWER,
            {
                "proposal": identity,
                "answer": answer.value,
                "repositories": list(repositories),
                "digests": list(digests),
                "seconds": for_hours * 3600,
                "reason": reason,
            },
            function_name=function_name,
            region=region,
            json_wanted=json_wanted,
        )

    return command


proposals.add_command(_answer_command(Answer.APPROVED, "approve"))
proposals.add_command(_answer_command(Answer.DECLINED, "decline"))


def ledger_of(table_name: str, region: str | None) -> LedgerTable:
    """Return the stack's ledger."""
    with translated("a client of DynamoDB"):
        return LedgerTable(table_name, CommandClients().client("dynamodb", region))


def last_pulls(region: str | None) -> Callable[[SubjectKey], str]:
    """Return what tells when an image was last pulled, as ECR recorded it."""
    with translated("a client of ECR"):
        client = CommandClients().client("ecr", region)

    def pulled(key: SubjectKey) -> str:
        with translated(f"DescribeImages {key}"):
            answer = client.describe_images(
                repositoryName=key.repository,
                imageIds=[{"imageDigest": key.digest}],
                filter={"imageStatus": "ANY"},
            )
        at = next(
            (each.get("lastRecordedPullTime") for each in answer["imageDetails"]), None
        )
        return f"{at:%Y-%m-%d}" if at else "never recorded"

    return pulled


def _found(ledger: LedgerTable, identity: str) -> Proposal:
    for one in ledger.proposals():
        if one.id == identity:
            return one
    click.echo(
        f"sealward: no proposal {printable(identity[:120])}; "
        "'sealward proposals list' names them",
        err=True,
    )
    raise click.exceptions.Exit(UNANSWERED)


def _last(ledger: LedgerTable, one: Proposal) -> Approval | None:
    return next(reversed(ledger.approvals(one.id)), None)


def _image(
    ledger: LedgerTable, key: SubjectKey, pulled: Callable[[SubjectKey], str]
) -> dict[str, Any]:
    record = ledger.current(key)
    try:
        when = pulled(key)
    except PortError:
        when = "unknown"
    return {
        "image": str(key),
        "tags": list(record.tags) if record else [],
        "reason": record.reason if record else "",
        "pulled": when,
    }


def _json(one: Proposal, count: int, said: Approval | None) -> dict[str, Any]:
    return {
        "proposal": one.id,
        "cause": one.cause.value,
        "action": one.action,
        "images": count,
        "statement": one.statement,
        "statementHash": one.statement_hash,
        "bundleSerial": one.bundle_serial,
        "openedAt": one.opened_at.isoformat(),
        "reason": one.reason,
        "said": said
        and {
            "answer": said.answer.value,
            "by": said.by,
            "at": said.at.isoformat(),
            "until": said.until.isoformat(),
            "repositories": list(said.repositories),
            "digests": list(said.digests),
            "reason": said.reason,
        },
    }
