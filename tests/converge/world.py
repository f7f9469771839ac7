"""The world of one history: a registry, a gate, a clock that jumps; and the model.

Every delivery to the gate is told to the model, with what the registry held before and
after; the model says what the gate may ask of the registry, and is believed.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from notation_verifier import Descriptor, SeenChains
from sealward.events import Hint
from sealward.look import Gate, tick
from sealward.policy.bundle import Capability
from sealward.ports import Registry
from simulator.ecr.manifests import digest_of
from simulator.ecr.state import Repository
from simulator.errors import ServiceError
from simulator.in_process_ledger import InProcessLedger
from simulator.in_process_queue import InProcessBundleSource, InProcessLookQueue
from simulator.places import place
from simulator.pushes import IMAGE_CONFIG, IMAGE_LAYER, IMAGE_MANIFEST, Pusher
from tests.converge.faces import Ports
from tests.converge.history import History, Kind, Mail, Step
from tests.converge.mail import Post
from tests.converge.policies import ACCOUNT, BEGIN, REGION, bundle_of, changed
from tests.converge.signatures import Made, make
from tests.model import Delivery, Model, Rules, Signature, Standing

SLACK = timedelta(minutes=5)
"""What a look may come later than promised: a tick, a message's delay."""
_MOST_LOOKS = 5_000
_MINUTE = timedelta(minutes=1)


class Restless(Exception):  # noqa: N818 - named by what is wrong
    """The gate never comes to rest."""


class Watched:
    """The registry as the gate sees it; notes what the gate asks to be changed."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.asked: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)

    def archive(self, repository: str, digest: str) -> None:
        self.asked.append(("archive", digest))
        self._registry.archive(repository, digest)

    def restore(self, repository: str, digest: str) -> None:
        self.asked.append(("restore", digest))
        self._registry.restore(repository, digest)


class World:
    """Runs one history."""

    def __init__(self, history: History, ports: Ports) -> None:
        self.history = history
        self.aws, self.clock = ports.aws, ports.clock
        self.place = place(ACCOUNT, REGION)
        self.ledger = InProcessLedger()
        self.queue = InProcessLookQueue(self.clock)
        self.post = Post(history.mail)
        self.rules: Mapping[str, Rules] = dict(BEGIN)
        self.bundles = InProcessBundleSource(bundle_of(BEGIN, 1))
        self.registry = Watched(ports.registry)
        self.gate = Gate(
            registry=self.registry,
            ledger=self.ledger,
            security_hub=ports.security_hub,
            bundles=self.bundles,
            queue=self.queue,
            capability=Capability.OBSERVE
            if history.observes
            else Capability.QUARANTINE,
            partition="aws",
            now=self.clock,
            seen=SeenChains(),
        )
        self.model = Model(
            acts=not history.observes,
            archived_readable=history.behaviours.get("archived_manifest") == "readable",
        )
        self.model.ruled(BEGIN)
        self.wrong: list[str] = []
        """Where the gate did other than the model says."""
        self.counts: Counter[str] = Counter()
        self.out_by_others: set[tuple[str, str]] = set()
        """Images that somebody else took out of reach."""
        self._signatures: dict[str, list[str]] = {}
        self._made: dict[str, Made] = {}
        self._serial = 1
        self._ticked: datetime | None = None

    # -- time -----------------------------------------------------------------------

    def run(self) -> None:
        """Let everything happen that the history says."""
        for number, step in enumerate(self.history.steps):
            self.pass_time(timedelta(seconds=step.after))
            try:
                self._perform(step)
            except ServiceError:
                self.counts["steps refused by ECR"] += 1
            self._collect(Random(f"{step.number}/{number}"))

    def pass_time(self, by: timedelta) -> None:
        """Let ``by`` pass, delivering what arrives and ticking each minute."""
        end = self.clock.now + by
        self._moment()
        while (at := self._next()) is not None and at <= end:
            self.clock.now = max(at, self.clock.now)
            self._moment()
        self.clock.now = end
        self._moment()

    def _next(self) -> datetime | None:
        instants = [
            self.post.next(),
            min((at for at, _ in self.queue.waiting), default=None),
            self.aws.registry(self.place).next_change,
            self._next_tick(),
        ]
        return min((each for each in instants if each is not None), default=None)

    def _next_tick(self) -> datetime | None:
        """Return the first full minute at which something is due."""
        due = [
            record.due
            for record in self.ledger.records.values()
            if record.due is not None
        ]
        if not due:
            return None
        at = _full_minute(max(min(due), self.clock.now))
        if self._ticked is not None and at <= self._ticked:
            at = self._ticked + _MINUTE
        return at

    def _moment(self) -> None:
        """Do what is to be done right now."""
        now = self.clock.now
        self.aws.settle()
        self._collect(Random(f"{self.history.number}/{now}"))
        if now == _full_minute(now) and now != self._ticked:
            self._ticked = now
            tick(
                self.ledger,
                self.queue,
                account=ACCOUNT,
                region=REGION,
                now=now,
                limit=1000,
            )
        for hint in self.post.arrived(now):
            self.deliver(hint)
        while hints := self.queue.receive():
            for hint in dict.fromkeys(hints):
                self.deliver(hint)
        self._collect(Random(f"{self.history.number}/{now}/after"))

    def _collect(self, chance: Random) -> None:
        self.post.send(self.aws.events.drain(), self.clock.now, chance)

    # -- the gate -------------------------------------------------------------------

    def deliver(self, hint: Hint) -> None:
        """Let the gate look, and the model read what it saw."""
        self.counts["looks"] += 1
        if self.counts["looks"] > _MOST_LOOKS:
            raise Restless(f"{_MOST_LOOKS} looks, and more are due")
        before = self.standing(hint.repository)
        self.registry.asked.clear()
        self.gate.look(hint)
        step, digest = self.model.delivered(
            Delivery(
                at=self.clock.now,
                repository=hint.repository,
                digest=hint.digest,
                before=before,
                after=self.standing(hint.repository),
            )
        )
        expected = [(step, digest)] if step else []
        if self.registry.asked != expected:
            self.wrong.append(
                f"{self.clock.now:%d %H:%M:%S} look at {hint.repository}@"
                f"{hint.digest[7:15]}: asked {self.registry.asked}, not {expected}"
            )
        for what, whom in expected:
            if what == "restore":
                self.out_by_others.discard((hint.repository, whom))

    def sweep(self) -> None:
        """Look at every artifact there is, and at all that is remembered.

        Stands for the product's own sweep: what no event tells is found by it alone.
        """
        there = [
            (name, digest)
            for name, repository in self._repositories().items()
            for digest in repository.images
        ]
        known = [(key.repository, key.digest) for key in self.ledger.records]
        for repository, digest in sorted({*there, *known}):
            if repository in BEGIN:
                self.deliver(
                    Hint(
                        account=ACCOUNT,
                        region=REGION,
                        repository=repository,
                        digest=digest,
                    )
                )

    def standing(self, repository: str) -> dict[str, Standing]:
        """Return what a repository holds just now."""
        found = self._repositories().get(repository)
        if found is None:
            return {}
        return {
            digest: Standing(status=image.status.value, pushed_at=image.pushed_at)
            for digest, image in found.images.items()
        }

    def _repositories(self) -> Mapping[str, Repository]:
        return self.aws.registry(self.place).repositories

    # -- what others do -------------------------------------------------------------

    def _perform(self, step: Step) -> None:
        target = (step.repository, self._image(step.image)[0].digest)
        match step.kind:
            case Kind.PUSH:
                self._push(step.repository, step.image, step.what)
            case Kind.SIGN:
                self._sign(step)
            case Kind.DELETE:
                self._call("BatchDeleteImage", target)
                self.out_by_others.discard(target)
            case Kind.ARCHIVE | Kind.RESTORE:
                self._store(target, step.kind is Kind.ARCHIVE)
            case Kind.UNSIGN | Kind.ARCHIVE_SIGNATURE | Kind.RESTORE_SIGNATURE:
                self._signature(step, target[1])
            case Kind.REPLICATE:
                self._replicate(step, target)
            case Kind.POLICY:
                self._serial += 1
                self.rules = changed(
                    self.rules, step.what, step.repository, self.clock.now
                )
                self.bundles.current = bundle_of(self.rules, self._serial)
                self.model.ruled(self.rules)
        self.counts[f"step {step.kind}"] += 1

    def _image(self, name: str) -> tuple[Descriptor, bytes, tuple[bytes, ...]]:
        """Return the image called ``name``: descriptor, manifest, blobs."""
        config = json.dumps({"architecture": "arm64", "os": "linux", "n": name})
        blobs = (config.encode(), f"layer of {name}".encode())
        document = {
            "schemaVersion": 2,
            "mediaType": IMAGE_MANIFEST,
            "config": _described(blobs[0], IMAGE_CONFIG),
            "layers": [_described(blobs[1], IMAGE_LAYER)],
        }
        content = json.dumps(document).encode()
        descriptor = Descriptor(
            media_type=IMAGE_MANIFEST, digest=digest_of(content), size=len(content)
        )
        return descriptor, content, blobs

    def _push(self, repository: str, name: str, tag: str) -> None:
        descriptor, content, blobs = self._image(name)
        self.model.named(descriptor.digest)
        pusher = Pusher(self.aws, self.place, repository)
        for blob in blobs:
            pusher.layer(blob)
        pusher.manifest(content, tag=tag or None)
        self.out_by_others.discard((repository, descriptor.digest))

    def _sign(self, step: Step) -> None:
        image, _, _ = self._image(step.image)
        self.model.named(image.digest)
        number = len(self._made)
        made = make(step.what, image, number=number, now=self.clock.now)
        digest = digest_of(made.manifest)
        self._made[digest] = made
        self._signatures.setdefault(image.digest, []).append(digest)
        self.model.signed(
            digest,
            Signature(
                image=image.digest,
                signer=made.signer,
                anchored=made.anchored,
                expires=made.expires,
                made=number,
            ),
        )
        self._attach(step.repository, made)

    def _attach(self, repository: str, made: Made) -> None:
        pusher = Pusher(self.aws, self.place, repository)
        for blob in made.blobs:
            pusher.layer(blob, made.media_type)
        pusher.manifest(made.manifest)

    def _signature(self, step: Step, image: str) -> None:
        made = self._signatures.get(image, [])
        if not made:
            return
        target = (step.repository, made[step.number % len(made)])
        if step.kind is Kind.UNSIGN:
            self._call("BatchDeleteImage", target)
        else:
            self._store(target, step.kind is Kind.ARCHIVE_SIGNATURE)

    def _store(self, target: tuple[str, str], archive: bool) -> None:  # noqa: FBT001
        self._call(
            "UpdateImageStorageClass",
            target,
            targetStorageClass="ARCHIVE" if archive else "STANDARD",
        )
        (self.out_by_others.add if archive else self.out_by_others.discard)(target)

    def _replicate(self, step: Step, target: tuple[str, str]) -> None:
        """Copy an image and its signatures, as ECR does into another registry."""
        source = self._repositories().get(step.repository)
        if source is None or target[1] not in source.images:
            return
        # Their pushes at the destination make one event: the replication's.
        self._collect(Random(step.number))
        for digest in self._signatures.get(target[1], []):
            if digest in source.images:
                try:
                    self._attach(step.what, self._made[digest])
                except ServiceError:
                    self.counts["copies that were there"] += 1
        try:
            self._push(step.what, step.image, "")
        except ServiceError:
            self.counts["copies that were there"] += 1
        pushed = [
            event
            for event in self.aws.events.drain()
            if event["detail-type"] == "ECR Image Action"
            and event["detail"].get("action-type") == "PUSH"
        ]
        replicated = [_replication(event) for event in pushed]
        self.post.send(
            replicated,
            self.clock.now,
            Random(step.number),
        )

    def _call(self, operation: str, target: tuple[str, str], **more: Any) -> None:
        repository, digest = target
        identity = {"imageDigest": digest}
        request: dict[str, Any] = {"repositoryName": repository, **more}
        if operation == "BatchDeleteImage":
            request["imageIds"] = [identity]
        else:
            request["imageId"] = identity
        self.aws.call("ecr", operation, request, place=self.place)

    # -- what is seen in the end ----------------------------------------------------

    @property
    def findings(self) -> Sequence[Mapping[str, Any]]:
        """What Security Hub holds."""
        return list(self.aws.hub(self.place).findings.values())

    @property
    def needs_sweep(self) -> bool:
        """Whether something happened that no event tells the gate."""
        silent = {Kind.POLICY, Kind.UNSIGN, Kind.ARCHIVE_SIGNATURE, Kind.REPLICATE}
        kinds = {step.kind for step in self.history.steps}
        return self.history.mail is Mail.LOSSY or bool(kinds & silent)


def _described(content: bytes, media_type: str) -> dict[str, Any]:
    return {
        "mediaType": media_type,
        "digest": digest_of(content),
        "size": len(content),
    }


def _replication(event: Mapping[str, Any]) -> dict[str, Any]:
    detail = event["detail"]
    return {
        **event,
        "detail-type": "ECR Replication Action",
        "detail": {
            "result": "SUCCESS",
            "repository-name": detail["repository-name"],
            "image-digest": detail["image-digest"],
            "image-tag": detail.get("image-tag", ""),
            "action-type": "REPLICATE",
            "source-account": ACCOUNT,
            "source-region": "us-west-2",
        },
    }


def _full_minute(at: datetime) -> datetime:
    full = at.replace(second=0, microsecond=0)
    return full if full == at else full + _MINUTE
