"""TSTInfo: what a timestamp's authority states (RFC 3161 section 2.4.2)."""

from datetime import datetime, timedelta

from notation_verifier import _der
from notation_verifier._der import DerError
from notation_verifier.timestamp._asn1 import (
    BOOLEAN,
    EXPLICIT_0,
    EXPLICIT_1,
    GENERALIZED_TIME,
    IMPLICIT_0,
    IMPLICIT_1,
    OCTET_STRING,
    Reader,
    generalized_time,
    read_algorithm,
)
from notation_verifier.values import dataclass

MAX_ACCURACY = timedelta(days=1)
"""(T6) A time that may be further off says nothing."""
MAX_EXTENSIONS = 32
BASELINE_POLICY = "0.4.0.2023.1.1"
"""ETSI's best-practices policy for timestamps (EN 319 421)."""
_BASELINE_ACCURACY = timedelta(seconds=1)
_THOUSANDTHS = range(1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class TstInfo:
    """What the authority states: these bytes were known at that time."""

    policy: str
    hash: str
    """The identifier of the hash."""
    imprint: bytes
    earliest: datetime
    """``genTime``, cut to whole microseconds."""
    latest: datetime
    """``genTime``, the next whole microsecond if it has a finer fraction."""
    margin: timedelta
    """(T6) How far the authority's clock may be off: its accuracy; one second under the
    baseline policy where it states none, or zero; else nothing."""

    @property
    def not_before(self) -> datetime:
        """The earliest moment it may have been."""
        return self.earliest - self.margin

    @property
    def not_after(self) -> datetime:
        """The latest moment it may have been."""
        return self.latest + self.margin


def read_tst_info(data: bytes) -> TstInfo:
    """(T4) Return what a TSTInfo says (RFC 3161 section 2.4.2).

    Raises:
        DerError: it is none of version 1, its time is no UTC time, its accuracy is out
            of range, or it has a critical extension.
    """
    outer = Reader(data)
    info = outer.inside(_der.SEQUENCE)
    outer.end()
    if (version := info.small()) != 1:
        raise DerError(f"TSTInfo of version {version}; there is only 1")
    policy = info.oid()
    imprint = info.inside(_der.SEQUENCE)
    hash_ = read_algorithm(imprint)
    hashed = imprint.value(OCTET_STRING)
    imprint.end()
    info.number()
    earliest, latest = generalized_time(info.value(GENERALIZED_TIME))
    margin = timedelta()
    if info.comes(_der.SEQUENCE):
        margin = _accuracy(info.inside(_der.SEQUENCE))
    if not margin and policy == BASELINE_POLICY:
        margin = _BASELINE_ACCURACY
    if info.comes(BOOLEAN) and info.value(BOOLEAN) not in (b"\0", b"\xff"):
        raise DerError("TSTInfo: ordering is neither true nor false")
    if info.comes(_der.INTEGER):
        info.number()  # the nonce: only who asked for the token knows it
    if info.comes(EXPLICIT_0):
        info.next()  # the authority's own name for itself: its certificate counts
    if info.comes(EXPLICIT_1):
        _extensions(info.inside(EXPLICIT_1))
    info.end()
    found = TstInfo(
        policy=policy,
        hash=hash_,
        imprint=hashed,
        earliest=earliest,
        latest=latest,
        margin=margin,
    )
    try:
        found.not_before, found.not_after  # noqa: B018 - for the error they may raise
    except OverflowError:
        raise DerError("TSTInfo: the time is at an end of the calendar") from None
    return found


def _accuracy(reader: Reader) -> timedelta:
    seconds = reader.small() if reader.comes(_der.INTEGER) else 0
    millis = reader.small(IMPLICIT_0) if reader.comes(IMPLICIT_0) else 0
    micros = reader.small(IMPLICIT_1) if reader.comes(IMPLICIT_1) else 0
    reader.end()
    fits = seconds >= 0 and millis in _THOUSANDTHS and micros in _THOUSANDTHS
    if not fits or timedelta(seconds=seconds) > MAX_ACCURACY:
        raise DerError("TSTInfo: the accuracy is out of range")
    return timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)


def _extensions(reader: Reader) -> None:
    for extension in reader.each(_der.SEQUENCE, MAX_EXTENSIONS, "extensions"):
        kind = extension.oid()
        if extension.comes(BOOLEAN) and extension.value(BOOLEAN) != b"\0":
            raise DerError(f"TSTInfo: critical extension {kind} is not understood")
        extension.next(OCTET_STRING)
        extension.end()
