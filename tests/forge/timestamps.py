"""RFC 3161 tokens, right ones and wrong ones, encoded by hand.

Their shapes are those of public authorities: an issuer and serial number in the signing
certificate attribute or none, RSA or ECDSA, a set of certificates with or without the
root, accuracy in every unit. Nothing here shares code with what reads them.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.forge.certificates import CertificateAuthority, Signer
from tests.forge.keys import PrivateKey
from tests.forge.revocation import (
    der,
    extension,
    generalized,
    integer,
    oid,
    sequence,
    tlv,
)

TIME = datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
"""A second after the time envelopes are signed by default."""

SHA1, SHA256, SHA384, SHA512 = (
    "1.3.14.3.2.26",
    "2.16.840.1.101.3.4.2.1",
    "2.16.840.1.101.3.4.2.2",
    "2.16.840.1.101.3.4.2.3",
)
_HASHES: dict[str, Any] = {
    SHA1: hashes.SHA1(),
    SHA256: hashes.SHA256(),
    SHA384: hashes.SHA384(),
    SHA512: hashes.SHA512(),
}
RSA, RSA_PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
RSA_WITH = {
    SHA256: "1.2.840.113549.1.1.11",
    SHA384: "1.2.840.113549.1.1.12",
    SHA512: "1.2.840.113549.1.1.13",
}
ECDSA_WITH = {
    SHA1: "1.2.840.10045.4.1",
    SHA256: "1.2.840.10045.4.3.2",
    SHA384: "1.2.840.10045.4.3.3",
    SHA512: "1.2.840.10045.4.3.4",
}
SIGNED_DATA = "1.2.840.113549.1.7.2"
DATA = "1.2.840.113549.1.7.1"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
POLICY = "1.3.6.1.4.1.4146.2.3"
BASELINE = "0.4.0.2023.1.1"
NULL = tlv(5)


def time_stamping(*, critical: bool = True) -> tuple[x509.ExtensionType, bool]:
    """Return the extension that makes a leaf a timestamp authority's."""
    return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical


def authority(length: int = 3, *, algorithm: str = "ES256", **changes: Any) -> Signer:
    """Return a timestamp authority; ``changes`` are to its own certificate."""
    above = CertificateAuthority.root("TSA Root", algorithm=algorithm)
    for number in range(1, length - 1):
        above = above.authority(f"TSA CA {number}", algorithm=algorithm)
    return leaf(above, algorithm=algorithm, **changes)


def leaf(
    above: CertificateAuthority, *, algorithm: str = "ES256", **changes: Any
) -> Signer:
    """Return a timestamp authority whose certificate ``above`` issued."""
    right: dict[str, Any] = {
        "extended_key_usage": (),
        "extensions": (time_stamping(),),
    }
    return above.leaf(
        changes.pop("subject", "TSA"), algorithm=algorithm, **right | changes
    )


def digest(hash_: str, data: bytes) -> bytes:
    return hashlib.new(_HASHES[hash_].name, data).digest()


def accuracy(
    seconds: int | None = None, millis: int | None = None, micros: int | None = None
) -> bytes:
    """Return an Accuracy, with the units that are given."""

    def part(tag: int, value: int | None) -> bytes:
        return b"" if value is None else bytes((tag,)) + integer(value)[1:]

    return sequence(part(2, seconds), part(0x80, millis), part(0x81, micros))


def attribute(kind: str, *values: bytes) -> bytes:
    return sequence(oid(kind), tlv(0x31, *values))


def reference(certificate: x509.Certificate) -> bytes:
    """Return an IssuerAndSerialNumber."""
    return sequence(
        certificate.issuer.public_bytes(), integer(certificate.serial_number)
    )


@dataclass(frozen=True, kw_only=True)
class Token:
    """A TimeStampToken over ``message``; a right one unless changed."""

    signer: Signer
    message: bytes
    # TSTInfo
    tst_version: int = 1
    policy: str = POLICY
    hash: str = SHA256
    imprint: bytes | None = None
    time: bytes = generalized(TIME)
    accuracy: bytes = b""
    rest: Sequence[bytes] = (tlv(1, b"\xff"), integer(0x1234567890ABCDEF))
    """Ordering, nonce, name, extensions."""
    tst_info: bytes | None = None
    """Replaces the whole TSTInfo."""
    # SignedData
    version: int = 3
    content_type: str = TST_INFO
    certificates: Sequence[bytes] | None = None
    """Replaces those of the chain without its root."""
    more: bytes = b""
    """After the certificates: CRLs."""
    # SignerInfo
    info_version: int = 1
    identifier: bytes | None = None
    digest: str = SHA256
    algorithm: str | None = None
    """Of the signature: the one that goes with the key and the digest."""
    signed_hash: str | None = None
    """What is signed with, where it is not the digest."""
    parameters: bytes | None = None
    salt_length: int | None = None
    key: PrivateKey | None = field(default=None, repr=False)
    named: x509.Certificate | None = None
    """The certificate that the attribute names."""
    named_hash: str | None = None
    """Its hash, where it is not the default."""
    issuer_serial: bool | bytes = False
    further: Sequence[bytes] = ()
    """Further ESSCertIDv2."""
    attributes: Mapping[str, Sequence[bytes] | None] = field(default_factory=dict)
    """Changes to the signed attributes' values; None removes one."""
    extra: Sequence[bytes] = ()
    """Whole attributes to add."""
    sort: bool = True
    """As DER wants it; else in the order of signing, which is then no SET OF."""
    sent: Callable[[bytes], bytes] = bytes
    """Changes the content after it was signed."""
    unsigned: bytes = b""
    infos: Callable[[bytes], bytes] = bytes
    """Changes the set of signer infos."""

    def info(self) -> bytes:
        """Return the TSTInfo."""
        if self.tst_info is not None:
            return self.tst_info
        imprint = self.imprint
        if imprint is None:
            imprint = digest(self.hash, self.message)
        return sequence(
            integer(self.tst_version),
            oid(self.policy),
            sequence(sequence(oid(self.hash), NULL), tlv(4, imprint)),
            integer(7),
            self.time,
            self.accuracy,
            *self.rest,
        )

    def signing_certificate(self) -> bytes:
        """Return the SigningCertificateV2."""
        named = self.named or self.signer.chain[0]
        hash_ = self.named_hash or SHA256
        parts = [tlv(4, digest(hash_, der(named)))]
        if self.named_hash is not None:
            parts.insert(0, sequence(oid(self.named_hash)))
        if self.issuer_serial is True:
            names = sequence(tlv(0xA4, named.issuer.public_bytes()))
            parts.append(sequence(names, integer(named.serial_number)))
        elif self.issuer_serial:
            parts.append(self.issuer_serial)
        return sequence(sequence(sequence(*parts), *self.further))

    def signed(self, content: bytes) -> list[bytes]:
        """Return the signed attributes."""
        values: dict[str, Sequence[bytes] | None] = {
            CONTENT_TYPE: (oid(self.content_type),),
            SIGNING_TIME: (tlv(0x17, b"260101000001Z"),),
            MESSAGE_DIGEST: (tlv(4, digest(self.digest, content)),),
            SIGNING_CERTIFICATE_V2: (self.signing_certificate(),),
            **self.attributes,
        }
        listed = [
            attribute(kind, *each) for kind, each in values.items() if each is not None
        ]
        listed += self.extra
        return sorted(listed) if self.sort else sorted(listed, reverse=True)

    def signature(self, signed: bytes, algorithm: str) -> bytes:
        key = self.key or self.signer.key
        hash_ = _HASHES[self.signed_hash or self.digest]
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(signed, ec.ECDSA(hash_, deterministic_signing=True))
        assert isinstance(key, rsa.RSAPrivateKey)
        if algorithm == RSA_PSS:
            salt = self.salt_length or hash_.digest_size
            return key.sign(signed, padding.PSS(padding.MGF1(hash_), salt), hash_)
        return key.sign(signed, padding.PKCS1v15(), hash_)

    def der(self) -> bytes:
        """Return the token."""
        content = self.info()
        signed = self.signed(content)
        rsa_key = isinstance(self.key or self.signer.key, rsa.RSAPrivateKey)
        algorithm = self.algorithm or (RSA if rsa_key else ECDSA_WITH[self.digest])
        parameters = self.parameters
        if parameters is None:
            parameters = NULL if rsa_key and algorithm != RSA_PSS else b""
        signature = self.signature(tlv(0x31, *signed), algorithm)
        info = sequence(
            integer(self.info_version),
            self.identifier or reference(self.signer.chain[0]),
            sequence(oid(self.digest), NULL),
            tlv(0xA0, *signed) if signed else b"",
            sequence(oid(algorithm), parameters),
            tlv(4, signature),
            self.unsigned,
        )
        carried = self.certificates
        if carried is None:
            carried = self.signer.ders[:-1]
        return sequence(
            oid(SIGNED_DATA),
            tlv(
                0xA0,
                sequence(
                    integer(self.version),
                    tlv(0x31, sequence(oid(self.digest), NULL)),
                    sequence(
                        oid(self.content_type),
                        tlv(0xA0, tlv(4, self.sent(content))),
                    ),
                    tlv(0xA0, *carried) if carried else b"",
                    self.more,
                    tlv(0x31, self.infos(info)),
                ),
            ),
        )


def tst_extension(*, critical: bool) -> bytes:
    """Return the extensions of a TSTInfo: one that qualified timestamps carry."""
    statement = sequence(sequence(oid("0.4.0.19422.1.1")))
    added = extension("1.3.6.1.5.5.7.1.3", statement, critical=critical)
    return tlv(0xA1, added)
