"""A small sound bundle to start from, and a way to break it."""

import base64
import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"

Document = dict[str, Any]


def root(common_name: str) -> bytes:
    """Return the DER bytes of a new self-signed CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment"),
            *("data_encipherment", "key_agreement", "crl_sign"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


@pytest.fixture(scope="session")
def payments_root() -> bytes:
    return root("payments")


@pytest.fixture(scope="session")
def sound(payments_root: bytes) -> Document:
    return {
        "schema": 1,
        "serial": 7,
        "audience": ["123456789012"],
        "notBefore": None,
        "expires": None,
        "policies": [
            {
                "statement": {
                    "name": "payments",
                    "registryScopes": [f"{HOST}/prod/payments/*"],
                    "signatureVerification": {"level": "strict"},
                    "trustStores": ["ca:payments"],
                    "trustedIdentities": ["x509.subject: C=DE, ST=Berlin, O=Example"],
                }
            }
        ],
        "trustStores": {"ca": {"payments": [base64.b64encode(payments_root).decode()]}},
    }


@pytest.fixture
def document(sound: Document) -> Document:
    """A sound bundle that a test may change."""
    return copy.deepcopy(sound)


@pytest.fixture
def encode() -> Callable[[Document], bytes]:
    return lambda document: json.dumps(document).encode()
