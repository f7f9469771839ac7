"""Security Hub: one ASFF document at a time, and a word on what became of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from sealward.aws.errors import error_code
from sealward.ports.security_hub import Delivered, NotDelivered

if TYPE_CHECKING:
    from mypy_boto3_securityhub import SecurityHubClient

_PERMANENT: Final = frozenset({"InvalidInput", "InvalidInputException"})
"""The document itself is wrong: sending it again cannot help."""


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
