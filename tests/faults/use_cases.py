"""The use cases: what was there, and what happens while calls fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sealward.decisions.breaker import REVERSALS_ALLOWED
from sealward.proposals import Answer, Approval
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

LATER: Final = GRACE + timedelta(minutes=1)
"""After a push: its grace is over."""
_SECOND: Final = timedelta(seconds=1)

Happen = Callable[[], None]
"""What happens while calls fail: events are on their way, or a minute is over."""
Stage = Callable[[Ground], Happen]
"""Puts in place what was there before; returns what happens then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """One thing the functions do."""

    name: str
    stage: Stage
    ends: tuple[str, ...]
    """Verdict and hold of every subject, sorted, once all is over."""


def _arrives(ground: Ground, *events: Mapping[str, object]) -> Happen:
    """Return that these events arrive, and no others."""
    ground.forget_mail()

    def happen() -> None:
        ground.send(*events)
        ground.pass_time(_SECOND)

    return happen


def _looked(ground: Ground, *events: Mapping[str, object]) -> None:
    """Let looks at these events end before the calls fail."""
    _arrives(ground, *events)()
    ground.pass_time(_SECOND)
    ground.forget_mail()


def unsigned(ground: Ground) -> Happen:
    """An image that nobody signed: archived, told."""
    shelf = Shelf(ground)
    image = shelf.image()
    ground.pass_time(LATER)
    return _arrives(ground, shelf.pushed(image))


def signed(ground: Ground) -> Happen:
    """An image that its team signed."""
    shelf = Shelf(ground)
    image = shelf.image()
    shelf.sign(image)
    ground.pass_time(LATER)
    return _arrives(ground, shelf.pushed(image))


def wrong_signer(ground: Ground) -> Happen:
    """An image that another identity of the CA signed."""
    shelf = Shelf(ground)
    image = shelf.image()
    shelf.sign(image, "wrong")
    ground.pass_time(LATER)
    return _arrives(ground, shelf.pushed(image))


def many_signatures(ground: Ground) -> Happen:
    """A good signature among bad ones, found by the event of a bad one."""
    shelf = Shelf(ground)
    image = shelf.image()
    bad = [shelf.junk(image, f"junk {number}") for number in range(2)]
    shelf.sign(image, "wrong")
    shelf.sign(image)
    ground.pass_time(LATER)
    return _arrives(ground, shelf.referred(bad[0]))


def fallback_tag(ground: Ground) -> Happen:
    """A signature found by the index that the fallback tag names."""
    shelf = Shelf(ground)
    image = shelf.image()
    shelf.sign(image)
    index = shelf.fallback(image)
    ground.pass_time(LATER)
    return _arrives(ground, shelf.pushed(index, "sha256-"))


def multi_arch(ground: Ground) -> Happen:
    """What a trusted index lists is covered; only the child's event arrives."""
    shelf = Shelf(ground)
    child = shelf.image("arm64", tag=False)
    shelf.sign(shelf.index(child, tag="1.0"))
    ground.pass_time(LATER)
    return _arrives(ground, shelf.pushed(child, ""))


def multi_arch_unsigned(ground: Ground) -> Happen:
    """An index that nobody signed, and what it lists: known, and waiting for it."""
    shelf = Shelf(ground)
    child = shelf.image("arm64", tag=False)
    _looked(ground, shelf.pushed(child, ""))
    index = shelf.index(child, tag="1.0")
    ground.clock.advance(LATER)
    return _arrives(ground, shelf.pushed(index))


def pushed_again(ground: Ground) -> Happen:
    """A held image that is pushed again."""
    shelf = Shelf(ground)
    image = shelf.image()
    ground.pass_time(LATER)
    _looked(ground, shelf.pushed(image))
    shelf.image()
    return _arrives(ground, shelf.pushed(image))


def held_then_signed(ground: Ground) -> Happen:
    """A held image is released by a late signature."""
    shelf = Shelf(ground)
    image = shelf.image()
    ground.pass_time(LATER)
    _looked(ground, shelf.pushed(image))
    signature = shelf.sign(image)
    return _arrives(ground, shelf.referred(signature))


def release_ends(ground: Ground) -> Happen:
    """The look after a release: the registry says ACTIVE, the hold ends."""
    shelf = Shelf(ground)
    image = shelf.image()
    ground.pass_time(LATER)
    _looked(ground, shelf.pushed(image))
    _looked(ground, shelf.referred(shelf.sign(image)))
    ground.pass_time(timedelta(minutes=20))
    return _arrives(ground, shelf.pushed(image))


def gone(ground: Ground) -> Happen:
    """A pending image is deleted."""
    shelf = Shelf(ground, PATIENT)
    image = shelf.image()
    _looked(ground, shelf.pushed(image))
    shelf.delete(image.digest)
    return _arrives(ground, shelf.pushed(image))


def signature_lost(ground: Ground) -> Happen:
    """A trusted image whose signature was deleted."""
    shelf = Shelf(ground)
    image = shelf.image()
    signature = shelf.sign(image)
    ground.pass_time(LATER)
    _looked(ground, shelf.pushed(image))
    shelf.delete(signature)
    return _arrives(ground, shelf.pushed(image))


def late_signature(ground: Ground) -> Happen:
    """A pending image is signed within its grace."""
    shelf = Shelf(ground, PATIENT)
    image = shelf.image()
    _looked(ground, shelf.pushed(image))
    return _arrives(ground, shelf.referred(shelf.sign(image)))


def ticked(ground: Ground) -> Happen:
    """A pending image's grace ends; only the tick knows."""
    shelf = Shelf(ground, PATIENT)
    _looked(ground, shelf.pushed(shelf.image()))
    ground.live(timedelta(minutes=29))
    ground.forget_mail()
    ground.clock.advance(timedelta(minutes=2))

    def happen() -> None:
        ground.ticks()
        ground.pass_time(_SECOND)

    return happen


def bundle_changed(ground: Ground) -> Happen:
    """A warm function reads a new bundle: the signer is no longer trusted."""
    shelf = Shelf(ground)
    image = shelf.image()
    shelf.sign(image)
    ground.pass_time(LATER)
    _looked(ground, shelf.pushed(image))
    ground.publish(bundle(ground, serial=2, name="Second"))
    ground.clock.advance(timedelta(minutes=2))
    # Where the old bundle stays in force meanwhile, the sweep looks again.
    ground.next_sweep = ground.clock.now + timedelta(minutes=5)
    return _arrives(ground, shelf.pushed(image))


def breaker_trips(ground: Ground) -> Happen:
    """The last of so many reversals that something must be wrong: told, not done."""
    shelf = Shelf(ground)
    images = [shelf.image(str(number)) for number in range(REVERSALS_ALLOWED)]
    for image in images:
        shelf.sign(image)
    ground.pass_time(LATER)
    events = [shelf.pushed(image) for image in images]
    _looked(ground, *events)
    ground.publish(bundle(ground, serial=2, name="Second"))
    ground.clock.advance(timedelta(minutes=2))
    _looked(ground, *events[1:])
    return _arrives(ground, events[0])


def proposal_approved(ground: Ground) -> Happen:
    """What a person approved is carried out: the tick sends it, a look does it."""
    shelf = Shelf(ground)
    image = shelf.image()
    shelf.sign(image)
    ground.pass_time(LATER)
    _looked(ground, shelf.pushed(image))
    ground.publish(bundle(ground, serial=2, name="Second"))
    ground.clock.advance(timedelta(minutes=2))
    _looked(ground, shelf.pushed(image))
    (proposal,) = ground.ledger.proposals()
    now = ground.clock.advance(timedelta(minutes=1))
    ground.ledger.approve(
        Approval(
            proposal_id=proposal.id,
            answer=Answer.APPROVED,
            by="the owner",
            at=now,
            until=now + timedelta(hours=2),
            repositories=(),
            digests=(),
            reason="the old signer left",
        )
    )
    ground.approved = proposal.id

    def happen() -> None:
        ground.ticks()
        ground.pass_time(_SECOND)

    return happen


def pulls_denied(ground: Ground) -> Happen:
    """A held image is pushed again for the third time: nobody pulls from there."""
    shelf = Shelf(ground, DENYING)
    image = shelf.image()
    ground.pass_time(LATER)
    _looked(ground, shelf.pushed(image))
    for _ in range(2):
        ground.clock.advance(GRACE)
        shelf.image()
        _looked(ground, shelf.pushed(image))
    ground.clock.advance(GRACE)
    shelf.image()
    return _arrives(ground, shelf.pushed(image))


def swept(ground: Ground) -> Happen:
    """Two images no event told of: the sweep finds them."""
    shelf = Shelf(ground)
    shelf.sign(shelf.image("1.0"))
    shelf.image("1.1")
    ground.pass_time(LATER)
    ground.forget_mail()

    def happen() -> None:
        ground.sweeps()
        ground.pass_time(_SECOND)

    return happen


def large_report(ground: Ground) -> Happen:
    """More to report than a record carries: a transaction of two items."""
    shelf = Shelf(ground)
    image = shelf.image()
    for number in range(40):
        shelf.junk(image, f"junk {number}", padding="x" * 70_000)
    ground.pass_time(LATER)
    return _arrives(ground, shelf.pushed(image))


def by_signer(ground: Ground) -> Happen:
    """AWS Signer is asked what it revoked: nothing."""
    shelf = Shelf(ground, BY_SIGNER)
    image = shelf.image()
    shelf.sign_by_signer(image)
    ground.pass_time(LATER)
    return _arrives(ground, shelf.pushed(image))


def by_responder(ground: Ground) -> Happen:
    """An OCSP responder is asked about the certificate: good."""
    ground.responders = responders()
    shelf = Shelf(ground, REVOCABLE)
    image = shelf.image()
    shelf.sign_revocably(image)
    ground.pass_time(LATER)
    return _arrives(ground, shelf.pushed(image))


def malformed(ground: Ground) -> Happen:
    """A message that nobody can read, beside one that is read."""
    shelf = Shelf(ground)
    image = shelf.image()
    ground.pass_time(LATER)
    wrong = {**shelf.pushed(image), "account": "210987654321"}
    return _arrives(ground, wrong, shelf.pushed(image))


def batch(ground: Ground) -> Happen:
    """Two messages in one batch, of which one may fail."""
    shelf = Shelf(ground)
    images = [shelf.image(name) for name in ("1.0", "1.1")]
    shelf.sign(images[0])
    ground.pass_time(LATER)
    return _arrives(ground, *(shelf.pushed(each) for each in images))


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
    breaker_trips: ("untrusted",) * REVERSALS_ALLOWED,
    proposal_approved: ("untrusted held",),
    pulls_denied: ("unsigned held",),
    swept: ("trusted", "unsigned held"),
    large_report: ("untrusted held",),
    by_signer: ("trusted",),
    by_responder: ("trusted",),
    malformed: ("unsigned held",),
    batch: ("trusted", "unsigned held"),
}
USE_CASES: Final = tuple(
    UseCase(name=stage.__name__.replace("_", "-"), stage=stage, ends=ends)
    for stage, ends in _ENDS.items()
)
