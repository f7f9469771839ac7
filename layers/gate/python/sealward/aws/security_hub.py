"""Security Hub: ASFF documents, and a word on what became of each.

A look sends one, beside its other calls. Many at once go in batches within the limits.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from sealward.aws.errors import error_code, translated
from sealward.ports.security_hub import Delivered, NotDelivered

if TYPE_CHECKING:
    from mypy_boto3_securityhub import SecurityHubClient

_PERMANENT: Final = frozenset({"InvalidInput", "InvalidInputException"})
"""The document itself is wrong: sending it again cannot help."""
BATCH: Final = 100
"""Findings of one BatchImportFindings. Its API reference."""
BATCH_BYTES: Final = 5 * 1024 * 1024
"""Bytes of one; the service takes 6 MB."""


class AsffSecurityHub:
    """Security Hub in one account and Region.

    Args:
        client: a botocore client of ``securityhub``, or what defers to one.
    """

    def __init__(self, client: "SecurityHubClient") -> None:
        self._client = client

    def publish(self, finding: Mapping[str, Any]) -> Delivered | NotDelivered:
        """Import one ASFF document. Never raises: a finding must not stop an action."""
        try:
            answer = self._client.batch_import_findings(
                Findings=[dict(finding)]  # type: ignore[list-item]  # plain JSON here
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
        for failed in answer.get("FailedFindings", []):
            code = failed.get("ErrorCode", "")
            said = failed.get("ErrorMessage", "")
            return NotDelivered(
                reason=f"Security Hub refuses the finding: {code}: {said}",
                retry=code not in _PERMANENT,
            )
        return Delivered()


def import_all(
    client: "SecurityHubClient", findings: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Import ``findings`` in batches; yield of each its Id and why it was not taken.

    What a batch leaves out is tried once more by itself: one bad document, or a passing
    failure, takes no other with it. The text is empty where the finding was taken.

    Raises:
        Denied, Unavailable: as named in ``sealward.ports.failures``.
    """
    for batch in _batches(findings):
        failed = _import(client, batch)
        for finding in batch:
            why = ""
            if finding["Id"] in failed:
                again = _import(client, [finding])
                why = again.get(finding["Id"], "")
            yield finding["Id"], why


def _import(
    client: "SecurityHubClient", batch: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Import a batch; return why not, by the Ids of those that were not taken."""
    with translated("BatchImportFindings"):
        answer = client.batch_import_findings(
            Findings=[dict(each) for each in batch]  # type: ignore[misc]  # plain JSON
        )
    return {
        each["Id"]: f"{each.get('ErrorCode', '')}: {each.get('ErrorMessage', '')}"
        for each in answer.get("FailedFindings", [])
    }


def _batches(
    findings: Sequence[Mapping[str, Any]],
) -> Iterator[Sequence[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    size = 0
    for finding in findings:
        more = len(json.dumps(finding).encode())
        if batch and (len(batch) == BATCH or size + more > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(finding)
        size += more
    if batch:
        yield batch
