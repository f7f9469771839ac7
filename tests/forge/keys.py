"""Private keys by algorithm and name, and what they sign."""

import hashlib
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ALGORITHMS = ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""What an envelope may be signed with."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

_RSA_BITS = {"PS256": 2048, "PS384": 3072, "PS512": 4096}
_CURVES: dict[str, tuple[ec.EllipticCurve, int]] = {
    "P-224": (ec.SECP224R1(), 28),
    "ES256": (ec.SECP256R1(), 32),
    "ES384": (ec.SECP384R1(), 48),
    "ES512": (ec.SECP521R1(), 66),
}
_HASHES: dict[str, Hash] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}


@cache
def _rsa_key(bits: int, name: str) -> rsa.RSAPrivateKey:
    del name  # only keeps keys of the same size apart
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def private_key(algorithm: str, name: str) -> PrivateKey:
    """Return the key called ``name``, always the same within a process.

    ``algorithm`` is one of the six, ``P-224``, ``Ed25519`` or ``RSA-<bits>``. Elliptic
    keys are derived from their name and are the same in every process.
    """
    if algorithm in _RSA_BITS:
        return _rsa_key(_RSA_BITS[algorithm], name)
    if algorithm.startswith("RSA-"):
        return _rsa_key(int(algorithm.removeprefix("RSA-")), name)
    seed = hashlib.shake_256(f"forge {algorithm} {name}".encode())
    if algorithm == "Ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(seed.digest(32))
    curve, size = _CURVES[algorithm]
    # 64 bits fewer than the order has: always a valid key, and plenty for a forge.
    return ec.derive_private_key(int.from_bytes(seed.digest(size - 8)), curve)


def algorithm_of(key: PrivateKey) -> str:
    """Return the algorithm an envelope is signed with by ``key``."""
    if isinstance(key, rsa.RSAPrivateKey):
        return {2048: "PS256", 3072: "PS384", 4096: "PS512"}.get(key.key_size, "PS256")
    if isinstance(key, ec.EllipticCurvePrivateKey):
        names = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
        return names.get(key.curve.name, "ES256")
    return "ES256"


def hash_of(algorithm: str) -> Hash:
    """Return the hash of one of the six algorithms."""
    return _HASHES[algorithm[2:]]


def envelope_signature(
    key: PrivateKey, algorithm: str, message: bytes, *, salt_length: int | None = None
) -> bytes:
    """Sign as JWS and COSE do: PSS with a salt as long as the hash, or r and s."""
    hash_ = hash_of(algorithm)
    if isinstance(key, rsa.RSAPrivateKey):
        salt = hash_.digest_size if salt_length is None else salt_length
        return key.sign(message, padding.PSS(padding.MGF1(hash_), salt), hash_)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(message, ec.ECDSA(hash_, deterministic_signing=True))
        r, s = decode_dss_signature(signature)
        size = (key.curve.key_size + 7) // 8
        return r.to_bytes(size) + s.to_bytes(size)
    return key.sign(message)
