"""The use cases, and how each ends."""

from datetime import timedelta
from typing import Final

from notation_verifier import Descriptor
from sealward.decisions.breaker import REVERSALS_ALLOWED
from sealward.proposals import Answer, Approval, Reversal
from sealward.subjects import SubjectKey
from tests.faults.desk_cases import (
    answered,
    glass_broken,
    paused,
    proposed,
    released_to_sign,
    resumed,
)
from tests.faults.evidence_cases import DELETED_BY, deleted, held_with_evidence
from tests.faults.ground import Ground
from tests.faults.scenes import (
    BY_SIGNER,
    DENYING,
    GRACE,
    PATIENT,
    REVOCABLE,
    Shelf,
    bundle,
    responders,
)
from tests.faults.use_case import (
    AFTERWARDS,
    LATER,
    SECOND,
    Happen,
    UseCase,
    arrives,
    looked,
    settled,
)


def unsigned(ground: Ground) -> Happen:
    """An image that nobody signed: archived, told."""
    shelf = Shelf(ground)
    image = shelf.image()
    ground.pass_time(LATER)
    return arrives(ground, shelf.pushed(image))


def signed(ground: Ground) -> Happen:
    """An image that its team signed."""
    shelf = Shelf(ground)
    image = shelf.image()
    shelf.sign(image)
    ground.pass_time(LATER)
    return arrives(ground, shelf.pushed(image))


def wrong_signer(ground: Ground) -> Happen:
    """An image that another identity of the CA signed."""
    shelf = Shelf(ground)
    image = shelf.image()
    shelf.sign(image, "wrong")
    ground.pass_time(LATER)
    return arrives(ground, shelf.pushed(image))


def many_signatures(ground: Ground) -> Happen:
    """A good signature among bad ones, found by the event of a bad one."""
    shelf = Shelf(ground)
    image = shelf.image()
    bad = [shelf.junk(image, f"junk {number}") for number in range(2)]
    shelf.sign(image, "wrong")
    shelf.sign(image)
    ground.pass_time(LATER)
    return arrives(ground, shelf.referred(bad[0]))


def fallback_tag(ground: Ground) -> Happen:
    """A signature found by the index that the fallback tag names."""
    shelf = Shelf(ground)
    image = shelf.image()
    shelf.sign(image)
    index = shelf.fallback(image)
    ground.pass_time(LATER)
    return arrives(ground, shelf.pushed(index, "sha256-"))


def multi_arch(ground: Ground) -> Happen:
    """What a trusted index lists is covered; only the child's event arrives."""
    shelf = Shelf(ground)
    child = shelf.image("arm64", tag=False)
    shelf.sign(shelf.index(child, tag="1.0"))
    ground.pass_time(LATER)
    return arrives(ground, shelf.pushed(child, ""))


def multi_arch_unsigned(ground: Ground) -> Happen:
    """An index that nobody signed, and what it lists: known, and waiting for it."""
    shelf = Shelf(ground)
    child = shelf.image("arm64", tag=False)
    looked(ground, shelf.pushed(child, ""))
    index = shelf.index(child, tag="1.0")
    ground.clock.advance(LATER)
    return arrives(ground, shelf.pushed(index))


def pushed_again(ground: Ground) -> Happen:
    """A held image that is pushed again."""
    shelf, image = settled(ground)
    shelf.image()
    return arrives(ground, shelf.pushed(image))


def held_then_signed(ground: Ground) -> Happen:
    """A held image is released by a late signature."""
    shelf, image = settled(ground)
    signature = shelf.sign(image)
    return arrives(ground, shelf.referred(signature))


def release_ends(ground: Ground) -> Happen:
    """The look after a release: the registry says ACTIVE, the hold ends."""
    shelf, image = settled(ground)
    looked(ground, shelf.referred(shelf.sign(image)))
    ground.pass_time(timedelta(minutes=20))
    return arrives(ground, shelf.pushed(image))


def gone(ground: Ground) -> Happen:
    """A pending image is deleted."""
    shelf = Shelf(ground, PATIENT)
    image = shelf.image()
    looked(ground, shelf.pushed(image))
    shelf.delete(image.digest)
    return arrives(ground, shelf.pushed(image))


def signature_lost(ground: Ground) -> Happen:
    """A trusted image whose signature was deleted."""
    shelf = Shelf(ground)
    image = shelf.image()
    signature = shelf.sign(image)
    ground.pass_time(LATER)
    looked(ground, shelf.pushed(image))
    shelf.delete(signature)
    return arrives(ground, shelf.pushed(image))


def late_signature(ground: Ground) -> Happen:
    """A pending image is signed within its grace."""
    shelf = Shelf(ground, PATIENT)
    image = shelf.image()
    looked(ground, shelf.pushed(image))
    return arrives(ground, shelf.referred(shelf.sign(image)))


def ticked(ground: Ground) -> Happen:
    """A pending image's grace ends; only the tick knows."""
    shelf = Shelf(ground, PATIENT)
    looked(ground, shelf.pushed(shelf.image()))
    ground.live(timedelta(minutes=29))
    ground.forget_mail()
    ground.clock.advance(timedelta(minutes=2))

    def happen() -> None:
        ground.ticks()
        ground.pass_time(SECOND)

    return happen


def bundle_changed(ground: Ground) -> Happen:
    """A warm function reads a new bundle: the signer is no longer trusted."""
    shelf, image = settled(ground, signed=True)
    ground.publish(bundle(ground, serial=2, name="Second"))
    ground.clock.advance(timedelta(minutes=2))
    # Where the old bundle stays in force meanwhile, the sweep looks again.
    ground.next_sweep = ground.clock.now + timedelta(minutes=5)
    return arrives(ground, shelf.pushed(image))


def breaker_trips(ground: Ground) -> Happen:
    """The last of so many reversals that something must be wrong: told, not done."""
    shelf, image = settled(ground, signed=True)
    ground.publish(bundle(ground, serial=2, name="Second"))
    now = ground.clock.advance(timedelta(minutes=2))
    # Those before it, as their looks would have counted them.
    for number in range(REVERSALS_ALLOWED - 1):
        key = SubjectKey(repository=PATIENT, digest=f"sha256:{number:064x}")
        reversal = Reversal(proposal_id="policy-change-0123456789ab", key=key, at=now)
        ground.ledger.record_reversal(reversal)
    # Where the old bundle stays in force meanwhile, the sweep looks again.
    ground.next_sweep = now + timedelta(minutes=5)
    return arrives(ground, shelf.pushed(image))


def proposal_approved(ground: Ground) -> Happen:
    """What a person approved is carried out: the tick sends it, a look does it."""
    proposal = proposed(ground)
    now = ground.clock.advance(timedelta(minutes=1))
    ground.ledger.approve(
        Approval(
            proposal_id=proposal,
            answer=Answer.APPROVED,
            by="the owner",
            at=now,
            until=now + timedelta(hours=2),
            repositories=(),
            digests=(),
            reason="the old signer left",
        )
    )
    ground.approved = proposal

    def happen() -> None:
        ground.ticks()
        ground.pass_time(SECOND)

    return happen


def pulls_denied(ground: Ground) -> Happen:
    """A held image is pushed again for the third time: nobody pulls from there."""
    shelf = Shelf(ground, DENYING)
    image = _pushed_again(ground, shelf, 3)
    ground.clock.advance(GRACE)
    shelf.image()
    return arrives(ground, shelf.pushed(image))


def pulls_allowed(ground: Ground) -> Happen:
    """The image for which pulls are denied is signed: released, and allowed again."""
    shelf = Shelf(ground, DENYING)
    image = _pushed_again(ground, shelf, 4)
    return arrives(ground, shelf.referred(shelf.sign(image)))


def _pushed_again(ground: Ground, shelf: Shelf, times: int) -> Descriptor:
    """Push an image, and again so often while it is held."""
    image = shelf.image()
    ground.pass_time(LATER)
    looked(ground, shelf.pushed(image))
    for _ in range(times):
        ground.clock.advance(GRACE)
        shelf.image()
        looked(ground, shelf.pushed(image))
        ground.clock.advance(LATER)  # the first time it may be signed before
        looked(ground, shelf.pushed(image))
    return image


def swept(ground: Ground) -> Happen:
    """Two images no event told of: the sweep finds them."""
    shelf = Shelf(ground)
    shelf.sign(shelf.image("1.0"))
    shelf.image("1.1")
    ground.pass_time(LATER)
    ground.forget_mail()

    def happen() -> None:
        ground.sweeps()
        ground.pass_time(SECOND)

    return happen


def large_report(ground: Ground) -> Happen:
    """More to report than a record carries: a transaction of two items."""
    shelf = Shelf(ground)
    image = shelf.image()
    for number in range(40):
        shelf.junk(image, f"junk {number}", padding="x" * 70_000)
    ground.pass_time(LATER)
    return arrives(ground, shelf.pushed(image))


def by_signer(ground: Ground) -> Happen:
    """AWS Signer is asked what it revoked: nothing."""
    shelf = Shelf(ground, BY_SIGNER)
    image = shelf.image()
    shelf.sign_by_signer(image)
    ground.pass_time(LATER)
    return arrives(ground, shelf.pushed(image))


def by_responder(ground: Ground) -> Happen:
    """An OCSP responder is asked about the certificate: good."""
    ground.responders = responders()
    shelf = Shelf(ground, REVOCABLE)
    image = shelf.image()
    shelf.sign_revocably(image)
    ground.pass_time(LATER)
    return arrives(ground, shelf.pushed(image))


def malformed(ground: Ground) -> Happen:
    """A message that nobody can read, beside one that is read."""
    shelf = Shelf(ground)
    image = shelf.image()
    ground.pass_time(LATER)
    wrong = {**shelf.pushed(image), "account": "210987654321"}
    return arrives(ground, wrong, shelf.pushed(image))


def batch(ground: Ground) -> Happen:
    """Two messages in one batch, of which one may fail."""
    shelf = Shelf(ground)
    images = [shelf.image(name) for name in ("1.0", "1.1")]
    shelf.sign(images[0])
    ground.pass_time(LATER)
    return arrives(ground, *(shelf.pushed(each) for each in images))


_ENDS: Final = {
    unsigned: ("unsigned held",),
    signed: ("trusted",),
    wrong_signer: ("untrusted held",),
    many_signatures: ("trusted",),
    fallback_tag: ("trusted",),
    multi_arch: ("covered", "trusted"),
    multi_arch_unsigned: ("unsigned held", "unsigned held"),
    pushed_again: ("unsigned held",),
    held_then_signed: ("trusted",),
    release_ends: ("trusted",),
    gone: ("gone",),
    signature_lost: ("inconclusive",),
    late_signature: ("trusted",),
    ticked: ("unsigned held",),
    bundle_changed: ("untrusted",),
    breaker_trips: ("untrusted",),
    proposal_approved: ("untrusted held",),
    pulls_denied: ("unsigned held",),
    pulls_allowed: ("trusted",),
    held_with_evidence: ("untrusted held",),
    deleted: ("gone held",),
    answered: ("untrusted held",),
    released_to_sign: ("unsigned held",),
    glass_broken: ("unsigned held",),
    paused: ("unsigned held",),
    resumed: ("unsigned held",),
    swept: ("trusted", "unsigned held"),
    large_report: ("untrusted held",),
    by_signer: ("trusted",),
    by_responder: ("trusted",),
    malformed: ("unsigned held",),
    batch: ("trusted", "unsigned held"),
}
USE_CASES: Final = tuple(
    UseCase(
        name=stage.__name__.replace("_", "-"),
        stage=stage,
        ends=ends,
        afterwards=DELETED_BY if stage is deleted else AFTERWARDS,
    )
    for stage, ends in _ENDS.items()
)
