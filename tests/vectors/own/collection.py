"""All vectors of our own, as one JSON document: schema/vectors.schema.json."""

import json
from pathlib import Path

from tests.vectors.own import envelopes, lists, responses, timestamps
from tests.vectors.own.vector import described

FILE = Path(__file__).parents[1] / "own.json"
CASES = (
    *envelopes.CASES,
    *timestamps.CASES,
    *responses.CASES,
    *lists.CASES,
)


def document() -> str:
    """Return the document; the same bytes each time, ECDSA signs so here."""
    vectors = [{**described(case), **case().to_json()} for case in CASES]
    return json.dumps({"schema": 1, "vectors": vectors}, indent=1) + "\n"
