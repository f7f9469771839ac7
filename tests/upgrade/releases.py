"""Releases: the built stack, and the version before it, made of the same build.

The version before writes records of the schema before and reads no newer ones. It is
this code with what that schema had in its records (``sealward.ledger.schema_1``), and
another version number, so that a decision tells who made it.
"""

import compileall
import py_compile
import re
import shutil
from pathlib import Path
from typing import Final

from demo.stack import BUILD
from sealward.ledger import SCHEMA

NOW: Final = BUILD / "sam-local"
BEFORE: Final = BUILD / "upgrade-before"
BEFORE_SCHEMA: Final = SCHEMA - 1
BEFORE_VERSION: Final = "0.0.9"
_PACKAGE: Final = Path("GateLayer/python/sealward")
_AS_IT_WROTE: Final = '''

_to_item = to_item


def to_item(record):
    """Return an item as schema 1 has it."""
    item = _to_item(record)
    once = {"repository": record.key.repository, "digest": record.key.digest}
    due = {"due": item["due_at"]} if "due_at" in item else {}
    return {**item, **once, **due}
'''


class NotAsExpected(Exception):  # noqa: N818 - what is the matter
    """The code has changed, and the version before cannot be made of it this way."""


def version_before() -> Path:
    """Make the version before out of what is built; return its folder.

    Raises:
        NotAsExpected: what it changes is no longer where it was.
    """
    if BEFORE_SCHEMA != 1:
        raise NotAsExpected("write here what records of the schema before held")
    shutil.rmtree(BEFORE, ignore_errors=True)
    shutil.copytree(NOW, BEFORE)
    package = BEFORE / _PACKAGE
    _changed(package / "ledger/records.py", r"^SCHEMA = \d+$", "SCHEMA = 1")
    _changed(
        package / "version.py",
        r'^VERSION: Final = ".*"$',
        f'VERSION: Final = "{BEFORE_VERSION}"',
    )
    codec = package / "ledger/codec.py"
    codec.write_text(codec.read_text() + _AS_IT_WROTE)
    # What is built holds bytecode that is used unseen: as docs/performance.md says.
    for folder in (package, package / "ledger"):
        compileall.compile_dir(
            folder,
            maxlevels=0,
            force=True,
            quiet=1,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    return BEFORE


def _changed(path: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, path.read_text(), flags=re.MULTILINE)
    if count != 1:
        raise NotAsExpected(f"{path}: {pattern} is there {count} times")
    path.write_text(text)
