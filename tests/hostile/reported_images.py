"""A registry full of unsigned images that are only reported: who hears, how often.

Of each repository's 200 images three are looked at by the real gate; the records of the
others are what those looks wrote, under other digests. Counts are taken over all.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta

from sealward.ledger.records import Record
from sealward.subjects import SubjectKey
from tests.unit.sealward.stand import Stand, bundle

REPOSITORIES, IMAGES, LOOKED_AT = 900, 200, 3


def test_180_000_unsigned_images_are_900_findings_and_no_alarm() -> None:
    stand = Stand(current=bundle(grace="0s", enforcement="report"))
    for number in range(REPOSITORIES):
        _fill(stand, f"prod/app-{number}")
    assert len(stand.ledger.records) == REPOSITORIES * IMAGES
    # The window between two counts is over; then a day without news.
    for later in (timedelta(minutes=11), timedelta(days=1)):
        stand.clock.advance(later)
        while stand.work():
            pass
    found = stand.findings
    assert len(found) == REPOSITORIES
    severities = {each["FindingProviderFields"]["Severity"]["Label"] for each in found}
    assert severities == {"LOW"}
    assert all(f"{IMAGES} unsigned" in each["Description"] for each in found)
    assert not stand.queue.dead_letters, "the alarm of dead letters"
    sent = sum(each.operation == "BatchImportFindings" for each in stand.aws.operations)
    assert sent <= 2 * REPOSITORIES, "raised, and counted once more"


def _fill(stand: Stand, repository: str) -> None:
    for number in range(LOOKED_AT):
        image = stand.push(f"{repository} {number}", repository=repository)
        stand.look(image, repository=repository)
    looked = stand.record(image, repository=repository)
    for number in range(IMAGES - LOOKED_AT):
        stand.ledger.write(_another(looked, number), expected=0)


def _another(looked: Record, number: int) -> Record:
    """Return what a look at one more image of the repository would have written."""
    said = f"{looked.key} {number}".encode()
    digest = f"sha256:{hashlib.sha256(said).hexdigest()}"
    key = SubjectKey(repository=looked.key.repository, digest=digest)
    return replace(looked, key=key, version=1, due=None, recount=None)
