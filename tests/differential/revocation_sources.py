"""Naming revocation sources in a chain, and the scene their answers are made in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa

from tests.differential import certificates, good
from tests.differential.certificates import Extension
from tests.differential.draft import Draft
from tests.forge import revocation as forge
from tests.forge.certificates import CertificateAuthority, Signer
from tests.forge.keys import PrivateKey

_CA_USAGES = (certificates.CERT_SIGN, certificates.CRL_SIGN)
DIRECTORY = "ldap://directory.test/cn=crl"
TLS = "https://127.0.0.1/ocsp"


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a certificate names, as URLs."""

    ocsp: Sequence[str] = ()
    crl: Sequence[str | x509.DistributionPoint] = ()
    freshest: Sequence[str] = ()

    @property
    def extensions(self) -> list[x509.ExtensionType]:
        """The extensions that name them."""
        found: list[x509.ExtensionType] = []
        if self.ocsp:
            found.append(forge.access(*self.ocsp)[0])
        if self.crl:
            found.append(
                x509.CRLDistributionPoints(
                    forge.point(each) if isinstance(each, str) else each
                    for each in self.crl
                )
            )
        if self.freshest:
            found.append(x509.FreshestCRL([forge.point(*self.freshest)]))
        return found


def name_sources(draft: Draft, sources: Sources, index: int = 0) -> forge.Scene:
    """Name the sources in a certificate of the draft's chain; return its scene.

    Its issuer becomes one that may sign CRLs; the root is put into the store anew.
    """
    added = tuple(
        Extension(each.oid.dotted_string, each.public_bytes())
        for each in sources.extensions
    )
    held = draft.chain[index]
    draft.chain[index] = replace(held, extensions=(*held.extensions, *added))
    above = draft.chain[index + 1]
    draft.chain[index + 1] = replace(
        above,
        extensions=(
            certificates.basic_constraints(ca=True),
            certificates.key_usage(_CA_USAGES),
            *above.extensions[2:],
        ),
    )
    good.reanchor(draft)
    chain = tuple(
        x509.load_der_x509_certificate(draft.certificate(number))
        for number in range(index, len(draft.chain))
    )
    return forge.Scene(
        CertificateAuthority(_private(draft, index + 1), chain[1:]),
        Signer(_private(draft, index), chain),
    )


def _private(draft: Draft, index: int) -> PrivateKey:
    found = draft.chain[index].key.private
    assert not isinstance(found, dsa.DSAPrivateKey)
    return found
