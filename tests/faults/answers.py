"""Answers that AWS gives when something is wrong, as bytes on the wire."""

import json
from io import BytesIO
from typing import Any, Final

from botocore.awsrequest import AWSResponse

from tests.faults.faults import Kind

_ERRORS: Final = {
    Kind.THROTTLED: (400, "ThrottlingException"),
    Kind.SERVER_ERROR: (500, "InternalServerError"),
    Kind.DENIED: (400, "AccessDeniedException"),
}
_OF_S3: Final = {
    Kind.THROTTLED: (503, "SlowDown"),
    Kind.SERVER_ERROR: (500, "InternalError"),
    Kind.DENIED: (403, "AccessDenied"),
}
_IN_XML: Final = ("sns:", "sts:")
_OF_QUERIES: Final = {
    Kind.THROTTLED: (400, "Throttling"),
    Kind.SERVER_ERROR: (500, "InternalFailure"),
    Kind.DENIED: (403, "AccessDenied"),
}
STATUS: Final = {Kind.THROTTLED: 429, Kind.SERVER_ERROR: 503, Kind.DENIED: 403}
"""Of an answer that is plain HTTP."""


class _Body(BytesIO):
    """What botocore reads an answer from."""

    def stream(self, **_: Any) -> Any:
        """Yield all of it."""
        yield self.read()


def answer(url: str, status: int, body: bytes, **headers: str) -> AWSResponse:
    """Return an answer as botocore gets it from the connection."""
    return AWSResponse(url, status, headers, _Body(body))  # type: ignore[arg-type]


def error(operation: str, kind: Kind, url: str) -> AWSResponse:
    """Return the answer by which a service declines."""
    if operation.startswith("s3:"):
        status, code = _OF_S3[kind]
        text = f"<Error><Code>{code}</Code><Message>asked for</Message></Error>"
        return answer(url, status, text.encode())
    if operation.startswith(_IN_XML):
        status, code = _OF_QUERIES[kind]
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            "<Message>asked for</Message></Error></ErrorResponse>"
        )
        return answer(url, status, text.encode())
    status, code = _ERRORS[kind]
    body = json.dumps({"__type": code, "message": "asked for"}).encode()
    headers = {"x-amzn-errortype": code, "content-type": "application/x-amz-json-1.0"}
    return answer(url, status, body, **headers)


def partial(operation: str, request: Any) -> AWSResponse:
    """Return the answer that names parts of a batch as failed.

    Args:
        operation: one of ``PARTLY``.
        request: as prepared; nothing of it is done.
    """
    asked = json.loads(request.body)
    match operation:
        case "ecr:BatchGetImage":
            failures = [
                {
                    "imageId": each,
                    "failureCode": "UpstreamUnavailable",
                    "failureReason": "asked for",
                }
                for each in asked["imageIds"]
            ]
            said: dict[str, Any] = {"images": [], "failures": failures}
        case "ecr:BatchDeleteImage":
            failures = [
                {
                    "imageId": each,
                    "failureCode": "UpstreamUnavailable",
                    "failureReason": "asked for",
                }
                for each in asked["imageIds"]
            ]
            said = {"imageIds": [], "failures": failures}
        case "securityhub:BatchImportFindings":
            said = {
                "SuccessCount": 0,
                "FailedCount": len(asked["Findings"]),
                "FailedFindings": [
                    {
                        "Id": each["Id"],
                        "ErrorCode": "InternalError",
                        "ErrorMessage": "asked for",
                    }
                    for each in asked["Findings"]
                ],
            }
        case "events:PutEvents":
            failed = {"ErrorCode": "InternalFailure", "ErrorMessage": "asked for"}
            said = {
                "FailedEntryCount": len(asked["Entries"]),
                "Entries": [failed for _ in asked["Entries"]],
            }
        case "dynamodb:BatchWriteItem":
            said = {"UnprocessedItems": asked["RequestItems"]}
        case "dynamodb:BatchGetItem":
            said = {"Responses": {}, "UnprocessedKeys": asked["RequestItems"]}
        case "dynamodb:TransactWriteItems":
            reasons = [{"Code": "ThrottlingError"} for _ in asked["TransactItems"]]
            body = {
                "__type": "TransactionCanceledException",
                "Message": "asked for",
                "CancellationReasons": reasons,
            }
            return answer(request.url, 400, json.dumps(body).encode())
        case "sqs:SendMessageBatch":
            said = {
                "Successful": [],
                "Failed": [
                    {"Id": each["Id"], "Code": "InternalError", "SenderFault": False}
                    for each in asked["Entries"]
                ],
            }
        case _:
            raise ValueError(f"{operation}: say how its parts fail")
    return answer(request.url, 200, json.dumps(said).encode())
