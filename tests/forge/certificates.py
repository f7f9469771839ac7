"""Certificates and chains, each rule of which can be broken on its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tests.forge.keys import Hash, PrivateKey, algorithm_of, private_key

_CURVE_HASHES: dict[int, Hash] = {
    256: hashes.SHA256(),
    384: hashes.SHA384(),
    521: hashes.SHA512(),
}
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2120, 1, 1, tzinfo=UTC)
SUBJECT = "CN={},O=acme,L=Seattle,ST=WA,C=US"
"""A subject that a trusted identity can match: it has C, ST and O."""


def key_usage(*bits: str) -> x509.KeyUsage:
    """Return a key usage with just these bits: ``digital_signature``, …."""
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    if not set(bits) <= set(names):
        raise ValueError(f"no such key usage in {bits}")
    return x509.KeyUsage(**{name: name in bits for name in names})


@dataclass(frozen=True)
class Shape:
    """How a certificate differs from a right one; None leaves an extension out."""

    not_before: datetime = NOT_BEFORE
    not_after: datetime = NOT_AFTER
    basic_constraints: x509.BasicConstraints | None = None
    basic_constraints_critical: bool = True
    key_usage: x509.KeyUsage | None = None
    key_usage_critical: bool = True
    extended_key_usage: Sequence[x509.ObjectIdentifier] = ()
    ocsp: str | None = None
    crl: str | None = None
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = ()
    """Further extensions and whether each is critical."""
    hash: Hash | None = None
    pss: bool = False
    serial: int | None = None


LEAF = Shape(
    basic_constraints=x509.BasicConstraints(ca=False, path_length=None),
    key_usage=key_usage("digital_signature"),
    extended_key_usage=(ExtendedKeyUsageOID.CODE_SIGNING,),
)
CA = Shape(
    basic_constraints=x509.BasicConstraints(ca=True, path_length=None),
    key_usage=key_usage("key_cert_sign", "crl_sign"),
)


def _name(subject: str | x509.Name) -> x509.Name:
    if isinstance(subject, x509.Name):
        return subject
    text = subject if "=" in subject else SUBJECT.format(subject)
    return x509.Name.from_rfc4514_string(text)


def _serial(name: x509.Name) -> int:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(name.public_bytes())
    return int.from_bytes(digest.finalize()[:8]) | 1


def build_certificate(
    subject: str | x509.Name,
    key: PrivateKey,
    issuer: str | x509.Name,
    issuer_key: PrivateKey,
    shape: Shape,
    **changes: Any,
) -> x509.Certificate:
    """Return a certificate of ``shape`` with ``changes``, signed by ``issuer_key``.

    A subject without ``=`` is taken for the common name of :data:`SUBJECT`.
    """
    shape = replace(shape, **changes)
    name = _name(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(_serial(name) if shape.serial is None else shape.serial)
        .not_valid_before(shape.not_before)
        .not_valid_after(shape.not_after)
    )
    extensions: list[tuple[x509.ExtensionType, bool]] = []
    if shape.basic_constraints is not None:
        extensions.append((shape.basic_constraints, shape.basic_constraints_critical))
    if shape.key_usage is not None:
        extensions.append((shape.key_usage, shape.key_usage_critical))
    if shape.extended_key_usage:
        extensions.append((x509.ExtendedKeyUsage(shape.extended_key_usage), False))
    if shape.ocsp is not None:
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP,
            x509.UniformResourceIdentifier(shape.ocsp),
        )
        extensions.append((x509.AuthorityInformationAccess([access]), False))
    if shape.crl is not None:
        point = x509.DistributionPoint(
            [x509.UniformResourceIdentifier(shape.crl)], None, None, None
        )
        extensions.append((x509.CRLDistributionPoints([point]), False))
    for extension, critical in (*extensions, *shape.extensions):
        builder = builder.add_extension(extension, critical=critical)
    return _signed(builder, issuer_key, shape)


def _signed(
    builder: x509.CertificateBuilder, key: PrivateKey, shape: Shape
) -> x509.Certificate:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return builder.sign(key, None)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        hash_ = shape.hash or _CURVE_HASHES.get(key.curve.key_size, hashes.SHA256())
        return builder.sign(key, hash_, ecdsa_deterministic=True)
    hash_ = shape.hash or hashes.SHA256()
    pss = padding.PSS(padding.MGF1(hash_), hash_.digest_size) if shape.pss else None
    return builder.sign(key, hash_, rsa_padding=pss)


@dataclass(frozen=True)
class Signer:
    """A key with the chain for its certificate: what signs an envelope."""

    key: PrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]
    """Leaf first, root last."""

    @property
    def algorithm(self) -> str:
        """The algorithm that the key's kind and size imply."""
        return algorithm_of(self.key)

    @property
    def ders(self) -> list[bytes]:
        """The chain as DER, leaf first."""
        return [each.public_bytes(serialization.Encoding.DER) for each in self.chain]

    @property
    def root_der(self) -> bytes:
        """The root's DER: what goes into a trust store."""
        return self.ders[-1]

    @property
    def root_pem(self) -> bytes:
        """The root's PEM: what goes into a trust store's folder."""
        return self.chain[-1].public_bytes(serialization.Encoding.PEM)

    @property
    def root_fingerprint(self) -> str:
        """SHA-256 over the root's DER, lower-case hex."""
        return self.chain[-1].fingerprint(hashes.SHA256()).hex()

    @property
    def private_pem(self) -> bytes:
        """The key as PKCS #8 PEM, for tools that sign from files."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def chain_pem(self) -> bytes:
        """The whole chain as PEM, leaf first."""
        return b"".join(
            each.public_bytes(serialization.Encoding.PEM) for each in self.chain
        )


@dataclass(frozen=True)
class CertificateAuthority:
    """A CA and the CAs above it: issues leaves and further CAs."""

    key: PrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]
    """This CA first, root last."""

    @classmethod
    def root(
        cls, subject: str = "Root", *, algorithm: str = "ES384", **changes: Any
    ) -> Self:
        """Return a self-signed root; ``changes`` are of :class:`Shape`."""
        key = private_key(algorithm, subject)
        certificate = build_certificate(subject, key, subject, key, CA, **changes)
        return cls(key, (certificate,))

    def authority(
        self, subject: str = "Intermediate", *, algorithm: str = "ES384", **changes: Any
    ) -> Self:
        """Return a CA issued by this one."""
        key = private_key(algorithm, subject)
        certificate = build_certificate(
            subject, key, self.chain[0].subject, self.key, CA, **changes
        )
        return type(self)(key, (certificate, *self.chain))

    def leaf(
        self, subject: str = "Leaf", *, algorithm: str = "ES384", **changes: Any
    ) -> Signer:
        """Return a signer whose certificate this CA issued."""
        key = private_key(algorithm, subject)
        certificate = build_certificate(
            subject, key, self.chain[0].subject, self.key, LEAF, **changes
        )
        return Signer(key, (certificate, *self.chain))

    @property
    def certificate(self) -> x509.Certificate:
        """This CA's own certificate."""
        return self.chain[0]


def chain(
    length: int = 3,
    *,
    algorithm: str = "ES384",
    ca_algorithm: str | None = None,
    subject: str = "Leaf",
    **changes: Any,
) -> Signer:
    """Return a signer with a right chain of ``length``; ``changes`` are to the leaf.

    Length 1 is a self-signed leaf. The CAs use the leaf's algorithm unless told.
    """
    if length == 1:
        key = private_key(algorithm, subject)
        only = build_certificate(subject, key, subject, key, LEAF, **changes)
        return Signer(key, (only,))
    above = ca_algorithm or algorithm
    authority = CertificateAuthority.root(algorithm=above)
    for number in range(1, length - 1):
        authority = authority.authority(f"Intermediate {number}", algorithm=above)
    return authority.leaf(subject, algorithm=algorithm, **changes)
