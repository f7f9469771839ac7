"""``python -m tests.vectors.own``: writes tests/vectors/own.json."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "layers/notation/python")]

from tests.vectors.own.collection import FILE, document  # noqa: E402 - as above

FILE.write_text(document())
