"""Settings of policies by statement, in a file beside the trust policy. Pure.

``{"payments": {"grace": "5m", "userMetadata": {"release": "stable"}}, "*": {…}}``: the
fields of a policy in the bundle, all but its statement, which the trust policy writes.
"""

from collections.abc import Mapping
from typing import Any, Final

from sealward.policy.document import parse, pointer, shown
from sealward.policy.problems import Problems

LIMIT: Final = 1024 * 1024
"""Bytes."""
OTHERS: Final = "*"
"""Stands for the statements that the file does not name."""


def read_settings(document: bytes) -> Mapping[str, Mapping[str, Any]]:
    """Return the fields by statement; what is wrong with one is found in the bundle.

    Raises:
        InvalidBundle: it is not JSON, not an object of objects, or writes a statement.
    """
    problems = Problems()
    found = parse(document, limit=LIMIT, problems=problems)
    if not isinstance(found, dict):
        problems.add("", f"{shown(found)} is not an object", 'write {"STATEMENT": {…}}')
    else:
        for name, fields in found.items():
            where = pointer(name)
            if not isinstance(fields, dict):
                problems.add(where, f"{shown(fields)} is not an object", "write {…}")
            elif "statement" in fields:
                problems.add(
                    f"{where}/statement",
                    "the trust policy writes the statement",
                    "leave it out here",
                )
    problems.refuse()
    written: Mapping[str, Mapping[str, Any]] = found
    return written


def fields_of(
    settings: Mapping[str, Mapping[str, Any]], name: str
) -> tuple[str, Mapping[str, Any]]:
    """Return what ``settings`` say of the statement ``name``, and under which key."""
    key = name if name in settings else OTHERS
    return key, settings.get(key, {})
