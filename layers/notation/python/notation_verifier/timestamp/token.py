"""What a timestamp token says, read from DER; nothing of it is verified here.

RFC 5652 (SignedData), RFC 3161 section 2.4.2, RFC 5035 (SigningCertificateV2).
"""

from collections.abc import Mapping
from typing import NamedTuple

from notation_verifier import _der
from notation_verifier._der import DerError
from notation_verifier.timestamp._asn1 import (
    EXPLICIT_0,
    EXPLICIT_1,
    EXPLICIT_4,
    OCTET_STRING,
    Reader,
    check_nesting,
    read_algorithm,
)
from notation_verifier.values import dataclass

MAX_TOKEN_BYTES = 64 * 1024
"""(T2) Tokens of public authorities have 2 to 10 KiB."""
MAX_CERTIFICATES = 16
"""(T2) Certificates in one token; two to four are usual."""
MAX_ATTRIBUTES = 32
"""(T2) Signed attributes of one token; four or five are usual."""
SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
_LONG_FORM = 0x80


class CertificateReference(NamedTuple):
    """A certificate by who issued it and the number it was given."""

    issuer: bytes
    """DER of the issuer's name."""
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """Who signed a token, and how (RFC 5652 section 5.3)."""

    signer: CertificateReference
    digest_algorithm: str
    attributes: Mapping[str, bytes]
    """The one value of each signed attribute, in DER, by the attribute's type."""
    signed: bytes
    """The signed attributes as they are signed: a SET OF, in DER's order."""
    signature_algorithm: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A SignedData over a TSTInfo (RFC 3161 section 2.4.2)."""

    content: bytes
    """DER of the TSTInfo."""
    certificates: tuple[bytes, ...]
    """In the token's order, each in DER."""
    signer: SignerInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCertificate:
    """The first ESSCertIDv2: which certificate signed, bound by its hash."""

    hash: str | None
    """The identifier of the hash; None for the default, SHA-256."""
    digest: bytes
    reference: CertificateReference | None


def read_token(data: bytes) -> Token:
    """(T2, T3) Return what a TimeStampToken says.

    Raises:
        DerError: it is no SignedData of version 3 over a TSTInfo by one signer.
    """
    if len(data) > MAX_TOKEN_BYTES:
        raise DerError(f"{len(data)} bytes; at most {MAX_TOKEN_BYTES} are read")
    check_nesting(data)
    info = Reader(data).inside(_der.SEQUENCE)
    if (found := info.oid()) != SIGNED_DATA:
        raise DerError(f"content type {found} is not signedData")
    explicit = info.inside(EXPLICIT_0)
    info.end()
    signed = explicit.inside(_der.SEQUENCE)
    explicit.end()
    if (version := signed.small()) != 3:  # noqa: PLR2004 - RFC 5652 section 5.1
        raise DerError(f"SignedData of version {version}; a timestamp's has 3")
    digests = signed.inside(_der.SET)
    while digests.more:
        read_algorithm(digests, any_parameters=True)
    content = _content(signed.inside(_der.SEQUENCE))
    certificates: list[bytes] = []
    if signed.comes(EXPLICIT_0):
        listed = signed.inside(EXPLICIT_0)
        while listed.more:
            if len(certificates) == MAX_CERTIFICATES:
                raise DerError(f"over {MAX_CERTIFICATES} certificates")
            certificates.append(listed.whole(_der.SEQUENCE))
    signers = signed.inside(_der.SET)
    signed.end()
    signer = _signer(signers.inside(_der.SEQUENCE))
    signers.end()
    return Token(content=content, certificates=tuple(certificates), signer=signer)


def _content(encapsulated: Reader) -> bytes:
    if (found := encapsulated.oid()) != TST_INFO:
        raise DerError(f"what is signed has the type {found}, not id-ct-TSTInfo")
    explicit = encapsulated.inside(EXPLICIT_0)
    encapsulated.end()
    content = explicit.value(OCTET_STRING)
    explicit.end()
    return content


def _signer(info: Reader) -> SignerInfo:
    if (version := info.small()) != 1:
        raise DerError(f"SignerInfo of version {version}; a timestamp's has 1")
    signer = _reference(info.inside(_der.SEQUENCE))
    digest_algorithm = read_algorithm(info)
    attributes, signed = _attributes(info.inside(EXPLICIT_0))
    signature_algorithm = read_algorithm(info, any_parameters=True)
    signature = info.value(OCTET_STRING)
    if info.comes(EXPLICIT_1):
        # Nobody vouches for them; they must be attributes all the same.
        for attribute in info.inside(EXPLICIT_1).each(
            _der.SEQUENCE, MAX_ATTRIBUTES, "unsigned attributes"
        ):
            attribute.oid()
            attribute.next(_der.SET)
            attribute.end()
    info.end()
    return SignerInfo(
        signer=signer,
        digest_algorithm=digest_algorithm,
        attributes=attributes,
        signed=signed,
        signature_algorithm=signature_algorithm,
        signature=signature,
    )


def _reference(reader: Reader) -> CertificateReference:
    issuer = reader.whole(_der.SEQUENCE)
    serial = reader.number()
    reader.end()
    return CertificateReference(issuer, serial)


def _attributes(reader: Reader) -> tuple[dict[str, bytes], bytes]:
    """(T9) Return the values by type, and the bytes that are signed."""
    encoded: list[bytes] = []
    found: dict[str, bytes] = {}
    while reader.more:
        if len(encoded) == MAX_ATTRIBUTES:
            raise DerError(f"over {MAX_ATTRIBUTES} signed attributes")
        whole = reader.whole(_der.SEQUENCE)
        encoded.append(whole)
        attribute = Reader(whole).inside(_der.SEQUENCE)
        kind = attribute.oid()
        values = attribute.inside(_der.SET)
        attribute.end()
        value = values.whole()
        values.end()
        if kind in found:
            raise DerError(f"signed attribute {kind} stands twice")
        found[kind] = value
    content = b"".join(sorted(encoded))
    return found, bytes((_der.SET,)) + _length(len(content)) + content


def _length(size: int) -> bytes:
    if size < _LONG_FORM:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((_LONG_FORM | len(octets),)) + octets


def read_signing_certificate(data: bytes) -> SigningCertificate:
    """(T7) Return the first certificate a SigningCertificateV2 names (RFC 5035).

    Raises:
        DerError: it names none, or its issuer by anything but one directory name.
    """
    outer = Reader(data)
    attribute = outer.inside(_der.SEQUENCE)
    outer.end()
    listed = attribute.inside(_der.SEQUENCE)
    if attribute.more:
        attribute.next(_der.SEQUENCE)  # policies: advice for those who choose a path
    attribute.end()
    first = _certificate_id(listed.inside(_der.SEQUENCE))
    # The others do not count, but must be what they stand for.
    for other in listed.each(_der.SEQUENCE, MAX_CERTIFICATES, "certificates named"):
        _certificate_id(other)
    return first


def _certificate_id(reader: Reader) -> SigningCertificate:
    hash_ = read_algorithm(reader) if reader.comes(_der.SEQUENCE) else None
    digest = reader.value(OCTET_STRING)
    reference = None
    if reader.comes(_der.SEQUENCE):
        issuer_serial = reader.inside(_der.SEQUENCE)
        names = issuer_serial.inside(_der.SEQUENCE)
        directory = names.inside(EXPLICIT_4)
        names.end()
        issuer = directory.whole(_der.SEQUENCE)
        directory.end()
        reference = CertificateReference(issuer, issuer_serial.number())
        issuer_serial.end()
    reader.end()
    return SigningCertificate(hash=hash_, digest=digest, reference=reference)


def issuer_and_serial(certificate: bytes) -> CertificateReference:
    """Return what a certificate that has been read is referred to by."""
    tbs = Reader(certificate).inside(_der.SEQUENCE).inside(_der.SEQUENCE)
    tbs.next(EXPLICIT_0)
    serial = tbs.number()
    tbs.next(_der.SEQUENCE)
    return CertificateReference(tbs.whole(_der.SEQUENCE), serial)
