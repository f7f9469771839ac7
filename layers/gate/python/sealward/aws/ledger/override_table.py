"""The ledger's overrides in the table.

Items: ``pk = overrides`` with ``sk = pauses``; ``pk = override#<nonce>`` with
``sk = used``; ``pk = releases#<repository>@<digest>`` with ``sk = to-sign#<number>``.
No item here is ever removed.
"""

from typing import TYPE_CHECKING, Final

from sealward.aws.ledger.conditions import at_version
from sealward.aws.ledger.items import item_at, put_item
from sealward.overrides.pauses import Pauses, pauses_from, pauses_item
from sealward.overrides.used import Used, used_from, used_item
from sealward.ports.failures import Conflict, Refused
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_OVERRIDES: Final = "overrides"
_PAUSES: Final = "pauses"


class OverrideTable:
    """Pauses, used requests and counted releases, in the ledger's table."""

    _table: str
    _client: "DynamoDBClient"

    def pauses(self) -> Pauses:
        """Return the pauses.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        keys = (_OVERRIDES, _PAUSES)
        pauses = item_at(self._client, self._table, keys, "the pauses", pauses_from)
        return pauses or Pauses()

    def keep_pauses(self, pauses: Pauses) -> None:
        """Write ``pauses`` in place of the version before its own.

        Raises:
            Conflict: another one was written in between.
            Unavailable, Denied: as named.
        """
        item = {"pk": _OVERRIDES, "sk": _PAUSES, **pauses_item(pauses)}
        before = at_version(pauses.version - 1)
        put_item(self._client, self._table, item, "the pauses", **before)

    def use(self, used: Used) -> None:
        """Remember that a request was taken.

        Raises:
            Conflict: it was taken before.
            Unavailable, Denied: as named.
        """
        item = {"pk": f"override#{used.nonce}", "sk": "used", **used_item(used)}
        what = f"request {used.nonce}"
        put_item(self._client, self._table, item, what, **at_version(0))

    def used(self, nonce: str) -> Used | None:
        """Return the request that was taken under ``nonce``, or None.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        keys = (f"override#{nonce}", "used")
        what = f"request {nonce}"
        return item_at(self._client, self._table, keys, what, used_from)

    def use_release(self, key: SubjectKey, nonce: str, *, limit: int) -> int:
        """Count a release of ``key`` to be signed; return which one it is, from 1.

        Raises:
            Refused: ``limit`` were given before.
            Unavailable, Denied: as named.
        """
        for number in range(1, limit + 1):
            item = {
                "pk": f"releases#{key}",
                "sk": f"to-sign#{number}",
                "request": nonce,
            }
            what = f"release {number} of {key}"
            try:
                put_item(self._client, self._table, item, what, **at_version(0))
            except Conflict:
                continue
            return number
        raise Refused(f"{key} was released to be signed {limit} times")
