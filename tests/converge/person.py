"""A person: what they ask of the gate, through the product's own desk."""

from datetime import timedelta
from itertools import count

from sealward.look.gate import Gate
from sealward.operate import Caller, Desk, Proof
from sealward.operate.requests import Command, request_text
from sealward.ports.look_queue import LookQueue
from tests.converge.history import Kind, Step
from tests.converge.policies import ACCOUNT, REGION

_FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:operate"
_SOMEBODY = f"arn:aws:sts::{ACCOUNT}:assumed-role/OnCall/somebody"
_PROOF = {
    "authorization": (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLEEXAMPLE/20270115/us-east-1/sts/"
        "aws4_request, SignedHeaders=content-type;host;x-amz-date;x-sealward-request, "
        f"Signature={'0' * 64}"
    ),
    "date": "20270115T030000Z",
}


class Person:
    """Asks the desk of a gate, which believes who they are."""

    def __init__(self, gate: Gate, queue: LookQueue) -> None:
        self._now = gate.now
        self._nonces = count(1)
        self._desk = Desk(
            ledger=gate.ledger,
            queue=queue,
            hub=gate.security_hub,
            identities=self,
            place=gate.place,
            audience=_FUNCTION,
            journal=_unheard,
            now=gate.now,
        )

    def caller(self, text: str, proof: Proof) -> Caller:
        """Stand in for AWS STS: the proofs themselves have tests of their own."""
        del text, proof
        return Caller(account=ACCOUNT, arn=_SOMEBODY)

    def asks(self, step: Step, digest: str) -> bool:
        """Ask what ``step`` says; return whether it was done."""
        members: dict[str, object] = {"repository": step.repository}
        seconds = int(lasting(step).total_seconds())
        match step.kind:
            case Kind.RELEASE if step.what == "to-sign":
                command = Command.SIGN
                members |= {"digest": digest, "seconds": seconds}
            case Kind.RELEASE:
                command = Command.BREAK_GLASS
                members |= {"digest": digest, "seconds": seconds, "reason": "needed"}
            case Kind.PAUSE:
                command = Command.PAUSE
                members = {
                    "repository": paused(step),
                    "seconds": seconds,
                    "reason": "a bad policy",
                }
            case _:
                command = Command.RESUME
                members = {"repository": paused(step)}
        text = request_text(
            command,
            members,
            function=_FUNCTION,
            nonce=f"{next(self._nonces):032x}",
            now=self._now(),
        )
        return bool(self._desk.answer({"request": text, "proof": _PROOF})["done"])

    def tidy(self) -> None:
        """Let the desk tell of pauses that ended, as it does every few minutes."""
        self._desk.tidy()


def lasting(step: Step) -> timedelta:
    """Return for how long a person asks."""
    if step.kind is Kind.RELEASE and step.what == "to-sign":
        return timedelta(minutes=step.number % 60 + 1)
    return timedelta(minutes=step.number % 120 + 1)


def paused(step: Step) -> str:
    """Return the repository that is paused; empty for the whole account."""
    return step.repository if step.what == "repository" else ""


def _unheard(message: str, *, done: bool, **fields: str) -> None:
    """Stand in for the log."""
