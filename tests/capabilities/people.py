"""People: who runs the ``sealward`` command, each with their own rights.

A command is run in a process forked off one that has imported the command line: dozens
of interpreters would be most of the run's time.
"""

import json
import multiprocessing
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import botocore.session

from demo.stack import STACK, LocalAws

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.capabilities.command_line"])
_PATIENCE = 120.0
UNANSWERED = 2
"""Exit code of a command that AWS, or the stack, did not answer in time."""
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What became of a command."""

    exit_code: int
    said: str
    """On standard output."""
    remarked: str
    """On standard error."""

    @property
    def answer(self) -> Any:
        """Return what it said with --json; empty where it said nothing."""
        return json.loads(self.said) if self.said.strip() else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with credentials; commands are run with them and no others."""

    environment: Mapping[str, str]

    def sealward(self, *arguments: str) -> Ran:
        """Run ``sealward`` with ``arguments``."""
        ours, theirs = _FORKS.Pipe(duplex=False)
        process = _FORKS.Process(
            target=_run, args=(theirs, arguments, dict(self.environment)), daemon=True
        )
        process.start()
        theirs.close()
        try:
            if not ours.poll(_PATIENCE):
                raise TimeoutError(f"sealward {' '.join(arguments)} does not end")
            exit_code, said, remarked = ours.recv()
        except EOFError as error:
            raise RuntimeError(f"sealward {' '.join(arguments)} broke off") from error
        finally:
            process.kill()
            process.join()
        return Ran(exit_code=exit_code, said=said, remarked=remarked)

    def client(self, service: str) -> Any:
        """Return botocore's client of ``service`` with their credentials."""
        said = self.environment
        return botocore.session.get_session().create_client(
            service,
            endpoint_url=said["AWS_ENDPOINT_URL"],
            region_name=said["AWS_REGION"],
            aws_access_key_id=said["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=said["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=said.get("AWS_SESSION_TOKEN"),
        )

    def ask(self, *arguments: str) -> Ran:
        """Run it; again where nobody answered in time, as on a busy machine."""
        for _ in range(_TRIES):
            ran = self.sealward(*arguments)
            if ran.exit_code != UNANSWERED:
                break
        return ran


def _run(
    answer: Connection, arguments: Sequence[str], environment: Mapping[str, str]
) -> None:
    from tests.capabilities.command_line import command_line  # noqa: PLC0415

    os.environ.clear()
    os.environ.update(environment)
    answer.send(command_line(arguments))


def administrator(aws: LocalAws, outputs: Mapping[str, str]) -> Person:
    """Return who may do everything in the account."""
    return Person(
        environment={
            **aws.environment,
            "SEALWARD_STACK": STACK,
            "SEALWARD_OPERATE_FUNCTION": outputs["OperateFunction"],
            "SEALWARD_EVIDENCE_BUCKET": outputs["EvidenceBucket"],
            "SEALWARD_LEDGER_TABLE": outputs["LedgerTable"],
        }
    )


def holder(person: Person, aws: LocalAws, role: str, name: str) -> Person:
    """Return ``person`` with the rights of a role instead, and ``name`` for a session.

    Args:
        person: whose environment it has otherwise.
        aws: the role's account.
        role: its ARN.
        name: of the session, which says who it is.
    """
    session = aws.client("sts").assume_role(RoleArn=role, RoleSessionName=name)[
        "Credentials"
    ]
    return Person(
        environment={
            **person.environment,
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }
    )


def make_role(aws: LocalAws, name: str, statements: Sequence[Mapping[str, Any]]) -> str:
    """Make a role that anybody may assume; return its ARN."""
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy([trust]))
    if statements:
        allow(aws, name, statements)
    return str(role["Role"]["Arn"])


def allow(aws: LocalAws, name: str, statements: Sequence[Mapping[str, Any]]) -> None:
    """Give a role its rights."""
    aws.client("iam").put_role_policy(
        RoleName=name, PolicyName="rights", PolicyDocument=_policy(statements)
    )


def _policy(statements: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", **each} for each in statements],
        }
    )
