"""Knowledge of revocation that never goes backwards.

A replayed answer is validly signed and may still be within its ``nextUpdate``. So a
caller keeps, between verifications, how far each source had come and what was once
validly seen revoked, passes it in and takes the new one back. Nothing here is stored or
changed in place; two memories of one history merge in any order to the same one.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from notation_verifier.values import dataclass

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class Standing(StrEnum):
    """How a certificate once found revoked stands."""

    REVOKED = "revoked"
    """For good: no later answer changes it."""
    HELD = "held"
    """By ``certificateHold``, until a newer answer releases it."""
    RELEASED = "released"
    """It was held; kept so that an older memory cannot bring the hold back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A revocation validly seen, of one certificate."""

    standing: Standing
    this_update: datetime
    """Of the answer that said so."""
    revoked_at: datetime
    reason: str
    """RFC 5280 section 5.3.1's name; ``unspecified`` where none is given."""
    invalidity_date: datetime | None = None
    """RFC 5280 section 5.3.2: when the key is thought to have become untrustworthy."""

    def reaches(self, authentic_signing_time: datetime | None) -> bool:
        """Return whether a signature of that time falls under this revocation.

        A time is passed only for ``notary.x509.signingAuthority``; without one every
        signature does. Exactly at the invalidity date counts as after it.
        """
        return self.standing is not Standing.RELEASED and (
            authentic_signing_time is None
            or self.invalidity_date is None
            or authentic_signing_time >= self.invalidity_date
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCrl:
    """How far the CRLs of one issuer and scope had come."""

    number: int | None
    """The highest CRL number seen; None where none carried one."""
    this_update: datetime
    """The latest one seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationMemory:
    """What earlier checks learnt; a value, safe to share, empty to begin with.

    Keys are opaque: hexadecimal hashes over issuer, scope and serial number.
    """

    crls: Mapping[str, SeenCrl] = field(default_factory=lambda: MappingProxyType({}))
    """By issuer and scope of the CRL; complete and delta CRLs apart."""
    ocsp: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """By certificate: the latest ``thisUpdate`` an OCSP answer bore."""
    revocations: Mapping[str, Revocation] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """By certificate."""

    def __bool__(self) -> bool:
        """Return whether anything is known."""
        return bool(self.crls or self.ocsp or self.revocations)

    def beyond(self, known: "RevocationMemory") -> "RevocationMemory":
        """Return the entries that ``known`` has not, or not so."""
        return RevocationMemory(
            crls=_unlike(self.crls, known.crls),
            ocsp=_unlike(self.ocsp, known.ocsp),
            revocations=_unlike(self.revocations, known.revocations),
        )

    def overtaken(self, before: "RevocationMemory") -> frozenset[datetime]:
        """Return the ``thisUpdate`` of each source's answer newest in ``before`` only.

        An answer of such a time may be one that no longer counts: it is asked for anew.
        """
        ocsp = (seen for key, seen in before.ocsp.items() if self.ocsp.get(key) != seen)
        crls = (
            seen.this_update
            for key, seen in before.crls.items()
            if self.crls.get(key) != seen
        )
        return frozenset((*ocsp, *crls))

    def merged(self, other: "RevocationMemory") -> "RevocationMemory":
        """Return what both know: the furthest of each source, the worst of each.

        Commutative, associative and idempotent, so that memories of checks that ran
        side by side, on other machines or twice, come together to one.
        """
        if not other:
            return self
        crls = _joined(self.crls, other.crls)
        for key in self.crls.keys() & other.crls.keys():
            crls[key] = _further(self.crls[key], other.crls[key])
        ocsp = _joined(self.ocsp, other.ocsp)
        for key in self.ocsp.keys() & other.ocsp.keys():
            ocsp[key] = max(self.ocsp[key], other.ocsp[key])
        revocations = _joined(self.revocations, other.revocations)
        for key in self.revocations.keys() & other.revocations.keys():
            revocations[key] = _worse(self.revocations[key], other.revocations[key])
        return RevocationMemory(
            crls=MappingProxyType(crls),
            ocsp=MappingProxyType(ocsp),
            revocations=MappingProxyType(revocations),
        )


_Value = TypeVar("_Value")


def _joined(
    one: Mapping[str, _Value], other: Mapping[str, _Value]
) -> dict[str, _Value]:
    return {**one, **other}


def _unlike(
    mine: Mapping[str, _Value], known: Mapping[str, _Value]
) -> Mapping[str, _Value]:
    return MappingProxyType(
        {key: value for key, value in mine.items() if known.get(key) != value}
    )


def _further(one: SeenCrl, other: SeenCrl) -> SeenCrl:
    numbers = [crl.number for crl in (one, other) if crl.number is not None]
    return SeenCrl(
        number=max(numbers, default=None),
        this_update=max(one.this_update, other.this_update),
    )


def _worse(one: Revocation, other: Revocation) -> Revocation:
    """Return the revocation that binds.

    One for good binds before a hold or release: the one that reaches furthest back. Of
    holds and releases the newer binds, and at one time the hold.
    """

    def weight(revocation: Revocation) -> tuple[object, ...]:
        if revocation.standing is Standing.REVOKED:
            reach = revocation.invalidity_date
            tie = (_LAST - revocation.this_update, revocation.revoked_at)
            return (1, reach is None, _LAST - (reach or _LAST), tie, revocation.reason)
        held = revocation.standing is Standing.HELD
        reach = revocation.invalidity_date or _FIRST
        tie = (_LAST - reach, revocation.revoked_at)
        return (0, revocation.this_update, held, tie, revocation.reason)

    return max(one, other, key=weight)
