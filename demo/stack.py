"""The stack of the demo: a local AWS, the built template, deployed into it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from simulator.launch import LaunchFailed, Settings, down, up_in_background
from simulator.running import STATE

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
REGION = "us-east-1"
STACK = "sealward-demo"
BUNDLE_BUCKET = "sealward-demo-policy"
BUNDLE_KEY = "bundle.json"


class DemoError(Exception):
    """The demo cannot go on; says why and where to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAws:
    """A running local AWS."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """Return what a client needs to speak to it; the credentials are its own."""
        return {
            **os.environ,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "SAM_CLI_TELEMETRY": "0",
            # A local stack is up within seconds; SAM asks every five otherwise.
            "SAM_CLI_POLL_DELAY": "0.5",
        }

    def client(self, service: str) -> Any:  # noqa: ANN401 - made at run time
        """Return botocore's client of ``service`` that speaks to it."""
        return botocore.session.get_session().create_client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106 - the local AWS's own
            config=Config(retries={"total_max_attempts": 3, "mode": "standard"}),
        )


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


def deploy(aws: LocalAws, bundle: bytes, *, capability: str) -> dict[str, str]:
    """Put the bundle into its bucket, deploy the stack, return its outputs."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUNDLE_BUCKET)
    s3.put_bucket_versioning(
        Bucket=BUNDLE_BUCKET, VersioningConfiguration={"Status": "Enabled"}
    )
    s3.put_object(Bucket=BUNDLE_BUCKET, Key=BUNDLE_KEY, Body=bundle)
    parameters = {
        "EndpointUrl": aws.endpoint,
        "Capability": capability,
        "PolicyBundle": f"s3://{BUNDLE_BUCKET}/{BUNDLE_KEY}",
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
            *(f"{name}={value}" for name, value in parameters.items()),
        ],
        log=BUILD / "sam-deploy.log",
        environment=aws.environment,
    )
    stacks = aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {item["OutputKey"]: item["OutputValue"] for item in stacks[0]["Outputs"]}


def functions(aws: LocalAws) -> dict[str, str]:
    """Return the stack's functions: physical names by logical ones."""
    resources = aws.client("cloudformation").describe_stack_resources(StackName=STACK)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in resources["StackResources"]
        if each["ResourceType"] == "AWS::Lambda::Function"
    }
