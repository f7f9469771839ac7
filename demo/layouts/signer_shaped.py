"""A signature shaped like AWS Signer's, under a root made here.

Only AWS can sign with AWS Signer's certificates. This one has a chain of four, a leaf
that lives three days, the scheme and the attributes of a real one, and a root of its
own that the demo's bundle names in ``signerRoots``: what a profile's ARN is worth
depends on that root alone.
"""

from datetime import UTC, datetime, timedelta

from cryptography import x509

from demo.layouts.signing import KeyKind, make_holder
from notation_verifier import Descriptor
from tests.forge import Signer, SignerService

PROFILE = "demo_release"
_KIND = KeyKind.EC_384
# A real leaf is valid when it signs, and long expired when somebody looks.
_LEAF_LIFE = timedelta(days=3)


def sign_as_signer(subject: Descriptor) -> tuple[bytes, x509.Certificate]:
    """Return a JWS envelope that signs ``subject``, and the root it leads to."""
    now = datetime.now(UTC).replace(microsecond=0)
    issuer = root = make_holder("Demo Signer Root CA", authority=True, kind=_KIND)
    for name in ("Demo Signer Int CA", "Demo Signer us-east-1 CA"):
        issuer = make_holder(name, issuer=issuer, authority=True, kind=_KIND)
    leaf = make_holder(
        "Demo Signer",
        issuer=issuer,
        kind=_KIND,
        validity=(now - timedelta(hours=1), now + _LEAF_LIFE),
    )
    envelope = SignerService().sign(
        subject,
        PROFILE,
        signing_time=now,
        signer=Signer(key=leaf.key, chain=leaf.chain),
    )
    return envelope, root.certificate
