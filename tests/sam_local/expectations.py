"""Expectations: what the function must answer to each file of events/.

An event about an image of the demo, or about its signature, must end as
demo/layouts/cases.json says of that image. A batch answers with the messages that are
to come again: none, since the function itself sets aside what nobody can read.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.emulator.surroundings import ROOT

CASES = ROOT / "demo/layouts/cases.json"
OTHERS: Mapping[str, Mapping[str, Any]] = {
    "ecr-push-malformed.json": {"malformed": "event-bad-repository"},
    "ecr-replication-failed.json": {"reason": "nothing-happened"},
    "signer-revoked-profile.json": {"failure": ""},
    "signer-revoked-signature.json": {"failure": ""},
}
"""Events that are about no image of the demo, by file name."""
DEAD_LETTERS = 2
"""Messages set aside after all events: the malformed one, alone and in the batch."""


def expected(event: Path) -> dict[str, Any]:
    """Return the fields of the answer to ``event``, with the values they must have.

    Raises:
        LookupError: the event is about nothing that this or the demo's cases know.
    """
    if event.name in OTHERS:
        return dict(OTHERS[event.name])
    document = json.loads(event.read_text())
    if "Records" in document:
        return {"batchItemFailures": []}
    digests = {
        value for name, value in document["detail"].items() if name.endswith("digest")
    }
    for case in json.loads(CASES.read_text())["cases"]:
        for image in case["images"]:
            if image["digest"] in digests:
                return _of(image["expect"])
        if digests & {digest for push in case["push"] for digest in push["digests"]}:
            return _of(case["images"][0]["expect"])
    raise LookupError(f"{event.name}: no case of the demo has {sorted(digests)}")


def chosen(answer: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return of the answer, the last line of ``sam local invoke``, only ``fields``."""
    try:
        result = json.loads(answer.strip().splitlines()[-1])
        result["held"] = result.get("hold") in {"holding", "held"}
        return {name: result.get(name, "-") for name in fields}
    except (AttributeError, IndexError, TypeError, ValueError):
        return {"answer": "none"}


def in_words(fields: Mapping[str, Any]) -> str:
    """Return ``fields`` as one short text."""
    return ", ".join(
        value if name in {"verdict", "reason"} else f"{name} {value}"
        for name, value in fields.items()
    )


def _of(expect: Mapping[str, Any]) -> dict[str, Any]:
    # Everything was pushed at once, so what a later push would bring is there already.
    # Several events are about one image: whether it is held counts, not who held it.
    fields: dict[str, Any] = {
        "verdict": expect["verdict"],
        "held": expect["step"] == "archive",
    }
    if expect["reason"]:
        fields["reason"] = expect["reason"]
    return fields
