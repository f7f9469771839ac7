"""The stack of the demo: a local AWS, the built template, deployed into it."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
ACCOUNT = "123456789012"
REGION = "us-east-1"
STACK = "sealward-demo"
BUNDLE_BUCKET = "sealward-demo-policy"
BUNDLE_KEY = "bundle.json"
START_SECONDS = 30


class DemoError(Exception):
    """The demo cannot go on; says why and where to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAws:
    """A running local AWS."""

    endpoint: str
    process: subprocess.Popen[bytes]
    log: Path

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
        }

    def client(self, service: str) -> "boto3.client":  # type: ignore[name-defined]
        """Return a boto3 client that speaks to it."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106 - the local AWS's own
            config=Config(retries={"total_max_attempts": 3, "mode": "standard"}),
        )

    def stop(self) -> None:
        """Stop it and everything it started."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_local_aws(port: int) -> LocalAws:
    """Start the local AWS and wait until it answers.

    Raises:
        DemoError: it did not answer within 30 seconds.
    """
    BUILD.mkdir(exist_ok=True)
    log = BUILD / "local-aws.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "simulator", "up", "--port", str(port)],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    aws = LocalAws(endpoint=f"http://127.0.0.1:{port}", process=process, log=log)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, OSError):
            health = f"{aws.endpoint}/_ministack/health"
            with urllib.request.urlopen(health, timeout=1):  # noqa: S310 - loopback
                return aws
        time.sleep(0.1)
    aws.stop()
    raise DemoError(f"the local AWS did not start; its log is {log}")


@contextlib.contextmanager
def local_aws(*, keep: bool) -> Iterator[LocalAws]:
    """Run a local AWS; stopped at the end unless ``keep`` and nothing failed."""
    aws = start_local_aws(free_port())

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, stop)
    kept = False
    try:
        yield aws
        kept = keep
    finally:
        signal.signal(signal.SIGTERM, previous)
        if not kept:
            aws.stop()


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


def deploy(aws: LocalAws, bundle: Path, *, capability: str) -> dict[str, str]:
    """Put the bundle into its bucket, deploy the stack, return its outputs."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUNDLE_BUCKET)
    s3.put_bucket_versioning(
        Bucket=BUNDLE_BUCKET, VersioningConfiguration={"Status": "Enabled"}
    )
    s3.put_object(Bucket=BUNDLE_BUCKET, Key=BUNDLE_KEY, Body=bundle.read_bytes())
    parameters = {
        "EndpointUrl": aws.endpoint,
        "Capability": capability,
        "PolicyBundleBucket": BUNDLE_BUCKET,
        "PolicyBundleKey": BUNDLE_KEY,
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


def forget_earlier_runs() -> None:
    """Remove what an interrupted run left in build/."""
    for name in ("demo.json", "local-aws.log", "sam-deploy.log"):
        (BUILD / name).unlink(missing_ok=True)
    shutil.rmtree(BUILD / "demo", ignore_errors=True)


def describe(outputs: Mapping[str, str]) -> str:
    """Return the outputs as indented JSON, for the log."""
    return json.dumps(dict(outputs), indent=1, sort_keys=True)
