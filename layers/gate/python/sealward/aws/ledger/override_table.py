"""The ledger's overrides in the table.

Items: ``pk = overrides`` with ``sk = pauses``; ``pk = override#<nonce>`` with
``sk = used``; ``pk = releases#<repository>@<digest>`` with ``sk = to-sign#<number>``.
No item here is ever removed.
"""

from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import attribute_values, plain_values
from sealward.aws.ledger.conditions import ABSENT, at_version
from sealward.overrides.pauses import Pauses, pauses_from, pauses_item
from sealward.overrides.used import Used, used_from, used_item
from sealward.ports.failures import Conflict, Refused, Unavailable
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
        stored = self._override(_OVERRIDES, _PAUSES)
        if stored is None:
            return Pauses()
        try:
            return pauses_from(stored)
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"ledger: the pauses: {error!r}") from error

    def keep_pauses(self, pauses: Pauses) -> None:
        """Write ``pauses`` in place of the version before its own.

        Raises:
            Conflict: another one was written in between.
            Unavailable, Denied: as named.
        """
        item = {"pk": _OVERRIDES, "sk": _PAUSES, **pauses_item(pauses)}
        with translated("PutItem of the pauses"):
            self._client.put_item(
                TableName=self._table,
                Item=attribute_values(item),
                **at_version(pauses.version - 1),
            )

    def use(self, used: Used) -> None:
        """Remember that a request was taken.

        Raises:
            Conflict: it was taken before.
            Unavailable, Denied: as named.
        """
        item = {"pk": f"override#{used.nonce}", "sk": "used", **used_item(used)}
        with translated(f"PutItem of request {used.nonce}"):
            self._client.put_item(
                TableName=self._table,
                Item=attribute_values(item),
                ConditionExpression=ABSENT,
            )

    def used(self, nonce: str) -> Used | None:
        """Return the request that was taken under ``nonce``, or None.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        stored = self._override(f"override#{nonce}", "used")
        if stored is None:
            return None
        try:
            return used_from(stored)
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"ledger: request {nonce}: {error!r}") from error

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
            try:
                with translated(f"PutItem of release {number} of {key}"):
                    self._client.put_item(
                        TableName=self._table,
                        Item=attribute_values(item),
                        ConditionExpression=ABSENT,
                    )
            except Conflict:
                continue
            return number
        raise Refused(f"{key} was released to be signed {limit} times")

    def _override(self, pk: str, sk: str) -> dict[str, Any] | None:
        with translated(f"GetItem {pk} {sk}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                ConsistentRead=True,
            )
        return dict(plain_values(answer["Item"])) if answer.get("Item") else None
