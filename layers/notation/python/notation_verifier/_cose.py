"""COSE envelopes (application/cose): COSE_Sign1 with tag 18, strictly.

Spec: signature-envelope-cose; RFC 9052.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from notation_verifier._cbor import CborError, Epoch, byte_string, cbor_value
from notation_verifier._strict import StrictError, refuse_case_variants
from notation_verifier.algorithms import COSE_ALGORITHMS
from notation_verifier.chain_reader import ChainReader
from notation_verifier.envelope import (
    COSE_MEDIA_TYPE,
    EXPIRY,
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

_SIGN1 = b"\xd2\x84"  # tag 18, array of four
_ALGORITHM, _CRITICAL, _CONTENT_TYPE, _X5CHAIN = 1, 2, 3, 33
_SYSTEM = frozenset(
    {
        _ALGORITHM,
        _CRITICAL,
        _CONTENT_TYPE,
        SIGNING_SCHEME,
        EXPIRY,
        *(each.time_attribute for each in SigningScheme),
    }
)
"""What is no extended attribute."""
_SIG_STRUCTURE = b"\x84\x6aSignature1"  # array of four, its context
_NO_EXTERNAL_DATA = b"\x40"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_cose(data: bytes, chains: ChainReader) -> Envelope:
    """Return the envelope ``data`` holds; ``chains`` reads its certificates.

    Raises:
        MalformedEnvelope: not COSE_Sign1 by the specification's and the strict reader's
            rules.
        UnsupportedEnvelope: an algorithm or signing scheme that is not one.
    """
    try:
        return _read(data, chains)
    except (CborError, StrictError) as error:
        raise MalformedEnvelope(f"COSE: {error}") from None


def _read(data: bytes, chains: ChainReader) -> Envelope:
    if not data.startswith(_SIGN1):  # (E5)
        raise MalformedEnvelope("COSE: does not begin as a tagged COSE_Sign1")
    outer = cbor_value(data, 1, times=False)
    match outer:
        case [
            bytes() as protected,
            dict() as unprotected,
            bytes() as payload,
            bytes() as signature,
        ]:
            pass
        case _:
            raise MalformedEnvelope(
                "COSE: not headers in bytes, a map, a payload and a signature"
            )
    header = cbor_value(protected)
    if not isinstance(header, dict):
        raise MalformedEnvelope("COSE: the protected header is no map")
    refuse_case_variants(header, SIGNED_ATTRIBUTES)
    refuse_case_variants(
        unprotected, {TIMESTAMP_SIGNATURE.casefold(): TIMESTAMP_SIGNATURE}
    )
    for label in unprotected:
        if isinstance(label, int) and label != _X5CHAIN:
            raise MalformedEnvelope(f"COSE: unprotected label {label} is not expected")

    number = header.get(_ALGORITHM)
    if isinstance(number, bool) or not isinstance(number, int):
        raise MalformedEnvelope("COSE: alg is missing or no integer")
    algorithm = COSE_ALGORITHMS.get(number)  # (E6)
    if algorithm is None:
        raise UnsupportedEnvelope(f"COSE: algorithm {number} is not one of the six")
    content_type = header.get(_CONTENT_TYPE)
    if not isinstance(content_type, str):
        raise MalformedEnvelope("COSE: the content type is missing or not text")
    scheme = signing_scheme(header.get(SIGNING_SCHEME))
    signing_time, expiry = _times(header, scheme)
    return Envelope(
        media_type=COSE_MEDIA_TYPE,
        algorithm=algorithm,
        content_type=content_type,
        scheme=scheme,
        signing_time=signing_time,
        expiry=expiry,
        extended=_extended(header, scheme),
        chain=chains.read(_certificates(unprotected)),
        payload=payload,
        signed=_SIG_STRUCTURE
        + byte_string(protected)
        + _NO_EXTERNAL_DATA
        + byte_string(payload),
        signature=signature,
        timestamp=_timestamp(unprotected),
    )


def _time(header: dict[int | str, Any], name: str) -> datetime:
    value = header.get(name)
    if not isinstance(value, Epoch):
        raise MalformedEnvelope(f"COSE: {name} is missing or no tag 1 integer")
    try:
        return _EPOCH + timedelta(seconds=value.seconds)
    except OverflowError:
        raise MalformedEnvelope(f"COSE: {name} is no instant of the calendar") from None


def _times(
    header: dict[int | str, Any], scheme: SigningScheme
) -> tuple[datetime, datetime | None]:
    """(E7) Return the scheme's signing time and the expiry.

    Raises:
        MalformedEnvelope: the scheme's time is missing, the other's is present, or the
            expiry is not later.
    """
    for other, attribute in TIME_ATTRIBUTES:
        if other is not scheme and attribute in header:
            raise MalformedEnvelope(
                f"COSE: {attribute} must not be present for {scheme}"
            )
    signing_time = _time(header, scheme.time_attribute)
    expiry = _time(header, EXPIRY) if EXPIRY in header else None
    check_times(scheme, signing_time, expiry)
    return signing_time, expiry


def _extended(
    header: dict[int | str, Any], scheme: SigningScheme
) -> dict[int | str, ExtendedAttribute]:
    """(E8) Return the extended attributes, once ``crit`` lists what it must.

    Raises:
        MalformedEnvelope: ``crit`` is not a non-empty list of different labels, misses
            a required one or lists one that is absent; an integer label that is none
            of the three a signature has.
    """
    critical = header.get(_CRITICAL)
    if (
        not isinstance(critical, list)
        or not critical
        or not all(
            isinstance(label, str | int) and not isinstance(label, bool)
            for label in critical
        )
    ):
        raise MalformedEnvelope("COSE: crit is missing or no list of labels")
    listed = set(critical)
    if len(listed) != len(critical):
        raise MalformedEnvelope("COSE: crit lists a label twice")
    required: set[int | str] = {SIGNING_SCHEME}
    if EXPIRY in header:
        required.add(EXPIRY)
    if scheme is SigningScheme.SIGNING_AUTHORITY:
        required.add(scheme.time_attribute)
    if not required <= listed:
        missing = ", ".join(sorted(map(str, required - listed)))
        raise MalformedEnvelope(f"COSE: crit misses {missing}")
    if not listed <= header.keys():
        absent = ", ".join(sorted(map(str, listed - header.keys())))
        raise MalformedEnvelope(f"COSE: crit lists what is absent: {absent:.80}")
    extended: dict[int | str, ExtendedAttribute] = {}
    for label, value in header.items():
        if label in _SYSTEM:
            continue
        if isinstance(label, int):
            raise MalformedEnvelope(f"COSE: protected label {label} is not expected")
        extended[label] = ExtendedAttribute(value=value, critical=label in listed)
    return extended


def _certificates(unprotected: dict[int | str, Any]) -> list[bytes]:
    chain = unprotected.get(_X5CHAIN)
    if not isinstance(chain, list) or not all(
        isinstance(item, bytes) for item in chain
    ):
        raise MalformedEnvelope("COSE: x5chain (33) is missing or no array of bytes")
    return chain


def _timestamp(unprotected: dict[int | str, Any]) -> bytes | None:
    if TIMESTAMP_SIGNATURE not in unprotected:
        return None
    value = unprotected[TIMESTAMP_SIGNATURE]
    if not isinstance(value, bytes):
        raise MalformedEnvelope(f"COSE: {TIMESTAMP_SIGNATURE} is not bytes")
    return value
