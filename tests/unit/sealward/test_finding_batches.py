"""Findings in batches within the limits; what a batch leaves out is tried singly."""

from collections.abc import Callable
from typing import Any

import pytest

from sealward.aws import security_hub
from sealward.aws.security_hub import import_all


class Hub:
    """What BatchImportFindings answers; ``refuses`` by Id and batch size."""

    def __init__(self, refuses: Callable[[str, int], bool]) -> None:
        self.refuses = refuses
        self.calls: list[list[str]] = []

    def batch_import_findings(self, **asked: Any) -> dict[str, Any]:
        names = [each["Id"] for each in asked["Findings"]]
        self.calls.append(names)
        failed = [name for name in names if self.refuses(name, len(names))]
        return {
            "FailedCount": len(failed),
            "SuccessCount": len(names) - len(failed),
            "FailedFindings": [
                {"Id": name, "ErrorCode": "InternalFailure", "ErrorMessage": "no"}
                for name in failed
            ],
        }


def _findings(count: int) -> list[dict[str, str]]:
    return [{"Id": f"{number:03d}"} for number in range(count)]


def _imported(hub: Hub, findings: list[dict[str, str]]) -> dict[str, str]:
    client: Any = hub
    return dict(import_all(client, findings))


def test_a_hundred_go_in_one_call() -> None:
    hub = Hub(lambda *_: False)
    taken = _imported(hub, _findings(201))
    assert [len(each) for each in hub.calls] == [100, 100, 1]
    assert set(taken.values()) == {""}


def test_what_a_batch_leaves_out_is_tried_by_itself() -> None:
    hub = Hub(lambda name, size: name == "001" and size > 1)
    assert set(_imported(hub, _findings(3)).values()) == {""}
    assert hub.calls == [["000", "001", "002"], ["001"]]


def test_what_is_refused_by_itself_is_named_with_its_reason() -> None:
    hub = Hub(lambda name, _: name == "001")
    taken = _imported(hub, _findings(3))
    assert taken == {"000": "", "001": "InternalFailure: no", "002": ""}


def test_no_call_is_larger_than_the_service_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(security_hub, "BATCH_BYTES", 30)
    hub = Hub(lambda *_: False)
    _imported(hub, _findings(5))
    assert [len(each) for each in hub.calls] == [2, 2, 1]
