"""One X.509 certificate, read once: exact slices, its key, the extensions that count.

Spec: signature-specification, Certificate Requirements; what the reference's X.509
library refuses when it parses is refused here too.
"""

from collections.abc import Container
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from notation_verifier import _der
from notation_verifier.algorithms import (
    CERTIFICATE_ALGORITHMS,
    CertificateAlgorithm,
    PublicKey,
    issued,
)
from notation_verifier.errors import InvalidCertificate
from notation_verifier.extension_contents import check_contents
from notation_verifier.names import Attribute, name_text, read_name
from notation_verifier.values import dataclass

MAX_CERTIFICATE_BYTES = 64 * 1024
_V3 = bytes.fromhex("a003020102")
_MAX_EXPONENT = (1 << 31) - 1
_USUAL_EXPONENT = bytes.fromhex("0203010001")
_MIN_RSA_BITS = 2048
_NEGATIVE = 0x80

# SubjectPublicKeyInfo algorithms, byte for byte: rsaEncryption with NULL, and
# id-ecPublicKey with the three curves; Ed25519 may sign certificates, never an
# envelope.
_KEY_ALGORITHMS = frozenset(
    map(
        bytes.fromhex,
        (
            "300d06092a864886f70d0101010500",
            "301306072a8648ce3d020106082a8648ce3d030107",
            "301006072a8648ce3d020106052b81040022",
            "301006072a8648ce3d020106052b81040023",
            "300506032b6570",
        ),
    )
)
# The reference's parser refuses these when critical.
_NEVER_CRITICAL = frozenset(
    {
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Certificate:
    """A certificate as it was sent; slices are of its own bytes, nothing re-encoded."""

    der: bytes
    sha256: str
    """Lower-case hex over ``der``."""
    tbs: bytes
    """The TBSCertificate that its issuer signed."""
    signature: bytes
    algorithm: CertificateAlgorithm | None
    """None for one that no certificate of a chain may be signed with (SHA-1, DSA…)."""
    issuer: bytes
    """DER of the issuer's name."""
    subject: bytes
    """DER of the subject's name."""
    subject_name: tuple[Attribute, ...]
    subject_text: str
    """RFC 4514, for people."""
    key: PublicKey | None
    """None for a kind of key that no certificate of a chain may hold."""
    not_before: datetime
    not_after: datetime
    is_ca: bool | None
    """``cA`` of the basic constraints; None without that extension."""
    path_length: int | None
    key_usage: x509.KeyUsage | None
    key_usage_critical: bool
    extended_key_usages: tuple[str, ...]
    """Dotted identifiers, in the certificate's order."""
    has_revocation_pointer: bool
    """It names an OCSP responder or a CRL."""

    def issued_by(self, issuer: "Certificate") -> bool:
        """Return whether ``issuer``'s key signed this one, and its name is our issuer.

        Names are compared byte for byte (RFC 5280 comparison is not used).
        """
        return (
            self.issuer == issuer.subject
            and self.algorithm is not None
            and issuer.key is not None
            and issued(self.algorithm, issuer.key, self.signature, self.tbs)
        )

    @property
    def self_signed(self) -> bool:
        """Whether its own key signed it; equal names alone do not make it so."""
        return self.issued_by(self)


class _Slices(NamedTuple):
    tbs: bytes
    algorithm: bytes
    signature: bytes
    issuer: bytes
    subject: bytes
    key_algorithm: bytes
    key_info: bytes
    """SubjectPublicKeyInfo."""


def _slices(der: bytes) -> _Slices:
    """Cut a certificate along RFC 5280 section 4.1.

    Raises:
        DerError: not a version 3 certificate.
        InvalidCertificate: serial number not positive, or two algorithms named.
    """
    span = _der.span
    tbs, end = span(der, 0, len(der), _der.SEQUENCE)
    if end != len(der):
        raise InvalidCertificate(f"{len(der) - end} bytes follow the certificate")
    at, tbs_end = span(der, tbs, end, _der.SEQUENCE)
    _, algorithm_end = span(der, tbs_end, end, _der.SEQUENCE)
    signature, signature_end = span(der, algorithm_end, end, _der.BIT_STRING)
    if signature_end != end or der[signature : signature + 1] != b"\0":
        raise InvalidCertificate("the signature is not a string of whole bytes")
    if not der.startswith(_V3, at):  # (E10)
        raise InvalidCertificate("not a version 3 certificate")
    serial, serial_end = span(der, at + len(_V3), tbs_end, _der.INTEGER)
    if der[serial] & _NEGATIVE or not any(der[serial:serial_end]):
        # Zero as well: cryptography has announced that it will refuse it.
        raise InvalidCertificate("the serial number is not positive")
    algorithm = der[tbs_end:algorithm_end]
    issuer = serial_end + len(algorithm)
    if der[serial_end:issuer] != algorithm:
        raise InvalidCertificate("the two signature algorithms differ")
    _, validity = span(der, issuer, tbs_end, _der.SEQUENCE)
    _, subject = span(der, validity, tbs_end, _der.SEQUENCE)
    _, key = span(der, subject, tbs_end, _der.SEQUENCE)
    key_algorithm, key_end = span(der, key, tbs_end, _der.SEQUENCE)
    _, key_algorithm_end = span(der, key_algorithm, key_end, _der.SEQUENCE)
    return _Slices(
        der[tbs:tbs_end],
        algorithm,
        der[signature + 1 : signature_end],
        der[issuer:validity],
        der[subject:key],
        der[key_algorithm:key_algorithm_end],
        der[key:key_end],
    )


def _key(
    certificate: x509.Certificate, algorithm: bytes, key_info: bytes
) -> PublicKey | None:
    """Return the key, or None for a kind or size no chain may use."""
    if algorithm not in _KEY_ALGORITHMS:
        return None
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        # 65537 stands at the key's end; only other exponents are worth a conversion.
        usual = key_info.endswith(_USUAL_EXPONENT)
        if key.key_size < _MIN_RSA_BITS or not (
            usual or key.public_numbers().e <= _MAX_EXPONENT
        ):
            return None
        return key
    if isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        return key
    return None


@dataclass(slots=True)
class _Extensions:
    is_ca: bool | None = None
    path_length: int | None = None
    key_usage: x509.KeyUsage | None = None
    key_usage_critical: bool = False
    extended_key_usages: tuple[str, ...] = ()
    has_revocation_pointer: bool = False


def _extensions(extensions: x509.Extensions) -> _Extensions:
    """Return what the checks need to know of a certificate's extensions.

    Raises:
        InvalidCertificate: one is critical that must not be, or its contents are not
            read.
    """
    found = _Extensions()
    for extension in extensions:
        value = extension.value
        if extension.critical and extension.oid in _NEVER_CRITICAL:
            raise InvalidCertificate(
                f"extension {extension.oid.dotted_string} must not be critical"
            )
        check_contents(extension)
        kind = type(value)
        if kind is x509.BasicConstraints:
            found.is_ca, found.path_length = value.ca, value.path_length
        elif kind is x509.KeyUsage:
            found.key_usage, found.key_usage_critical = value, extension.critical
        elif kind is x509.ExtendedKeyUsage:
            found.extended_key_usages = tuple(each.dotted_string for each in value)
        elif kind is x509.CRLDistributionPoints or (
            kind is x509.AuthorityInformationAccess
            and any(
                each.access_method == AuthorityInformationAccessOID.OCSP
                for each in value
            )
        ):
            found.has_revocation_pointer = True
    return found


def read_certificate(der: bytes, *, names_read: Container[bytes] = ()) -> Certificate:
    """Return the certificate ``der`` holds.

    Args:
        der: its bytes.
        names_read: names, in DER, that were read before; as issuer not read again.

    Raises:
        InvalidCertificate: not a version 3 X.509 certificate in DER, larger than
            ``MAX_CERTIFICATE_BYTES``, or with an extension that does not parse.
    """
    if len(der) > MAX_CERTIFICATE_BYTES:  # (E10)
        raise InvalidCertificate(
            f"{len(der)} bytes; at most {MAX_CERTIFICATE_BYTES} are read"
        )
    try:
        slices = _slices(der)
        subject_name = read_name(slices.subject)
        if slices.issuer != slices.subject and slices.issuer not in names_read:
            read_name(slices.issuer)
        parsed = x509.load_der_x509_certificate(der)
        key = _key(parsed, slices.key_algorithm, slices.key_info)
        not_before, not_after = parsed.not_valid_before_utc, parsed.not_valid_after_utc
        extensions = parsed.extensions
    except _der.DerError as error:
        raise InvalidCertificate(str(error)) from None
    except (
        ValueError,
        TypeError,
        OverflowError,
        UnsupportedAlgorithm,
        x509.InvalidVersion,
        x509.DuplicateExtension,
    ) as error:
        raise InvalidCertificate(f"not a certificate: {error!s:.200}") from None
    found = _extensions(extensions)
    return Certificate(
        der=der,
        sha256=sha256(der).hexdigest(),
        tbs=slices.tbs,
        signature=slices.signature,
        algorithm=CERTIFICATE_ALGORITHMS.get(slices.algorithm),
        issuer=slices.issuer,
        subject=slices.subject,
        subject_name=subject_name,
        subject_text=name_text(subject_name),
        key=key,
        not_before=not_before,
        not_after=not_after,
        is_ca=found.is_ca,
        path_length=found.path_length,
        key_usage=found.key_usage,
        key_usage_critical=found.key_usage_critical,
        extended_key_usages=found.extended_key_usages,
        has_revocation_pointer=found.has_revocation_pointer,
    )
