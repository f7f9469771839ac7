"""From the push of a wrong signature to the bus and to the owner's topic.

The function itself runs, as in ``tests.bench.exposure``: real clients, every call 20 ms
later. What Sealward has an image wait for (a due time, the tick's minute) passes on a
clock that is moved; what is called and computed is measured, and both are added. What
EventBridge, SQS and SNS take comes on top.

Four ways: the policy has ``failFast``, and the image is refused at once; it has not,
and the image waits out its grace while its owner hears why; the signature's event comes
before the image's; the signature's event never comes, and the tick sends the look.
"""

import json
import statistics
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from unittest.mock import patch

import botocore.session

from functions.tick import app as tick_app
from functions.verify_push import app
from notation_verifier import Descriptor
from sealward.subjects import SubjectKey
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
RUNS = 10
"""Of each way."""
P95_SECONDS = 60.0
SIGNED_AFTER = 5.0
"""Seconds from an image's push to its signature's, as ``tests.bench.money`` has it."""
REPOSITORIES = 10
"""In turns: a repository has ten looks a minute of one environment, then it waits."""
MINUTE = 60.0
"""Seconds from one tick to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One wrong signature's way to whoever is told, in seconds from its push."""

    bus: float
    topic: float


def measure(figures: Figures) -> None:
    """Measure and judge.

    Raises:
        RuntimeError: nobody was told, or of something else.
    """
    with telling(LATENCY) as bench:
        bench.in_order("fast")  # the environment is made, the bundle read
        fast = [bench.in_order("fast") for _ in range(RUNS)]
        waits = [bench.in_order("slow") for _ in range(RUNS)]
        first = [bench.signature_first("fast") for _ in range(RUNS)]
        lost = [bench.event_lost("slow", turn / RUNS) for turn in range(RUNS)]
    heard = [*fast, *waits, *first]
    for name, found in (("bus", "bus"), ("message", "topic")):
        of = [getattr(each, found) for each in heard]
        figures.add(f"push_to_{name}_p50_s", statistics.median(of))
        figures.add(f"push_to_{name}_p95_s", _p95(of), most=P95_SECONDS)
    figures.add(
        "push_to_message_fail_fast_p95_s",
        _p95([each.topic for each in fast]),
        most=P95_SECONDS,
    )
    figures.add(
        "push_to_message_within_grace_p95_s",
        _p95([each.topic for each in waits]),
        most=P95_SECONDS,
    )
    late = [each.topic for each in lost]
    figures.add("push_to_message_event_lost_p50_s", statistics.median(late))
    figures.add("push_to_message_event_lost_worst_s", max(late))


class _Moved(datetime):
    """The functions' clock: the real one, ahead by what was waited."""

    by = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Moved":
        return super().now(tz) + cls.by


@dataclass(slots=True, kw_only=True)
class Telling:
    """Pushes images signed by somebody whom their policy does not trust."""

    world: World
    calls: list[tuple[str, float]]
    """What was called, and when it was answered."""
    pushed: int = 0
    _repository: str = field(default="", init=False)

    def in_order(self, kind: str) -> Told:
        """Look at the image, then at its signature: both events come as they were."""
        image = self._image(kind)
        self._look(self._event())
        self._sign(image)
        return self._heard(self._event(), kind)

    def signature_first(self, kind: str) -> Told:
        """Look when the signature's event comes, before the image's."""
        image = self._image(kind)
        self._event()
        self._sign(image)
        return self._heard(self._event(), kind)

    def event_lost(self, kind: str, phase: float) -> Told:
        """Look when the tick sends it; that falls ``phase`` of a minute after a push.

        The signature's event never comes. Ticks come each minute, as the image's event
        did not time them.
        """
        image = self._image(kind)
        start = _Moved.now(UTC)
        self._look(self._event())
        record = self.world.ledger.current(
            SubjectKey(repository=self._repository, digest=image.digest)
        )
        if record is None or record.due is None:
            raise RuntimeError("no look is due")
        self._sign(image)
        self._event()
        at = phase * MINUTE
        while start + timedelta(seconds=at) < record.due:
            at += MINUTE
        waited = at - (_Moved.now(UTC) - start).total_seconds()
        _Moved.by += timedelta(seconds=waited)
        began = time.perf_counter()
        self.world.tick()
        sent = time.perf_counter() - began
        (body,) = (
            body for body, _ in self.world.messages("looks") if image.digest in body
        )
        told = self._heard(json.loads(body), kind)
        more = at + sent - SIGNED_AFTER
        return Told(bus=told.bus + more, topic=told.topic + more)

    def _image(self, kind: str) -> Descriptor:
        self.pushed += 1
        self._repository = f"{kind}/app-{self.pushed % REPOSITORIES}-{self.pushed}"
        self.world.clock.now = datetime.now(UTC) + _Moved.by
        pushed = self._pusher.image(f"image {self.pushed}", tag=f"v{self.pushed}")
        return Descriptor(
            media_type=pushed["mediaType"],
            digest=pushed["digest"],
            size=pushed["size"],
        )

    def _sign(self, image: Descriptor) -> None:
        envelope = forge.sign(image, forge.chain(subject="Billing"), "jws")
        content, blobs = forge.signature_manifest(image, envelope, forge.JWS)
        for blob in blobs.values():
            self._pusher.layer(blob, forge.JWS)
        self._pusher.manifest(content)

    @property
    def _pusher(self) -> Pusher:
        return Pusher(self.world.aws, place(ACCOUNT, REGION), self._repository)

    def _event(self) -> Mapping[str, Any]:
        """Return the registry's one event since the last was taken."""
        (event,) = (
            each
            for each in self.world.aws.events.drain()
            if each["source"] == "aws.ecr"
            and each["detail"].get("action-type") == "PUSH"
        )
        return event

    def _look(self, event: Mapping[str, Any]) -> None:
        answer = self.world.look(
            {"Records": [{"messageId": "1", "body": json.dumps(event)}]}
        )
        if answer != {"batchItemFailures": []}:
            raise RuntimeError(f"{answer}")

    def _heard(self, event: Mapping[str, Any], kind: str) -> Told:
        """Look at what ``event`` names; return when bus and topic had the word."""
        self.calls.clear()
        began = time.perf_counter()
        self._look(event)
        at = {name: when - began for name, when in self.calls}
        if not {"PutEvents", "Publish"} <= at.keys():
            raise RuntimeError(f"nobody heard of {kind}: {[*at]}")
        return Told(bus=at["PutEvents"], topic=at["Publish"])


@contextmanager
def telling(latency: float) -> Iterator[Telling]:
    """Yield the bench; each call takes ``latency`` seconds more.

    Raises:
        RuntimeError: the topic is not where the policy says.
    """
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:owners"
    with late_world(_bundle(topic), latency) as (made, calls):
        sns: Any = botocore.session.Session().create_client("sns", region_name=REGION)
        if (there := sns.create_topic(Name="owners")["TopicArn"]) != topic:
            raise RuntimeError(f"the topic is {there}")
        with (
            patch.object(app, "datetime", _Moved),
            patch.object(tick_app, "datetime", _Moved),
            patch.object(_Moved, "by", timedelta(0)),
        ):
            app.environment.cache_clear()
            yield Telling(world=made, calls=calls)


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20, method="inclusive")[18]


def _bundle(topic: str) -> bytes:
    """Return two policies of one team: ``fast/*`` has failFast, ``slow/*`` a grace."""
    root = b64encode(forge.chain(subject="Leaf").root_der).decode()
    policies = [
        {
            "enforcement": "quarantine",
            "owner": {"team": "owners", "topic": topic},
            "statement": {
                "name": kind,
                "registryScopes": [f"{HOST}/{kind}/*"],
                "signatureVerification": {
                    "level": "strict",
                    "override": {"revocation": "skip"},
                },
                "trustStores": ["ca:acme"],
                "trustedIdentities": ["x509.subject: CN=Leaf,C=US,ST=WA,O=acme"],
            },
            **more,
        }
        for kind, more in (
            ("fast", {"grace": "10m", "failFast": True}),
            ("slow", {"grace": "10m"}),
        )
    ]
    document: Mapping[str, Any] = {
        "schema": 1,
        "serial": 2,
        "audience": [ACCOUNT],
        "notBefore": None,
        "expires": None,
        "policies": policies,
        "trustStores": {"ca": {"acme": [root]}},
    }
    return json.dumps(document).encode()
