"""Stories of dead letters: what nobody can read, and what is sent again."""

import time
from collections.abc import Mapping
from typing import Any, Final

from demo.stack import LocalAws
from notation_verifier import Descriptor
from tests.capabilities.account import Account
from tests.capabilities.policy import repository
from tests.capabilities.shelf import Shelf
from tests.capabilities.story import Told, shelf_of, story

TRIES: Final = 40
_BETWEEN: Final = 0.2
UNREADABLE: Final = "no event at all"


@story("malformed")
def malformed(here: Account) -> Told:
    """Put what nobody can read on the look queue, as the operator may."""
    shelf = shelf_of(here, "malformed")
    image = shelf.image()
    here.operator.client("sqs").send_message(
        QueueUrl=here.outputs["LookQueue"], MessageBody=UNREADABLE
    )
    set_aside = here.until(lambda: _waits(here, UNREADABLE))
    here.kept[UNREADABLE] = set_aside
    return Told(key=shelf.key(image), facts={"dead_letter": set_aside})


@story("redriven")
def redriven(here: Account) -> Told:
    """Send a dead letter again that tells of an image; before any sweep finds it."""
    key = shelf_of(here, "redriven").key(here.kept["redriven"])
    # What redrive leaves there it hides for a minute.
    here.until(lambda: UNREADABLE in here.kept)
    ran = here.operator.ask("redrive", "--json")
    here.until(lambda: here.verdict(key) != "")
    here.may_sweep.set()
    sent = ran.answer.get("sent", -1)
    return Told(key=key, facts={"exit": ran.exit_code, "sent": int(sent)})


def fail_five_times(aws: LocalAws, outputs: Mapping[str, str]) -> Descriptor:
    """Push an image whose event nobody takes to an end, so that SQS sets it aside."""
    mapped = aws.client("lambda")
    (mapping,) = mapped.list_event_source_mappings(
        FunctionName=outputs["VerifyPushFunction"]
    )["EventSourceMappings"]
    mapped.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    image = Shelf(aws, repository("redriven")).image()
    sqs = aws.client("sqs")
    for _ in range(TRIES):
        if _holds(sqs, outputs["LookDeadLetterQueue"], image.digest):
            break
        # One that takes it and does not delete it.
        sqs.receive_message(QueueUrl=outputs["LookQueue"], VisibilityTimeout=0)
        time.sleep(_BETWEEN)
    mapped.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    return image


def _waits(here: Account, text: str) -> bool:
    sqs = here.aws.client("sqs")
    return _holds(sqs, here.outputs["LookDeadLetterQueue"], text)


def _holds(sqs: Any, queue: str, text: str) -> bool:
    """Return whether a message of a queue holds ``text``; it stays where it is."""
    waiting = sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return any(text in each["Body"] for each in waiting.get("Messages", ()))
