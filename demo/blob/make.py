"""Makes the signed file of docs/command-line.md: ``python -m demo.blob.make``.

The key comes from its name and signs deterministically, so another run writes the same
bytes. It guards nothing.
"""

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from notation_verifier import Descriptor
from tests import forge

SBOM = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": "payments-api 1.42",
    "packages": [],
}
STATEMENT = {
    "name": "sboms",
    "globalPolicy": True,
    "signatureVerification": {"level": "strict"},
    "trustStores": ["ca:sboms"],
    "trustedIdentities": ["x509.subject: C=DE, ST=Berlin, O=Example, CN=sbom-build"],
}
LONG = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC))


def make(folder: Path) -> None:
    """Write the file, its signature, a trust policy and a trust store to ``folder``."""
    begin, end = LONG
    authority = forge.CertificateAuthority.root(
        "CN=Example SBOM CA,O=Example,ST=Berlin,C=DE", not_before=begin, not_after=end
    )
    signer = authority.leaf(
        "CN=sbom-build,O=Example,ST=Berlin,C=DE", not_before=begin, not_after=end
    )
    content = json.dumps(SBOM, indent=1).encode() + b"\n"
    subject = Descriptor(
        media_type="application/spdx+json",
        digest=f"sha384:{hashlib.sha384(content).hexdigest()}",
        size=len(content),
    )
    envelope = forge.sign(subject, signer, annotations={"release": "stable"})
    document = {"version": "1.0", "trustPolicies": [STATEMENT]}
    store = folder / "truststore" / "x509" / "ca" / "sboms"
    store.mkdir(parents=True, exist_ok=True)
    (folder / "sbom.spdx.json").write_bytes(content)
    (folder / "sbom.spdx.json.jws.sig").write_bytes(envelope)
    (folder / "trustpolicy.blob.json").write_text(json.dumps(document, indent=1) + "\n")
    (store / "root.pem").write_bytes(signer.root_pem)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
