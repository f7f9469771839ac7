"""Looks when the policy bundle cannot be used: nothing is decided."""

from datetime import timedelta

import pytest

from sealward.decisions import Unknown
from sealward.ledger import Verdict
from sealward.policy.bundle import load_bundle
from tests.unit.sealward.stand import (
    Stand,
)

MINUTE = timedelta(minutes=1)


def invalid() -> Exception:
    with pytest.raises(Exception, match="schema") as caught:
        load_bundle(b'{"schema": 99}')
    return caught.value


def test_an_invalid_bundle_decides_nothing_and_is_one_finding(stand: Stand) -> None:
    good = stand.bundles.current
    stand.bundles.current = invalid()  # type: ignore[assignment] # an InvalidBundle
    images = [stand.push(name) for name in ("a", "b", "c")]
    for image in images:
        result = stand.look(image)
        assert (result.verdict, result.reason) == (
            Verdict.INCONCLUSIVE,
            Unknown.BUNDLE_INVALID,
        )
    stand.pass_time(timedelta(hours=3))
    assert [stand.status(image) for image in images] == ["ACTIVE"] * 3
    (finding,) = stand.findings
    assert finding["Severity"]["Label"] == "CRITICAL"
    assert "/schema" in finding["Description"]

    stand.bundles.current = good
    stand.pass_time(timedelta(hours=1))
    (finding,) = [
        each for each in stand.findings if each["Id"].endswith("policy-bundle")
    ]
    assert finding["RecordState"] == "ARCHIVED"


def test_a_settled_verdict_outlives_a_bundle_that_cannot_be_used(stand: Stand) -> None:
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    stand.bundles.current = invalid()  # type: ignore[assignment] # an InvalidBundle
    stand.clock.advance(MINUTE)
    stand.look(image)
    stand.pass_time(timedelta(hours=5))
    assert stand.record(image).verdict is Verdict.TRUSTED
