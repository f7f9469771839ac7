"""A person: what they ask of the gate, through the product's own desk."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

from sealward.look.gate import Gate
from sealward.operate import Caller, Desk, Proof
from sealward.operate.requests import Command, request_text
from sealward.ports.look_queue import LookQueue
from sealward.subjects import SubjectKey
from simulator.in_process.ledger import InProcessLedger
from tests.converge.history import Kind, Step
from tests.converge.policies import ACCOUNT, REGION
from tests.model import Model

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

    def __init__(self, gate: Gate, ledger: InProcessLedger, queue: LookQueue) -> None:
        self._now = gate.now
        self._ledger = ledger
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

    def ask(
        self, step: Step, digest: str, model: Model, counts: Counter[str]
    ) -> Iterator[str]:
        """Ask what ``step`` says; the model knows what they are answered.

        Yields what they were answered else.
        """
        now, lasts = self._now(), lasting(step)
        if step.kind is Kind.APPROVE:
            step, digest = self._among_proposed(step, digest)
        repository = step.repository
        done = self._asks(step, digest)
        match step.kind:
            case Kind.RELEASE:
                expected = model.released(repository, digest, step.what, lasts, now)
            case Kind.PAUSE:
                model.paused(paused(step), now + lasts)
                expected = True
            case Kind.APPROVE:
                expected = model.answered(repository, digest, step.what, lasts, now)
            case _:
                expected = model.resumed(paused(step), now)
        counts[f"{step.kind} {'done' if done else 'refused'}"] += 1
        if done is not expected:
            yield (
                f"{now:%d %H:%M:%S} {step.kind} {step.what} of {repository}@"
                f"{digest[7:15]}: {'done' if done else 'not done'}"
            )

    def _asks(self, step: Step, digest: str) -> bool:
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
            case Kind.APPROVE:
                proposal = self._proposal(step.repository, digest)
                if not proposal:
                    return False  # there is nothing to be read, and nobody to ask
                command = Command.ANSWER
                members = {
                    "proposal": proposal,
                    "answer": "declined" if step.what == "declined" else "approved",
                    "repositories": [step.repository]
                    if step.what == "repository"
                    else [],
                    "digests": [digest] if step.what == "image" else [],
                    "seconds": seconds,
                    "reason": "as the team says",
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

    def _among_proposed(self, step: Step, digest: str) -> tuple[Step, str]:
        """Return whom an answer is about: one of the images that wait for one."""
        keys = sorted(
            key for key, record in self._ledger.records.items() if record.proposal_id
        )
        if not keys:
            return step, digest
        key = keys[step.number % len(keys)]
        return replace(step, repository=key.repository), key.digest

    def _proposal(self, repository: str, digest: str) -> str:
        """Return the id of what is proposed of an image; empty where nothing is."""
        key = SubjectKey(repository=repository, digest=digest)
        record = self._ledger.records.get(key)
        return record.proposal_id if record is not None else ""

    def tidy(self) -> None:
        """Let the desk tell of pauses that ended, as it does every few minutes."""
        self._desk.tidy()


def lasting(step: Step) -> timedelta:
    """Return for how long a person asks."""
    if step.kind is Kind.RELEASE and step.what == "to-sign":
        return timedelta(minutes=step.number % 60 + 1)
    if step.kind is Kind.APPROVE:
        return timedelta(minutes=step.number % 180 + 1)
    return timedelta(minutes=step.number % 120 + 1)


def paused(step: Step) -> str:
    """Return the repository that is paused; empty for the whole account."""
    return step.repository if step.what == "repository" else ""


def _unheard(message: str, *, done: bool, **fields: str) -> None:
    """Stand in for the log."""
