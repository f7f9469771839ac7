"""The ground: one AWS and the real functions, made anew for each trial.

The functions run as Lambda runs them, on real clients, answered in this process. Time
is a clock that is told; messages and events are carried by hand, and come again as SQS
brings them again. There is no thread: a process that stands here can be forked.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, Final

import botocore.session
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends

from functions.operate import app as operate
from functions.sweep import app as sweep
from functions.tick import app as tick
from functions.verify_push import app as verify_push
from notation_verifier import Fetch
from sealward.aws.caller_identity import prove_by
from sealward.aws.ledger.attribute_values import plain_values
from sealward.aws.ledger.ledger_key import LedgerKey
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sealed_items import sealed
from sealward.operate.proofs import payload_of
from sealward.operate.requests import Command, request_text
from simulator.clock import ManualClock
from simulator.local_aws import LocalAws
from simulator.places import place
from tests.faults.environment import DEAD, ENVIRONMENT, LOOKS, OPERATE, OPTIONAL
from tests.faults.schedule import (
    MINUTE,
    NEVER,
    SWEEPS,
    next_tick,
    next_tidying,
)
from tests.faults.services import SECRET, Services
from tests.faults.wire import Died, Wire
from tests.forge import NOW
from tests.functions.event_files import ACCOUNT, REGION
from tests.ledger_on_moto import create_ledger_table

PLACE: Final = place(ACCOUNT, REGION)
VISIBILITY: Final = timedelta(minutes=10)
"""After which SQS brings a message again: the template's."""
RECEIVES: Final = 5
"""The template's ``maxReceiveCount``."""
FORWARDED: Final = frozenset({"PUSH", "DELETE", "UPDATE_STORAGE_CLASS", "REPLICATE"})
"""``action-type`` of what the template's rules forward."""
_DONE_ALREADY: Final = frozenset({"not-held", "not-paused", "no-proposal"})
"""What whoever asks again is told where the first time did it unheard."""
_NUMBERS = count()


_PERSON: Final = Credentials("AKIDEXAMPLEEXAMPLE", "testing")


@dataclass(kw_only=True)
class Message:
    """On its way to the look queue's function."""

    at: datetime
    body: str
    receives: int = 0
    number: int = field(default_factory=lambda: next(_NUMBERS))


class Ground:
    """What a trial stands on; ``renewed`` before each."""

    def __init__(self, services: Services, wire: Wire) -> None:
        self.wire = wire
        self.services = services
        session = botocore.session.Session()
        dynamodb: Any = session.create_client("dynamodb")
        self.dynamodb = dynamodb
        self.ledger = LedgerTable(
            "ledger",
            sealed(
                dynamodb,
                LedgerKey("ledger-key", SimpleNamespace(get_secret_value=_secret)),
                lambda *_: None,
            ),
        )
        """As a person's commands use it: no fault befalls those."""
        self.responders: Fetch | None = None
        self.renew()
        with suppress(ClientError):  # moto reads its model of errors, once
            self.dynamodb.get_item(TableName="none", Key={"pk": {"S": "none"}})

    @property
    def aws(self) -> LocalAws:
        """ECR, Signer and Security Hub."""
        return self.services.aws

    def renew(self) -> None:
        """Begin again, with nothing in the registry, the ledger and the queues."""
        self.clock = ManualClock(NOW)
        self.services.renew(self.clock)
        self.aws.hub(PLACE).enabled_at = NOW
        dynamodb_backends[ACCOUNT][REGION].tables.clear()
        create_ledger_table(self.dynamodb)
        self._ticked = self._tidied = NOW
        self.mail: list[Message] = []
        self.asks: Callable[[], dict[str, Any]] | None = None
        """What a person asks again in a minute, for it was not done."""
        self.next_ask = NEVER
        self.next_sweep = NEVER
        """When the sweep takes its next step; never where no use case wants it."""
        self.approved = ""
        """The proposal that a person approved: each minute's tick is about it."""
        self.came_again = False
        self.lost: list[str] = []
        """Messages received too often: with SQS they are dead letters."""
        self.responders = None
        self.deployed()

    def deployed(self, **variables: str) -> None:
        """Deploy the stack with these variables of its functions, and no others."""
        os.environ.update(ENVIRONMENT)
        for name in OPTIONAL:
            os.environ.pop(name, None)
        os.environ.update(variables)
        self.process_begins()

    def publish(self, bundle: bytes) -> None:
        """Put the policy bundle into its bucket."""
        self.services.buckets.bundle = bundle

    # -- the functions ----------------------------------------------------------------

    def process_begins(self) -> None:
        """Start with an execution environment that remembers nothing."""
        self.wire.dead = False
        verify_push.environment.cache_clear()
        tick.environment.cache_clear()
        sweep.environment.cache_clear()
        operate.environment.cache_clear()

    def items(self) -> Iterator[dict[str, Any]]:
        """Yield every item of the ledger, in plain types."""
        table = dynamodb_backends[ACCOUNT][REGION].tables["ledger"]
        for item in table.all_items():
            yield plain_values(item.to_json()["Attributes"])

    def ticks(self) -> None:
        """Invoke tick; a failure is its own, and another minute comes."""
        self._ticked = self.clock.now
        self._invoked(lambda: tick.handler({}, SimpleNamespace()))

    def sweeps(self, event: Mapping[str, Any] | None = None) -> None:
        """Invoke sweep; the next step follows until one leaves nothing to do."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 300_000)
        said = self._invoked(lambda: sweep.handler(dict(event or {}), context))
        rests = said and not (said["more"] or said["sent"] or said["failure"])
        self.next_sweep = NEVER if rests else self.clock.now + SWEEPS

    def person_asks(self, command: Command, **members: Any) -> None:
        """Invoke operate as the command line does; again each minute until it is done.

        Who asks again makes another request: the same one is good once.
        """

        def ask() -> dict[str, Any]:
            text = request_text(
                command,
                members,
                function=OPERATE,
                nonce=f"{next(_NUMBERS):032x}",
                now=self.clock.now,
            )
            proof = prove_by(text, _PERSON, "https://sts.example", REGION)
            return operate.handler(payload_of(text, proof), SimpleNamespace())

        self.asks = ask
        self.ask_again()

    def ask_again(self) -> None:
        """Ask what was not done, or not answered."""
        if self.asks is None:
            return
        said = self._invoked(self.asks)
        done = said and (said["done"] or said["code"] in _DONE_ALREADY)
        self.next_ask = NEVER if done else self.clock.now + MINUTE

    def tidies(self) -> None:
        """Invoke operate as its schedule does."""
        self._tidied = self.clock.now
        self._invoked(lambda: operate.handler(operate.SCHEDULED, SimpleNamespace()))

    def looks(self, messages: Sequence[Message]) -> None:
        """Invoke verify_push with a batch; what fails is brought again."""
        records = [
            {
                "messageId": str(each.number),
                "body": each.body,
                "attributes": {"ApproximateReceiveCount": str(each.receives + 1)},
            }
            for each in messages
        ]
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 100_000)
        said = self._invoked(lambda: verify_push.handler({"Records": records}, context))
        failed = {str(each.number) for each in messages}
        if said is not None:
            failed = {each["itemIdentifier"] for each in said["batchItemFailures"]}
        for each in messages:
            if str(each.number) not in failed:
                continue
            each.receives += 1
            self.came_again = True
            each.at = self.clock.now + VISIBILITY
            if each.receives < RECEIVES:
                self.mail.append(each)
            else:
                self.lost.append(each.body)

    def _invoked(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Died:
            return None
        except Exception:  # noqa: BLE001 - Lambda logs it, and the batch comes again
            return None
        finally:
            if self.wire.dead:
                self.process_begins()
            self.collect()

    # -- time and mail ----------------------------------------------------------------

    def collect(self) -> None:
        """Take what the functions sent, and the registry's events."""
        now = self.clock.now
        for body, delay in self.services.taken(LOOKS):
            self.mail.append(Message(at=now + delay, body=body))
        for event in self.aws.events.drain():
            if event["detail"].get("action-type") in FORWARDED:
                self.send(event)

    def send(
        self, *events: Mapping[str, Any], after: timedelta = timedelta(seconds=1)
    ) -> None:
        """Put events on their way."""
        soon = self.clock.now + after
        self.mail += [Message(at=soon, body=json.dumps(event)) for event in events]

    def forget_mail(self) -> None:
        """Drop what is on its way."""
        self.aws.events.drain()
        self.mail.clear()

    def pass_time(self, by: timedelta) -> None:
        """Let ``by`` pass; bring what arrives in batches, oldest first."""
        self.clock.advance(by)
        self.aws.settle()
        self.collect()
        while due := sorted(
            (each for each in self.mail if each.at <= self.clock.now),
            key=lambda each: (each.at, each.number),
        )[:10]:
            self.mail = [each for each in self.mail if each not in due]
            self.looks(due)

    def live(self, span: timedelta) -> None:
        """Let ``span`` pass as on AWS: mail arrives, and each minute ticks.

        The ticks that would find nothing due are left out, the steps of a sweep that
        has nothing left to do, and what tidies where nothing is owed.
        """
        end = self.clock.now + span
        while (at := self._next()) <= end:
            self.pass_time(max(at - self.clock.now, timedelta(0)))
            if self._next_tick() <= self.clock.now:
                self.ticks()
                self.pass_time(timedelta(0))
            if self.next_sweep <= self.clock.now:
                self.sweeps()
                self.pass_time(timedelta(0))
            if self._next_tidying() <= self.clock.now:
                self.tidies()
                self.pass_time(timedelta(0))
            if self.next_ask <= self.clock.now:
                self.ask_again()
                self.pass_time(timedelta(0))
        self.pass_time(max(end - self.clock.now, timedelta(0)))

    def _next(self) -> datetime:
        mail = (each.at for each in self.mail)
        on_schedule = (self._next_tick(), self.next_sweep, self._next_tidying())
        return min((*on_schedule, self.next_ask, *mail))

    def _next_tick(self) -> datetime:
        return next_tick(self._ticked, approved=self.approved)

    def _next_tidying(self) -> datetime:
        return next_tidying(self._tidied, self.ledger)

    def dead_letters(self) -> list[str]:
        """Take the bodies the function put aside."""
        return [body for body, _ in self.services.taken(DEAD)]


def _secret(**_: Any) -> dict[str, str]:
    return {"SecretString": SECRET}
