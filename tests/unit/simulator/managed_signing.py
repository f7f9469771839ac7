"""Managed signing as the simulator's tests set it up and ask about it."""

from typing import Any

from simulator.pushes import Descriptor
from simulator.signer.state import PLATFORM
from tests.unit.simulator.conftest import Bench


def signed_by(bench: Bench, profile: str = "release", repositories: str = "*") -> str:
    """Have ECR sign what is pushed to ``repositories``; return the profile's ARN."""
    arn = bench.aws.call(
        "signer",
        "PutSigningProfile",
        {"profileName": profile, "platformId": PLATFORM},
        place=bench.place,
    )["arn"]
    rules = []
    if bench.aws.registry(bench.place).signing_rules:
        answer = bench.bare_ecr("GetSigningConfiguration")
        rules = answer["signingConfiguration"]["rules"]
    filters = [{"filter": repositories, "filterType": "WILDCARD_MATCH"}]
    rule = {"signingProfileArn": arn, "repositoryFilters": filters}
    bench.bare_ecr(
        "PutSigningConfiguration", signingConfiguration={"rules": [*rules, rule]}
    )
    return str(arn)


def signing_of(bench: Bench, image: Descriptor) -> dict[str, Any]:
    """Return the only status of the managed signing of ``image``."""
    (status,) = bench.ecr(
        "DescribeImageSigningStatus", imageId={"imageDigest": image["digest"]}
    )["signingStatuses"]
    return dict(status)
