"""What the template makes with the parameters that must be given, by type."""

from collections.abc import Mapping
from typing import Any, Final

PARAMETERS: Final = {"PolicyBundle": "s3://policy/bundle.json"}
FUNCTION: Final = "AWS::Serverless::Function"
RULE: Final = "AWS::Events::Rule"
QUEUE_ARN: Final = "<LookQueue.Arn>"


def of_type(resources: Mapping[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of the resources of one type, by name."""
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == kind
    }
