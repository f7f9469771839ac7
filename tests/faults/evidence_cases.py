"""Use cases where evidence is kept, and the owner has a topic."""

from datetime import timedelta
from typing import Final

from tests.faults.ground import Ground
from tests.faults.scenes import DELETING, OWNED, Shelf
from tests.faults.use_case import LATER, Happen, arrives, looked

BUCKET: Final = "evidence"
DELETED_BY: Final = timedelta(days=2, hours=2)
"""A deletion that failed is tried again after a day, by a look of the next."""


def held_with_evidence(ground: Ground) -> Happen:
    """An image that another identity signed: kept, archived, its owner told."""
    ground.deployed(EVIDENCE_BUCKET=BUCKET)
    shelf = Shelf(ground, OWNED)
    image = shelf.image()
    shelf.sign(image, "wrong")
    ground.pass_time(LATER)
    return arrives(ground, shelf.pushed(image))


def deleted(ground: Ground) -> Happen:
    """An image that was held for a day: its evidence is read again, and it goes."""
    ground.deployed(EVIDENCE_BUCKET=BUCKET, CAPABILITY="delete")
    shelf = Shelf(ground, DELETING)
    image = shelf.image()
    ground.pass_time(LATER)
    looked(ground, shelf.pushed(image))
    ground.clock.advance(timedelta(days=1, minutes=1))
    return arrives(ground, shelf.pushed(image))
