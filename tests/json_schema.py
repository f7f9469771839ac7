"""A value against a published JSON Schema: the few keywords that ours use.

A keyword that is not known here is an error, so that no rule passes unread.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).parents[1] / "schema"
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
_SAID = {"$schema", "$defs", "title", "description"}
_INSIDE = {"type", "required", "additionalProperties"}  # read with the others


def problems(value: object, schema: str) -> list[str]:
    """Return what is wrong with ``value`` by ``schema``, a file of ``schema/``."""
    return list(_problems(value, _read(schema), schema, "$"))


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return found


def _problems(value: object, rules: dict[str, Any], file: str, where: str) -> list[str]:
    wanted = rules.get("type")
    if wanted and (not isinstance(value, _TYPES[wanted]) or isinstance(value, bool)):
        return [f"{where}: {value!r} is no {wanted}"]
    found: list[str] = []
    for keyword, rule in rules.items():
        found += _judge(value, keyword, rule, rules, file, where)
    return found


def _judge(  # noqa: C901, PLR0911, PLR0912 - one case for each keyword
    value: Any, keyword: str, rule: Any, rules: dict[str, Any], file: str, where: str
) -> list[str]:
    match keyword:
        case _ if keyword in _SAID | _INSIDE:
            return []
        case "$ref":
            name, _, place = rule.partition("#")
            target: Any = _read(name or file)
            for step in filter(None, place.split("/")):
                target = target[step]
            return _problems(value, target, name or file, where)
        case "anyOf":
            if any(not _problems(value, each, file, where) for each in rule):
                return []
            return [f"{where}: {str(value)[:80]} fits none"]
        case "const":
            return [] if value == rule else [f"{where}: {value!r} is not {rule!r}"]
        case "enum":
            return [] if value in rule else [f"{where}: {value!r} is not in {rule}"]
        case "minimum":
            return [] if value >= rule else [f"{where}: {value!r} < {rule}"]
        case "pattern":
            return (
                []
                if re.search(rule, value)
                else [f"{where}: {value!r} does not match {rule}"]
            )
        case "maxLength" | "maxItems":
            return [] if len(value) <= rule else [f"{where}: {len(value)} > {rule}"]
        case "minItems":
            return [] if len(value) >= rule else [f"{where}: {len(value)} < {rule}"]
        case "items":
            return [
                wrong
                for at, each in enumerate(value)
                for wrong in _problems(each, rule, file, f"{where}[{at}]")
            ]
        case "properties":
            assert rules["additionalProperties"] is False
            names = set(value)
            wrong = [f"{where}.{name}: unknown" for name in sorted(names - set(rule))]
            absent = sorted(set(rules["required"]) - names)
            wrong += [f"{where}.{name}: missing" for name in absent]
            for name in names & set(rule):
                wrong += _problems(value[name], rule[name], file, f"{where}.{name}")
            return wrong
        case _:
            raise AssertionError(f"{file}: keyword {keyword!r} is not known")
