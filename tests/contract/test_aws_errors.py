"""Foreign errors: each becomes one of the ports' words, and nothing else gets out."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from sealward.aws.errors import translated
from sealward.ports.failures import (
    Conflict,
    Denied,
    NotFound,
    PortError,
    Refused,
    Unavailable,
)


def _answer(code: str, *reasons: str) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": "said so"},
            "CancellationReasons": [{"Code": reason} for reason in reasons],
        },
        "Operation",
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (_answer("RepositoryNotFoundException"), NotFound),
        (_answer("ImageNotFoundException"), NotFound),
        (_answer("LayersNotFoundException"), NotFound),
        (_answer("LayerInaccessibleException"), NotFound),
        (_answer("NoSuchKey"), NotFound),
        (_answer("AccessDeniedException"), Denied),
        (_answer("AccessDenied"), Denied),
        (_answer("403"), Denied),
        (_answer("com.amazonaws.dynamodb#AccessDeniedException"), Denied),
        (_answer("ExpiredTokenException"), Denied),
        (_answer("ImageStorageClassUpdateNotSupportedException"), Refused),
        (_answer("ConditionalCheckFailedException"), Conflict),
        (_answer("TransactionConflictException"), Conflict),
        (_answer("TransactionCanceledException", "ConditionalCheckFailed"), Conflict),
        (
            _answer("TransactionCanceledException", "None", "TransactionConflict"),
            Conflict,
        ),
        (_answer("TransactionCanceledException", "ThrottlingError"), Unavailable),
        (_answer("TransactionCanceledException"), Unavailable),
        (_answer("ThrottlingException"), Unavailable),
        (_answer("ServerException"), Unavailable),
        (_answer("500"), Unavailable),
        (_answer("SomethingNewException"), Unavailable),
        (_answer(""), Unavailable),
        (EndpointConnectionError(endpoint_url="x"), Unavailable),
        (ConnectTimeoutError(endpoint_url="x"), Unavailable),
        (ReadTimeoutError(endpoint_url="x"), Unavailable),
        (ParamValidationError(report="x"), Unavailable),
        (NoCredentialsError(), Denied),
    ],
)
def test_each_error_becomes_one_word(error: Exception, kind: type[PortError]) -> None:
    with (
        pytest.raises(PortError, match="what was asked") as caught,
        translated("what was asked"),
    ):
        raise error
    assert type(caught.value) is kind
    assert caught.value.__cause__ is error


def test_an_error_of_our_own_is_left_as_it_is() -> None:
    with pytest.raises(KeyError), translated("what was asked"):
        raise KeyError("ours")
