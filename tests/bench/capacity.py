"""What DynamoDB counts: bytes of items, write units of requests, indexes included."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.template.rendering import load, render

Item = Mapping[str, Any]
"""An item as the low-level API writes it: attribute to ``{type: value}``."""
WRITE_UNIT = 1024
"""Bytes; a transaction counts each twice."""
STORED = 100
"""Bytes that AWS adds to each item and index entry it stores."""


def item_bytes(item: Item) -> int:
    """Return the size by which AWS counts an item."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return (len(value.lstrip("-")) + 1) // 2 + 1
        case "B":
            return len(value)
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + _value_bytes(each) for each in value)
        case "M":
            return 3 + len(value) + item_bytes(value)
        case _:
            raise ValueError(f"items of the ledger hold no {kind}")


def indexes() -> dict[str, tuple[str, ...]]:
    """Return the template's indexes: name to key attributes."""
    table = render(load())["LedgerTable"]["Properties"]
    return {
        index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
        for index in table["GlobalSecondaryIndexes"]
    }


@dataclass(slots=True)
class CountedTable:
    """Stands for the DynamoDB client of a ledger: keeps items, counts write units."""

    indexes: Mapping[str, Sequence[str]] = field(default_factory=indexes)
    table_units: int = 0
    index_units: int = 0
    items: dict[tuple[str, str], Item] = field(default_factory=dict)

    @property
    def stored_bytes(self) -> int:
        """Bytes kept, with what AWS adds; index entries hold their keys."""
        entries = sum(
            STORED + item_bytes({name: item[name] for name in ("pk", "sk", *keys)})
            for item in self.items.values()
            for keys in self.indexes.values()
            if self._entry(item, keys) is not None
        )
        return entries + sum(STORED + item_bytes(each) for each in self.items.values())

    def put_item(self, **request: Any) -> dict[str, Any]:
        """Count a put."""
        self._put(request["Item"], times=1)
        return {}

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        """Count a transaction of puts."""
        for each in request["TransactItems"]:
            self._put(each["Put"]["Item"], times=2)
        return {}

    def _put(self, item: Item, *, times: int) -> None:
        key = (item["pk"]["S"], item["sk"]["S"])
        old = self.items.get(key)
        size = max(item_bytes(item), item_bytes(old) if old else 0)
        self.table_units += times * math.ceil(size / WRITE_UNIT)
        for keys in self.indexes.values():
            before = self._entry(old, keys) if old else None
            after = self._entry(item, keys)
            if before != after:
                # One to take the old entry out, one to put the new one in.
                self.index_units += (before is not None) + (after is not None)
        self.items[key] = item

    def _entry(self, item: Item, keys: Sequence[str]) -> tuple[str, ...] | None:
        """Return an item's place in an index; None where it is not in it."""
        if not all(key in item for key in keys):
            return None
        return tuple(item[key]["S"] for key in keys)
