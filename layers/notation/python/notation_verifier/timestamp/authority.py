"""The authority behind a token: paths from its certificate to a ``tsa`` store.

RFC 5280 section 6 as far as the reference's X.509 library applies it, then the rules
for timestamping chains: signature-specification, Certificate Requirements. Nothing is
ordered here as in an envelope: a token holds a set of certificates, so paths are found.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from notation_verifier.certificate import Certificate
from notation_verifier.chain import (
    MAX_CHAIN_LENGTH,
    ChainError,
    check_ca,
    check_signing_key,
    check_signing_key_usage,
)

MAX_PATHS = 8
"""(T11) Paths that are looked at; a cross-signed root makes two or three."""
MAX_SIGNATURES = 64
"""(T11) Certificate signatures that are verified while looking for paths."""
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING.dotted_string
_ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string
# What a certificate of a path may mark critical: rules that are applied here, and
# policies, of which every one is accepted.
_UNDERSTOOD = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.CertificatePolicies,
    x509.CRLDistributionPoints,
)
# The reference applies these; nobody in timestamping uses them, so none may be there.
_CONSTRAINING = (
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.POLICY_CONSTRAINTS,
    ExtensionOID.INHIBIT_ANY_POLICY,
    x509.ObjectIdentifier("2.5.29.33"),  # policy mappings
)

Path = tuple[Certificate, ...]
"""Leaf first, the root last."""


class AuthorityError(Exception):
    """Why no path may be relied on; never leaves the package."""


def paths(
    leaf: Certificate,
    certificates: Sequence[Certificate],
    roots: Sequence[Certificate],
    *,
    earliest: datetime,
    latest: datetime,
) -> list[Path]:
    """(T11) Return every path from ``leaf`` through ``certificates`` to a root.

    Args:
        leaf: the certificate that signed the token.
        certificates: those the token holds, in any order.
        roots: those of the ``tsa`` stores.
        earliest: with ``latest``, the time at which every certificate must be valid.
        latest: the same, at most a microsecond later.

    Raises:
        AuthorityError: there are too many to look at, or a path is under constraints
            that are not applied here.
    """
    search = _Search(certificates, roots, (earliest, latest))
    found: list[Path] = []
    if not search.valid(leaf):
        return found
    for path in search.grow((leaf,)):
        if not _for_timestamps(path):
            continue
        if len(found) == MAX_PATHS:
            raise AuthorityError(f"over {MAX_PATHS} paths to a root")
        _check_extensions(path)
        found.append(path)
    return found


class _Search:
    """Looks for paths, and verifies so many signatures and no more."""

    def __init__(
        self,
        certificates: Sequence[Certificate],
        roots: Sequence[Certificate],
        moment: tuple[datetime, datetime],
    ) -> None:
        self._certificates = certificates
        self._roots = roots
        self._earliest, self._latest = moment
        self._left = MAX_SIGNATURES

    def valid(self, certificate: Certificate) -> bool:
        """Return whether it was valid at the time of the timestamp."""
        return (
            certificate.not_before <= self._earliest
            and self._latest <= certificate.not_after
        )

    def grow(self, path: Path) -> Iterator[Path]:
        """Yield every whole path that begins with ``path``."""
        for root in self._roots:
            if self._continues(path, root):
                yield (*path, root)
        if len(path) < MAX_CHAIN_LENGTH - 1:
            for certificate in self._certificates:
                if self._continues(path, certificate):
                    yield from self.grow((*path, certificate))

    def _continues(self, path: Path, issuer: Certificate) -> bool:
        """Return whether ``issuer`` issued the last of ``path``, and may have.

        Raises:
            AuthorityError: there are more signatures to verify than are verified.
        """
        last = path[-1]
        if (
            issuer.subject != last.issuer
            or not self.valid(issuer)
            or not _may_issue(issuer, len(path) - 1)
            or any(_same(issuer, each) for each in path)
        ):
            return False
        if not self._left:
            raise AuthorityError(
                f"over {MAX_SIGNATURES} certificate signatures to verify"
            )
        self._left -= 1
        return last.issued_by(issuer)


def check_path(path: Path) -> None:
    """(T12) Check the Notary Project's rules for a timestamping chain.

    Raises:
        ChainError: says which certificate breaks which rule.
    """
    leaf = path[0]
    if leaf.is_ca:
        raise ChainError(f"the leaf ({leaf.subject_text}) is a CA")
    check_signing_key_usage(leaf)
    if leaf.extended_key_usages != (TIME_STAMPING,):
        raise ChainError(
            f"the leaf's ({leaf.subject_text}) extended key usage is not timeStamping"
            " alone"
        )
    usage = x509.load_der_x509_certificate(leaf.der).extensions.get_extension_for_class(
        x509.ExtendedKeyUsage
    )
    if not usage.critical:
        raise ChainError(
            f"the leaf's ({leaf.subject_text}) extended key usage is not critical"
        )
    check_signing_key(leaf)
    for below, certificate in enumerate(path[1:]):
        check_ca(certificate, below, critical_usage=False)
    for certificate, issuer in pairwise(path):
        if certificate.self_signed:
            raise ChainError(
                f"{certificate.subject_text} is self-signed, below"
                f" {issuer.subject_text}; only the last may be"
            )


def _may_issue(issuer: Certificate, below: int) -> bool:
    """Return whether it is a CA that may have this many CAs below it."""
    usage = issuer.key_usage
    return (
        bool(issuer.is_ca)
        and (usage is None or usage.key_cert_sign)
        and (issuer.path_length is None or issuer.path_length >= below)
    )


def _same(one: Certificate, other: Certificate) -> bool:
    """Return whether both are of one entity: going on from it would be a circle."""
    return one.subject == other.subject and one.key == other.key


def _for_timestamps(path: Path) -> bool:
    """Return whether no certificate is for other purposes only."""
    return all(
        not each.extended_key_usages
        or TIME_STAMPING in each.extended_key_usages
        or _ANY in each.extended_key_usages
        for each in path
    )


def _check_extensions(path: Path) -> None:
    for certificate in path:
        for extension in x509.load_der_x509_certificate(certificate.der).extensions:
            kind = extension.oid
            if kind in _CONSTRAINING or (
                extension.critical and not isinstance(extension.value, _UNDERSTOOD)
            ):
                raise AuthorityError(
                    f"{certificate.subject_text} has the extension"
                    f" {kind.dotted_string}, which is not applied here"
                )
