"""What AWS authorises an operation on: the ARNs that ministack does not know."""

import contextlib
import json
from collections.abc import Mapping

from botocore.model import OperationModel

from simulator.errors import ServiceError
from simulator.places import Place
from simulator.rest_paths import operation_at


def security_hub_operation(method: str, path: str) -> OperationModel:
    """Return the operation of Security Hub that a method and path name.

    Raises:
        ServiceError: none of its operations.
    """
    return operation_at("securityhub", method, path).model


def ecr_resource(headers: Mapping[str, str], body: bytes, where: Place) -> str:
    """Return the ARN on which an operation of ECR's on no one repository is authorised.

    AWS authorises DescribeRepositories of all on ``repository/*``. Empty for the rest.
    """
    asked = headers.get("x-amz-target", "").rpartition(".")[2]
    named: object = None
    with contextlib.suppress(ValueError, AttributeError):
        named = json.loads(body or b"{}").get("repositoryNames")
    if asked != "DescribeRepositories" or named:
        return ""
    return where.arn("ecr", "repository/*")


def security_hub_resource(method: str, path: str, body: bytes, where: Place) -> str:
    """Return the ARN on which an operation of Security Hub's is authorised.

    Importing is authorised on the product, which the first finding names.
    """
    operation = ""
    with contextlib.suppress(ServiceError):
        operation = security_hub_operation(method, path).name
    if operation == "BatchImportFindings":
        with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError):
            return str(json.loads(body)["Findings"][0]["ProductArn"])
        return "*"
    return where.arn("securityhub", "hub/default")
