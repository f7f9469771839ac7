"""Use cases of the function that people ask: releases, pauses, answers."""

from datetime import timedelta

from notation_verifier import Descriptor
from sealward.operate.requests import Command
from tests.faults.ground import Ground
from tests.faults.scenes import REPOSITORY, Shelf, bundle
from tests.faults.use_case import LATER, SECOND, Happen, looked, settled


def _held(ground: Ground) -> Descriptor:
    """Return an image that is held, nobody having signed it."""
    _, image = settled(ground)
    return image


def proposed(ground: Ground) -> str:
    """Return the proposal to archive an image whose signer is trusted no more."""
    shelf, image = settled(ground, signed=True)
    ground.publish(bundle(ground, serial=2, name="Second"))
    ground.clock.advance(timedelta(minutes=2))
    looked(ground, shelf.pushed(image))
    (proposal,) = ground.ledger.proposals()
    return proposal.id


def answered(ground: Ground) -> Happen:
    """A person approves a proposal; the tick and a look carry it out."""
    proposal = proposed(ground)
    ground.clock.advance(timedelta(minutes=1))
    ground.approved = proposal

    def happen() -> None:
        ground.person_asks(
            Command.ANSWER,
            proposal=proposal,
            answer="approved",
            repositories=[],
            digests=[],
            seconds=7_200,
            reason="the old signer left",
        )

    return happen


def released_to_sign(ground: Ground) -> Happen:
    """A held image is brought back to be signed; nobody does, and it is held again."""
    image = _held(ground)

    def happen() -> None:
        ground.person_asks(
            Command.SIGN, repository=REPOSITORY, digest=image.digest, seconds=900
        )
        ground.pass_time(SECOND)

    return happen


def glass_broken(ground: Ground) -> Happen:
    """A held image may be used for half an hour, and is held again."""
    image = _held(ground)

    def happen() -> None:
        ground.person_asks(
            Command.BREAK_GLASS,
            repository=REPOSITORY,
            digest=image.digest,
            seconds=1_800,
            reason="checkout is down",
        )
        ground.pass_time(SECOND)

    return happen


def paused(ground: Ground) -> Happen:
    """A repository is paused as an unsigned image arrives; it is held at the end."""
    shelf = Shelf(ground)
    image = shelf.image()
    ground.pass_time(LATER)
    ground.forget_mail()

    def happen() -> None:
        _pause(ground, seconds=1_200)
        ground.send(shelf.pushed(image))
        ground.pass_time(SECOND)

    return happen


def resumed(ground: Ground) -> Happen:
    """A pause is ended before its time: what waited is done now."""
    shelf = Shelf(ground)
    image = shelf.image()
    ground.pass_time(LATER)
    _pause(ground, seconds=36_000)
    looked(ground, shelf.pushed(image))

    def happen() -> None:
        ground.person_asks(Command.RESUME, repository=REPOSITORY)
        ground.pass_time(SECOND)

    return happen


def _pause(ground: Ground, *, seconds: int) -> None:
    ground.person_asks(
        Command.PAUSE,
        repository=REPOSITORY,
        seconds=seconds,
        reason="a bad policy",
    )
