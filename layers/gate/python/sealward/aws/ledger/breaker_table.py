"""The breaker's memory, in the ledger's table.

Items: ``pk = reversals#<hour>`` with ``sk = <repository>@<digest>#<proposal>``;
``pk = breaker`` with ``sk = trip``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.items import item_at, put_item, read_item
from sealward.ledger.finding_items import finding_from, finding_item
from sealward.ledger.instants import from_text, to_text
from sealward.proposals import Reversal, Trip
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_READ: Final = 1_000
"""Reversals of an hour that are read; far fewer trip the breaker."""


class BreakerTable:
    """Reversals and trips, in the ledger's table."""

    _table: str
    _client: "DynamoDBClient"

    def record_reversal(self, reversal: Reversal) -> None:
        """Remember a reversal; the same one again changes nothing.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        item = {
            "pk": _hour(reversal.at),
            "sk": f"{reversal.key}#{reversal.proposal_id}",
            "repository": reversal.key.repository,
            "digest": reversal.key.digest,
            "proposal_id": reversal.proposal_id,
            "at": to_text(reversal.at),
        }
        put_item(self._client, self._table, item, f"a reversal of {reversal.key}")

    def reversals(self, since: datetime, now: datetime) -> Sequence[Reversal]:
        """Return the reversals after ``since``, which is at most an hour ago.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        found: list[Reversal] = []
        for pk in dict.fromkeys((_hour(since), _hour(now))):
            with translated(f"Query of {pk}"):
                answer = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :pk",
                    ExpressionAttributeValues={":pk": {"S": pk}},
                    ConsistentRead=True,
                    Limit=_READ,
                )
            found += [
                read_item(item, "a reversal", _reversal) for item in answer["Items"]
            ]
        return [each for each in found if each.at > since]

    def last_trip(self) -> Trip | None:
        """Return when the breaker last tripped, or None.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        keys = ("breaker", "trip")
        return item_at(self._client, self._table, keys, "the breaker", _trip)

    def keep_trip(self, trip: Trip) -> None:
        """Remember ``trip`` in place of an earlier one.

        Raises:
            Unavailable, Denied: as named.
        """
        item: dict[str, Any] = {
            "pk": "breaker",
            "sk": "trip",
            "at": to_text(trip.at),
            "reversals": trip.reversals,
            "repositories": list(trip.repositories),
            "proposals": list(trip.proposals),
            **({"finding": finding_item(trip.finding)} if trip.finding else {}),
        }
        put_item(self._client, self._table, item, "the breaker")


def _hour(at: datetime) -> str:
    return f"reversals#{to_text(at)[:13]}"


def _reversal(item: Mapping[str, Any]) -> Reversal:
    return Reversal(
        proposal_id=item["proposal_id"],
        key=SubjectKey(repository=item["repository"], digest=item["digest"]),
        at=from_text(item["at"]),
    )


def _trip(item: Mapping[str, Any]) -> Trip:
    return Trip(
        at=from_text(item["at"]),
        reversals=int(item["reversals"]),
        repositories=tuple(item["repositories"]),
        proposals=tuple(item["proposals"]),
        finding=finding_from(item.get("finding")),
    )
