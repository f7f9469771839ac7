"""Exposure: from an image's push event to the registry saying that it is archived.

The function itself runs, as in ``tests/functions``: real clients, the simulator's ECR
over HTTP, the rest on moto; every call takes 20 ms more. Nothing signs the image and
its policy gives no grace, so that its first look archives it: evidence kept before,
the status read back after. What EventBridge and SQS take comes on top.
"""

import json
import statistics
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulator.places import place
from simulator.pushes import Pusher
from tests import forge
from tests.bench.bundles import HOST
from tests.bench.late_world import late_world
from tests.figures import Figures
from tests.functions.event_files import ACCOUNT, REGION
from tests.functions.world import World

LATENCY = 0.020
"""Seconds that one call to AWS takes more."""
RUNS = 40
P95_SECONDS = 2.0
REPOSITORIES = 10
"""In turns: a repository has ten looks a minute of one environment, then it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """One image's way out of reach, in seconds from its event."""

    archived: float
    """Until the registry had taken the request."""
    known: float
    """Until the look had read back that it is archived, and ended."""
    calls: int


def measure(figures: Figures) -> None:
    """Measure and judge.

    Raises:
        RuntimeError: an image is not held as it should be.
    """
    with exposing(LATENCY) as bench:
        bench.expose()  # the environment is made, the bundle read
        found = [bench.expose() for _ in range(RUNS)]
    known = [each.known for each in found]
    archived = [each.archived for each in found]
    figures.add("exposure_archived_p50_s", statistics.median(archived))
    figures.add("exposure_known_p50_s", statistics.median(known))
    p95 = statistics.quantiles(known, n=20, method="inclusive")[18]
    figures.add("exposure_p95_s", p95, most=P95_SECONDS)
    figures.add("exposure_calls", max(each.calls for each in found))


@dataclass(slots=True, kw_only=True)
class Exposing:
    """Pushes images that nobody signs, and looks."""

    world: World
    calls: list[tuple[str, float]]
    """What was called, and when it was answered."""
    pushed: int = 0

    def expose(self) -> Exposed:
        """Push one image and let the function hear of it.

        Raises:
            RuntimeError: it is not held then.
        """
        self.pushed += 1
        repository = f"prod/app-{self.pushed % REPOSITORIES}"
        self.world.clock.now = datetime.now(UTC)
        pusher = Pusher(self.world.aws, place(ACCOUNT, REGION), repository)
        pushed = pusher.image(f"image {self.pushed}", tag=f"v{self.pushed}")
        (event,) = (
            each
            for each in self.world.aws.events.drain()
            if each["detail"].get("action-type") == "PUSH"
        )
        self.calls.clear()
        began = time.perf_counter()
        answer = self.world.look(
            {"Records": [{"messageId": "1", "body": json.dumps(event)}]}
        )
        known = time.perf_counter() - began
        archived = [at for name, at in self.calls if name == "UpdateImageStorageClass"]
        (status,) = self._status(repository, pushed["digest"])
        names = [name for name, _ in self.calls]
        if (
            answer != {"batchItemFailures": []}
            or status != "ARCHIVED"
            or not archived
            or "PutObject" not in names[: names.index("UpdateImageStorageClass")]
        ):
            raise RuntimeError(f"{answer}; {status}; {names}")
        return Exposed(archived=archived[0] - began, known=known, calls=len(names))

    def _status(self, repository: str, digest: str) -> Iterator[str]:
        answer = self.world.aws.call(
            "ecr",
            "DescribeImages",
            {
                "repositoryName": repository,
                "imageIds": [{"imageDigest": digest}],
                "filter": {"imageStatus": "ANY"},
            },
            place=place(ACCOUNT, REGION),
        )
        return (each["imageStatus"] for each in answer["imageDetails"])


@contextmanager
def exposing(latency: float) -> Iterator[Exposing]:
    """Yield the bench; each call takes ``latency`` seconds more."""
    with late_world(_bundle(), latency) as (made, calls):
        yield Exposing(world=made, calls=calls)


def _bundle() -> bytes:
    root = b64encode(forge.chain(subject="Leaf").root_der).decode()
    document: Mapping[str, Any] = {
        "schema": 1,
        "serial": 2,
        "audience": [ACCOUNT],
        "notBefore": None,
        "expires": None,
        "policies": [
            {
                "enforcement": "quarantine",
                "grace": "0s",
                "untaggedGrace": "0s",
                "statement": {
                    "name": "prod",
                    "registryScopes": [f"{HOST}/prod/*"],
                    "signatureVerification": {"level": "strict"},
                    "trustStores": ["ca:acme"],
                    "trustedIdentities": ["x509.subject: C=US, ST=WA, O=acme"],
                },
            }
        ],
        "trustStores": {"ca": {"acme": [root]}},
    }
    return json.dumps(document).encode()
