"""The in-process face of a sweep: what the registry lists, what the ledger indexes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sealward.ledger import Record
from sealward.ledger.indexes import statement_key
from sealward.ports.failures import Conflict
from sealward.ports.registry import ImageStatus
from sealward.subjects import SubjectKey
from sealward.sweep.ports import ListedImage, RepositoryListing
from sealward.sweep.progress import Progress, progress_from, progress_item
from simulator.in_process.ledger import InProcessLedger
from simulator.in_process.registry import InProcessRegistry


class InProcessInventory(InProcessRegistry):
    """``sealward.sweep.ports.Inventory`` of one account in one Region."""

    def repositories(self) -> Sequence[str]:
        """See the port."""
        return sorted(
            each["repositoryName"]
            for each in self._paged("DescribeRepositories", "repositories", {})
        )

    def images(self, repository: str) -> RepositoryListing:
        """See the port."""
        request = {"repositoryName": repository, "filter": {"imageStatus": "ANY"}}
        found = [
            ListedImage(
                digest=each["imageDigest"],
                status=ImageStatus(each["imageStatus"]),
                tags=tuple(sorted(each.get("imageTags", ()))),
                since=max(
                    each["imagePushedAt"],
                    each.get("lastActivatedAt", each["imagePushedAt"]),
                ),
            )
            for each in self._paged("DescribeImages", "imageDetails", request)
        ]
        return RepositoryListing(images=tuple(found), complete=True)

    def _paged(
        self, operation: str, member: str, request: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        token: dict[str, Any] = {}
        while True:
            answer = self._call(operation, {**request, "maxResults": 1000, **token})
            yield from answer[member]
            if "nextToken" not in answer:
                return
            token = {"nextToken": answer["nextToken"]}


class InProcessSweepLedger:
    """``sealward.sweep.ports.SweepLedger`` over an in-memory ledger."""

    def __init__(self, ledger: InProcessLedger) -> None:
        self._ledger = ledger
        self._progress: Mapping[str, Any] | None = None

    def records(self, keys: Sequence[SubjectKey]) -> Mapping[SubjectKey, Record]:
        """See the port."""
        known = self._ledger.records
        return {key: known[key] for key in keys if key in known}

    def under_statement(
        self, statement: str, *, repository: str = "", after: str = "", limit: int
    ) -> Sequence[SubjectKey]:
        """See the port."""
        return sorted(
            (
                key
                for key, record in self._ledger.records.items()
                if statement_key(record) == statement
                and (not repository or key.repository == repository)
                and str(key) > after
            ),
            key=str,
        )[:limit]

    def signed_by(
        self, identity: str, *, after: str = "", limit: int
    ) -> Sequence[SubjectKey]:
        """See the port."""
        return sorted(
            (
                key
                for key, record in self._ledger.records.items()
                if record.signer == identity and str(key) > after
            ),
            key=str,
        )[:limit]

    def progress(self) -> Progress | None:
        """See the port."""
        return None if self._progress is None else progress_from(self._progress)

    def keep_progress(self, progress: Progress) -> None:
        """See the port."""
        stored = 0 if self._progress is None else int(self._progress["version"])
        if stored != progress.version - 1:
            raise Conflict(f"version {stored} of the sweep's progress is stored")
        self._progress = progress_item(progress)
