"""Evidence: what a verdict rests on, gathered for one look."""

from collections.abc import Callable
from dataclasses import field, replace
from datetime import datetime

from notation_verifier import Descriptor, SeenChains
from notation_verifier.signer_service import SignerService
from notation_verifier.values import dataclass
from sealward.decisions import Seen, Unknown, Unseen
from sealward.decisions.verdict import skips
from sealward.ledger import Verdict
from sealward.ledger.records import Record
from sealward.look.indexes.descent import Descent
from sealward.look.reading.hints import Found
from sealward.look.reading.managed_signing import (
    Asked,
    ask_of,
    asks_late,
    said_of_signing,
)
from sealward.look.reading.sightings import InForce, Sighting, unjudged
from sealward.look.reading.signatures import SignatureSearch
from sealward.look.reading.spent_grace import AskedCount, is_spent, is_spent_after_all
from sealward.policy.bundle import Policy, PolicyBundle
from sealward.ports.failures import PortError
from sealward.revocation import Inquiry
from sealward.revocation.heard import Heard
from sealward.revocation.signer_answers import OneLook, SignerAnswers
from sealward.subjects import SubjectKey
from sealward.verifications import Judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Gathers the evidence about one subject."""

    signatures: SignatureSearch
    descent: Descent
    inquiry: Inquiry | None
    """Asks about revocation; None leaves open what needs an answer."""
    signer: SignerAnswers | None
    """Asks AWS Signer what it revoked; None the same."""
    anew: bool
    """Whether a good answer of Signer's from before does not count."""
    chains: SeenChains | None
    """Chains of earlier looks that need not be read and checked again."""
    now: Callable[[], datetime]
    signing: tuple[Asked, ...] = ()
    """Asks ECR about its managed signing, where that was worth it."""
    count: tuple[AskedCount, ...] = ()
    """Asks how many digests of the repository ended unsigned today."""
    heard: Callable[[bytes], None] | None = None
    """Is given what a responder or a CRL's server said; None where nobody keeps it."""
    crashes: list[Exception] = field(default_factory=list)
    """What nobody expected while it was gathered."""

    def of(self, found: Found, force: InForce, policy: Policy | None) -> Seen | Unseen:
        """Return what was found and verified, or why nothing was.

        Args:
            found: what the hint led to.
            force: the bundle in force, or why there is none.
            policy: what governs the subject, if anything.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        sighting = found.sighting
        failure = sighting.failure or force.failure
        detail, descriptor = sighting.detail, sighting.descriptor
        if failure is not None or detail is None or descriptor is None:
            failure = failure or Unseen(
                reason=Unknown.MANIFEST_UNREADABLE, detail=str(sighting.key)
            )
            return replace(
                failure,
                descriptor=descriptor,
                status=detail.status if detail else None,
            )
        seen = Seen(
            detail=detail,
            descriptor=descriptor,
            problem=found.problem,
            referrers=tuple(referrer.digest for referrer in sighting.referrers),
            # Once said of an image it stays: no event between two looks takes it back.
            grace_spent=(sighting.known is not None and sighting.known.grace_spent)
            or is_spent(self.count, policy, self.now()),
            signing=said_of_signing(self.signing, sighting.known),
        )
        if policy is None or force.bundle is None or skips(policy.statement.level):
            return seen
        said = Heard(keep=self.heard)
        judge = self._judge(policy, force.bundle, said, sighting.known)
        try:
            examined = self._examined(found, seen, policy, judge, said)
            return self._explained(examined, sighting, policy)
        except PortError:
            raise
        except Exception as error:  # noqa: BLE001 - kept: the look raises it at its end
            self.crashes.append(error)
            return replace(unjudged(error), descriptor=descriptor, status=detail.status)

    def _examined(
        self, found: Found, seen: Seen, policy: Policy, judge: Judge, told: Heard
    ) -> Seen | Unseen:
        sighting = found.sighting
        seen = replace(seen, children=self.descent.children.remembered(sighting))
        if seen.problem is not None:
            return seen
        search = self.signatures.of(found, seen.descriptor, policy, judge)

        def proves(index: SubjectKey, record: Record, descriptor: Descriptor) -> bool:
            # Only those its record names: whoever writes to the ledger cannot sign.
            named = Found(sighting=Sighting(key=index, known=record))
            return self.signatures.of(named, descriptor, policy, judge).satisfied

        seen = replace(seen, search=replace(search, heard=told))
        return self.descent.covered(
            seen,
            sighting,
            policy,
            proves,
            lambda each: self._with_spent_grace(each, sighting, policy),
        )

    def _with_spent_grace(self, seen: Seen, sighting: Sighting, policy: Policy) -> Seen:
        """Return what was seen, its repository's grace asked about if nobody did."""
        if seen.grace_spent or self.count:
            return seen
        spent = is_spent_after_all(
            self.signatures.ledger,
            sighting.key,
            sighting.known,
            seen.detail.pushed_at,
            policy,
            now=self.now(),
        )
        return replace(seen, grace_spent=spent)

    def _explained(
        self, examined: Seen | Unseen, sighting: Sighting, policy: Policy
    ) -> Seen | Unseen:
        """Return what was found, with why a signature is missing if nobody asked."""
        if (
            not isinstance(examined, Seen)
            or examined.search.satisfied
            or examined.coverage.by is not None
            or not asks_late(
                sighting.known,
                examined.detail.pushed_at,
                grace=policy.grace,
                now=self.now(),
            )
        ):
            return examined
        asked = ask_of(self.signatures.registry, sighting.key)
        asked.run()
        return replace(examined, signing=said_of_signing((asked,), None))

    def _judge(
        self, policy: Policy, bundle: PolicyBundle, told: Heard, known: Record | None
    ) -> Judge:
        inquiry, said, now = self.inquiry, policy.revocation, self.now()
        signer: SignerService | None = self.signer
        if self.signer is not None and self.anew:
            signer = self.signer.since(now)
        elif self.signer is not None and known and known.verdict is Verdict.UNTRUSTED:
            # What one function heard before must not take back what another one found.
            signer = self.signer.since(known.updated_at)
        return Judge(
            statement=policy.statement,
            trust_stores=bundle.trust_stores,
            user_metadata=policy.user_metadata,
            signer_roots=bundle.signer_roots,
            signer_service=None
            if signer is None
            else told.service(OneLook(signer, self.now)),
            signer_reach=policy.revocation.signer,
            fetch=None if inquiry is None else told.fetch(inquiry.fetch(said)),
            revocation_settings=None if inquiry is None else inquiry.settings(said),
            revocation_information_required=said.requires_information,
            seen=self.chains,
            now=now,
        )
