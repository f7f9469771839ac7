"""A signature shaped like AWS Signer's, under a root made here.

Only AWS can sign with AWS Signer's certificates. This one has a chain of four, a leaf
that lives three days, the scheme and the attributes of a real one, and a root of its
own that the demo's bundle names in ``signerRoots``: what a profile's ARN is worth
depends on that root alone.
"""

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec

from demo.layouts.signing import new_signer
from notation_verifier import Descriptor
from tests.forge import Signer, SignerService

PROFILE = "demo_release"
# A real leaf is valid when it signs, and long expired when somebody looks.
_LEAF_LIFE = timedelta(days=3)


def sign_as_signer(subject: Descriptor) -> tuple[bytes, Signer]:
    """Return a JWS envelope that signs ``subject``, and who signed it."""
    now = datetime.now(UTC).replace(microsecond=0)
    curve = ec.SECP384R1()
    issuer = None
    for name in ("Root CA", "Int CA", "us-east-1 CA"):
        issuer = new_signer(
            f"Demo Signer {name}", issuer=issuer, authority=True, curve=curve
        )
    leaf = new_signer(
        "Demo Signer",
        issuer=issuer,
        curve=curve,
        not_before=now - timedelta(hours=1),
        not_after=now + _LEAF_LIFE,
    )
    envelope = SignerService().sign(subject, PROFILE, signing_time=now, signer=leaf)
    return envelope, leaf
