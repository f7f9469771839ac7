"""JWS envelopes (application/jose+json): the flattened JSON serialisation, strictly.

Spec: signature-envelope-jws; RFC 7515.
"""

from datetime import datetime
from typing import Any

from notation_verifier._strict import (
    StrictError,
    base64_standard,
    base64_url,
    folded,
    json_object,
    refuse_case_variants,
    rfc3339,
)
from notation_verifier.algorithms import SignatureAlgorithm
from notation_verifier.chain_reader import ChainReader
from notation_verifier.envelope import (
    EXPIRY,
    JWS_MEDIA_TYPE,
    SIGNED_ATTRIBUTES,
    SIGNING_SCHEME,
    TIME_ATTRIBUTES,
    TIMESTAMP_SIGNATURE,
    Envelope,
    ExtendedAttribute,
    SigningScheme,
    check_times,
    signing_scheme,
)
from notation_verifier.errors import MalformedEnvelope, UnsupportedEnvelope

_MEMBERS = frozenset({"payload", "protected", "header", "signature"})
_PROTECTED = {**SIGNED_ATTRIBUTES, **folded("alg", "cty", "crit")}
_UNPROTECTED = folded("x5c", TIMESTAMP_SIGNATURE)
_SYSTEM = frozenset(
    {
        "alg",
        "cty",
        "crit",
        SIGNING_SCHEME,
        EXPIRY,
        *(each.time_attribute for each in SigningScheme),
    }
)
"""What is no extended attribute."""
_ALGORITHMS = {algorithm.value: algorithm for algorithm in SignatureAlgorithm}


def read_jws(data: bytes, chains: ChainReader) -> Envelope:
    """Return the envelope ``data`` holds; ``chains`` reads its certificates.

    Raises:
        MalformedEnvelope: not JWS by the specification's and the strict readers' rules.
        UnsupportedEnvelope: an algorithm or signing scheme that is not one.
    """
    try:
        return _read(data, chains)
    except StrictError as error:
        raise MalformedEnvelope(f"JWS: {error}") from None


def _read(data: bytes, chains: ChainReader) -> Envelope:
    members = json_object(data)
    if members.keys() != _MEMBERS:  # (E4)
        wrong = sorted(members.keys() ^ _MEMBERS)
        raise MalformedEnvelope(
            f"JWS: missing or unknown members {', '.join(map(repr, wrong))[:200]}"
        )
    protected = _text(members, "protected")
    payload = _text(members, "payload")
    unprotected = members["header"]
    if not isinstance(unprotected, dict):
        raise MalformedEnvelope("JWS: header is not an object")
    refuse_case_variants(unprotected, _UNPROTECTED)
    header = json_object(base64_url(protected))
    refuse_case_variants(header, _PROTECTED)

    algorithm = _ALGORITHMS.get(_text(header, "alg"))  # (E6)
    if algorithm is None:
        raise UnsupportedEnvelope(
            f"JWS: algorithm {header['alg'][:40]!r}; there are {', '.join(_ALGORITHMS)}"
        )
    scheme = signing_scheme(header.get(SIGNING_SCHEME))
    signing_time, expiry = _times(header, scheme)
    return Envelope(
        media_type=JWS_MEDIA_TYPE,
        algorithm=algorithm,
        content_type=_text(header, "cty"),
        scheme=scheme,
        signing_time=signing_time,
        expiry=expiry,
        extended=_extended(header, scheme),
        chain=chains.read_base64(_certificates(unprotected)),
        payload=base64_url(payload),
        signed=f"{protected}.{payload}".encode("ascii"),
        signature=base64_url(_text(members, "signature")),
        timestamp=_timestamp(unprotected),
    )


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise MalformedEnvelope(f"JWS: {name} is missing or not text")
    return value


def _times(
    header: dict[str, Any], scheme: SigningScheme
) -> tuple[datetime, datetime | None]:
    """(E7) Return the scheme's signing time and the expiry.

    Raises:
        MalformedEnvelope: the scheme's time is missing, the other's is present, or the
            expiry is not later.
    """
    name = scheme.time_attribute
    for other, attribute in TIME_ATTRIBUTES:
        if other is not scheme and attribute in header:
            raise MalformedEnvelope(
                f"JWS: {attribute} must not be present for {scheme}"
            )
    signing_time = rfc3339(_text(header, name))
    expiry = rfc3339(_text(header, EXPIRY)) if EXPIRY in header else None
    check_times(scheme, signing_time, expiry)
    return signing_time, expiry


def _extended(
    header: dict[str, Any], scheme: SigningScheme
) -> dict[int | str, ExtendedAttribute]:
    """(E8) Return the extended attributes; ``crit`` lists what it must and no more.

    Raises:
        MalformedEnvelope: ``crit`` is not a non-empty list of different names, misses a
            required one, or lists one that is absent or may not be critical.
    """
    critical = header.get("crit")
    if (
        not isinstance(critical, list)
        or not critical
        or not all(isinstance(name, str) for name in critical)
    ):
        raise MalformedEnvelope("JWS: crit is missing or no list of names")
    listed = set(critical)
    if len(listed) != len(critical):
        raise MalformedEnvelope("JWS: crit lists a name twice")
    required = {SIGNING_SCHEME}
    if EXPIRY in header:
        required.add(EXPIRY)
    if scheme is SigningScheme.SIGNING_AUTHORITY:
        required.add(scheme.time_attribute)
    if not required <= listed:
        raise MalformedEnvelope(
            f"JWS: crit misses {', '.join(sorted(required - listed))}"
        )
    extended: dict[int | str, ExtendedAttribute] = {
        name: ExtendedAttribute(value=value, critical=name in listed)
        for name, value in header.items()
        if name not in _SYSTEM
    }
    for name in listed - required:
        if name not in extended:
            raise MalformedEnvelope(
                f"JWS: crit lists {name[:80]!r}, absent or not to be critical"
            )
    return extended


def _certificates(unprotected: dict[str, Any]) -> list[str]:
    chain = unprotected.get("x5c")
    if not isinstance(chain, list) or not all(isinstance(item, str) for item in chain):
        raise MalformedEnvelope("JWS: x5c is missing or no list of text")
    return chain


def _timestamp(unprotected: dict[str, Any]) -> bytes | None:
    if TIMESTAMP_SIGNATURE not in unprotected:
        return None
    return base64_standard(_text(unprotected, TIMESTAMP_SIGNATURE))
