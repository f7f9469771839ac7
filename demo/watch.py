"""What became of the images, read where a user would read it.

Verdict, hold and exposure from the ledger; the image's status and whether it can be
pulled from the registry; the finding from Security Hub.
"""

import json
import urllib.request
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demo.cases import Image, Outcome
from demo.stack import LocalAws
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.ledger.records import Record
from sealward.proposals import Proposal
from sealward.subjects import SubjectKey

OF_PULLS = {"deny-pulls", "allow-pulls"}
"""Done to the repository, not to the image."""
GONE = "gone"
"""What stands for the registry's word about an image that it no longer has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One image at one moment."""

    outcome: Outcome
    hold: str
    """State of the hold, or empty."""
    exposure: float
    """Seconds a bad image could be pulled so far."""
    detail: str

    @property
    def summary(self) -> str:
        """Return the moment as a few words for the live view."""
        parts = [self.outcome.verdict]
        if self.hold:
            parts.append(self.hold)
        if self.outcome.finding:
            parts.append(f"finding {self.outcome.finding}")
        return ", ".join(parts)


class Watch:
    """Looks at ledger, registry and Security Hub of a deployed stack."""

    def __init__(self, aws: LocalAws, *, table: str) -> None:
        self._ledger = LedgerTable(table_name=table, client=aws.client("dynamodb"))
        self._ecr = aws.client("ecr")
        self._hub = aws.client("securityhub")
        self._operations = f"{aws.endpoint}/_sealward/operations"

    def seen(self, image: Image, *, now: datetime) -> Seen | None:
        """Return what is known of ``image``, None before its first look."""
        record = self.record(image.repository, image.digest)
        if record is None:
            return None
        intents = self._ledger.intents(record.key)
        settled = record.hold is None or record.hold.state == "held"
        done = [str(one.action) for one in intents if one.action not in OF_PULLS]
        step = done[-1] if done else "none"
        return Seen(
            outcome=Outcome(
                verdict=str(record.verdict),
                step=step if settled else f"{step} (under way)",
                finding=self._finding(record.finding.id) if record.finding else None,
                reason=record.reason,
            ),
            hold=str(record.hold.state) if record.hold else "",
            exposure=record.exposure.total(now),
            detail=record.detail,
        )

    def record(self, repository: str, digest: str) -> Record | None:
        """Return the ledger's record of a digest, None before its first look."""
        return self._ledger.current(SubjectKey(repository=repository, digest=digest))

    def proposals(self) -> Sequence[Proposal]:
        """Return what waits for a person."""
        return self._ledger.proposals()

    def open_findings(self) -> Sequence[Mapping[str, Any]]:
        """Return the findings that are open, of which the demo has less than 100."""
        found: Sequence[Mapping[str, Any]] = self._hub.get_findings(
            Filters={"RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}]},
            MaxResults=100,
        )["Findings"]
        return found

    def open_findings_of(self, repositories: Collection[str]) -> int:
        """Return how many findings are open about ``repositories`` or their images."""
        return sum(
            any(
                repository in json.dumps(each["Resources"])
                for repository in repositories
            )
            for each in self.open_findings()
        )

    def finding(self, repository: str, digest: str) -> Mapping[str, Any] | None:
        """Return the finding of an image, as Security Hub holds it, open or not."""
        record = self.record(repository, digest)
        if record is None or record.finding is None:
            return None
        return self._found(record.finding.id)

    def status(self, image: Image) -> str:
        """Return the registry's word: ACTIVE, ACTIVATING, ARCHIVED or ``GONE``."""
        return self.status_of(image.repository, image.digest)

    def status_of(self, repository: str, digest: str) -> str:
        """Return the registry's word for a digest."""
        try:
            answer = self._ecr.describe_images(
                repositoryName=repository,
                imageIds=[{"imageDigest": digest}],
                filter={"imageStatus": "ANY"},
            )
        except self._ecr.exceptions.ImageNotFoundException:
            return GONE
        return str(answer["imageDetails"][0]["imageStatus"])

    def pullable(self, image: Image) -> bool:
        """Return whether the registry still hands the manifest out."""
        answer = self._ecr.batch_get_image(
            repositoryName=image.repository,
            imageIds=[{"imageDigest": image.digest}],
        )
        return bool(answer["images"])

    def looks_sent(self) -> int:
        """Return how many looks the function sent itself, as IAM and queue allowed.

        A look that cannot be sent is found by the tick instead, a minute later, so the
        verdicts alone would not show that the queue's policy refuses our own roles.
        """
        with urllib.request.urlopen(self._operations, timeout=10) as answer:  # noqa: S310
            performed = json.load(answer)
        return sum(
            entry["action"] == "sqs:SendMessage" and "VerifyPushRole" in entry["caller"]
            for entry in performed
        )

    def _finding(self, identifier: str) -> str | None:
        found = self._found(identifier)
        if found is None:
            return None
        return "open" if found["RecordState"] == "ACTIVE" else "resolved"

    def _found(self, identifier: str) -> Mapping[str, Any] | None:
        found: list[Mapping[str, Any]] = self._hub.get_findings(
            Filters={"Id": [{"Value": identifier, "Comparison": "EQUALS"}]}
        )["Findings"]
        return found[0] if found else None
