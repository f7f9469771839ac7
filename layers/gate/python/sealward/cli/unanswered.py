"""Where AWS does not answer a command: one line that says why and what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click
from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    HTTPClientError,
    NoAuthTokenError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from sealward.aws.errors import error_code
from sealward.cli.output import printable
from sealward.ports.failures import PortError

UNANSWERED: Final = 2
"""Exit code: AWS did not answer, or what is named is not there."""
_SIGN_IN: Final = "Sign in to AWS, or name a profile in AWS_PROFILE"
_BY_KIND: Final[tuple[tuple[tuple[type[Exception], ...], str], ...]] = (
    (
        (
            NoCredentialsError,
            PartialCredentialsError,
            NoAuthTokenError,
            SSOError,
            TokenRetrievalError,
        ),
        _SIGN_IN,
    ),
    ((ProfileNotFound,), "'aws configure list-profiles' names those there are"),
    ((NoRegionError,), "Give --region, or set AWS_REGION"),
    (
        (ConnectionError, HTTPClientError),
        "Is the Region right, and is there a way to it from here?",
    ),
)
_BY_WORD: Final = (
    (
        ("Expired", "InvalidClientTokenId", "UnrecognizedClient", "InvalidAccessKeyId"),
        "The credentials in use are old or wrong: sign in anew",
    ),
    (
        ("AccessDenied", "Unauthorized", "NotAuthorized", "403"),
        "The command's section in the documentation names the rights it needs",
    ),
    (
        ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown"),
        "Try again in a minute",
    ),
    (
        ("NotFound", "NoSuch", "NonExistent", "DoesNotExist", "ValidationError"),
        "Is the name right, and are Region and account those of the stack?",
    ),
)


@contextmanager
def answered() -> Iterator[None]:
    """End with exit code 2 and one line where AWS does not answer."""
    try:
        yield
    except PortError as error:
        say_unanswered(error)
        raise click.exceptions.Exit(UNANSWERED) from error


def say_unanswered(error: Exception) -> None:
    """Say on standard error what did not answer, and what may mend it."""
    click.echo(f"sealward: {printable(advised(error))}", err=True)


def advised(error: Exception) -> str:
    """Return what ``error`` says, with what to do next where that is known."""
    said = str(error)
    if not (advice := _advice(error.__cause__)):
        return said
    return f"{said.rstrip('.')}. {advice}"


def _advice(cause: BaseException | None) -> str:
    if isinstance(cause, ClientError):
        code = error_code(cause)
        for words, advice in _BY_WORD:
            if any(word in code for word in words):
                return advice
    for kinds, advice in _BY_KIND:
        if isinstance(cause, kinds):
            return advice
    return ""
