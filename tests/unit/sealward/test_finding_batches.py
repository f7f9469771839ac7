"""Findings in batches within the limits; what a batch leaves out is tried singly."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sealward.aws import security_hub
from sealward.aws.security_hub import AsffSecurityHub
from sealward.ports.delivery import Delivered


class Hub:
    """What BatchImportFindings answers; ``refuses`` by Id and batch size."""

    def __init__(
        self, refuses: Callable[[str, int], bool], code: str = "InternalError"
    ) -> None:
        self.refuses = refuses
        self.code = code
        self.whole = ""
        """Code by which a call with a refused finding fails as a whole."""
        self.calls: list[list[str]] = []
        self.sent: list[dict[str, Any]] = []

    def batch_import_findings(self, **asked: Any) -> dict[str, Any]:
        names = [each["Id"] for each in asked["Findings"]]
        self.calls.append(names)
        failed = [name for name in names if self.refuses(name, len(names))]
        if failed and self.whole:
            raise ClientError(
                {"Error": {"Code": self.whole, "Message": "no"}}, "BatchImportFindings"
            )
        self.sent += asked["Findings"]
        return {
            "FailedCount": len(failed),
            "SuccessCount": len(names) - len(failed),
            "FailedFindings": [
                {"Id": name, "ErrorCode": self.code, "ErrorMessage": "no"}
                for name in failed
            ],
        }


def _findings(count: int) -> list[dict[str, str]]:
    return [{"Id": f"{number:03d}"} for number in range(count)]


def _imported(hub: Hub, findings: list[dict[str, str]]) -> dict[str, str]:
    """Return why each was not taken, by Id; empty where it was."""
    client: Any = hub
    return {
        finding["Id"]: "" if isinstance(outcome, Delivered) else outcome.reason
        for finding, outcome in AsffSecurityHub(client).publish_all(findings)
    }


def test_a_hundred_go_in_one_call() -> None:
    hub = Hub(lambda *_: False)
    taken = _imported(hub, _findings(201))
    assert [len(each) for each in hub.calls] == [100, 100, 1]
    assert (len(taken), set(taken.values())) == (201, {""})


def test_what_a_batch_leaves_out_is_tried_by_itself() -> None:
    hub = Hub(lambda name, size: name == "001" and size > 1)
    assert set(_imported(hub, _findings(3)).values()) == {""}
    assert hub.calls == [["000", "001", "002"], ["001"]]


def test_what_is_refused_by_itself_is_named_with_its_reason() -> None:
    hub = Hub(lambda name, _: name == "001")
    taken = _imported(hub, _findings(3))
    assert taken["001"].endswith("InternalError: no")
    assert (taken["000"], taken["002"]) == ("", "")


def test_what_is_wrong_in_itself_is_not_tried_again() -> None:
    hub = Hub(lambda name, _: name == "001", code="InvalidInput")
    taken = _imported(hub, _findings(3))
    assert len(hub.calls) == 1
    assert taken["001"].endswith("InvalidInput: no")


def test_a_call_that_one_document_fails_takes_the_others_all_the_same() -> None:
    hub = Hub(lambda name, _: name == "001")
    hub.whole = "InvalidInputException"
    taken = _imported(hub, _findings(3))
    assert hub.calls == [["000", "001", "002"], ["000"], ["001"], ["002"]]
    assert [name for name, why in taken.items() if why] == ["001"]


def test_a_service_that_is_away_is_asked_once_a_batch() -> None:
    """botocore has repeated the call already; a hundred more help nobody."""
    hub = Hub(lambda *_: True)
    hub.whole = "ThrottlingException"
    taken = _imported(hub, _findings(150))
    assert len(hub.calls) == 2
    assert all("ThrottlingException" in why for why in taken.values())


def test_of_two_states_of_a_finding_only_the_newer_is_sent() -> None:
    hub = Hub(lambda *_: False)
    older = {"Id": "a", "UpdatedAt": "2026-11-22T09:00:00.000Z", "Title": "older"}
    newer = {"Id": "a", "UpdatedAt": "2026-11-22T09:00:00.001Z", "Title": "newer"}
    for both in ([older, newer], [newer, older]):
        hub.sent.clear()
        assert _imported(hub, both) == {"a": ""}
        assert [each["Title"] for each in hub.sent] == ["newer"]


def test_no_call_is_larger_than_the_service_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(security_hub, "BATCH_BYTES", 30)
    hub = Hub(lambda *_: False)
    _imported(hub, _findings(5))
    assert [len(each) for each in hub.calls] == [2, 2, 1]


def test_a_finding_that_is_too_large_is_not_sent_and_stops_no_other() -> None:
    hub = Hub(lambda *_: False)
    large = {"Id": "large", "Description": "x" * security_hub.FINDING_BYTES}
    taken = _imported(hub, [*_findings(1), large, *_findings(2)[1:]])
    assert "large" not in [name for call in hub.calls for name in call]
    assert "bytes" in taken["large"]
    assert (taken["000"], taken["001"]) == ("", "")
