"""Moto's tables, quick enough for ten thousand records.

Moto sorts all items of a table for every Query. Here a query sees only the items that
its hash key can mean; what it then does with them is moto's own.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.dynamodb.models.table import Table

_KeyOf = tuple[Any, Any]


class _Shelves:
    """Items of one table by the hash attributes of its indexes."""

    def __init__(self, table: Any) -> None:
        self.attributes = {
            key["AttributeName"]
            for index in table.all_indexes()
            for key in index.schema
            if key["KeyType"] == "HASH"
        }
        self._items: dict[tuple[str, str], dict[_KeyOf, Any]] = defaultdict(dict)
        self._places: dict[_KeyOf, tuple[tuple[str, str], ...]] = {}
        self.narrowed: list[Any] | None = None

    def put(self, item: Any) -> None:
        key = (item.hash_key.value, item.range_key.value)
        for place in self._places.get(key, ()):
            self._items[place].pop(key, None)
        places = tuple(
            (name, item.attrs[name].value)
            for name in self.attributes
            if name in item.attrs
        )
        for place in places:
            self._items[place][key] = item
        self._places[key] = places

    def of(self, attribute: str, value: str) -> list[Any]:
        return list(self._items[attribute, value].values())


@contextmanager
def quick_tables() -> Iterator[None]:
    """Let queries on moto's tables be quick until the context ends."""
    put, query, all_items = Table.put_item, Table.query, Table.all_items

    def shelves(table: Any) -> _Shelves:
        if not hasattr(table, "shelves"):
            table.shelves = _Shelves(table)
        found: _Shelves = table.shelves
        return found

    def put_item(self: Any, *given: Any, **named: Any) -> Any:
        item = put(self, *given, **named)
        shelves(self).put(item)
        return item

    def narrow_query(self: Any, hash_key: Any, *given: Any, **named: Any) -> Any:
        own = shelves(self)
        if named.get("index_name"):
            ((name, value),) = named["hash_key_conditions"]
            own.narrowed = own.of(name, value.value)
        else:
            own.narrowed = list(self.items.get(hash_key, {}).values())
        try:
            return query(self, hash_key, *given, **named)
        finally:
            own.narrowed = None

    def some_items(self: Any) -> Any:
        narrowed = shelves(self).narrowed
        return all_items(self) if narrowed is None else narrowed

    with (
        patch.object(Table, "put_item", put_item),
        patch.object(Table, "query", narrow_query),
        patch.object(Table, "all_items", some_items),
    ):
        yield
