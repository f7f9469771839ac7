"""A held image is released to be signed, by a proven person; signed; trusted.

The proof is made with the credentials of the person's own role.
"""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from botocore.credentials import Credentials

from demo.cases import Outcome, load_cases
from demo.stack import REGION, LocalAws
from demo.stage import Stage
from demo.stories.story import image_of
from sealward.aws.caller_identity import prove_by
from sealward.operate.proofs import payload_of
from sealward.operate.requests import Command, request_text
from tests.figures import Figures

LAYOUT = "late-signature"
REPOSITORY = "demo/held-then-signed"
PERSON = "sealward-demo-on-call"


class Mended:
    """Held unsigned; released for fifteen minutes; signed; trusted."""

    name = "mended"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about="released to be signed, and signed",
            expected=Outcome(
                verdict="trusted",
                step="restore",
                finding="resolved",
                reason="satisfied",
            ),
            repository=REPOSITORY,
        )
        self.images = (self._image,)
        self._answers: list[dict[str, Any]] = []
        self._role = ""

    def prepare(self, aws: LocalAws) -> None:
        """Make the person's role."""
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "sts:AssumeRole",
        }
        role = aws.client("iam").create_role(
            RoleName=PERSON,
            AssumeRolePolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": [trust]}
            ),
        )["Role"]
        self._role = str(role["Arn"])

    def tell(self, stage: Stage) -> None:
        """Push it unsigned, wait until it is held, release it, sign it."""
        stage.push(REPOSITORY, LAYOUT, [self._image.digest])
        stage.say(self.name, "pushed: nobody signed it")
        if not stage.until(lambda: self._hold(stage) == "held"):
            return
        self._ask(stage)
        stage.say(self.name, str(self._answers[-1].get("said", ""))[:60])
        if stage.until(lambda: self._hold(stage) == "released"):
            stage.push(REPOSITORY, LAYOUT)
            stage.say(self.name, "pushed: its signature")

    def judge(self, stage: Stage, figures: Figures) -> None:
        """The person was proven."""
        del stage
        named = sum(
            f":assumed-role/{PERSON}/alice" in str(each.get("by"))
            for each in self._answers
        )
        figures.add("releases_by_a_proven_person", named, exactly=1)

    def _ask(self, stage: Stage) -> None:
        sts = stage.aws.client("sts")
        account = sts.get_caller_identity()["Account"]
        session = sts.assume_role(RoleArn=self._role, RoleSessionName="alice")[
            "Credentials"
        ]
        name = stage.function("OperateFunction")
        text = request_text(
            Command.SIGN,
            {
                "repository": REPOSITORY,
                "digest": self._image.digest,
                "seconds": 900,
            },
            function=f"arn:aws:lambda:{REGION}:{account}:function:{name}",
            nonce=secrets.token_hex(16),
            now=datetime.now(UTC),
        )
        person = Credentials(
            session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
        )
        proof = prove_by(text, person, stage.aws.endpoint, REGION)
        answer = stage.invoke("OperateFunction", payload_of(text, proof))
        self._answers.append(dict(answer))

    def _hold(self, stage: Stage) -> str:
        record = stage.watch.record(REPOSITORY, self._image.digest)
        hold = record.hold if record is not None else None
        return str(hold.state) if hold is not None else ""
