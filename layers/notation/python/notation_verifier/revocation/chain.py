"""Revocation of a whole chain: each certificate but the root, side by side."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from notation_verifier.certificate import Certificate
from notation_verifier.fetch import Fetch
from notation_verifier.revocation.freshness import Clock
from notation_verifier.revocation.inquiry import ask_after
from notation_verifier.revocation.memory import RevocationMemory
from notation_verifier.revocation.question import Circumstances
from notation_verifier.revocation.status import (
    CertificateRevocation,
    ChainRevocation,
    RevocationStatus,
    SideBySide,
)
from notation_verifier.values import dataclass

NOTHING_KNOWN = RevocationMemory()


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationSettings:
    """What a caller brings to a check of revocation, besides a way to ask."""

    memory: RevocationMemory = NOTHING_KNOWN
    """What earlier checks returned."""
    max_age: timedelta | None = None
    """How old an answer may be, whatever its nextUpdate; None leaves that alone."""
    crls: Sequence[bytes] = ()
    """CRLs in hand (DER); see :func:`check_revocation`."""
    side_by_side: SideBySide = map
    """Runs the certificates' checks, as ``Executor.map`` does."""


LazySettings = RevocationSettings | Callable[[], RevocationSettings] | None
"""Settings, or what makes them where somebody is asked; None for the defaults."""


def resolved(settings: LazySettings) -> RevocationSettings:
    """Return the settings themselves."""
    if settings is None:
        return RevocationSettings()
    return settings() if callable(settings) else settings


def check_revocation(
    chain: Sequence[Certificate],
    *,
    fetch: Fetch,
    now: datetime,
    authentic_signing_time: datetime | None = None,
    memory: RevocationMemory = NOTHING_KNOWN,
    max_age: timedelta | None = None,
    crls: Sequence[bytes] = (),
    side_by_side: SideBySide = map,
) -> ChainRevocation:
    """Return what is known of the revocation of ``chain``.

    Spec: trust-store-trust-policy, Certificate Revocation Evaluation (R1, R7). Call it
    only for a chain that is anchored in a trust store: its certificates say which URLs
    are fetched. No bytes a server can send make it raise.

    Args:
        chain: leaf first, root last; one certificate alone needs no answer.
        fetch: asks a URL; bounds time, size and addresses; may raise FetchError.
        now: the time of the check, with its time zone.
        authentic_signing_time: when the signature was made, for the signing scheme
            ``notary.x509.signingAuthority`` only; an ``invalidityDate`` after it leaves
            the signature good.
        memory: what earlier checks returned; see :class:`RevocationMemory`.
        max_age: answers older than this are not current, whatever their nextUpdate.
        crls: complete CRLs in hand, in DER. One that is current, by the certificate's
            issuer and of its distribution point is used instead of fetching that.
        side_by_side: runs the certificates' checks, as ``Executor.map`` does; the order
            of the report does not depend on it.
    """
    circumstances = Circumstances(
        fetch=fetch,
        clock=Clock(now=now, max_age=max_age),
        authentic_signing_time=authentic_signing_time,
        memory=memory,
        crls=tuple(crls),
    )

    def ask(
        pair: tuple[Certificate, Certificate],
    ) -> tuple[CertificateRevocation, RevocationMemory]:
        return ask_after(*pair, circumstances)

    certificates: list[CertificateRevocation] = []
    for answer, learnt in side_by_side(ask, pairwise(chain)):
        certificates.append(answer)
        memory = memory.merged(learnt)
    found = {certificate.status for certificate in certificates}
    status = next(
        (
            worst
            for worst in (RevocationStatus.REVOKED, RevocationStatus.UNKNOWN)
            if worst in found
        ),
        RevocationStatus.GOOD,
    )
    return ChainRevocation(
        status=status, certificates=tuple(certificates), memory=memory
    )
