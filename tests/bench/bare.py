"""The bare operations behind a verification: what no verifier can do without.

Three certificates parsed with their keys, three certificate signatures and one
envelope signature checked. Imports nothing of ours, decides nothing, and is the unit
the verifier is measured in.
"""

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

HASHES = {256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}


def bare(
    ders: list[bytes], tbs: list[bytes], signed: bytes, signature: bytes, bits: int
) -> None:
    """Parse ``ders`` (leaf first), check each against the next, and the envelope.

    ``tbs`` are the certificates' signed parts, cut out beforehand: taking them from a
    parsed certificate would encode them again, which no verifier needs.
    """
    certificates = [x509.load_der_x509_certificate(der) for der in ders]
    keys: list[Any] = [certificate.public_key() for certificate in certificates]
    for index, certificate in enumerate(certificates):
        issuer = keys[min(index + 1, len(keys) - 1)]
        hash_: Any = certificate.signature_hash_algorithm
        if isinstance(issuer, rsa.RSAPublicKey):
            issuer.verify(certificate.signature, tbs[index], padding.PKCS1v15(), hash_)
        else:
            issuer.verify(certificate.signature, tbs[index], ec.ECDSA(hash_))
    bare_signature(keys[0], signed, signature, bits)


def bare_signature(key: Any, signed: bytes, signature: bytes, bits: int) -> None:
    """Check the envelope's signature by the leaf's ``key``, which is at hand."""
    hash_ = HASHES[bits]
    if isinstance(key, rsa.RSAPublicKey):
        pss = padding.PSS(padding.MGF1(hash_), hash_.digest_size)
        key.verify(signature, signed, pss, hash_)
    else:
        half = len(signature) // 2
        r, s = (int.from_bytes(part) for part in (signature[:half], signature[half:]))
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hash_))
