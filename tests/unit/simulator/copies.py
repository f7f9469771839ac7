"""A second registry, and short words for what is copied there."""

import json
from typing import Any

from simulator.errors import ServiceError
from simulator.places import Place, place

THERE = place("222233334444", "eu-west-1")
LETS_IN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Replication",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
            "Resource": "arn:aws:ecr:eu-west-1:222233334444:repository/*",
        }
    ],
}


def let_in(bench: Any, there: Place = THERE) -> None:
    """Let the bench's account replicate into another one."""
    bench.aws.call(
        "ecr", "PutRegistryPolicy", {"policyText": json.dumps(LETS_IN)}, place=there
    )


def replicate(bench: Any, there: Place = THERE, **rule: Any) -> None:
    """Have the bench's registry replicate from now on."""
    bench.bare_ecr(
        "PutReplicationConfiguration",
        replicationConfiguration={"rules": [{"destinations": [_to(there)], **rule}]},
    )


def replicating(bench: Any) -> Any:
    """Have the bench's registry replicate into an account that lets it in."""
    let_in(bench)
    replicate(bench)
    return bench


def backfill(bench: Any, there: Place = THERE) -> dict[str, Any]:
    """Start a backfill."""
    answer: dict[str, Any] = bench.bare_ecr(
        "StartReplicationBackfill", destination=_to(there)
    )
    return answer


def statuses(bench: Any, image: Any) -> list[dict[str, Any]]:
    """Return how far an image's copies are, as the source says."""
    answer = bench.ecr(
        "DescribeImageReplicationStatus", imageId={"imageDigest": image["digest"]}
    )
    return list(answer["replicationStatuses"])


def copy_of(
    bench: Any, image: Any, there: Place = THERE, *, repository: str = "app"
) -> dict[str, Any] | None:
    """Return what DescribeImages says of an image's copy; None where there is none."""
    request = {
        "repositoryName": repository,
        "imageIds": [{"imageDigest": image["digest"]}],
        "filter": {"imageStatus": "ANY"},
    }
    try:
        answer = bench.aws.call("ecr", "DescribeImages", request, place=there)
    except ServiceError:
        return None
    return dict(answer["imageDetails"][0])


def _to(there: Place) -> dict[str, str]:
    return {"region": there.region, "registryId": there.account}
