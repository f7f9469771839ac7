"""``sealward redrive``: dead letters shown with their reasons, and sent again.

Only what is understood as a hint goes back to the look queue, as a hint of our own: it
says what to look at and nothing else. SQS could move messages by itself, but would move
what nobody can read as well, for ever round. What came back thrice is not sent a fourth
time unasked: it is shown with what the ledger holds of its image, which has its verdict
and its due time without any message.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import click

from sealward.aws.errors import translated
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.look_queue import REDRIVEN, SqsLookQueue
from sealward.cli.aws_options import REGION
from sealward.cli.bundle_file import JSON
from sealward.cli.output import REFUSED, as_json, printable, table
from sealward.cli.stack import STACK, Stack, find_stack
from sealward.cli.unanswered import answered
from sealward.events import Hint, MalformedEvent, parse_events
from sealward.ports.failures import PortError
from sealward.subjects import SubjectKey

LIMIT: Final = 1_000
MOST: Final = 3
"""Times that a hint is sent again before a person must insist."""
_LARGEST: Final = 100_000
_HIDDEN: Final = 60
"""Seconds for which a message that was read is not given to others."""
_SHOWN: Final = 60
_COUNT: Final = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message of the dead-letter queue."""

    id: str
    receipt: str
    hints: tuple[Hint, ...]
    """What it names; empty where nobody can tell."""
    why: str
    """Why it is there, or why it cannot be sent again."""
    redriven: int
    """How often it was sent again before."""

    @property
    def about(self) -> str:
        """What it is about, in a word."""
        return " ".join(f"{hint.repository}@{hint.digest}" for hint in self.hints)


@dataclass(slots=True, kw_only=True)
class Letters:
    """What the queue gave, and how often each image was sent again."""

    letters: list[DeadLetter]
    times: dict[str, int] = field(init=False)
    """The most of all letters about the same: those sent by the tick know of none."""
    verdicts: dict[str, str] = field(default_factory=dict)
    """What the ledger holds, by what a letter is about, as far as it was asked."""

    def __post_init__(self) -> None:
        self.times = {}
        for one in self.letters:
            self.times[one.about] = max(self.times.get(one.about, 0), one.redriven)

    def comes_back(self, letter: DeadLetter) -> bool:
        """Return whether it was sent again so often that another time needs a word."""
        return bool(letter.hints) and self.times[letter.about] >= MOST

    def why(self, letter: DeadLetter) -> str:
        """Return why it is there, and why it stays if it does."""
        if not self.comes_back(letter):
            return letter.why
        return (
            f"sent again {self.times[letter.about]} times and came back: mend the "
            f"cause, then --force; {letter.why}"
        )


@click.command()
@STACK
@REGION
@click.option("--dry-run", is_flag=True, help="Show what is there; change nothing.")
@click.option(
    "--discard", is_flag=True, help="Delete what is no hint, after showing it."
)
@click.option(
    "--force",
    is_flag=True,
    help=f"Send what was sent again {MOST} times already.",
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
    force: bool,  # noqa: FBT001
    limit: int,
    json_wanted: bool,  # noqa: FBT001
) -> None:
    """Send the dead letters of a stack to its look queue again.

    What is no hint stays where it is and is shown with its reason; so does what was
    sent again three times and came back. Mend the cause first: what fails again comes
    back after five tries. Letters about the same are sent as one. Exit codes: 0 all of
    it was sent or there is nothing, 1 something is left, 2 AWS did not answer.
    """
    with answered():
        stack = find_stack(stack_name, region)
        found = Letters(letters=list(_letters(stack, limit)))
        found.verdicts = _verdicts(stack, found)
        sent = 0 if dry_run else _send(stack, found, force=force)
        dropped = _drop(stack, found.letters) if discard and not dry_run else 0
    left = len(found.letters) - sent - dropped
    if json_wanted:
        as_json(
            {
                "sent": sent,
                "discarded": dropped,
                "left": left,
                "letters": [_json(one, found) for one in found.letters],
            }
        )
    else:
        _print(found)
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
        redriven=_count(attributes.get(REDRIVEN, {}).get("StringValue", "")),
    )


def _count(text: str) -> int:
    """Return a count of ours; what is none counts as never."""
    return int(text) if _COUNT.fullmatch(text) else 0


def _verdicts(stack: Stack, found: Letters) -> dict[str, str]:
    """Return what the ledger holds of the images to be shown."""
    about = {one.about: one.hints for one in found.letters[:_SHOWN] if one.hints}
    if not about:
        return {}
    ledger = LedgerTable(stack.physical("LedgerTable"), stack.client("dynamodb"))
    return {
        name: ", ".join(_verdict(ledger, hint) for hint in hints)
        for name, hints in about.items()
    }


def _verdict(ledger: LedgerTable, hint: Hint) -> str:
    key = SubjectKey(repository=hint.repository, digest=hint.digest)
    try:
        record = ledger.current(key)
    except PortError:
        return "not read"
    return f"{record.verdict.value} ({record.reason})" if record else "none yet"


def _send(stack: Stack, found: Letters, *, force: bool) -> int:
    client = stack.client("sqs")
    queue = SqsLookQueue(
        client,
        stack.physical("LookQueue"),
        stack.physical("LookDeadLetterQueue"),
    )
    sent: set[str] = set()
    gone = 0
    for one in found.letters:
        if not one.hints or (found.comes_back(one) and not force):
            continue
        if one.about not in sent:
            for hint in one.hints:
                queue.redrive(hint, found.times[one.about] + 1)
            sent.add(one.about)
        _delete(stack, one)
        gone += 1
    return gone


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


def _print(found: Letters) -> None:
    letters = found.letters
    if not letters:
        return
    rows = [
        (
            one.about or "?",
            found.verdicts.get(one.about, "-"),
            str(found.times[one.about]),
            found.why(one)[:200],
        )
        for one in letters[:_SHOWN]
    ]
    table([("IMAGE", "VERDICT", "SENT AGAIN", "WHY IT IS HERE"), *rows])
    if len(letters) > _SHOWN:
        click.echo(f"and {len(letters) - _SHOWN} more")


def _json(letter: DeadLetter, found: Letters) -> dict[str, Any]:
    return {
        "id": letter.id,
        "images": [f"{hint.repository}@{hint.digest}" for hint in letter.hints],
        "why": printable(found.why(letter)),
        "sentAgain": found.times[letter.about],
        "verdict": printable(found.verdicts.get(letter.about, "")),
    }
