"""A desk over a stand: what a person asks, whoever they are said to be."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from sealward.operate import Caller, Desk, Proof
from sealward.operate.requests import Command
from tests.unit.sealward.stand import ACCOUNT, REGION, REPOSITORY, Stand

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:operate"
ALICE = f"arn:aws:sts::{ACCOUNT}:assumed-role/OnCall/alice"
PROOF = {
    "authorization": (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLEEXAMPLE/20270115/us-east-1/sts/"
        "aws4_request, SignedHeaders=content-type;host;x-amz-date;x-sealward-request, "
        f"Signature={'0' * 64}"
    ),
    "date": "20270115T030000Z",
}


@dataclass
class Asked:
    """Asks a stand's desk."""

    stand: Stand
    arn: str = ALICE
    journal: list[tuple[str, bool, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._nonces = count(1)
        self.desk = Desk(
            ledger=self.stand.ledger,
            queue=self.stand.queue,
            hub=self.stand.gate.security_hub,
            identities=self,
            place=self.stand.gate.place,
            audience=FUNCTION,
            journal=self._write_down,
            now=self.stand.clock,
        )

    def caller(self, text: str, proof: Proof) -> Caller:
        """Stand in for AWS STS: the proofs themselves have tests of their own."""
        assert text
        assert proof.token == ""
        return Caller(account=self.arn.split(":")[4], arn=self.arn)

    def request(self, command: Command, **members: Any) -> dict[str, Any]:
        """Return a request's members, as the command line makes them."""
        now = self.stand.clock.now
        return {
            "schema": 1,
            "audience": FUNCTION,
            "command": command.value,
            "nonce": f"{next(self._nonces):032x}",
            "notBefore": f"{now - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}",
            "notAfter": f"{now + timedelta(minutes=4):%Y-%m-%dT%H:%M:%SZ}",
            **members,
        }

    def send(self, request: object) -> dict[str, Any]:
        """Send a request, whatever it is."""
        text = request if isinstance(request, str) else json.dumps(request)
        return self.desk.answer({"request": text, "proof": PROOF})

    def to_sign(self, digest: str, minutes: int = 15) -> dict[str, Any]:
        """Release an image to be signed."""
        return self.send(
            self.request(
                Command.SIGN,
                repository=REPOSITORY,
                digest=digest,
                seconds=minutes * 60,
            )
        )

    def break_glass(self, digest: str, hours: int = 8) -> dict[str, Any]:
        """Release an image to be used."""
        return self.send(
            self.request(
                Command.BREAK_GLASS,
                repository=REPOSITORY,
                digest=digest,
                seconds=hours * 3600,
                reason="checkout is down",
            )
        )

    def pause(self, repository: str = "", hours: int = 2) -> dict[str, Any]:
        """Pause the account or a repository."""
        return self.send(
            self.request(
                Command.PAUSE,
                repository=repository,
                seconds=hours * 3600,
                reason="a bad policy",
            )
        )

    def resume(self, repository: str = "") -> dict[str, Any]:
        """End a pause."""
        return self.send(self.request(Command.RESUME, repository=repository))

    def _write_down(self, message: str, *, done: bool, **fields: str) -> None:
        self.journal.append((message, done, fields))
