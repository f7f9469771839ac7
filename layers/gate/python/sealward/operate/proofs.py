"""Proofs: a request's sender, as AWS STS knows them.

The sender signs a call of ``GetCallerIdentity`` with a header that holds the SHA-256 of
the request's text; the stack sends that call, and STS answers who signed it. The text
names the function and a few minutes, so the proof is good for this request, to this
function, now.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

from notation_verifier.values import dataclass
from sealward.operate.requests import BadRequest

BODY: Final = b"Action=GetCallerIdentity&Version=2011-06-15"
CONTENT_TYPE: Final = "application/x-www-form-urlencoded; charset=utf-8"
HEADER: Final = "X-Sealward-Request"
_SIGNED: Final = ("content-type", "host", "x-amz-date")
_TOKEN: Final = "x-amz-security-token"  # noqa: S105 - a header's name
_LIMIT: Final = 8_192
"""Characters of a session token; AWS's are shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the sender signed, as far as the stack does not know it itself."""

    authorization: str
    date: str
    """``X-Amz-Date``."""
    token: str = ""
    """``X-Amz-Security-Token``, of temporary credentials."""

    def headers(self, text: str) -> dict[str, str]:
        """Return the headers of the call that proves ``text``, without ``Host``."""
        found = {
            "Authorization": self.authorization,
            "Content-Type": CONTENT_TYPE,
            "X-Amz-Date": self.date,
            HEADER: hashed(text),
        }
        if self.token:
            found["X-Amz-Security-Token"] = self.token
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who AWS STS says it is."""

    account: str
    arn: str


class CallerIdentities(Protocol):
    """Asks AWS STS who made a proof."""

    def caller(self, text: str, proof: Proof) -> Caller:
        """Return who signed ``proof`` over ``text``.

        Raises:
            Denied: nobody AWS STS knows, or not over this text, or not now.
            Unavailable: AWS STS did not answer.
        """
        ...


def hashed(text: str) -> str:
    """Return what the signed header says of a request's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def payload_of(text: str, proof: Proof) -> dict[str, Any]:
    """Return what the function is invoked with."""
    signed = {"authorization": proof.authorization, "date": proof.date}
    if proof.token:
        signed["token"] = proof.token
    return {"request": text, "proof": signed}


def read_proof(value: object, *, region: str) -> Proof:
    """Return the proof that came with a request.

    Args:
        value: as it was sent.
        region: the stack's: a signature for another one is no proof here.

    Raises:
        BadRequest: it is none, or its signature leaves out what ties it to the text.
    """
    if not isinstance(value, Mapping) or value.keys() - {
        "authorization",
        "date",
        "token",
    }:
        raise BadRequest(
            "proof", "it has other members than authorization, date, token"
        )
    authorization, date = _text(value, "authorization"), _text(value, "date")
    token = _text(value, "token") if "token" in value else ""
    signed = [*_SIGNED, *([_TOKEN] if token else []), HEADER.lower()]
    pattern = (
        r"AWS4-HMAC-SHA256 Credential=[0-9A-Za-z_]{1,128}/(?P<day>[0-9]{8})/"
        rf"{re.escape(region)}/sts/aws4_request, "
        rf"SignedHeaders={re.escape(';'.join(signed))}, Signature=[0-9a-f]{{64}}"
    )
    match = re.fullmatch(pattern, authorization)
    if match is None or not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", date):
        raise BadRequest(
            "proof", f"it is no signature of {region}'s AWS STS over this request"
        )
    if not date.startswith(match["day"]):
        raise BadRequest("proof", "its date and its credential's differ")
    return Proof(authorization=authorization, date=date, token=token)


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    if (
        not isinstance(found, str)
        or not 0 < len(found) <= _LIMIT
        or not (found.isascii() and found.isprintable())
    ):
        raise BadRequest("proof", f"its {name} is no short line of ASCII")
    return found
