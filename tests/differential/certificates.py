"""Certificates written field by field, so that any rule of X.509 can be broken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tests.differential import der, names
from tests.differential.keys import Key

DIGITAL_SIGNATURE, NON_REPUDIATION, KEY_ENCIPHERMENT, DATA_ENCIPHERMENT = range(4)
KEY_AGREEMENT, CERT_SIGN, CRL_SIGN, ENCIPHER_ONLY, DECIPHER_ONLY = range(4, 9)
(
    SERVER_AUTH,
    CLIENT_AUTH,
    CODE_SIGNING,
    EMAIL_PROTECTION,
    TIME_STAMPING,
    OCSP_SIGNING,
) = (f"1.3.6.1.5.5.7.3.{number}" for number in (1, 2, 3, 4, 8, 9))
ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0"

_NULL = b"\x05\0"
_HASH_OIDS = {
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_RSA_OIDS = {
    "md5": "1.2.840.113549.1.1.4",
    "sha1": "1.2.840.113549.1.1.5",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
_ECDSA_OIDS = {
    "sha1": "1.2.840.10045.4.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}


@dataclass(frozen=True)
class Extension:
    """One extension; ``value`` is the DER inside its OCTET STRING."""

    oid: str
    value: bytes
    critical: bool = False

    def encoded(self) -> bytes:
        """Return the Extension."""
        critical = der.boolean(value=True) if self.critical else b""
        return der.sequence(der.oid(self.oid), critical, der.octet_string(self.value))


def basic_constraints(
    *, ca: bool, path_length: int | None = None, critical: bool = True
) -> Extension:
    """Return 2.5.29.19."""
    parts = (der.boolean(value=True),) if ca else ()
    if path_length is not None:
        parts = (*parts, der.integer(path_length))
    return Extension("2.5.29.19", der.sequence(*parts), critical)


def key_usage(bits: Iterable[int], *, critical: bool = True) -> Extension:
    """Return 2.5.29.15."""
    return Extension("2.5.29.15", der.named_bits(bits), critical)


def extended_key_usage(oids: Iterable[str], *, critical: bool = False) -> Extension:
    """Return 2.5.29.37."""
    return Extension("2.5.29.37", der.sequence(*map(der.oid, oids)), critical)


@dataclass(frozen=True)
class Template:
    """What a certificate says; every field may say what it should not."""

    subject: names.Name
    issuer: names.Name
    key: Key
    signer: Key
    not_before: datetime
    not_after: datetime
    extensions: tuple[Extension, ...]
    serial: int = 1
    version: int = 2
    """2 is X.509 version 3."""
    hash: str = "sha256"
    padding: str = "pkcs1"
    public_info: bytes | None = None
    """Another SubjectPublicKeyInfo than the key's."""
    inner_algorithm: bytes | None = None
    """Another AlgorithmIdentifier inside the TBSCertificate than outside."""
    outer_algorithm: bytes | None = None
    """Another AlgorithmIdentifier than the signature's own, inside and outside."""
    tail: bytes = b""
    """What follows the certificate."""
    tbs_tail: bytes = b""
    """What follows the extensions inside the TBSCertificate."""
    subject_der: bytes | None = None
    """Another subject than ``subject``, in whatever bytes."""
    break_signature: bool = False
    mutation: tuple[int, int] | None = field(default=None)
    """Byte offset in the TBSCertificate and what it is XORed with, before signing."""


def algorithm_identifier(template: Template) -> bytes:
    """Return the AlgorithmIdentifier of the signature the signer makes."""
    kind = template.signer.kind
    if kind.startswith("rsa"):
        if template.padding == "pss":
            hash_ = der.sequence(der.oid(_HASH_OIDS[template.hash]), _NULL)
            size = {"sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}[template.hash]
            mgf = der.sequence(der.oid("1.2.840.113549.1.1.8"), hash_)
            return der.sequence(
                der.oid("1.2.840.113549.1.1.10"),
                der.sequence(
                    der.explicit(0, hash_),
                    der.explicit(1, mgf),
                    der.explicit(2, der.integer(size)),
                ),
            )
        return der.sequence(der.oid(_RSA_OIDS[template.hash]), _NULL)
    if kind == "ed25519":
        return der.sequence(der.oid("1.3.101.112"))
    if kind == "dsa":
        return der.sequence(der.oid("2.16.840.1.101.3.4.3.2"))
    return der.sequence(der.oid(_ECDSA_OIDS[template.hash]))


def to_be_signed(template: Template) -> bytes:
    """Return the TBSCertificate."""
    algorithm = template.outer_algorithm or algorithm_identifier(template)
    version = (
        der.explicit(0, der.integer(template.version)) if template.version else b""
    )
    extensions = (
        der.explicit(3, der.sequence(*(each.encoded() for each in template.extensions)))
        if template.extensions
        else b""
    )
    tbs = der.sequence(
        version,
        der.integer(template.serial),
        template.inner_algorithm or algorithm,
        names.encoded(template.issuer),
        der.sequence(der.time(template.not_before), der.time(template.not_after)),
        template.subject_der or names.encoded(template.subject),
        template.public_info or template.key.public_info,
        extensions,
        template.tbs_tail,
    )
    if template.mutation is not None:
        offset, mask = template.mutation
        mutable = bytearray(tbs)
        mutable[offset % len(mutable)] ^= mask
        tbs = bytes(mutable)
    return tbs


def signed(tbs: bytes, template: Template) -> bytes:
    """Return the certificate of a TBSCertificate, signed as ``template`` says."""
    signature = template.signer.sign_certificate(template.padding, template.hash, tbs)
    if template.break_signature:
        signature = signature[:-1] + bytes((signature[-1] ^ 1,))
    algorithm = template.outer_algorithm or algorithm_identifier(template)
    return der.sequence(tbs, algorithm, der.bit_string(signature)) + template.tail


class CertificateMaker:
    """Makes certificates; equal templates give one certificate, made once."""

    def __init__(self) -> None:
        self._made: dict[Template, bytes] = {}

    def certificate(self, template: Template) -> bytes:
        """Return the certificate a template describes, DER."""
        made = self._made.get(template)
        if made is None:
            made = signed(to_be_signed(template), template)
            if template.mutation is None:
                self._made[template] = made
        return made
