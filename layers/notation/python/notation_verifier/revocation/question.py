"""What is asked about one certificate, and the record of what was answered."""

from dataclasses import field
from datetime import datetime

from notation_verifier.certificate import Certificate
from notation_verifier.fetch import Fetch, FetchError
from notation_verifier.revocation.freshness import Clock
from notation_verifier.revocation.memory import (
    Revocation,
    RevocationMemory,
    SeenCrl,
)
from notation_verifier.revocation.pointers import Identity, Pointers
from notation_verifier.revocation.status import (
    Attempt,
    Cause,
    Method,
    Refused,
    RevocationStatus,
)
from notation_verifier.values import dataclass

_SHOWN_CHARACTERS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What every certificate of a chain is asked after with."""

    fetch: Fetch
    clock: Clock
    authentic_signing_time: datetime | None
    """Under ``notary.x509.signingAuthority``; else None."""
    memory: RevocationMemory
    crls: tuple[bytes, ...] = ()
    """CRLs in hand, of any issuer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One certificate, its issuer, and where it says it can be asked after."""

    circumstances: Circumstances
    pointers: Pointers
    issuer: Certificate
    issuer_identity: Identity

    @property
    def certificate_id(self) -> str:
        """What a memory knows the certificate by."""
        return self.issuer_identity.certificate_id(self.pointers.serial)

    @property
    def signed_at(self) -> datetime | None:
        """The authentic signing time, where the scheme has one."""
        return self.circumstances.authentic_signing_time

    @property
    def clock(self) -> Clock:
        """The time of the check."""
        return self.circumstances.clock

    def get(self, url: str, body: bytes | None = None) -> bytes:
        """Return the answer to a GET, or to a POST of ``body``.

        Raises:
            Refused: there is none.
        """
        try:
            return self.circumstances.fetch(url, body=body)
        except FetchError as error:
            raise Refused(Cause.UNREACHABLE, f"no answer: {error!s:.200}") from None


@dataclass(slots=True, kw_only=True)
class Record:
    """Attempts in the order they were made, and what they teach."""

    attempts: list[Attempt] = field(default_factory=list)
    learnt: RevocationMemory = field(default_factory=RevocationMemory)

    def refuse(self, method: Method, url: str, refused: Refused) -> None:
        """Note an answer that is not relied on."""
        self.attempts.append(
            Attempt(
                method=method,
                url=url,
                status=RevocationStatus.UNKNOWN,
                cause=refused.cause,
                detail=str(refused),
            )
        )

    def learn_revocation(self, certificate_id: str, revocation: Revocation) -> None:
        """(R44) Remember that a certificate was seen revoked, held or released."""
        self.learnt = self.learnt.merged(
            RevocationMemory(revocations={certificate_id: revocation})
        )

    def learn_ocsp(self, certificate_id: str, this_update: datetime) -> None:
        """(R44) Remember how new a current answer about a certificate was."""
        self.learnt = self.learnt.merged(
            RevocationMemory(ocsp={certificate_id: this_update})
        )

    def learn_crl(self, memory_key: str, seen: SeenCrl) -> None:
        """(R44) Remember how far a source of current CRLs had come."""
        self.learnt = self.learnt.merged(RevocationMemory(crls={memory_key: seen}))


def shown(url: str) -> str:
    """Return a URL short enough for a message; it may be as long as a certificate."""
    return url if len(url) <= _SHOWN_CHARACTERS else f"{url[:_SHOWN_CHARACTERS]}…"


def says(revocation: Revocation | None, *, good: bool) -> str:
    """Return in words what an answer says, as the continuation of its URL."""
    if revocation is None:
        return "does not revoke it" if good else "revokes it"
    text = f"revokes it from {revocation.revoked_at:%FT%TZ}, reason {revocation.reason}"
    if good and revocation.invalidity_date is not None:
        return f"{text}, but as invalid from {revocation.invalidity_date:%FT%TZ} only"
    return text
