"""Pages: the ledger's subjects by an index, a bounded number at a time.

What an answer of the command line is made from. An index gives keys; each record is
then read on its own, so that its seal is checked where the client checks seals.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from sealward.aws.ledger.query_pages import query_subjects
from sealward.ledger.indexes import signer_key
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PAGE: Final = 100
"""Keys of one Query."""


class LedgerPages:
    """Reads the indexes ``state`` and ``signer``.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client

    def in_state(self, state: str, *, after: str = "") -> Iterator[SubjectKey]:
        """Yield the subjects of ``state`` whose key, as text, is over ``after``.

        Sorted as text; read as far as they are taken.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        return self._keys("state", state, after)

    def signed_by(self, identity: str, *, after: str = "") -> Iterator[SubjectKey]:
        """Yield the subjects that ``identity`` made trusted; else as ``in_state``.

        Args:
            identity: as a policy's ``trustedIdentities`` writes it.
            after: the key to go on after.

        Raises:
            Unavailable, Denied: as named.
        """
        return self._keys("signer", signer_key(identity), after)

    def count(self, state: str, *, most: int) -> int:
        """Return how many subjects are in ``state``, at most ``most``.

        Raises:
            Unavailable, Denied: as named.
        """
        return sum(1 for _ in islice(self.in_state(state), most))

    def _keys(self, index: str, value: str, after: str) -> Iterator[SubjectKey]:
        return query_subjects(
            self._client, self._table, index, value, after=after, page=_PAGE
        )
