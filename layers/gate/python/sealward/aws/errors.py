"""Errors of AWS, translated: one table from foreign codes to the ports' few words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from sealward.ports.failures import (
    Conflict,
    Denied,
    NotFound,
    PortError,
    Refused,
    Unavailable,
)

_NOT_FOUND = frozenset(
    {
        "404",
        "ImageNotFoundException",
        # The layer is not (or no longer) part of an image of the repository.
        "LayerInaccessibleException",
        "LayersNotFoundException",
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchKey",
        "ObjectLockConfigurationNotFoundError",
        "PolicyNotFoundException",
        "RepositoryNotFoundException",
    }
)
_DENIED = frozenset(
    {
        "401",
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AWS.SimpleQueueService.NonExistentQueue",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "KMS.AccessDeniedException",
        "MissingAuthenticationToken",
        "KmsAccessDenied",
        "NotAuthorized",
        "OptInRequired",
        "QueueDoesNotExist",
        # A table or queue that is gone: not the subject's, a person must mend it.
        "ResourceNotFoundException",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)
REFUSALS = frozenset({"ImageStorageClassUpdateNotSupportedException"})
_CONFLICT = frozenset(
    # The second: a single put, while a transaction holds its item.
    {"ConditionalCheckFailedException", "TransactionConflictException"}
)
_TRANSACTION = "TransactionCanceledException"
_LOST_RACE = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_MISCONFIGURED = (NoCredentialsError, PartialCredentialsError, NoAuthTokenError)


@contextmanager
def translated(what: str, *, refusals: frozenset[str] = REFUSALS) -> Iterator[None]:
    """Let only port errors out of the block; ``what`` says what was asked of whom.

    ``refusals`` are the codes by which this operation declines what it understood.

    An error that no table names is ``Unavailable``: it says nothing about the subject,
    leaves the image alone, and becomes a CRITICAL finding when it lasts.

    Raises:
        NotFound, Denied, Refused, Conflict, Unavailable: as named in
        ``sealward.ports.failures``.
    """
    try:
        yield
    except ClientError as error:
        raise _from_response(what, error, refusals) from error
    except _MISCONFIGURED as error:
        raise Denied(f"{what}: {error}") from error
    except (BotoCoreError, ResponseParserError) as error:
        raise Unavailable(f"{what}: {error}") from error


def error_code(error: ClientError) -> str:
    """Return the service's error code, bare of any namespace before a ``#``."""
    code: Any = error.response.get("Error", {}).get("Code", "")
    return str(code).rpartition("#")[2]


def _from_response(
    what: str, error: ClientError, refusals: frozenset[str]
) -> PortError:
    code = error_code(error)
    said = f"{what}: {code}: {error.response.get('Error', {}).get('Message', '')}"
    if code == _TRANSACTION:
        reasons = error.response.get("CancellationReasons", [])
        lost = any(reason.get("Code") in _LOST_RACE for reason in reasons)
        return Conflict(said) if lost else Unavailable(said)
    for codes, kind in (
        (_CONFLICT, Conflict),
        (_NOT_FOUND, NotFound),
        (_DENIED, Denied),
        (refusals, Refused),
    ):
        if code in codes:
            return kind(said)
    return Unavailable(said)
