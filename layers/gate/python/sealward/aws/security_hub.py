"""Security Hub: ASFF documents imported, and a word on what became of each.

Whoever has findings to tell comes through here, one or thousands: within the limits of
a call, what a batch leaves out tried once more by itself, no older state over a newer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from sealward.aws.errors import error_code
from sealward.ports.security_hub import Delivered, NotDelivered

if TYPE_CHECKING:
    from mypy_boto3_securityhub import SecurityHubClient

_PERMANENT: Final = frozenset({"InvalidInput", "InvalidInputException"})
"""The document itself is wrong: sending it again cannot help."""
BATCH: Final = 100
"""Findings of one BatchImportFindings. Its API reference."""
BATCH_BYTES: Final = 5 * 1024 * 1024
"""Bytes of one; the service takes 6 MB."""
FINDING_BYTES: Final = 240_000
"""Bytes of a finding; the service takes 240 KB."""


class AsffSecurityHub:
    """Security Hub in one account and Region.

    Args:
        client: a botocore client of ``securityhub``, or what defers to one.
    """

    def __init__(self, client: "SecurityHubClient") -> None:
        self._client = client

    def publish(self, finding: Mapping[str, Any]) -> Delivered | NotDelivered:
        """Import one ASFF document. Never raises: a finding must not stop an action."""
        ((_, outcome),) = self.publish_all([finding])
        return outcome

    def publish_all(
        self, findings: Sequence[Mapping[str, Any]]
    ) -> Iterator[tuple[Mapping[str, Any], Delivered | NotDelivered]]:
        """Import ASFF documents in batches; yield each with what became of it.

        Of several about the same, only the newest is sent and the others share its
        end: Security Hub keeps no order within a call. Never raises.
        """
        newest: dict[str, Mapping[str, Any]] = {}
        for finding in findings:
            known = newest.get(_id(finding))
            if known is None or _updated(known) <= _updated(finding):
                newest[_id(finding)] = finding
        outcomes: dict[str, Delivered | NotDelivered] = {}
        for batch in _batches(list(newest.values())):
            outcomes.update(self._batch(batch))
        for finding in findings:
            yield finding, outcomes[_id(finding)]

    def _batch(
        self, batch: Sequence[Mapping[str, Any]]
    ) -> dict[str, Delivered | NotDelivered]:
        """Import a batch; return what became of each finding of it, by Id."""
        if len(batch) == 1 and _size(batch[0]) > FINDING_BYTES:
            said = f"the finding has {_size(batch[0])} bytes, of {FINDING_BYTES}"
            return {_id(batch[0]): NotDelivered(reason=said, retry=False)}
        failed = self._failed(batch)
        if isinstance(failed, NotDelivered):
            if failed.retry or len(batch) == 1:
                return {_id(each): failed for each in batch}
            # One bad document fails a call: the others go without it.
            return {_id(each): self._one(each) for each in batch}
        return {_id(each): self._again(each, failed.get(_id(each))) for each in batch}

    def _again(
        self, finding: Mapping[str, Any], left_out: NotDelivered | None
    ) -> Delivered | NotDelivered:
        """Return what became of a finding, tried once more where that may help."""
        if left_out is None:
            return Delivered()
        return self._one(finding) if left_out.retry else left_out

    def _one(self, finding: Mapping[str, Any]) -> Delivered | NotDelivered:
        failed = self._failed([finding])
        if isinstance(failed, NotDelivered):
            return failed
        return failed.get(_id(finding), Delivered())

    def _failed(
        self, batch: Sequence[Mapping[str, Any]]
    ) -> dict[str, NotDelivered] | NotDelivered:
        """Make one call; return what it left out by Id, or why it failed as a whole."""
        try:
            answer = self._client.batch_import_findings(
                Findings=[dict(each) for each in batch]  # type: ignore[misc]  # plain JSON
            )
        except ClientError as error:
            code = error_code(error)
            said = error.response.get("Error", {}).get("Message", "")
            return NotDelivered(
                reason=f"BatchImportFindings: {code}: {said}",
                retry=code not in _PERMANENT,
            )
        except BotoCoreError as error:
            # Parameters that botocore itself refuses land here too, and stay refused.
            permanent = type(error).__name__ == "ParamValidationError"
            return NotDelivered(
                reason=f"BatchImportFindings: {error}", retry=not permanent
            )
        return {
            each["Id"]: NotDelivered(
                reason="Security Hub refuses the finding: "
                f"{each.get('ErrorCode', '')}: {each.get('ErrorMessage', '')}",
                retry=each.get("ErrorCode", "") not in _PERMANENT,
            )
            for each in answer.get("FailedFindings", [])
        }


def _id(finding: Mapping[str, Any]) -> str:
    return str(finding.get("Id", ""))


def _updated(finding: Mapping[str, Any]) -> str:
    return str(finding.get("UpdatedAt", ""))


def _size(finding: Mapping[str, Any]) -> int:
    return len(json.dumps(finding).encode())


def _batches(
    findings: Sequence[Mapping[str, Any]],
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield ``findings`` within a call's limits; one too large comes alone."""
    batch: list[Mapping[str, Any]] = []
    size = 0
    for finding in findings:
        more = _size(finding)
        if more > FINDING_BYTES:
            yield [finding]
            continue
        if batch and (len(batch) == BATCH or size + more > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(finding)
        size += more
    if batch:
        yield batch
