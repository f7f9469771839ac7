"""The ledger's history in the table: reports of verdict changes, and intents.

Each is an entry. The latest lie in the record's own item, packed together as
``entries``: so one conditional put keeps record, report and intent together, at the
price of one. What no longer fits becomes an item of its own, ``h#<version>#<time>`` or
``intent#<id>#<time>``, before the put that leaves it out: done twice, or done by a look
that then loses its race, it says the same.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from notation_verifier.values import dataclass
from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import attribute_values, plain_values
from sealward.aws.ledger.query_pages import query_items
from sealward.aws.ledger.reports import pack, pack_within, unpack
from sealward.ledger import Record, from_text, to_text
from sealward.ports.failures import Conflict, Unavailable
from sealward.ports.ledger import HistoryEntry, Intent
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Entry = Mapping[str, Any]
"""An entry in plain JSON types, as the item of its own would be; ``sk`` names it."""
_Read = TypeVar("_Read")
CURRENT: Final = "current"
CARRIED_LIMIT: Final = 900
"""Bytes of the entries that an item carries: with the record under two write units."""
_REMEMBERED: Final = 64
"""Subjects whose entries a function remembers between its read and its write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where entries go."""

    carried: bytes
    """In the record's item, packed; empty for none."""
    moved: tuple[Entry, ...] = ()
    """Into items of their own, before the record is written."""
    beside: tuple[Entry, ...] = ()
    """Too large: into items of their own, in one transaction with the record."""


class HistoryTable:
    """Entries in the ledger's table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client
        self._carried: OrderedDict[SubjectKey, tuple[int, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def carry(self, key: SubjectKey, version: int, packed: bytes) -> None:
        """Remember what the item of ``key`` carries at ``version``."""
        with self._lock:
            self._carried[key] = (version, packed)
            self._carried.move_to_end(key)
            while len(self._carried) > _REMEMBERED:
                self._carried.popitem(last=False)

    def place(self, key: SubjectKey, expected: int, new: Sequence[Entry]) -> Placed:
        """Return where the entries of ``key`` go when ``new`` ones come.

        Raises:
            Conflict: the stored version is not ``expected``, or an entry is there.
            Unavailable, Denied: as named.
        """
        carried = self._carried_at(key, expected)
        if not new:
            return Placed(carried=carried)
        known = [] if not carried else _unpacked(key, carried)
        if {each["sk"] for each in known} & {each["sk"] for each in new}:
            raise Conflict(f"{key}: an entry of version {expected + 1} is there")
        if _packed(new) is None:
            return Placed(carried=carried, beside=tuple(new))
        moved: list[Entry] = []
        while (packed := _packed([*known, *new])) is None:
            moved.append(known.pop(0))
        return Placed(carried=packed, moved=tuple(moved))

    def put(self, key: SubjectKey, entries: Sequence[Entry]) -> None:
        """Make ``entries`` items of their own.

        Raises:
            Unavailable, Denied: as named.
        """
        for entry in entries:
            with translated(f"PutItem {key} {entry['sk']}"):
                self._client.put_item(TableName=self._table, Item=own_item(key, entry))

    def history(self, key: SubjectKey) -> Sequence[HistoryEntry]:
        """Return the verdict changes of ``key``, oldest first.

        Raises:
            Unavailable, Denied: as named.
        """
        found = [
            _read(key, entry, _history_entry) for entry in self._entries(key, "h#")
        ]
        return sorted(found, key=lambda entry: (entry.at, entry.version))

    def intents(self, key: SubjectKey) -> Sequence[Intent]:
        """Return the intents ever written for ``key``, oldest first.

        Raises:
            Unavailable, Denied: as named.
        """
        found = [_read(key, entry, _intent) for entry in self._entries(key, "intent#")]
        return sorted(found, key=lambda intent: intent.decided_at)

    def _carried_at(self, key: SubjectKey, version: int) -> bytes:
        if version == 0:
            return b""
        with self._lock:
            remembered = self._carried.get(key)
        if remembered is not None and remembered[0] == version:
            return remembered[1]
        with translated(f"GetItem {key}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": str(key)}, "sk": {"S": CURRENT}},
                ConsistentRead=True,
            )
        item: Mapping[str, Any] = answer.get("Item", {})
        if item.get("version") != {"N": str(version)}:
            raise Conflict(f"{key}: version {version} is no longer there")
        return carried_by(item)

    def _entries(self, key: SubjectKey, prefix: str) -> Iterator[Entry]:
        """Return the entries whose names begin with ``prefix``, each once."""
        seen: set[str] = set()
        # The record comes first: what is moved out of it meanwhile is found after it.
        for item in self._items(key, until=f"{prefix}\U0010ffff"):
            if item["sk"] == CURRENT:
                carried = item.get("entries")
                entries = _unpacked(key, carried) if carried else []
            else:
                entries = [item]
            for entry in entries:
                if entry["sk"].startswith(prefix) and entry["sk"] not in seen:
                    seen.add(entry["sk"])
                    yield entry

    def _items(self, key: SubjectKey, *, until: str) -> Iterator[dict[str, Any]]:
        for item in query_items(
            self._client,
            f"the history of {key}",
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": str(key)},
                ":first": {"S": CURRENT},
                ":last": {"S": until},
            },
            ConsistentRead=True,
        ):
            try:
                yield plain_values(item)
            except (TypeError, ValueError) as error:
                raise Unavailable(f"history of {key}: {error}") from error


def entries_of(
    record: Record, report: Mapping[str, Any] | None, intent: Intent | None
) -> Iterator[Entry]:
    """Return what is written together with ``record``."""
    if report is not None:
        yield {
            # With the time: where a record was removed, its history must not keep the
            # next one, which counts from 1 again, from ever being written.
            "sk": f"h#{record.version:012d}#{to_text(record.updated_at)}",
            "version": record.version,
            "at": to_text(record.updated_at),
            "verdict": record.verdict.value,
            "report": dict(report),
        }
    if intent is not None:
        yield {
            "sk": f"intent#{intent.id}#{to_text(intent.decided_at)}",
            "id": intent.id,
            "action": intent.action,
            "decided_at": to_text(intent.decided_at),
            "reason": intent.reason,
            **({"evidence": intent.evidence} if intent.evidence else {}),
        }


def own_item(key: SubjectKey, entry: Entry) -> dict[str, Any]:
    """Return ``entry`` as an item of its own."""
    item = {**entry, "pk": str(key)}
    if "report" in entry:
        item["report"] = pack(entry["report"])
    return attribute_values(item)


def carried_by(item: Mapping[str, Any]) -> bytes:
    """Return what a stored item carries, packed; empty for nothing."""
    carried: bytes = item.get("entries", {}).get("B", b"")
    return carried


def _packed(entries: Sequence[Entry]) -> bytes | None:
    return pack_within({"entries": list(entries)}, CARRIED_LIMIT)


def _unpacked(key: SubjectKey, packed: bytes) -> list[Entry]:
    try:
        entries = unpack(packed)["entries"]
        return [{**entry, "sk": str(entry["sk"])} for entry in entries]
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"history of {key}: {error!r}") from error


def _read(key: SubjectKey, entry: Entry, read: Callable[[Entry], _Read]) -> _Read:
    try:
        return read(entry)
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"history of {key}: {entry['sk']}: {error!r}") from error


def _history_entry(entry: Entry) -> HistoryEntry:
    report = entry["report"]
    return HistoryEntry(
        version=int(entry["version"]),
        at=from_text(entry["at"]),
        verdict=str(entry["verdict"]),
        report=unpack(report) if isinstance(report, bytes) else report,
    )


def _intent(entry: Entry) -> Intent:
    return Intent(
        id=entry["id"],
        action=entry["action"],
        decided_at=from_text(entry["decided_at"]),
        reason=entry["reason"],
        evidence=entry.get("evidence", ""),
    )
