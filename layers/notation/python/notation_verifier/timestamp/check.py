"""Check 8 of a verification, where a timestamp says when the signature was there.

The numbers T1 to T14 are those of docs/timestamps.md. Whatever bytes a token holds, the
check ends in an outcome.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from notation_verifier._der import DerError
from notation_verifier.certificate import Certificate, read_certificate
from notation_verifier.chain import ChainError
from notation_verifier.errors import InvalidCertificate
from notation_verifier.fetch import Fetch
from notation_verifier.outcome import Failed, Outcome, Passed, Reason, Skipped
from notation_verifier.timestamp.authority import (
    AuthorityError,
    Path,
    check_path,
    paths,
)
from notation_verifier.timestamp.signature import (
    TokenSignatureError,
    check_signature,
    digest,
    shown,
    signing_certificate,
    signing_time,
)
from notation_verifier.timestamp.token import read_token
from notation_verifier.timestamp.tst_info import TstInfo, read_tst_info
from notation_verifier.values import dataclass

if TYPE_CHECKING:
    from notation_verifier.revocation import ChainRevocation, LazySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """A timestamp of a signature whose authority is trusted."""

    time: datetime
    """``genTime``, in UTC, cut to microseconds."""
    accuracy: timedelta
    """How far off it may be, either way."""
    policy: str
    """The authority's policy, as an object identifier."""
    authority: str
    """The subject of the certificate that signed it, RFC 4514, for people."""
    sha256: str
    """Lower-case hex over that certificate."""
    revocation: "ChainRevocation | None" = None
    """What OCSP and CRLs answered about the authority; None where none was asked."""


class _Refused(Exception):  # noqa: N818 - named by what happened
    """A rule is broken; never leaves this module."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.outcome = Failed(reason, detail)


def check_timestamp(
    token: bytes,
    signature: bytes,
    chain: Sequence[Certificate],
    roots: Sequence[Certificate],
    *,
    now: datetime,
    fetch: Fetch | None,
    settings: "LazySettings",
) -> tuple[Outcome, Timestamp | None]:
    """Return whether a trusted authority saw the signature while its chain was valid.

    Spec: trust-store-trust-policy, Authentic Timestamp; docs/timestamps.md.

    Args:
        token: the TimeStampToken, any bytes.
        signature: the envelope's signature, which the token has to be of.
        chain: the envelope's certificates.
        roots: those of the ``tsa`` stores that the statement names.
        now: the time of the check, for revocation only.
        fetch: asks about the authority's certificates; without it, one that names a
            source leaves the check open.
        settings: what earlier checks of revocation learnt, and how to ask.

    Returns:
        The outcome, and the timestamp if its authority is trusted, whatever the rest.
    """
    try:
        info, authority = _authority(token, signature, roots)
        _check_validity(chain, info)
    except _Refused as refused:
        return refused.outcome, None
    leaf = authority[0][0]
    found = Timestamp(
        time=info.earliest,
        accuracy=info.margin,
        policy=info.policy,
        authority=leaf.subject_text,
        sha256=leaf.sha256,
    )
    return _check_revocation(found, authority, now=now, fetch=fetch, settings=settings)


def _authority(
    data: bytes, signature: bytes, roots: Sequence[Certificate]
) -> tuple[TstInfo, list[Path]]:
    """Return what a token states, and the paths from who states it to a root.

    Raises:
        _Refused: with the first rule that is broken.
    """
    try:
        token = read_token(data)
        info = read_tst_info(token.content)
        certificates = [read_certificate(each) for each in token.certificates]
        moment = signing_time(token)
    except (DerError, InvalidCertificate) as error:
        raise _Refused(
            Reason.TIMESTAMP_MALFORMED, f"the timestamp cannot be read: {error}"
        ) from None
    try:
        if digest(info.hash, signature) != info.imprint:
            raise _Refused(  # (T5)
                Reason.TIMESTAMP_MISMATCH, "the timestamp is of another signature"
            )
        leaf = signing_certificate(token, certificates)
        check_signature(token, leaf)
    except DerError as error:
        raise _Refused(
            Reason.TIMESTAMP_MALFORMED, f"a signed attribute cannot be read: {error}"
        ) from None
    except TokenSignatureError as error:
        raise _Refused(
            Reason.TIMESTAMP_SIGNATURE, f"the timestamp's signature: {error}"
        ) from None
    return info, _paths(leaf, certificates, roots, info, moment)


def _paths(
    leaf: Certificate,
    certificates: Sequence[Certificate],
    roots: Sequence[Certificate],
    info: TstInfo,
    moment: tuple[datetime, datetime] | None,
) -> list[Path]:
    try:
        found = [
            path
            for path in paths(
                leaf, certificates, roots, earliest=info.earliest, latest=info.latest
            )
            if moment is None or _all_valid(path, *moment)
        ]
    except AuthorityError as error:
        raise _Refused(Reason.TSA_CHAIN_INVALID, f"the authority: {error}") from None
    if not found:
        raise _Refused(
            Reason.TSA_NOT_TRUSTED,
            f"{shown(leaf)} leads to no root of the tsa stores by certificates in"
            f" the token that are for timestamps and were valid at"
            f" {info.earliest.isoformat()}",
        )
    try:
        # Which path is taken must not matter: the reference may take another.
        for path in found:
            check_path(path)
    except ChainError as error:
        raise _Refused(Reason.TSA_CHAIN_INVALID, f"the authority: {error}") from None
    return found


def _all_valid(path: Path, earliest: datetime, latest: datetime) -> bool:
    return all(
        each.not_before <= earliest and latest <= each.not_after for each in path
    )


def _check_validity(chain: Sequence[Certificate], info: TstInfo) -> None:
    """(T13) Every certificate of the signing chain was valid, however far off it is.

    Raises:
        _Refused: one may not have been.
    """
    for certificate in chain:
        if (
            info.not_before < certificate.not_before
            or certificate.not_after < info.not_after
        ):
            raise _Refused(
                Reason.CERTIFICATE_NOT_VALID,
                f"{certificate.subject_text} is valid from"
                f" {certificate.not_before.isoformat()} to"
                f" {certificate.not_after.isoformat()}, the timestamp is of"
                f" {info.not_before.isoformat()} to {info.not_after.isoformat()}",
            )


def _check_revocation(
    found: Timestamp,
    authority: Sequence[Path],
    *,
    now: datetime,
    fetch: Fetch | None,
    settings: "LazySettings",
) -> tuple[Outcome, Timestamp | None]:
    """(T14) No certificate of the authority is revoked, whatever the level says."""
    passed = Passed(
        f"every certificate was valid at {found.time.isoformat()}, give or take"
        f" {found.accuracy.total_seconds():g} s (timestamp of {found.authority})"
    )
    asked = [path for path in authority if _has_pointer(path)]
    if not asked:
        return passed, found
    if fetch is None:
        return Skipped(
            Reason.NEEDS_REVOCATION_SERVICE,
            f"{found.authority} may be revoked, and nobody is asked",
        ), found
    from notation_verifier.revocation import (  # noqa: PLC0415 - as in verification
        RevocationStatus,
        check_revocation,
        resolved,
    )

    settings = resolved(settings)
    memory = settings.memory
    outcome: Outcome = passed
    for path in asked:
        answers = check_revocation(
            path,
            fetch=fetch,
            now=now,
            memory=memory,
            max_age=settings.max_age,
            crls=settings.crls,
            side_by_side=settings.side_by_side,
        )
        memory = answers.memory
        decisive = answers.decisive
        detail = "" if decisive is None else f"{decisive.sha256}: {decisive.detail}"
        match answers.status:
            case RevocationStatus.GOOD | RevocationStatus.NO_INFORMATION:
                pass
            case RevocationStatus.UNKNOWN:
                outcome = Skipped(Reason.TSA_REVOCATION_UNKNOWN, detail)
            case RevocationStatus.REVOKED:
                outcome = Failed(Reason.TSA_REVOKED, detail)
            case _:
                assert_never(answers.status)
        found = replace(found, revocation=answers)
        if isinstance(outcome, Failed):
            break
    return outcome, found


def _has_pointer(path: Path) -> bool:
    return any(each.has_revocation_pointer for each in path[:-1])
