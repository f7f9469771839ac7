from collections.abc import Callable
from typing import Any

import pytest

from simulator.behaviours import Behaviours
from simulator.clock import ManualClock
from simulator.errors import ServiceError
from simulator.local_aws import LocalAws
from simulator.places import Place, place
from simulator.pushes import Descriptor, Pusher


class Bench:
    """A local AWS with one repository, and short words for what tests do to it."""

    def __init__(self, behaviours: Behaviours | None = None) -> None:
        self.clock = ManualClock()
        self.aws = LocalAws(clock=self.clock, behaviours=behaviours)
        self.place: Place = place("123456789012", "us-east-1")
        self.push = Pusher(self.aws, self.place, "app")
        self.caller = ""

    def ecr(self, operation: str, **request: Any) -> dict[str, Any]:
        return self._call("ecr", operation, {"repositoryName": "app"} | request)

    def bare_ecr(self, operation: str, **request: Any) -> dict[str, Any]:
        return self._call("ecr", operation, request)

    def hub(self, operation: str, **request: Any) -> dict[str, Any]:
        return self._call("securityhub", operation, request)

    def error(self, operation: str, **request: Any) -> str:
        with pytest.raises(ServiceError) as caught:
            self.ecr(operation, **request)
        return caught.value.code

    def store(self, image: Descriptor, storage_class: str) -> str:
        answer = self.ecr(
            "UpdateImageStorageClass",
            imageId={"imageDigest": image["digest"]},
            targetStorageClass=storage_class,
        )
        return str(answer["imageStatus"])

    def detail(self, image: Descriptor) -> dict[str, Any]:
        (found,) = self.ecr(
            "DescribeImages",
            imageIds=[{"imageDigest": image["digest"]}],
            filter={"imageStatus": "ANY"},
        )["imageDetails"]
        return dict(found)

    def get(self, **image_id: str) -> dict[str, Any]:
        return self.ecr("BatchGetImage", imageIds=[image_id])

    def delete(self, **image_id: str) -> dict[str, Any]:
        return self.ecr("BatchDeleteImage", imageIds=[image_id])

    def repeat(self, image: Descriptor, tag: str | None = None) -> None:
        """Push the same manifest again."""
        registry = self.aws.registry(self.place)
        stored = registry.repositories["app"].images[image["digest"]]
        self.push.manifest(stored.manifest.content, stored.manifest.media_type, tag=tag)

    def referrer(self, subject: Descriptor, layer: bytes = b"envelope") -> Descriptor:
        return self.push.referrer(
            subject,
            config_type="application/vnd.cncf.notary.signature",
            layer=layer,
            layer_type="application/jose+json",
        )

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        return [(x["detail-type"], x["detail"]) for x in self.aws.events.drain()]

    def _call(
        self, service: str, operation: str, request: dict[str, Any]
    ) -> dict[str, Any]:
        return self.aws.call(
            service, operation, request, place=self.place, caller=self.caller
        )


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def benches() -> Callable[..., Bench]:
    return lambda **switches: Bench(Behaviours(**switches))


@pytest.fixture
def finding(bench: Bench) -> dict[str, Any]:
    """A finding that ASFF's rules allow."""
    product = bench.place.arn("securityhub", f"product/{bench.place.account}/default")
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "app@sha256:aa/signature",
        "ProductArn": product,
        "GeneratorId": "sealward/unsigned",
        "AwsAccountId": bench.place.account,
        "CreatedAt": "2026-11-21T20:00:00.000Z",
        "UpdatedAt": "2026-11-21T20:00:00.000Z",
        "Title": "An image has no trusted signature",
        "Description": "app@sha256:aa: no signature.",
        "FindingProviderFields": {"Severity": {"Label": "HIGH"}, "Types": ["TTPs/x"]},
        "Compliance": {"Status": "FAILED"},
        "Resources": [{"Type": "AwsEcrContainerImage", "Id": "app@sha256:aa"}],
    }
