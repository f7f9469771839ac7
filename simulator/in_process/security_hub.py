"""Security Hub, in process."""

from collections.abc import Mapping
from typing import Any

from sealward.ports.security_hub import Delivered, NotDelivered
from simulator.errors import ServiceError
from simulator.local_aws import LocalAws
from simulator.places import place


class InProcessSecurityHub:
    """``sealward.ports.security_hub.SecurityHub`` of one account in one Region."""

    def __init__(
        self, aws: LocalAws, *, account: str, region: str, caller: str = ""
    ) -> None:
        self._aws = aws
        self._place = place(account, region)
        self._caller = caller

    def publish(self, finding: Mapping[str, Any]) -> Delivered | NotDelivered:
        """See the port."""
        try:
            answer = self._aws.call(
                "securityhub",
                "BatchImportFindings",
                {"Findings": [finding]},
                place=self._place,
                caller=self._caller,
            )
        except ServiceError as error:
            invalid = error.code == "InvalidInputException"
            return NotDelivered(reason=str(error), retry=not invalid)
        for failed in answer["FailedFindings"]:
            code, message = failed["ErrorCode"], failed["ErrorMessage"]
            return NotDelivered(
                reason=f"{code}: {message}",
                retry=code != "InvalidInput",
            )
        return Delivered()
