"""What the stack stands on: bundle, Security Hub, network."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sealward.aws.bundle_source import bundle_source
from sealward.aws.errors import translated
from sealward.cli.doctor.check import Check, Examination, ill, note, well
from sealward.cli.stack import Stack
from sealward.policy.bundle import Standing
from sealward.policy.problems import InvalidBundle
from sealward.ports.failures import Denied

SOON: Final = timedelta(days=14)


def bundle(stack: Stack) -> Iterator[Check]:
    """Look whether there is a bundle to decide by, and for how long."""
    now = datetime.now(UTC)
    where = stack.parameters.get("PolicyBundle", "")
    try:
        found = bundle_source(where, stack.client("s3"), lambda: now).bundle()
        standing = found.in_force(stack.account, now)
    except InvalidBundle as error:
        yield ill(
            "bundle", f"refused: {error}", "publish a good one under a higher serial"
        )
        return
    said = f"serial {found.serial}"
    match standing:
        case Standing.EXPIRED:
            yield ill(
                "bundle", f"{said} has expired", "compile and publish a newer one"
            )
        case Standing.NOT_YET:
            yield ill(
                "bundle",
                f"{said} is not in force before {found.not_before}",
                "publish one that is in force now",
            )
        case Standing.IN_FORCE if found.expires and found.expires - now < SOON:
            yield note(
                "bundle",
                f"{said} expires {found.expires:%Y-%m-%d}",
                "compile and publish a newer one before that",
            )
        case Standing.IN_FORCE:
            yield well("bundle", f"{said}, in force")
    bucket = where.removeprefix("s3://").partition("/")[0]
    with translated("GetBucketVersioning"):
        versioning = stack.client("s3").get_bucket_versioning(Bucket=bucket)
    if versioning.get("Status") != "Enabled":
        yield ill(
            "bundle's bucket",
            "keeps no versions: what a decision was made by can be lost",
            "aws s3api put-bucket-versioning --versioning-configuration "
            f"Status=Enabled --bucket {bucket}",
        )


def published_bundle(stack: Stack) -> Iterator[Check]:
    """Compare the bundle that decides with the one that Git publishes."""
    where = stack.parameters.get("PublishedBundle", "")
    if not where:
        yield well("published bundle", "none is named: the deployed one is all")
        return
    now = datetime.now(UTC)
    place = stack.parameters.get("PolicyBundle", "")
    serials = []
    for each in (place, where):
        try:
            found = bundle_source(each, stack.client("s3"), lambda: now).bundle()
        except InvalidBundle as error:
            yield ill("published bundle", f"{each}: {error}", "compile it again")
            return
        serials.append(found.serial)
    if serials[0] >= serials[1]:
        yield well("published bundle", f"serial {serials[1]}, and it decides")
    else:
        yield ill(
            "published bundle",
            f"serial {serials[1]} is published, and serial {serials[0]} decides",
            f"find out why it is not delivered, and copy it: aws s3 cp {where} {place}",
        )


def security_hub(stack: Stack) -> Iterator[Check]:
    """Look whether findings reach anybody."""
    try:
        with translated("DescribeHub"):
            stack.client("securityhub").describe_hub()
    except Denied as error:
        yield note(
            "Security Hub",
            f"off, or not yours to ask: {error}",
            "verdicts are in the ledger and on the event bus all the same; enable "
            "Security Hub for findings",
        )
    else:
        yield well("Security Hub", "on")


def network(stack: Stack) -> Iterator[Check]:
    """Say what the functions need a way to."""
    if not stack.parameters.get("SubnetIds"):
        yield well("network", "no VPC: the functions reach AWS and the web")
        return
    said = "in a VPC" + (
        " with a proxy for revocation"
        if stack.parameters.get("HttpProxy")
        else "; OCSP responders and CRL servers need a NAT gateway or HttpProxy"
    )
    yield note(
        "network",
        said,
        "endpoints for DynamoDB, S3, SQS, ECR, Secrets Manager, Security Hub and "
        "Signer, or a NAT gateway: docs/network.md. What cannot be reached shows as "
        "inconclusive, revocation-unknown",
    )


SURROUNDINGS: Final[tuple[Examination, ...]] = (
    bundle,
    published_bundle,
    security_hub,
    network,
)
