"""The demo's stacks: a local AWS, the built template, deployed into its accounts."""

import contextlib
import functools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from simulator.launch import LaunchFailed, Settings, down, up_in_background
from simulator.running import STATE

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
REGION = "us-east-1"
ACCOUNT = "123456789012"
"""Whose registry the demo is about."""
ELSEWHERE = "222233334444"
"""Another account with a stack of its own, to which images are replicated."""
SOURCE = "111122223333"
"""An account without a stack, from which they are."""
STACK = "sealward-demo"
BUNDLE_KEY = "bundle.json"


class DemoError(Exception):
    """The demo cannot go on; says why and where to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAws:
    """A running local AWS, as one of its accounts sees it."""

    endpoint: str
    account: str = ACCOUNT

    def of(self, account: str) -> "LocalAws":
        """Return it as ``account`` sees it."""
        return replace(self, account=account)

    @property
    def environment(self) -> dict[str, str]:
        """Return what a client needs to speak to it; the credentials are its own."""
        return {
            **os.environ,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self._root,
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "SAM_CLI_TELEMETRY": "0",
            # A local stack is up within seconds; SAM asks every five otherwise.
            "SAM_CLI_POLL_DELAY": "0.5",
        }

    @property
    def _root(self) -> str:
        # docs/local-aws.md: an account's number is the access key of its root.
        return "testing" if self.account == ACCOUNT else self.account

    def client(self, service: str) -> Any:  # noqa: ANN401 - made at run time
        """Return botocore's client of ``service`` that speaks to it."""
        with _MAKING:
            return _client(self.endpoint, self._root, service)


@functools.cache
def _client(endpoint: str, root: str, service: str) -> Any:  # noqa: ANN401 - made at run time
    # Any thread may use a client; making one takes a tenth of a second and one thread.
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=root,
        aws_secret_access_key="testing",  # noqa: S106 - the local AWS's own
        config=Config(
            max_pool_connections=30,
            retries={"total_max_attempts": 3, "mode": "standard"},
        ),
    )


_MAKING = threading.Lock()


@contextlib.contextmanager
def local_aws(*, keep: bool) -> Iterator[LocalAws]:
    """Run a local AWS; stopped at the end unless ``keep`` and nothing went wrong.

    One that is kept is the one that ``python -m simulator`` speaks to.

    Raises:
        DemoError: it did not come up.
    """
    state = STATE if keep else BUILD / "demo"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, stop)
    try:
        try:
            found = up_in_background(Settings(), state=state)
        except LaunchFailed as error:
            raise DemoError(f"the local AWS did not start: {error}") from error
        kept = False
        try:
            yield LocalAws(endpoint=found.url)
            kept = keep
        finally:
            if not kept:
                down(port=found.port, state=state)
    finally:
        signal.signal(signal.SIGTERM, previous)


def run(command: list[str], *, log: Path, environment: Mapping[str, str]) -> None:
    """Run ``command`` with its output in ``log``.

    Raises:
        DemoError: it failed; holds the log's last lines.
    """
    with log.open("wb") as out:
        done = subprocess.run(  # noqa: S603 - built from constants
            command,
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            check=False,
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        raise DemoError(
            f"`{' '.join(command[:3])} …` ended with {done.returncode}; "
            f"its output is in {log}, and ends:\n{tail}"
        )


def sam() -> str:
    """Return SAM's command of this checkout."""
    found = ROOT / ".venv-sam/bin/sam"
    if not found.exists():
        raise DemoError("no .venv-sam: run `make environments` first")
    return str(found)


def build() -> None:
    """Build the real template for this machine's Python."""
    # The functions run on the local AWS's interpreter, so theirs builds the layers.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run(
        [sam(), "build", "--cached", "--build-dir", "build/sam-local"],
        log=BUILD / "sam-build.log",
        environment={
            **os.environ,
            "PATH": path,
            "SEALWARD_BUILD": "local",
            "SAM_CLI_TELEMETRY": "0",
            "AWS_DEFAULT_REGION": REGION,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployed stack."""

    aws: LocalAws
    outputs: Mapping[str, str]
    functions: Mapping[str, str]
    """Physical names by logical ones, such as ``SweepFunction``."""


def deploy(aws: LocalAws, bundle: bytes, parameters: Mapping[str, str]) -> Deployment:
    """Put the bundle into its bucket, deploy the stack with ``parameters``.

    Raises:
        DemoError: it was not deployed.
    """
    bucket = bundle_bucket(aws.account)
    put_bundle(aws, bucket, BUNDLE_KEY, bundle)
    given = {
        "EndpointUrl": aws.endpoint,
        "PolicyBundle": f"s3://{bucket}/{BUNDLE_KEY}",
        **parameters,
    }
    run(
        [
            sam(),
            "deploy",
            "--template-file",
            "build/sam-local/template.yaml",
            "--stack-name",
            STACK,
            "--resolve-s3",
            "--capabilities",
            "CAPABILITY_IAM",
            "--no-confirm-changeset",
            "--no-progressbar",
            "--parameter-overrides",
            *(f"{name}={value}" for name, value in given.items()),
        ],
        log=BUILD / f"sam-deploy-{aws.account}.log",
        environment=aws.environment,
    )
    deployed = _deployed(aws)
    # The one resource of the template that this CloudFormation does not know: our own
    # reads would count as pulls.
    for role in ("VerifyPushRole", "SweepRole"):
        aws.client("ecr").register_pull_time_update_exclusion(
            principalArn=deployed.outputs[role]
        )
    return deployed


def _deployed(aws: LocalAws) -> Deployment:
    formation = aws.client("cloudformation")
    (stack,) = formation.describe_stacks(StackName=STACK)["Stacks"]
    resources = formation.describe_stack_resources(StackName=STACK)["StackResources"]
    return Deployment(
        aws=aws,
        outputs={each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]},
        functions={
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in resources
            if each["ResourceType"] == "AWS::Lambda::Function"
        },
    )


def bundle_bucket(account: str) -> str:
    """Return the bucket of the bundle that is deployed in ``account``."""
    name = "sealward-demo-policy"
    return name if account == ACCOUNT else f"{name}-{account}"


def put_bundle(aws: LocalAws, bucket: str, key: str, bundle: bytes) -> None:
    """Put a bundle into a versioned bucket, which is made if need be."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    s3.put_object(Bucket=bucket, Key=key, Body=bundle)
