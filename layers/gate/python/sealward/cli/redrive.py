"""``sealward redrive``: dead letters shown with their reasons, and sent again.

Only what is understood as a hint goes back to the look queue, as a hint of our own: it
says what to look at and nothing else. SQS could move messages by itself, but would move
what nobody can read as well, for ever round.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import click

from sealward.aws.errors import translated
from sealward.aws.look_queue import SqsLookQueue
from sealward.cli.aws_options import REGION
from sealward.cli.bundle_file import JSON
from sealward.cli.output import REFUSED, as_json, printable, table
from sealward.cli.stack import STACK, Stack, find_stack
from sealward.cli.unanswered import answered
from sealward.events import Hint, MalformedEvent, parse_events

LIMIT: Final = 1_000
_LARGEST: Final = 100_000
_HIDDEN: Final = 60
"""Seconds for which a message that was read is not given to others."""
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message of the dead-letter queue."""

    id: str
    receipt: str
    hints: tuple[Hint, ...]
    """What it names; empty where nobody can tell."""
    why: str
    """Why it is there, or why it cannot be sent again."""

    @property
    def about(self) -> str:
        """What it is about, in a word."""
        return " ".join(f"{hint.repository}@{hint.digest}" for hint in self.hints)


@click.command()
@STACK
@REGION
@click.option("--dry-run", is_flag=True, help="Show what is there; change nothing.")
@click.option(
    "--discard", is_flag=True, help="Delete what is no hint, after showing it."
)
@click.option(
    "--limit",
    default=LIMIT,
    show_default=True,
    type=click.IntRange(1, _LARGEST),
    help="Messages to take at most.",
)
@JSON
def redrive(
    stack_name: str,
    region: str | None,
    dry_run: bool,  # noqa: FBT001 - click's way
    discard: bool,  # noqa: FBT001
    limit: int,
    json_wanted: bool,  # noqa: FBT001
) -> None:
    """Send the dead letters of a stack to its look queue again.

    What is no hint stays where it is and is shown with its reason. Mend the cause
    first: what fails again comes back after five tries. Exit codes: 0 all of it was
    sent or there is nothing, 1 something is left, 2 AWS did not answer.
    """
    with answered():
        stack = find_stack(stack_name, region)
        letters = list(_letters(stack, limit))
        sent = 0 if dry_run else _send(stack, letters)
        dropped = _drop(stack, letters) if discard and not dry_run else 0
    left = len(letters) - sent - dropped
    if json_wanted:
        as_json(
            {
                "sent": sent,
                "discarded": dropped,
                "left": left,
                "letters": [_json(one) for one in letters],
            }
        )
    else:
        _print(letters)
        click.echo(f"{sent} sent again, {dropped} discarded, {left} left")
    if left:
        raise click.exceptions.Exit(REFUSED)


def _letters(stack: Stack, limit: int) -> Iterator[DeadLetter]:
    """Yield what is in the queue; each is hidden from others meanwhile."""
    url, client = stack.physical("LookDeadLetterQueue"), stack.client("sqs")
    seen: set[str] = set()
    while len(seen) < limit:
        with translated("ReceiveMessage of the dead letters"):
            answer = client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=min(10, limit - len(seen)),
                MessageAttributeNames=["All"],
                VisibilityTimeout=_HIDDEN,
                WaitTimeSeconds=1,
            )
        fresh = [
            each for each in answer.get("Messages", ()) if each["MessageId"] not in seen
        ]
        if not fresh:
            return
        for each in fresh:
            seen.add(each["MessageId"])
            yield _read(each, stack)


def _read(message: Mapping[str, Any], stack: Stack) -> DeadLetter:
    attributes = message.get("MessageAttributes", {})
    why = next(
        (
            attributes[name]["StringValue"]
            # EventBridge says its own, where it could not put an event on the queue.
            for name in ("reason", "ERROR_MESSAGE", "ERROR_CODE")
            if "StringValue" in attributes.get(name, {})
        ),
        "failed five times: the function's log says why",
    )
    hints: tuple[Hint, ...] = ()
    try:
        body = json.loads(message["Body"])
        hints = parse_events(body, account=stack.account, region=stack.region)
        if not hints:
            why = "an event by which nothing happened"
    except MalformedEvent as error:
        why = f"no hint: {error}"
    except (ValueError, RecursionError):
        why = f"no hint: no JSON; {why}"
    return DeadLetter(
        id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        hints=hints,
        why=why,
    )


def _send(stack: Stack, letters: Sequence[DeadLetter]) -> int:
    client = stack.client("sqs")
    queue = SqsLookQueue(
        client,
        stack.physical("LookQueue"),
        stack.physical("LookDeadLetterQueue"),
    )
    sent = 0
    for one in letters:
        for hint in one.hints:
            queue.later(hint, timedelta(0))
        if one.hints:
            _delete(stack, one)
            sent += 1
    return sent


def _drop(stack: Stack, letters: Sequence[DeadLetter]) -> int:
    dropped = [one for one in letters if not one.hints]
    for one in dropped:
        _delete(stack, one)
    return len(dropped)


def _delete(stack: Stack, letter: DeadLetter) -> None:
    with translated("DeleteMessage of a dead letter"):
        stack.client("sqs").delete_message(
            QueueUrl=stack.physical("LookDeadLetterQueue"), ReceiptHandle=letter.receipt
        )


def _print(letters: Sequence[DeadLetter]) -> None:
    if not letters:
        return
    rows = [(one.about or "?", one.why[:200]) for one in letters[:_SHOWN]]
    table([("IMAGE", "WHY IT IS HERE"), *rows])
    if len(letters) > _SHOWN:
        click.echo(f"and {len(letters) - _SHOWN} more")


def _json(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "images": [f"{hint.repository}@{hint.digest}" for hint in letter.hints],
        "why": printable(letter.why),
    }
