"""A gate on the simulator, with real signatures: what the tests of looks stand on."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from notation_verifier import Descriptor, SeenChains
from sealward.events import Hint, parse_events
from sealward.ledger.records import Record
from sealward.look.gate import Gate
from sealward.look.telling.result import LookResult
from sealward.policy.bundle import Capability, InvalidBundle, PolicyBundle, load_bundle
from sealward.ports.ledger import Ledger
from sealward.ports.reads import RunBeside
from sealward.ports.registry import Registry
from sealward.revocation import Revocations
from sealward.subjects import NOTARY_SIGNATURE, SubjectKey
from sealward.tick.due import is_turn, tick
from simulator.behaviours import Behaviours
from simulator.clock import ManualClock
from simulator.in_process.bus import InProcessMessageCounts, InProcessTopics
from simulator.in_process.evidence import InProcessEvidence
from simulator.in_process.ledger import InProcessLedger
from simulator.in_process.pulls import InProcessPulls
from simulator.in_process.queue import InProcessBundleSource, InProcessLookQueue
from simulator.in_process.registry import InProcessRegistry
from simulator.in_process.security_hub import InProcessSecurityHub
from simulator.local_aws import LocalAws
from simulator.places import place
from simulator.pushes import IMAGE_CONFIG, IMAGE_MANIFEST, Pusher
from tests import forge
from tests.published_bus import PublishedBus

ACCOUNT = "123456789012"
REGION = "us-east-1"
REPOSITORY = "prod/app"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sealward/VerifyPush"
EMPTY = "application/vnd.oci.empty.v1+json"


@cache
def signer(subject: str = "Leaf") -> forge.Signer:
    """Return a signer whose certificates name no revocation service."""
    return forge.chain(subject=subject)


@cache
def revocable_signer(subject: str = "Leaf") -> forge.Signer:
    """Return a signer that only an OCSP answer can clear."""
    return forge.chain(subject=subject, ocsp="http://ocsp.example/")


def bundle(
    *,
    serial: int = 1,
    level: Any = None,
    identities: Sequence[str] = ("Leaf",),
    signers: Sequence[str] = (),
    **settings: Any,
) -> PolicyBundle:
    """Return a bundle with one policy for ``prod/*``, trusting ``identities``.

    ``signers`` are trusted identities as they are written.
    """
    statement = {
        "name": "prod",
        "registryScopes": [f"{HOST}/prod/*"],
        "signatureVerification": level
        or {"level": "strict", "override": {"revocation": "skip"}},
        "trustStores": ["ca:acme"],
        "trustedIdentities": [
            *(f"x509.subject: CN={name},O=acme,ST=WA,C=US" for name in identities),
            *signers,
        ],
    }
    if statement["signatureVerification"] == {"level": "skip"}:
        del statement["trustStores"], statement["trustedIdentities"]
    # Most images here have no tag, and most tests are about the grace of any image.
    untagged = settings.get("grace", "10m")
    policy = {
        "enforcement": "quarantine",
        "statement": statement,
        "untaggedGrace": untagged,
        **settings,
    }
    document = {
        "schema": 1,
        "serial": serial,
        "audience": [ACCOUNT],
        "notBefore": None,
        "expires": None,
        "policies": [policy],
        "trustStores": {"ca": {"acme": [base64.b64encode(signer().root_der).decode()]}},
    }
    return load_bundle(json.dumps(document).encode())


class Stand:
    """A registry, a hub, a ledger, a queue and the gate over them."""

    def __init__(
        self,
        *,
        capability: Capability = Capability.QUARANTINE,
        behaviours: Behaviours | None = None,
        current: PolicyBundle | InvalidBundle | None = None,
        registry: Callable[[Registry], Registry] = lambda registry: registry,
        run_beside: RunBeside | None = None,
        wrap_ledger: Callable[[Ledger], Ledger] = lambda ledger: ledger,
        hub_on: bool = True,
        revocations: Revocations | None = None,
    ) -> None:
        self.clock = ManualClock(forge.NOW)
        self.place = place(ACCOUNT, REGION)
        self.aws = LocalAws(clock=self.clock, behaviours=behaviours)
        self.ledger = InProcessLedger()
        self.queue = InProcessLookQueue(self.clock)
        self.bus = PublishedBus()
        self.topics = InProcessTopics()
        self.bundles = InProcessBundleSource(current or bundle())
        if hub_on:
            self.enable_hub()
        self.pulls = InProcessPulls(
            self.aws,
            account=ACCOUNT,
            region=REGION,
            role=ROLE,
        )
        # As the template has it: what Sealward reads is no pull.
        self.aws.call(
            "ecr",
            "RegisterPullTimeUpdateExclusion",
            {"principalArn": ROLE},
            place=self.place,
        )
        self.evidence = InProcessEvidence()
        self.gate = Gate(
            evidence=self.evidence,
            evidence_quota=self.evidence,
            pulls=self.pulls,
            registry=registry(
                InProcessRegistry(self.aws, account=ACCOUNT, region=REGION, caller=ROLE)
            ),
            ledger=wrap_ledger(self.ledger),
            security_hub=InProcessSecurityHub(self.aws, account=ACCOUNT, region=REGION),
            bus=self.bus,
            topics=self.topics,
            message_counts=InProcessMessageCounts(),
            bundles=self.bundles,
            queue=self.queue,
            capability=capability,
            partition="aws",
            now=self.clock,
            run_beside=run_beside,
            seen=SeenChains(),
            revocations=revocations,
        )

    def enable_hub(self) -> None:
        self.aws.call("securityhub", "EnableSecurityHub", {}, place=self.place)

    # what happens in the registry

    def pusher(self, repository: str = REPOSITORY) -> Pusher:
        return Pusher(self.aws, self.place, repository)

    def push(
        self,
        name: str = "app",
        *,
        repository: str = REPOSITORY,
        tag: str | None = None,
        **members: Any,
    ) -> Descriptor:
        """Push an image; the same name is the same digest."""
        pusher = self.pusher(repository)
        config = pusher.layer(
            json.dumps({"architecture": "arm64", "os": "linux", "n": name}).encode(),
            IMAGE_CONFIG,
        )
        document = {
            "mediaType": IMAGE_MANIFEST,
            "config": config,
            "layers": [pusher.layer(f"layer of {name}".encode())],
            **members,
        }
        return described(pusher.document(document, tag=tag))

    def push_document(
        self,
        document: Mapping[str, Any],
        *,
        repository: str = REPOSITORY,
        media_type: str | None = None,
    ) -> Descriptor:
        content = json.dumps({"schemaVersion": 2} | dict(document)).encode()
        return described(self.pusher(repository).manifest(content, media_type))

    def attach(
        self,
        subject: Descriptor,
        envelope: bytes | None = None,
        *,
        by: str = "Leaf",
        revocable: bool = False,
        repository: str = REPOSITORY,
        media_type: str = forge.JWS,
        shape: str = "config",
        annotations: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> Descriptor:
        """Push a signature of ``subject``; by default a good one."""
        if envelope is None:
            kind = "jws" if media_type == forge.JWS else "cose"
            envelope = forge.sign(
                subject,
                revocable_signer(by) if revocable else signer(by),
                kind,
                **changes,
            )
        content, blobs = forge.signature_manifest(
            subject, envelope, media_type, shape=shape, annotations=annotations
        )
        pusher = self.pusher(repository)
        for blob in blobs.values():
            pusher.layer(blob, media_type)
        return described(pusher.manifest(content))

    def junk(self, subject: Descriptor, number: int = 0) -> Descriptor:
        """Push a referrer that calls itself a signature and holds nonsense."""
        return self.attach(subject, f"nonsense {number}".encode())

    def delete(self, target: Descriptor, *, repository: str = REPOSITORY) -> None:
        self.aws.call(
            "ecr",
            "BatchDeleteImage",
            {
                "repositoryName": repository,
                "imageIds": [{"imageDigest": target.digest}],
            },
            place=self.place,
        )

    def status(self, target: Descriptor) -> str:
        return self.status_of(target.digest)

    def status_of(self, digest: str) -> str:
        return str(self.gate.registry.describe(REPOSITORY, digest).status)

    # what the gate is told

    def look(
        self, target: Descriptor | str, *, repository: str = REPOSITORY
    ) -> LookResult:
        digest = target if isinstance(target, str) else target.digest
        return self.gate.look(self.hint(digest, repository=repository))

    def hint(self, digest: str, *, repository: str = REPOSITORY) -> Hint:
        return Hint(
            account=ACCOUNT, region=REGION, repository=repository, digest=digest
        )

    def deliver(self) -> list[LookResult]:
        """Look at everything the registry's events name."""
        return [
            self.gate.look(hint)
            for event in self.aws.events.drain()
            if event["source"] == "aws.ecr"
            for hint in parse_events(event, account=ACCOUNT, region=REGION)
        ]

    def pass_time(self, by: timedelta) -> list[LookResult]:
        """Let time pass, looking whenever something is due or queued."""
        end = self.clock.now + by
        results: list[LookResult] = []
        while True:
            self.aws.settle()
            results += self.work()
            step = min(
                [
                    at
                    for at in (
                        *(entry[0] for entry in self.queue.waiting),
                        *(
                            _next_turn(record.due, self.clock.now)
                            for record in self.ledger.records.values()
                            if record.due is not None
                        ),
                    )
                    if self.clock.now < at
                ],
                default=end,
            )
            if step > end or self.clock.now >= end:
                self.clock.now = max(end, self.clock.now)
                self.aws.settle()
                return results + self.work()
            self.clock.now = step

    def work(self) -> list[LookResult]:
        """Tick, and look at what the queue holds by now."""
        tick(
            self.ledger,
            self.queue,
            account=ACCOUNT,
            region=REGION,
            now=self.clock.now,
            limit=1000,
        )
        return [self.gate.look(hint) for hint in dict.fromkeys(self.queue.receive())]

    # what it remembers and tells

    def record(
        self, target: Descriptor | str, *, repository: str = REPOSITORY
    ) -> Record:
        digest = target if isinstance(target, str) else target.digest
        return self.ledger.records[SubjectKey(repository=repository, digest=digest)]

    @property
    def findings(self) -> Sequence[Mapping[str, Any]]:
        return list(self.aws.hub(self.place).findings.values())

    def findings_of(self, generator: str) -> Sequence[Mapping[str, Any]]:
        return [each for each in self.findings if each["GeneratorId"] == generator]


def _next_turn(due: datetime, now: datetime) -> datetime:
    """Return when a tick, one each minute, next sends what is due at ``due``."""
    turn = max(due, due + timedelta(minutes=1) * ((now - due) // timedelta(minutes=1)))
    while turn <= now or not is_turn(due, turn):
        turn += timedelta(minutes=1)
    return turn


def described(value: Mapping[str, Any]) -> Descriptor:
    return Descriptor(
        media_type=value["mediaType"], digest=value["digest"], size=value["size"]
    )


def as_json(descriptor: Descriptor) -> dict[str, Any]:
    return {
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size,
    }


def at(start: datetime, **after: float) -> datetime:
    return start + timedelta(**after)


__all__ = [
    "ACCOUNT",
    "EMPTY",
    "HOST",
    "IMAGE_CONFIG",
    "IMAGE_MANIFEST",
    "NOTARY_SIGNATURE",
    "REGION",
    "REPOSITORY",
    "Stand",
    "as_json",
    "at",
    "bundle",
    "described",
    "signer",
]
