"""Who sent a request: signed on the sender's side, asked of AWS STS on the stack's.

Both sides take the address of the Region's AWS STS from botocore, or the local AWS's
from ``AWS_ENDPOINT_URL``: never from what was sent.
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

_EVENTS: Final = "sts.GetCallerIdentity"
_UNQUOTED: Final = "what AWS STS says beside is not repeated"


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
        endpoint: str = clients.client("sts", region).meta.endpoint_url
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
        with self._lock, translated("sts:GetCallerIdentity of a request's sender"):
            self._headers = proof.headers(text)
            try:
                answer = self._sts.get_caller_identity()
            except ClientError as error:
                # STS may quote what was sent, a session token with it: of its words
                # only the code may get into a log or an answer.
                raise ClientError(
                    {"Error": {"Code": error_code(error), "Message": _UNQUOTED}},
                    "GetCallerIdentity",
                ) from None
        return Caller(account=str(answer["Account"]), arn=str(answer["Arn"]))

    def _as_signed(self, request: AWSRequest, **_: object) -> None:
        """Make the call that the sender signed, byte for byte."""
        for name, value in self._headers.items():
            del request.headers[name]
            request.headers[name] = value
        request.data = BODY
        host = urlsplit(str(request.url)).netloc
        del request.headers["Host"]
        request.headers["Host"] = host


def _unsigned(**_: object) -> Any:  # noqa: ANN401 (botocore's own mark)
    return botocore.UNSIGNED
