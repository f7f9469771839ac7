"""Message counts, in the ledger's table: ``pk = told#<repository>``, ``sk = <cause>``.

One item for each repository and cause, written on condition that nobody else wrote.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.ledger.conditions import at_version
from sealward.aws.ledger.items import item_at, put_item
from sealward.ledger.instants import from_text, to_text
from sealward.ports.failures import Conflict, Unavailable
from sealward.ports.message_counts import SENDS, Turn

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WINDOW: Final = timedelta(hours=1)
_ATTEMPTS: Final = 5


class MessageCountTable:
    """``sealward.ports.message_counts.MessageCounts`` in the ledger's table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client

    def take(self, repository: str, cause: str, *, news: str, now: datetime) -> Turn:
        """Return whether ``news`` is sent: one is, an hour; the others are counted.

        Raises:
            Unavailable: as named, or too many write at once.
            Denied: as named.
        """
        for _ in range(_ATTEMPTS):
            try:
                return self._take(f"told#{repository}", cause, news, now)
            except Conflict:
                continue
        raise Unavailable(f"ledger: messages of {repository}: too many at once")

    def _take(self, pk: str, sk: str, news: str, now: datetime) -> Turn:
        known = self._known(pk, sk)
        version, count = int(known.get("version", 0)), int(known.get("count", 0))
        since = from_text(known["since"]) if known else None
        fresh = since is None or now - since >= WINDOW
        same = not fresh and known["news"] == news
        sent = int(known.get("sent", 1))
        if same and sent >= SENDS:
            return Turn(send=False, owed=True)
        item = {
            "pk": pk,
            "sk": sk,
            "version": version + 1,
            "since": to_text(now) if fresh or since is None else to_text(since),
            "count": 0 if fresh else count + (not same),
            "news": news if fresh else known["news"],
            "sent": 1 if fresh else sent + same,
        }
        self._put(item, expected=version)
        return Turn(send=fresh or same, held_back=count if fresh else 0)

    def _known(self, pk: str, sk: str) -> dict[str, Any]:
        return item_at(self._client, self._table, (pk, sk), pk, dict) or {}

    def _put(self, item: dict[str, Any], *, expected: int) -> None:
        put_item(self._client, self._table, item, item["pk"], **at_version(expected))
