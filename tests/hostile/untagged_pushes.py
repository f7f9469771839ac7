"""Digest after digest without a tag, pulled by digest, after a grace is spent.

Beside them somebody builds good images: platform images without a tag, their index
twenty seconds later, its signature ten seconds after that. None of those may be held.
"""

from datetime import timedelta

from notation_verifier import Descriptor
from sealward.ledger import Verdict
from sealward.policy.policy import UNSIGNED_PER_DAY
from tests.hostile.measured import keep
from tests.unit.sealward.family import push_index, strict_stand
from tests.unit.sealward.stand import Stand

PUSHES = 40
APART = timedelta(seconds=10)
MOST = 60.0
"""Seconds that each of them can be pulled: what is left of the grace."""


def _build(stand: Stand, number: int) -> list[Descriptor]:
    """Push an image for two platforms as buildx does, and sign it."""
    children = [stand.push(f"good {number} {each}") for each in ("arm64", "amd64")]
    for child in children:
        stand.look(child)
    stand.pass_time(2 * APART)
    index = push_index(stand, children, tag=f"good-{number}")
    stand.look(index)
    stand.pass_time(APART)
    stand.look(stand.attach(index))
    return [index, *children]


def test_each_has_a_minute_and_no_good_image_is_held() -> None:
    stand = strict_stand()
    for number in range(UNSIGNED_PER_DAY):
        stand.look(stand.push(f"spends {number}", tag=f"v{number}"))
    stand.pass_time(timedelta(minutes=10))
    bad: list[Descriptor] = []
    good: list[Descriptor] = []
    for number in range(PUSHES):
        bad.append(stand.push(f"bad {number}"))
        stand.look(bad[-1])
        if number % 4 == 0:
            good += _build(stand, number)
        else:
            stand.pass_time(APART)
        held = [each for each in good if stand.record(each).hold is not None]
        assert not held, number
    stand.pass_time(timedelta(minutes=5))
    records = [stand.record(image) for image in bad]
    assert {record.verdict for record in records} == {Verdict.UNSIGNED}
    assert {stand.status(image) for image in bad} == {"ARCHIVED"}
    assert {stand.record(each).verdict for each in good} == {
        Verdict.TRUSTED,
        Verdict.COVERED,
    }
    exposed = max(record.exposure.seconds for record in records)
    keep("untagged_after_a_spent_grace_exposed_s", exposed, most=MOST)
    assert exposed <= MOST
