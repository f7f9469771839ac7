"""Junk by the thousand: too large for ``make test``, run by ``make hostile``."""

from sealward.ledger import Verdict
from tests.unit.sealward.stand import Stand, bundle

MORE_THAN_ANY_BOUND = 10_001


def test_ten_thousand_and_one_junk_referrers_on_a_trusted_image_change_nothing() -> (
    None
):
    stand = Stand(current=bundle(grace="0s"))
    image = stand.push()
    stand.attach(image)
    first = stand.look(image)
    assert first.verdict is Verdict.TRUSTED
    last = image
    for number in range(MORE_THAN_ANY_BOUND):
        last = stand.junk(image, number)
    for target in (image, last):
        looked = stand.look(target)
        assert (looked.verdict, looked.reason) == (first.verdict, first.reason)
        assert looked.digest == image.digest
        assert looked.step == "none"
    assert stand.status(image) == "ACTIVE"
    assert stand.findings == []
