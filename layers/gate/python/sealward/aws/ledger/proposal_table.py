"""The ledger's proposals in the table, and the notes of repositories' findings.

Items: ``pk = proposals`` with ``sk = <id>``; ``pk = proposal#<id>`` with
``sk = answer#<time>#<who>``; ``pk = repo#<repository>`` with ``sk = finding``. What a
proposal touches is found by the index ``state``.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.breaker_table import BreakerTable
from sealward.aws.ledger.conditions import at_version
from sealward.aws.ledger.items import item_at, put_item, read_item
from sealward.aws.ledger.query_pages import query_items, query_pages
from sealward.ledger.instants import to_text
from sealward.ports.failures import Conflict
from sealward.proposals import (
    APPROVALS_LIMIT,
    Approval,
    Proposal,
    RepositoryNote,
)
from sealward.proposals.items import (
    approval_from,
    approval_item,
    note_from,
    note_item,
    proposal_from,
    proposal_item,
)
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STATE_INDEX: Final = "state"
_PROPOSALS: Final = "proposals"
_FINDING: Final = "finding"


class ProposalTable(BreakerTable):
    """Proposals and what is told of repositories, in the ledger's table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    _table: str
    _client: "DynamoDBClient"

    def open_proposal(self, proposal: Proposal) -> None:
        """Remember ``proposal``; one that is there already stays as it is.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        item = {"pk": _PROPOSALS, "sk": proposal.id, **proposal_item(proposal)}
        what = f"proposal {proposal.id}"
        with suppress(Conflict):
            put_item(self._client, self._table, item, what, **at_version(0))

    def proposals(self) -> Sequence[Proposal]:
        """Return all proposals, oldest first.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        items = query_items(
            self._client,
            "the proposals",
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _PROPOSALS}},
            ConsistentRead=True,
        )
        found = [read_item(item, "a proposal", proposal_from) for item in items]
        return sorted(found, key=lambda each: (each.opened_at, each.id))

    def approve(self, approval: Approval) -> None:
        """Remember what a person said.

        Raises:
            Conflict: the same person said something at the same instant.
            Unavailable, Denied: as named.
            ValueError: it names too many digests.
        """
        who = hashlib.sha256(approval.by.encode()).hexdigest()[:16]
        item = {
            "pk": f"proposal#{approval.proposal_id}",
            "sk": f"answer#{to_text(approval.at)}#{who}",
            **approval_item(approval),
        }
        what = f"an answer on {approval.proposal_id}"
        put_item(self._client, self._table, item, what, **at_version(0))

    def approvals(self, proposal_id: str) -> Sequence[Approval]:
        """Return the newest ``APPROVALS_LIMIT`` words on a proposal, oldest first.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        with translated(f"Query of the answers on {proposal_id}"):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={
                    ":pk": {"S": f"proposal#{proposal_id}"},
                    ":prefix": {"S": "answer#"},
                },
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=APPROVALS_LIMIT,
            )
        what = f"an answer on {proposal_id}"
        items = reversed(answer["Items"])
        return [read_item(item, what, approval_from) for item in items]

    def members(
        self, state: str, *, repository: str | None = None, limit: int
    ) -> Sequence[SubjectKey]:
        """Return up to ``limit`` subjects of a state.

        Raises:
            Unavailable, Denied: as named.
        """
        found: list[SubjectKey] = []
        for answer in self._of_state(state, repository, Limit=limit):
            found += (SubjectKey.from_text(each["pk"]["S"]) for each in answer["Items"])
            if len(found) >= limit:
                break
        return found[:limit]

    def count(self, state: str, repository: str | None = None) -> int:
        """Return how many subjects are in ``state``.

        Raises:
            Unavailable, Denied: as named.
        """
        pages = self._of_state(state, repository, Select="COUNT")
        return sum(int(answer["Count"]) for answer in pages)

    def repository_note(self, repository: str) -> RepositoryNote:
        """Return what is remembered of a repository's finding; empty for nothing.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        note = item_at(
            self._client,
            self._table,
            (f"repo#{repository}", _FINDING),
            f"the finding of {repository}",
            note_from,
        )
        return note or RepositoryNote()

    def keep_repository_note(
        self, repository: str, note: RepositoryNote, *, expected: int
    ) -> None:
        """Write ``note`` if the stored version is ``expected``, 0 for none.

        Raises:
            Conflict: it is not.
            Unavailable, Denied: as named.
        """
        item = {"pk": f"repo#{repository}", "sk": _FINDING, **note_item(note)}
        what = f"the finding of {repository}"
        put_item(self._client, self._table, item, what, **at_version(expected))

    def _of_state(
        self,
        state: str,
        repository: str | None,
        **more: Any,  # noqa: ANN401 - Query's own
    ) -> Iterator[Mapping[str, Any]]:
        condition, values = "by_state = :state", {":state": {"S": state}}
        if repository is not None:
            condition += " AND begins_with(pk, :prefix)"
            values[":prefix"] = {"S": f"{repository}@"}
        return query_pages(
            self._client,
            f"what is {state}",
            TableName=self._table,
            IndexName=STATE_INDEX,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            **more,
        )
