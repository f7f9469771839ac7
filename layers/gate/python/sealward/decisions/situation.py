"""The situation: what a look knows when it decides."""

from enum import StrEnum

from notation_verifier import Descriptor
from notation_verifier.values import dataclass
from sealward.ledger.managed_signing import ManagedSigning
from sealward.policy.bundle import Capability, Enforcement, Policy, PolicyBundle
from sealward.policy.policy import Escalation
from sealward.ports.registry import ImageDetail, ImageStatus
from sealward.subjects.manifests import BadManifest
from sealward.verifications import Search
from sealward.verifications.coverage import NO_COVERAGE, Coverage


class Unknown(StrEnum):
    """Why nothing could be seen; each is a reason in docs/findings.md."""

    REGISTRY_UNAVAILABLE = "registry-unavailable"
    ACCESS_DENIED = "access-denied"
    MANIFEST_UNREADABLE = "manifest-unreadable"
    JUDGING_FAILED = "judging-failed"
    INDEX_UNDECIDED = "index-undecided"
    BUNDLE_UNAVAILABLE = "bundle-unavailable"
    BUNDLE_INVALID = "bundle-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the registry says of a subject, and what its signatures are worth."""

    detail: ImageDetail
    descriptor: Descriptor
    problem: BadManifest | None = None
    """What is wrong with the image's own manifest."""
    referrers: tuple[str, ...] = ()
    """Digests of the referrers listed."""
    search: Search = Search()
    """Empty where nothing had to be examined."""
    coverage: Coverage = NO_COVERAGE
    """What the indexes that list it mean for it."""
    grace_spent: bool = False
    """Whether too many digests of its repository ended unsigned or gone today."""
    signing: ManagedSigning | None = None
    """What ECR's managed signing says where no good signature is there."""
    children: int | None = None
    """How many children of this index are remembered; None where it is none."""
    origin: str = ""
    """``account/region`` an event said it was replicated from, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """AWS or the bundle did not answer: says nothing about the subject."""

    reason: Unknown
    detail: str
    descriptor: Descriptor | None = None
    """The image's, where that much is known."""
    status: ImageStatus | None = None
    """The registry's word, where it gave that much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What is in force for a subject, and what the stack may do about it."""

    policy: Policy | None
    """None: no policy names the repository."""
    capability: Capability
    bundle: PolicyBundle | None
    """None where none could be had."""
    approved: bool = False
    """Whether a person approved what was proposed of it, under this very policy."""

    @property
    def acts(self) -> bool:
        """Whether a failing image is taken out of reach: the more cautious counts."""
        return (
            self.policy is not None
            and self.policy.enforcement is not Enforcement.REPORT
            and self.capability is not Capability.OBSERVE
        )

    @property
    def may_delete(self) -> bool:
        """Whether policy and stack go as far as deleting what is held."""
        return (
            self.policy is not None
            and self.policy.enforcement is Enforcement.DELETE
            and self.capability is Capability.DELETE
        )

    @property
    def may_deny_pulls(self) -> bool:
        """Whether pulls may be denied where a held image is pushed again and again."""
        return (
            self.acts
            and self.policy is not None
            and self.policy.escalation is not Escalation.NONE
        )

    @property
    def may_release(self) -> bool:
        """Whether the stack's roles may change a storage class at all."""
        return self.capability is not Capability.OBSERVE
