"""The six signature algorithms, and the only place a public key verifies anything.

Spec: signature-specification, Algorithm Selection; certificate signatures as far as the
reference's X.509 library accepts them, without MD5 and SHA-1.
"""

from enum import StrEnum
from typing import assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from notation_verifier.values import dataclass

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
"""The keys a certificate of a chain may hold."""


class SignatureAlgorithm(StrEnum):
    """The algorithms an envelope may be signed with, by their JWS names."""

    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"

    @property
    def digest_algorithm(self) -> str:
        """The hash it signs with, as a digest names it: ``sha384``."""
        return _HASHES[self].name


COSE_ALGORITHMS = {
    -37: SignatureAlgorithm.PS256,
    -38: SignatureAlgorithm.PS384,
    -39: SignatureAlgorithm.PS512,
    -7: SignatureAlgorithm.ES256,
    -35: SignatureAlgorithm.ES384,
    -36: SignatureAlgorithm.ES512,
}
"""The same by their numbers in COSE (RFC 9053)."""

_SHA256, _SHA384, _SHA512 = hashes.SHA256(), hashes.SHA384(), hashes.SHA512()
_Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

_RSA_SIZES = {
    2048: SignatureAlgorithm.PS256,
    3072: SignatureAlgorithm.PS384,
    4096: SignatureAlgorithm.PS512,
}
_CURVES = {
    "secp256r1": SignatureAlgorithm.ES256,
    "secp384r1": SignatureAlgorithm.ES384,
    "secp521r1": SignatureAlgorithm.ES512,
}
_HASHES: dict[SignatureAlgorithm, _Hash] = {
    SignatureAlgorithm.PS256: _SHA256,
    SignatureAlgorithm.PS384: _SHA384,
    SignatureAlgorithm.PS512: _SHA512,
    SignatureAlgorithm.ES256: _SHA256,
    SignatureAlgorithm.ES384: _SHA384,
    SignatureAlgorithm.ES512: _SHA512,
}
_COORDINATE_BYTES = {
    SignatureAlgorithm.ES256: 32,
    SignatureAlgorithm.ES384: 48,
    SignatureAlgorithm.ES512: 66,
}
# A salt as long as the hash: RFC 7518 section 3.5, RFC 8230 section 2.
_PSS = {
    hash_.name: padding.PSS(padding.MGF1(hash_), hash_.digest_size)
    for hash_ in (_SHA256, _SHA384, _SHA512)
}
_ECDSA = {hash_.name: ec.ECDSA(hash_) for hash_ in (_SHA256, _SHA384, _SHA512)}
_PKCS1 = padding.PKCS1v15()


def algorithm_of(key: PublicKey) -> SignatureAlgorithm | None:
    """Return the one algorithm a leaf's key may sign with, or None.

    RSA of exactly 2048, 3072 or 4096 bits; P-256, P-384, P-521.
    """
    if isinstance(key, rsa.RSAPublicKey):
        return _RSA_SIZES.get(key.key_size)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVES.get(key.curve.name)
    return None


def verifies(
    algorithm: SignatureAlgorithm, key: PublicKey, signature: bytes, message: bytes
) -> bool:
    """Return whether ``signature`` is the envelope signature of ``message`` by ``key``.

    ECDSA signatures are the two coordinates, each as long as the curve's order; DER is
    refused (RFC 7518 section 3.4, RFC 9053 section 2.1).
    """
    hash_ = _HASHES[algorithm]
    size = _COORDINATE_BYTES.get(algorithm)
    try:
        if size is None:
            if not isinstance(key, rsa.RSAPublicKey):
                return False
            key.verify(signature, message, _PSS[hash_.name], hash_)
        else:
            if not isinstance(key, ec.EllipticCurvePublicKey):
                return False
            if len(signature) != 2 * size:  # (1.3)
                return False
            pair = encode_dss_signature(
                int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
            )
            key.verify(pair, message, _ECDSA[hash_.name])
    except (InvalidSignature, ValueError):
        return False
    return True


class Padding(StrEnum):
    """How a certificate's issuer signed it."""

    PKCS1 = "pkcs1"
    PSS = "pss"
    ECDSA = "ecdsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class CertificateAlgorithm:
    """A certificate's signature algorithm."""

    padding: Padding
    hash: _Hash


def _pss_parameters(hash_oid: bytes, salt: int, null: bytes) -> bytes:
    """Return the DER of RSASSA-PSS with one hash for both and a salt of its length."""

    def wrap(tag: int, content: bytes) -> bytes:
        return bytes((tag, len(content))) + content

    hash_ = wrap(0x30, hash_oid + null)
    mgf1 = wrap(0x30, bytes.fromhex("06092a864886f70d010108") + hash_)
    parameters = wrap(
        0x30,
        wrap(0xA0, hash_) + wrap(0xA1, mgf1) + wrap(0xA2, bytes((2, 1, salt))),
    )
    return wrap(0x30, bytes.fromhex("06092a864886f70d01010a") + parameters)


_NULL = bytes.fromhex("0500")
_HASH_OIDS: tuple[tuple[_Hash, bytes], ...] = (
    (_SHA256, bytes.fromhex("0609608648016503040201")),
    (_SHA384, bytes.fromhex("0609608648016503040202")),
    (_SHA512, bytes.fromhex("0609608648016503040203")),
)

CERTIFICATE_ALGORITHMS: dict[bytes, CertificateAlgorithm] = {  # (2.3)
    bytes.fromhex("300d06092a864886f70d01010b0500"): CertificateAlgorithm(
        Padding.PKCS1, _SHA256
    ),
    bytes.fromhex("300d06092a864886f70d01010c0500"): CertificateAlgorithm(
        Padding.PKCS1, _SHA384
    ),
    bytes.fromhex("300d06092a864886f70d01010d0500"): CertificateAlgorithm(
        Padding.PKCS1, _SHA512
    ),
    bytes.fromhex("300a06082a8648ce3d040302"): CertificateAlgorithm(
        Padding.ECDSA, _SHA256
    ),
    bytes.fromhex("300a06082a8648ce3d040303"): CertificateAlgorithm(
        Padding.ECDSA, _SHA384
    ),
    bytes.fromhex("300a06082a8648ce3d040304"): CertificateAlgorithm(
        Padding.ECDSA, _SHA512
    ),
    bytes.fromhex("300506032b6570"): CertificateAlgorithm(Padding.ED25519, _SHA512),
    **{
        _pss_parameters(oid, hash_.digest_size, null): CertificateAlgorithm(
            Padding.PSS, hash_
        )
        for hash_, oid in _HASH_OIDS
        for null in (_NULL, b"")
    },
}
"""The AlgorithmIdentifiers, byte for byte, that certificates may be signed with."""


def issued(
    algorithm: CertificateAlgorithm, key: PublicKey, signature: bytes, tbs: bytes
) -> bool:
    """Return whether ``signature`` over a TBSCertificate is by ``key``."""
    hash_ = algorithm.hash
    try:
        match algorithm.padding:
            case Padding.PKCS1:
                if not isinstance(key, rsa.RSAPublicKey):
                    return False
                key.verify(signature, tbs, _PKCS1, hash_)
            case Padding.PSS:
                if not isinstance(key, rsa.RSAPublicKey):
                    return False
                key.verify(signature, tbs, _PSS[hash_.name], hash_)
            case Padding.ECDSA:
                if not isinstance(key, ec.EllipticCurvePublicKey):
                    return False
                key.verify(signature, tbs, _ECDSA[hash_.name])
            case Padding.ED25519:
                if not isinstance(key, ed25519.Ed25519PublicKey):
                    return False
                key.verify(signature, tbs)
            case _:
                assert_never(algorithm.padding)
    except (InvalidSignature, ValueError):
        return False
    return True
