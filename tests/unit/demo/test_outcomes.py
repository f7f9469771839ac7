"""Each case of the demo, through the gate on the simulator, in no time.

``make demo`` shows the same through the deployed stack.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.layouts.oci_layout import OciLayout
from sealward.ledger.records import Record
from sealward.policy.bundle import load_bundle
from sealward.ports.registry import ImageStatus
from simulator.pushes import Pusher
from tests.unit.demo.test_layouts import blobs_of
from tests.unit.sealward.stand import Stand

DEMO = Path(__file__).parents[3] / "demo"
CASES: dict[str, dict[str, Any]] = {
    case["name"]: case
    for case in json.loads((DEMO / "layouts" / "cases.json").read_text())["cases"]
}
# After every signature was made, whenever that is: the youngest is from 2026.
NOW = datetime(2030, 1, 1, tzinfo=UTC)
STATUS = {"none": "ACTIVE", "archive": "ARCHIVED", "restore": "ACTIVE"}


def push(pusher: Pusher, layout: OciLayout, digest: str, tag: str | None) -> None:
    content = layout.blob(digest)
    manifest = json.loads(content)
    for blob in blobs_of(manifest):
        pusher.layer(layout.blob(blob["digest"]), blob["mediaType"])
    pushed = pusher.manifest(content, manifest["mediaType"], tag=tag)
    assert pushed["digest"] == digest


def play(stand: Stand, case: dict[str, Any]) -> None:
    """Push as the case says; look whenever an event comes or something is due."""
    layout = OciLayout(DEMO / "layouts" / case["layout"])
    tags = {image["digest"]: image["tag"] or None for image in case["images"]}
    pusher = stand.pusher(case["repository"])
    for step in case["push"]:
        after = step["after"]
        wait = timedelta(minutes=1)
        if after != "held":
            wait = timedelta(seconds=int(after.removesuffix("s")))
        stand.pass_time(wait)
        if after == "held":
            image = stand.gate.registry.describe(
                case["repository"], case["images"][0]["digest"]
            )
            assert image.status is ImageStatus.ARCHIVED
        for digest in step["digests"]:
            push(pusher, layout, digest, tags.get(digest))
        stand.deliver()
    stand.pass_time(timedelta(minutes=30))


def finding_of(record: Record) -> str | None:
    return None if record.finding is None else record.finding.status.value


@pytest.mark.parametrize("name", CASES)
def test_each_image_comes_to_what_is_written(name: str) -> None:
    case = CASES[name]
    stand = Stand(current=load_bundle((DEMO / "policy" / "bundle.json").read_bytes()))
    stand.clock.now = NOW
    play(stand, case)
    for image in case["images"]:
        record = stand.record(image["digest"], repository=case["repository"])
        expected = image["expect"]
        assert {
            "verdict": record.verdict.value,
            "reason": record.reason,
            "finding": finding_of(record),
        } == {key: expected[key] for key in ("verdict", "reason", "finding")}
        detail = stand.gate.registry.describe(case["repository"], image["digest"])
        assert detail.status.value == STATUS[expected["step"]]
