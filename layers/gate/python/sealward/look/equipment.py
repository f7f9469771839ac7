"""The equipment of a look: its ports and settings, and what is made of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from notation_verifier import SeenChains
from notation_verifier.values import dataclass
from sealward.actions.pull_denial import PullDenials
from sealward.events import Hint
from sealward.evidence import EvidenceKeeping, Recorder, recorded
from sealward.findings import Place
from sealward.look.indexes.descent import Descent
from sealward.look.reading.sightings import InForce
from sealward.look.reading.signatures import SignatureSearch
from sealward.look.settling.settlement import Settlement
from sealward.look.telling.announcements import Announcements
from sealward.look.telling.bundle_finding import BundleFinding
from sealward.look.telling.news import News
from sealward.policy.bundle import Capability, Policy
from sealward.ports.bundle_source import BundleSource
from sealward.ports.event_bus import EventBus
from sealward.ports.evidence_store import EvidenceQuota, EvidenceStore
from sealward.ports.ledger import Ledger
from sealward.ports.look_queue import LookQueue
from sealward.ports.message_counts import MessageCounts
from sealward.ports.owner_topics import OwnerTopics
from sealward.ports.reads import RunBeside
from sealward.ports.registry import Registry
from sealward.ports.security_hub import SecurityHub
from sealward.revocation import Inquiry, Revocations
from sealward.revocation.signer_answers import SignerAnswers
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from sealward.look.judging.replicas import Replicas
    from sealward.look.settling.kept_signatures import KeptSignatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """The ports and settings a look needs."""

    registry: Registry
    ledger: Ledger
    security_hub: SecurityHub
    bus: EventBus | None = None
    """Hears of every verdict change; None: nobody does."""
    topics: OwnerTopics | None = None
    """Lead to those who own an image; None: to nobody."""
    message_counts: MessageCounts | None = None
    """Keeps it at one message an hour for each repository and cause."""
    bundles: BundleSource
    queue: LookQueue
    capability: Capability
    partition: str
    now: Callable[[], datetime]
    """The clock: aware, UTC."""
    run_beside: RunBeside | None = None
    """Runs reads side by side; None: one after another."""
    seen: SeenChains | None = None
    """Chains of earlier looks that need not be read and checked again."""
    signer: SignerAnswers | None = None
    """Asks AWS Signer what it revoked; None leaves open what needs its answer."""
    revocations: Revocations | None = None
    """Asks OCSP responders and CRL servers; None leaves open what needs an answer."""
    evidence: EvidenceStore | None = None
    """Keeps what an action rests on before it is taken; None keeps nothing."""
    keep_signatures: bool = False
    """Whether what makes an image trusted is kept there as well."""
    evidence_quota: EvidenceQuota | None = None
    """Counts what each repository had kept today; None counts nothing."""
    host: str = ""
    """The registry's, as findings name it in commands; empty where nobody said."""
    pulls: PullDenials | None = None
    """Denies pulls where a held image is pushed again and again; None never does."""
    published: BundleSource | None = None
    """What Git publishes for this account; None where the stack was not told where."""
    nested: bool = False
    """Whether its looks are part of another one: they begin none themselves."""
    inquiry: Inquiry | None = None
    """What the whole look asks the web, and all that is looked at on its way: its
    deadline is theirs. Made by ``look``."""
    recorder: Recorder | None = None
    """Remembers what the look reads, which may become evidence. Made by ``look``."""

    def with_inquiry(self) -> Self:
        """Return the same with what a look asks the web under one deadline."""
        if self.revocations is None:
            return self
        inquiry = self.revocations.begin(self.now(), part_of=self.inquiry)
        return replace(self, inquiry=inquiry)

    def recording(self) -> Self:
        """Return the same, which remembers what it reads where that may be kept.

        A look within another one is read through that one's registry: both remember.
        """
        if self.evidence is None:
            return self
        recorder = Recorder()
        return replace(
            self, recorder=recorder, registry=recorded(self.registry, recorder)
        )

    @property
    def place(self) -> Place:
        """Where this gate stands."""
        return Place(
            partition=self.partition,
            account=self.registry.account,
            region=self.registry.region,
            registry=self.host,
        )

    @property
    def announcements(self) -> Announcements:
        """What tells of a subject."""
        return Announcements(
            ledger=self.ledger,
            hub=self.security_hub,
            news=self.news,
            place=self.place,
            beside=self.run_beside,
            now=self.now,
        )

    @property
    def news(self) -> News:
        """What tells the bus and owners."""
        return News(
            bus=self.bus,
            topics=self.topics,
            message_counts=self.message_counts,
            place=self.place,
        )

    @property
    def bundle_finding(self) -> BundleFinding:
        """What tells of the bundle."""
        return BundleFinding(
            ledger=self.ledger, hub=self.security_hub, place=self.place, now=self.now
        )

    @property
    def keeping(self) -> EvidenceKeeping | None:
        """What keeps evidence before a step; None where nothing is kept."""
        if self.evidence is None or self.recorder is None:
            return None
        return EvidenceKeeping(
            store=self.evidence,
            quota=self.evidence_quota,
            registry=self.registry,
            recorder=self.recorder,
            beside=self.run_beside,
            now=self.now,
        )

    @property
    def kept_signatures(self) -> "KeptSignatures | None":
        """What keeps signatures; None where the stack keeps none."""
        if not self.keep_signatures or self.evidence is None or self.recorder is None:
            return None
        # For those stacks only that keep them.
        from sealward.look.settling.kept_signatures import KeptSignatures  # noqa: PLC0415

        return KeptSignatures(
            store=self.evidence,
            registry=self.registry,
            recorder=self.recorder,
            ledger=self.ledger,
            now=self.now,
        )

    def replicas(self, signatures: SignatureSearch) -> "Replicas":
        """Return what explains a replica that is not trusted."""
        # For looks only at what came by replication.
        from sealward.look.judging.replicas import Replicas  # noqa: PLC0415

        return Replicas(
            place=self.place,
            published=self.published,
            signatures=signatures,
            now=self.now,
        )

    def settlement(self, descent: Callable[[Hint], Descent]) -> Settlement:
        """Return what settles a decision; ``descent`` knows the indexes of a hint."""
        return Settlement(
            registry=self.registry,
            ledger=self.ledger,
            security_hub=self.security_hub,
            queue=self.queue,
            pulls=self.pulls,
            place=self.place,
            evidence=self.keeping,
            announcements=self.announcements,
            descent=descent,
            beside=self.run_beside,
            now=self.now,
            nested=self.nested,
        )

    def policy_of(self, key: SubjectKey, force: InForce) -> Policy | None:
        """Return what governs ``key`` by the bundle in force, if anything."""
        if force.bundle is None:
            return None
        return force.bundle.policy_for(
            self.registry.account, self.registry.region, key.repository
        )
