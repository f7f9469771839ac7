"""Errors as AWS services answer them: a code, a sentence, an HTTP status."""

from http import HTTPStatus


class ServiceError(Exception):
    """A request that a simulated service declines.

    ``code`` is the name of the error shape in the service's model (or one of the common
    errors every service has), ``status`` the HTTP status it travels with.
    """

    def __init__(
        self, code: str, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid_parameter(name: str, message: str) -> ServiceError:
    """Return ECR's error for a parameter that breaks a rule."""
    return ServiceError(
        "InvalidParameterException",
        f"Invalid parameter at '{name}' failed to satisfy constraint: '{message}'",
    )


def throttled() -> ServiceError:
    """Return the error of a service that is asked too often."""
    return ServiceError("ThrottlingException", "Rate exceeded")


def internal_error() -> ServiceError:
    """Return the error of a service that fails on its own side."""
    return ServiceError(
        "ServerException",
        "These errors are usually caused by a server-side issue.",
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def access_denied(action: str, caller: str) -> ServiceError:
    """Return the error of a caller whose policies do not allow ``action``."""
    return ServiceError(
        "AccessDeniedException",
        f"User: {caller or 'anonymous'} is not authorized to perform: {action} because "
        "no identity-based policy allows the action",
        HTTPStatus.FORBIDDEN,
    )
