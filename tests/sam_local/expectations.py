"""Expectations: what the function must answer to each file of events/.

An event about an image of the demo must end as demo/layouts/cases.json says of that
image. What a batch answers is the list of messages that are to come again: none, since
what cannot be read is set aside by the function itself.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.emulator.surroundings import ROOT

CASES = ROOT / "demo/layouts/cases.json"
ALL_DONE = "batch, nothing again"


def expected(event: Path) -> str:
    """Return what ``event`` must give, in the words of ``outcome``.

    Raises:
        LookupError: the event names nothing the demo's cases know.
    """
    document = json.loads(event.read_text())
    if "Records" in document:
        return ALL_DONE
    detail = document["detail"]
    digests = {detail[key] for key in detail if key.endswith("digest")}
    for digest, verdict in _verdicts():
        if digest in digests:
            return verdict
    raise LookupError(f"{event.name}: no case of the demo has {sorted(digests)}")


def outcome(answer: str) -> str:
    """Return what the last line of ``sam local invoke`` says came of the event."""
    lines = answer.strip().splitlines()
    try:
        result: Mapping[str, Any] = json.loads(lines[-1])
        if "batchItemFailures" in result:
            again = len(result["batchItemFailures"])
            return f"batch, {again} again" if again else ALL_DONE
        return str(result["verdict"])
    except (IndexError, KeyError, TypeError, ValueError):
        return "no answer"


def _verdicts() -> Iterator[tuple[str, str]]:
    """Yield the digests of the demo with their verdicts, images before signatures."""
    cases = json.loads(CASES.read_text())["cases"]
    images = {
        image["digest"]: image["expect"]["verdict"]
        for case in cases
        for image in case["images"]
    }
    yield from images.items()
    for case in cases:
        for push in case["push"]:
            for digest in push["digests"]:
                yield digest, case["images"][0]["expect"]["verdict"]
