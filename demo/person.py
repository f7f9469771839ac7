"""Whoever works with the stack: the ``sealward`` command, run with their own rights."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from demo.stack import REGION, ROOT, STACK, Deployment

ON_CALL = "sealward-demo-on-call"
NAME = "alice"
TRIES = 3
UNANSWERED = 2
"""Exit code of ``sealward``: AWS, or the stack, did not answer."""
_PATIENCE = 120.0
"""Seconds a command has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What became of a command."""

    status: int
    said: str
    """On standard output."""
    remarked: str = ""
    """On standard error."""

    @property
    def first(self) -> str:
        """Return the first line of what it said, short."""
        return (self.said or self.remarked).partition("\n")[0][:100]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with credentials; commands are run with them and no others."""

    environment: Mapping[str, str]

    def sealward(self, *arguments: str) -> Ran:
        """Run ``sealward`` with ``arguments``."""
        return self.run([sys.executable, "-m", "sealward.cli", *arguments])

    def ask(self, *arguments: str) -> Ran:
        """Run ``sealward`` with a request; again where nobody answered in time.

        That is a busy machine's: a function's first start takes its time there.
        """
        for _ in range(TRIES):
            ran = self.sealward(*arguments)
            if ran.status != UNANSWERED:
                break
        return ran

    def run(self, command: list[str], **more: str) -> Ran:
        """Run a command, ``more`` added to its environment."""
        done = subprocess.run(  # noqa: S603 - built by the demo's own stories
            command,
            cwd=ROOT,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
        return Ran(
            status=done.returncode,
            said=done.stdout.strip(),
            remarked=done.stderr.strip(),
        )


def administrator(deployed: Deployment) -> Person:
    """Return who may do everything in the account."""
    return Person(environment=_environment(deployed))


def on_call(deployed: Deployment) -> Person:
    """Make the role of who is on call, who may invoke one function; return its holder.

    It is the one right that releases, pauses and answers need: docs/operations.md.
    """
    aws = deployed.aws
    iam = aws.client("iam")
    role = iam.create_role(
        RoleName=ON_CALL,
        AssumeRolePolicyDocument=_policy("sts:AssumeRole", Principal={"AWS": "*"}),
    )["Role"]
    name = deployed.outputs["OperateFunction"]
    function = f"arn:aws:lambda:{REGION}:{aws.account}:function:{name}"
    iam.put_role_policy(
        RoleName=ON_CALL,
        PolicyName="operate",
        PolicyDocument=_policy("lambda:InvokeFunction", Resource=function),
    )
    session = aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName=NAME)[
        "Credentials"
    ]
    return Person(
        environment={
            **_environment(deployed),
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }
    )


def _environment(deployed: Deployment) -> dict[str, str]:
    """Return the environment of a shell in which one works with the stack."""
    return {
        **deployed.aws.environment,
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SEALWARD_STACK": STACK,
        "SEALWARD_OPERATE_FUNCTION": deployed.outputs["OperateFunction"],
        "SEALWARD_EVIDENCE_BUCKET": deployed.outputs["EvidenceBucket"],
        "SEALWARD_LEDGER_TABLE": deployed.outputs["LedgerTable"],
    }


def _policy(action: str, **more: object) -> str:
    statement = {"Effect": "Allow", "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
