"""The ground of the deployed rehearsal: a local AWS, the stack, two images, a reader.

The reader's folder has what the documents take for granted; the environment of this
process is what they tell to export.
"""

import json
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import boto3

from demo.stack import LocalAws, run, sam
from simulator.push import push_layout
from tests.rehearsal.shown import ROOT
from tests.rehearsal.typed import typed

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
HOST: Final = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
STACK: Final = "rehearsal"
POLICY_BUCKET: Final = "rehearsal-policy"
OWN_BUCKET: Final = "rehearsal-own"
PATIENCE: Final = 60.0
"""Seconds until a bad image is held: grace, cold start, a busy machine."""
LAYOUTS: Final = ROOT / "demo/layouts"
IMAGES: Final = {"held": "wrong-identity", "again": "unsigned", "trusted": "signed-jws"}
"""Cases of the demo by what becomes of them."""


class NotAsShown(Exception):  # noqa: N818 - what is the matter
    """A command did not end, or a stack does not stand, as the documents say."""


def reader(folder: Path, endpoint: str) -> None:
    """Furnish a reader's folder, and export what the documents tell to."""
    shutil.copy(ROOT / "demo/policy/bundle.json", folder)
    os.environ.update(LocalAws(endpoint=endpoint).environment)


def deploy(endpoint: str, capability: str) -> dict[str, str]:
    """Deploy the built template with ``capability``; return its outputs.

    Raises:
        demo.stack.DemoError: it was not deployed.
    """
    given = {
        "EndpointUrl": endpoint,
        "PolicyBundle": f"s3://{POLICY_BUCKET}/bundle.json",
        "Capability": capability,
    }
    run(
        [
            *(sam(), "deploy", "--template-file", "build/sam-local/template.yaml"),
            *("--stack-name", STACK, "--resolve-s3", "--no-progressbar"),
            *("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"),
            "--parameter-overrides",
            *(f"{name}={value}" for name, value in given.items()),
        ],
        log=ROOT / "build" / f"rehearsal-deploy-{capability}.log",
        environment=os.environ,
    )
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def buckets() -> None:
    """Make the bucket of the bundle, with the bundle, and one of the reader's own."""
    s3 = boto3.client("s3")
    for bucket in (POLICY_BUCKET, OWN_BUCKET):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
        )
    content = (ROOT / "demo/policy/bundle.json").read_bytes()
    s3.put_object(Bucket=POLICY_BUCKET, Key="bundle.json", Body=content)


def push() -> dict[str, str]:
    """Push the images; return ``REPOSITORY@DIGEST`` of each by what becomes of it."""
    cases = json.loads((LAYOUTS / "cases.json").read_text())["cases"]
    by_name = {case["name"]: case for case in cases}
    found = {}
    for end, name in IMAGES.items():
        case = by_name[name]
        pushed = push_layout(
            boto3.client("ecr"),
            layout=LAYOUTS / case["layout"],
            repository=case["repository"],
        )
        image = next(each.digest for each in pushed if not each.subject)
        found[end] = f"{case['repository']}@{image}"
    return found


def until_settled(images: dict[str, str], table: str, folder: Path) -> None:
    """Wait until the bad images are held and the good one is trusted.

    Raises:
        NotAsShown: they are not in time.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        held, code = typed(f"sealward ledger held --table {table} --json", folder)
        said, _ = typed(
            f"sealward ledger verdict {images['trusted']} --table {table}", folder
        )
        # A local AWS that is busy may not answer; then nobody knows yet.
        listed = [] if code else json.loads(held)["images"]
        if [each["hold"] for each in listed] == ["held"] * 2 and "trusted" in said:
            return
        if time.monotonic() > deadline:
            raise NotAsShown(f"after {PATIENCE:g} s held:\n{held}\ntrusted:\n{said}")
        time.sleep(0.3)


def values(
    endpoint: str, outputs: dict[str, str], images: dict[str, str], folder: Path
) -> dict[str, str]:
    """Return what the reader puts in place of the documents' words."""
    held, again = images["held"], images["again"]
    repository, _, digest = again.partition("@")
    today = datetime.now(UTC)
    month = today.replace(day=1)
    table = outputs["LedgerTable"]
    history, _ = typed(f"sealward ledger history {held} --table {table} --json", folder)
    decisions = json.loads(history)["images"][0]["decisions"]
    return {
        "held": held,
        "held on host": f"{HOST}/{held}",
        "trusted": images["trusted"],
        "trusted on host": f"{HOST}/{images['trusted']}",
        "trusted tag": f"{HOST}/{images['trusted'].partition('@')[0]}:1.0",
        "version": f"--version {decisions[-1]['version']}",
        "identity": "x509.subject: C=DE, ST=Berlin, O=Example, CN=payments-build",
        "repository option": f"--repository-name {repository}",
        "digest option": f"imageDigest={digest}",
        "bundle": f"s3://{POLICY_BUCKET}/bundle.json",
        "own bucket": f"s3://{OWN_BUCKET}/",
        "this month": f"{today:%Y-%m}",
        "last month": f"{month - timedelta(days=1):%Y-%m}",
        "table": table,
        "evidence bucket": outputs["EvidenceBucket"],
        "sweep function": outputs["SweepFunction"],
        "stack option": f"--stack {STACK}",
        "layout": str(LAYOUTS / "unsigned"),
        "endpoint": endpoint,
        "job option": f"--job-id {_signing_job()}",
        "destination": "222233334444/eu-west-1",
    }


def _signing_job() -> str:
    """Sign something by a profile of the reader's; return the job's id."""
    signer = boto3.client("signer")
    signer.put_signing_profile(
        profileName="rehearsed", platformId="Notation-OCI-SHA384-ECDSA"
    )
    signed = signer.sign_payload(
        profileName="rehearsed",
        payload=b"{}",
        payloadFormat="application/vnd.cncf.notary.payload.v1+json",
    )
    return str(signed["jobId"])
