"""A run's keys: made once, shared by all its cases; RSA keys are dear.

Keys are not made from the seed (no library does that), so a seed repeats the shapes of
a run and not its bytes. A case written to a file holds the bytes.
"""

from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import (
    dsa,
    ec,
    ed25519,
    padding,
    rsa,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import (
    MD5,
    SHA1,
    SHA256,
    SHA384,
    SHA512,
    HashAlgorithm,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PrivateKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | dsa.DSAPrivateKey
)

HASHES: dict[str, HashAlgorithm] = {
    "md5": MD5(),  # what refusing it is tested with
    "sha1": SHA1(),
    "sha256": SHA256(),
    "sha384": SHA384(),
    "sha512": SHA512(),
}
ALGORITHM_OF_KEY = {
    "rsa2048": "PS256",
    "rsa3072": "PS384",
    "rsa4096": "PS512",
    "p256": "ES256",
    "p384": "ES384",
    "p521": "ES512",
}
"""The keys that may sign envelopes, and what with."""
HASH_OF_ALGORITHM = {
    f"{family}{bits}": f"sha{bits}"
    for family in ("PS", "ES")
    for bits in (256, 384, 512)
}
_CURVES: dict[str, ec.EllipticCurve] = {
    "p224": ec.SECP224R1(),
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
    "secp256k1": ec.SECP256K1(),
}


@dataclass(frozen=True, eq=False)
class Key:
    """A key pair and the name its kind and number give it: ``p256-1``."""

    kind: str
    number: int
    private: PrivateKey

    @property
    def name(self) -> str:
        """Kind and number."""
        return f"{self.kind}-{self.number}"

    @cached_property
    def public_info(self) -> bytes:
        """The SubjectPublicKeyInfo, DER."""
        return self.private.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def sign_envelope(
        self, algorithm: str, message: bytes, *, salt: int | None = None
    ) -> bytes:
        """Sign as an envelope is signed.

        Args:
            algorithm: ``PS256`` to ``ES512``; its hash is used whatever the key.
            message: what is signed.
            salt: length of the PSS salt; None for the hash's own.
        """
        hash_ = HASHES[HASH_OF_ALGORITHM.get(algorithm, "sha256")]
        match self.private:
            case rsa.RSAPrivateKey():
                length = hash_.digest_size if salt is None else salt
                pss = padding.PSS(padding.MGF1(hash_), length)
                return self.private.sign(message, pss, hash_)
            case ec.EllipticCurvePrivateKey():
                pair = decode_dss_signature(self.private.sign(message, ec.ECDSA(hash_)))
                size = (self.private.curve.key_size + 7) // 8
                return b"".join(number.to_bytes(size) for number in pair)
            case ed25519.Ed25519PrivateKey():
                return self.private.sign(message)
            case dsa.DSAPrivateKey():
                return self.private.sign(message, hash_)

    def sign_certificate(self, padding_: str, hash_name: str, tbs: bytes) -> bytes:
        """Sign a TBSCertificate; ``padding_`` (pkcs1, pss) is for RSA keys."""
        hash_ = HASHES[hash_name]
        match self.private:
            case rsa.RSAPrivateKey():
                scheme = (
                    padding.PSS(padding.MGF1(hash_), hash_.digest_size)
                    if padding_ == "pss"
                    else padding.PKCS1v15()
                )
                return self.private.sign(tbs, scheme, hash_)
            case ec.EllipticCurvePrivateKey():
                return self.private.sign(tbs, ec.ECDSA(hash_))
            case ed25519.Ed25519PrivateKey():
                return self.private.sign(tbs)
            case dsa.DSAPrivateKey():
                return self.private.sign(tbs, hash_)


class KeyPool:
    """Makes each key when it is first asked for."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, int], Key] = {}

    def key(self, kind: str, number: int = 0) -> Key:
        """Return the key of a kind (``rsa2048``, ``p256``, ``ed25519``…) and number."""
        found = self._keys.get((kind, number))
        if found is None:
            found = Key(kind, number, _make(kind))
            self._keys[kind, number] = found
        return found


def _make(kind: str) -> PrivateKey:
    if kind.startswith("rsa"):
        exponent = 3 if kind.endswith("e3") else 65537
        return rsa.generate_private_key(exponent, int(kind[3:7]))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    return ec.generate_private_key(_CURVES[kind])
