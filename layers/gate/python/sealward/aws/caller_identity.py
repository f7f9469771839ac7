"""Who sent a request: signed on the sender's side, asked of AWS STS on the stack's.

Both sides take the plain address of the Region's AWS STS from botocore, or the local
AWS's from ``AWS_ENDPOINT_URL``: never from what was sent. botocore follows no redirect.
"""

import threading
from typing import Any, Final
from urllib.parse import urlsplit

import botocore
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError, NoCredentialsError

from sealward.aws.clients import Clients
from sealward.aws.errors import error_code, translated
from sealward.operate.proofs import (
    BODY,
    CONTENT_TYPE,
    HEADER,
    Caller,
    Proof,
    hashed,
)
from sealward.ports.failures import Denied, PortError, Unavailable

_EVENTS: Final = "sts.GetCallerIdentity"
_CALL: Final = "sts:GetCallerIdentity of a request's sender"
_REFUSED: Final = 4
"""Hundreds of an HTTP status."""


def prove(text: str, clients: Clients, region: str) -> Proof:
    """Return the proof that the holder of the credentials in use sends ``text``.

    Args:
        text: of the request.
        clients: who has the credentials.
        region: the stack's.

    Raises:
        Denied: there are no credentials.
    """
    with translated("signing the request"):
        credentials = clients.credentials()
        if credentials is None:
            raise NoCredentialsError
        endpoint: str = clients.regional_sts(region).meta.endpoint_url
        return prove_by(text, credentials.get_frozen_credentials(), endpoint, region)


def prove_by(text: str, credentials: Any, endpoint: str, region: str) -> Proof:  # noqa: ANN401 (botocore's)
    """Return the proof that the holder of ``credentials`` sends ``text``.

    Nothing is sent: the stack sends what is signed here.
    """
    signed = AWSRequest(
        method="POST",
        url=f"{endpoint.rstrip('/')}/",
        data=BODY,
        headers={"Content-Type": CONTENT_TYPE, HEADER: hashed(text)},
    )
    SigV4Auth(credentials, "sts", region).add_auth(signed)
    return Proof(
        authorization=signed.headers["Authorization"],
        date=signed.headers["X-Amz-Date"],
        token=signed.headers.get("X-Amz-Security-Token", ""),
    )


class StsCallers:
    """Sends what a sender signed to the Region's AWS STS.

    Args:
        sts: a botocore client of ``sts`` that nothing else uses: its own credentials
            sign nothing.
    """

    def __init__(self, sts: Any) -> None:  # noqa: ANN401 (botocore makes its classes at run time)
        self._sts = sts
        self._lock = threading.Lock()
        self._headers: dict[str, str] = {}
        events = sts.meta.events
        events.register(f"choose-signer.{_EVENTS}", _unsigned)
        events.register(f"request-created.{_EVENTS}", self._as_signed)

    def caller(self, text: str, proof: Proof) -> Caller:
        """Return who signed ``proof`` over ``text``.

        Raises:
            Denied: nobody AWS STS knows, or not over this text, or not now.
            Unavailable: AWS STS did not answer.
        """
        with self._lock, translated(_CALL):
            self._headers = proof.headers(text)
            try:
                answer = self._sts.get_caller_identity()
                return Caller(account=str(answer["Account"]), arn=str(answer["Arn"]))
            except ClientError as error:
                raise _unquoted(error) from None
            except KeyError as error:
                raise Unavailable(f"{_CALL}: its answer has no {error}") from error

    def _as_signed(self, request: AWSRequest, **_: object) -> None:
        """Make the call that the sender signed, byte for byte."""
        for name, value in self._headers.items():
            del request.headers[name]
            request.headers[name] = value
        request.data = BODY
        host = urlsplit(str(request.url)).netloc
        del request.headers["Host"]
        request.headers["Host"] = host


def _unquoted(error: ClientError) -> PortError:
    """Return what AWS STS said: of its words the code alone.

    It may quote what was sent, a session token with it, and that is for no log.
    """
    code = error_code(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    said = f"{_CALL}: {code}: what AWS STS says beside is not repeated"
    # What is sent is the sender's own, so that a refusal is about the sender.
    if status // 100 == _REFUSED and not code.startswith("Throttl"):
        return Denied(said)
    return Unavailable(said)


def _unsigned(**_: object) -> Any:  # noqa: ANN401 (botocore's own mark)
    return botocore.UNSIGNED
