"""Trials: what counts as wrong, held against the same without a fault."""

from dataclasses import replace
from typing import Any

import pytest

from tests.faults.faults import Fault, Kind
from tests.faults.trial import Course, End, Known, wrongs

_IMAGE = "prod/app@sha256:aa"
_OTHER = "prod/app@sha256:bb"


_TOLD = (("prod/app", "unsigned", "no-signature"),)


def known(**changes: Any) -> Known:
    plain: dict[str, Any] = {
        "verdict": "unsigned",
        "reason": "no-signature",
        "hold": "held",
        "proposal": "",
        "ever_trusted": False,
        "finding": "open delivered",
        "looked_again": True,
        "has_evidence": True,
    }
    return Known(**plain | changes)


LEFTOVER = known(
    verdict="exempt",
    reason="not-an-image",
    hold="",
    finding="",
    looked_again=False,
)


def end(**changes: Any) -> End:
    plain: dict[str, Any] = {
        "images": {_IMAGE: "ARCHIVED"},
        "ledger": {_IMAGE: known()},
        "findings": {"f": ("Image is not signed", "HIGH")},
        "twice": (),
        "policies": {"prod/app": ""},
        "told": _TOLD,
        "messages": (),
        "evidence": {},
        "set_aside": (),
    }
    return End(**plain | changes)


def course(**changes: Any) -> Course:
    plain: dict[str, Any] = {
        "meanwhile": {_IMAGE: known()},
        "end": end(),
        "changes": frozenset({(_IMAGE, "ARCHIVE")}),
        "struck": 1,
        "fault": Fault(operation="ecr:BatchGetImage", number=1, kind=Kind.THROTTLED),
    }
    return Course(**plain | changes)


def test_the_same_is_right_and_so_is_not_knowing_meanwhile() -> None:
    pending = {_IMAGE: known(verdict="inconclusive"), _OTHER: LEFTOVER}
    assert not list(wrongs(course(), course()))
    assert not list(wrongs(course(), course(meanwhile=pending)))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"struck": 0}, "befell no call"),
        ({"lost": ("{}",)}, "dead letter"),
        ({"changes": frozenset({(_OTHER, "ARCHIVE")})}, "wrong action"),
        ({"meanwhile": {_IMAGE: known(verdict="trusted")}}, "meanwhile"),
        ({"meanwhile": {_IMAGE: known(verdict="gone")}}, "meanwhile"),
        ({"meanwhile": {_OTHER: replace(LEFTOVER, hold="held")}}, "meanwhile"),
        ({"end": end(images={_IMAGE: "ACTIVE"})}, "image prod/app"),
        ({"end": end(ledger={_IMAGE: known(hold="")})}, "record prod/app"),
        ({"end": end(ledger={})}, "record prod/app"),
        ({"end": end(findings={})}, "finding f"),
        ({"end": end(twice=("f",))}, "a second finding"),
        ({"end": end(policies={"prod/app": "deny"})}, "policy of prod/app"),
        ({"end": end(told=())}, "never told prod/app"),
        ({"end": end(told=_TOLD * 2)}, "told 1 times more"),
        ({"end": end(set_aside=("{}",))}, "set aside"),
    ],
)
def test_what_the_same_without_a_fault_does_not_do_is_wrong(
    found: dict[str, Any], said: str
) -> None:
    (wrong,) = wrongs(course(), course(**found))
    assert said in wrong


def test_what_is_left_of_no_image_may_stay_where_nothing_follows_from_it() -> None:
    ledger = {_IMAGE: known(), _OTHER: LEFTOVER}
    assert not list(wrongs(course(), course(end=end(ledger=ledger))))
    for more in ({"looked_again": True}, {"finding": "open delivered"}):
        ledger[_OTHER] = replace(LEFTOVER, **more)
        (wrong,) = wrongs(course(), course(end=end(ledger=ledger)))
        assert "record" in wrong
