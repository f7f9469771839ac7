"""Envelopes: every curve in both formats, chains of three and four, Signer's."""

from tests import forge
from tests.vectors.own.vector import Case, EnvelopeVector

SUBJECT = forge.descriptor()
AUTHORITY = "notary.x509.signingAuthority"
SERVICE = forge.SignerService()


def _curve(algorithm: str, media_type: str) -> EnvelopeVector:
    signer = forge.chain(2, algorithm=algorithm)
    format_ = "jws" if media_type == forge.JWS else "cose"
    return EnvelopeVector(
        envelope=forge.sign(SUBJECT, signer, format_),
        signer=signer,
        media_type=media_type,
    )


def p256_in_jws() -> EnvelopeVector:
    """ECDSA with SHA-256 by a key on P-256, in a JWS.

    Root (P-256) > Leaf (P-256)

    Clause: signature-specification, Algorithm Selection
    """
    return _curve("ES256", forge.JWS)


def p384_in_jws() -> EnvelopeVector:
    """ECDSA with SHA-384 by a key on P-384, in a JWS.

    Root (P-384) > Leaf (P-384)

    Clause: signature-specification, Algorithm Selection
    """
    return _curve("ES384", forge.JWS)


def p521_in_jws() -> EnvelopeVector:
    """ECDSA with SHA-512 by a key on P-521, in a JWS.

    Root (P-521) > Leaf (P-521)

    Clause: signature-specification, Algorithm Selection
    """
    return _curve("ES512", forge.JWS)


def p256_in_cose() -> EnvelopeVector:
    """ECDSA with SHA-256 by a key on P-256, in COSE.

    Root (P-256) > Leaf (P-256)

    Clause: signature-specification, Algorithm Selection
    """
    return _curve("ES256", forge.COSE)


def p384_in_cose() -> EnvelopeVector:
    """ECDSA with SHA-384 by a key on P-384, in COSE.

    Root (P-384) > Leaf (P-384)

    Clause: signature-specification, Algorithm Selection
    """
    return _curve("ES384", forge.COSE)


def p521_in_cose() -> EnvelopeVector:
    """ECDSA with SHA-512 by a key on P-521, in COSE.

    Root (P-521) > Leaf (P-521)

    Clause: signature-specification, Algorithm Selection
    """
    return _curve("ES512", forge.COSE)


def curve_and_header_differ() -> EnvelopeVector:
    """A key on P-256 that signed with SHA-256, while the header says ES384.

    Root (P-256) > Leaf (P-256)

    Clause: signature-specification, Algorithm Selection
    """
    signer = forge.chain(2, algorithm="ES256")
    return EnvelopeVector(
        envelope=forge.sign(SUBJECT, signer, header_algorithm="ES384"),
        signer=signer,
        failed=["integrity"],
    )


def signed_by_another_key() -> EnvelopeVector:
    """COSE whose leaf did not make the signature.

    Root (P-384) > Leaf (P-384)

    Clause: trust-store-trust-policy, Signature Verification
    """
    signer = forge.chain(2)
    return EnvelopeVector(
        envelope=forge.sign(
            SUBJECT, signer, "cose", key=forge.private_key("ES384", "another")
        ),
        signer=signer,
        media_type=forge.COSE,
        failed=["integrity"],
    )


def chain_of_three() -> EnvelopeVector:
    """One intermediate.

    Root > Intermediate 1 > Leaf

    Clause: signature-specification, Certificate Requirements
    """
    signer = forge.chain(3)
    return EnvelopeVector(envelope=forge.sign(SUBJECT, signer), signer=signer)


def chain_of_four() -> EnvelopeVector:
    """Two intermediates, in COSE.

    Root > Intermediate 1 > Intermediate 2 > Leaf

    Clause: signature-specification, Certificate Requirements
    """
    signer = forge.chain(4)
    return EnvelopeVector(
        envelope=forge.sign(SUBJECT, signer, "cose"),
        signer=signer,
        media_type=forge.COSE,
    )


def chain_of_four_with_one_missing() -> EnvelopeVector:
    """The leaf's issuer is left out.

    Root > Intermediate 1 > (Intermediate 2, not sent) > Leaf

    Clause: signature-specification, Certificate Requirements
    """
    signer = forge.chain(4)
    leaf, _, upper, root = signer.ders
    return EnvelopeVector(
        envelope=forge.sign(SUBJECT, signer, chain=[leaf, upper, root]),
        signer=signer,
        failed=["integrity"],
    )


def chain_of_four_out_of_order() -> EnvelopeVector:
    """The intermediates change places.

    Root > Intermediate 2 > Intermediate 1 > Leaf, as sent

    Clause: signature-specification, Certificate Requirements
    """
    signer = forge.chain(4)
    leaf, lower, upper, root = signer.ders
    return EnvelopeVector(
        envelope=forge.sign(SUBJECT, signer, chain=[leaf, upper, lower, root]),
        signer=signer,
        failed=["integrity"],
    )


def signing_authority_in_cose() -> EnvelopeVector:
    """The signing authority's time is authentic; its root is in its own store.

    Root > Intermediate 1 > Leaf

    Clause: signature-specification, Signed Attributes
    """
    signer = forge.chain(3)
    return EnvelopeVector(
        envelope=forge.sign(SUBJECT, signer, "cose", scheme=AUTHORITY),
        signer=signer,
        media_type=forge.COSE,
        stores=["signingAuthority:acme"],
    )


def signing_authority_in_a_ca_store() -> EnvelopeVector:
    """A root in a store of type ca is none for a signing authority.

    Root > Intermediate 1 > Leaf

    Clause: trust-store-trust-policy, Trust Store
    """
    signer = forge.chain(3)
    return EnvelopeVector(
        envelope=forge.sign(SUBJECT, signer, "cose", scheme=AUTHORITY),
        signer=signer,
        media_type=forge.COSE,
        failed=["authenticity"],
    )


def signing_authority_with_the_other_time() -> EnvelopeVector:
    """COSE of a signing authority that carries signingTime in place of its own.

    Root > Intermediate 1 > Leaf

    Clause: signature-specification, Signed Attributes
    """
    signer = forge.chain(3)
    changes = {"io.cncf.notary.signingScheme": AUTHORITY}
    return EnvelopeVector(
        envelope=forge.sign(SUBJECT, signer, "cose", protected=changes),
        signer=signer,
        media_type=forge.COSE,
        stores=["signingAuthority:acme"],
        failed=["integrity"],
    )


def _signer(format_: str, identity: str, *failed: str) -> EnvelopeVector:
    return EnvelopeVector(
        envelope=SERVICE.sign(SUBJECT, format=format_),
        signer=SERVICE.signer(),
        media_type=forge.JWS if format_ == "jws" else forge.COSE,
        stores=["signingAuthority:signer"],
        identities=[identity],
        signer_roots=[SERVICE.root_fingerprint],
        override={"revocation": "skip"},
        failed=failed,
        reference="needs-plugin",
    )


def signer_profile_in_jws() -> EnvelopeVector:
    """AWS Signer's attributes, the profile trusted.

    Root CA G1 > Int CA G1 > us-east-1 CA G1 > AWS Signer

    Clause: trust-store-trust-policy, Trusted Identities
    """
    return _signer("jws", SERVICE.profile_arn("payments"))


def signer_profile_version_in_cose() -> EnvelopeVector:
    """AWS Signer's attributes in COSE, one version of the profile trusted.

    Root CA G1 > Int CA G1 > us-east-1 CA G1 > AWS Signer

    Clause: trust-store-trust-policy, Trusted Identities
    """
    return _signer("cose", SERVICE.profile_version_arn("payments"))


def signer_other_profile() -> EnvelopeVector:
    """AWS Signer's attributes name another profile than the one trusted.

    Root CA G1 > Int CA G1 > us-east-1 CA G1 > AWS Signer

    Clause: trust-store-trust-policy, Trusted Identities
    """
    return _signer("jws", SERVICE.profile_arn("billing"), "authenticity")


def signer_other_version() -> EnvelopeVector:
    """AWS Signer's attributes name another version of the trusted profile.

    Root CA G1 > Int CA G1 > us-east-1 CA G1 > AWS Signer

    Clause: trust-store-trust-policy, Trusted Identities
    """
    other = SERVICE.profile_version_arn("payments", "Zz9zZz9zZz")
    return _signer("cose", other, "authenticity")


CASES: tuple[Case, ...] = (
    p256_in_jws,
    p384_in_jws,
    p521_in_jws,
    p256_in_cose,
    p384_in_cose,
    p521_in_cose,
    curve_and_header_differ,
    signed_by_another_key,
    chain_of_three,
    chain_of_four,
    chain_of_four_with_one_missing,
    chain_of_four_out_of_order,
    signing_authority_in_cose,
    signing_authority_in_a_ca_store,
    signing_authority_with_the_other_time,
    signer_profile_in_jws,
    signer_profile_version_in_cose,
    signer_other_profile,
    signer_other_version,
)
