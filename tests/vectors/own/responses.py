"""OCSP responses, good and forged: a forged one says nothing about the leaf."""

from dataclasses import replace

from tests import forge as envelopes
from tests.forge import revocation as forge
from tests.vectors.own.vector import Case, ResponseVector

SCENE = forge.scene(ocsp=[forge.OCSP_URL])


def _vector(response: forge.Response, status: str) -> ResponseVector:
    return ResponseVector(
        chain=SCENE.signer.ders, response=response.der(), at=forge.NOW, status=status
    )


def ocsp_good_by_the_issuer() -> ResponseVector:
    """The issuer itself says that the leaf is good.

    Issuing CA > Build; signed by Issuing CA

    Clause: trust-store-trust-policy, Certificate Revocation with OCSP
    """
    return _vector(SCENE.ocsp(), "good")


def ocsp_good_by_a_responder() -> ResponseVector:
    """A responder that the issuer certified for OCSPSigning says good.

    Issuing CA > Build; Issuing CA > Responder; signed by Responder

    Clause: trust-store-trust-policy, Certificate Revocation with OCSP
    """
    return _vector(SCENE.delegated(), "good")


def ocsp_revoked_by_the_issuer() -> ResponseVector:
    """The issuer says that the leaf is revoked: its key was compromised.

    Issuing CA > Build; signed by Issuing CA

    Clause: trust-store-trust-policy, Certificate Revocation with OCSP
    """
    return _vector(SCENE.ocsp("revoked", reason=1), "revoked")


def ocsp_unknown() -> ResponseVector:
    """The issuer does not know the leaf.

    Issuing CA > Build; signed by Issuing CA

    Clause: trust-store-trust-policy, Certificate Revocation with OCSP
    """
    return _vector(SCENE.ocsp("unknown"), "unknown")


def ocsp_forged_by_another_key() -> ResponseVector:
    """Good, in the issuer's name, signed by a key that is not the issuer's.

    Issuing CA > Build; signed by a stranger's key

    Clause: RFC 6960, section 3.2, signed response acceptance
    """
    key = envelopes.private_key("ES256", "stranger")
    return _vector(replace(SCENE.ocsp(), key=key), "unknown")


def ocsp_forged_by_the_leaf() -> ResponseVector:
    """Good, by the certificate that is asked after.

    Issuing CA > Build; signed by Build

    Clause: RFC 6960, section 4.2.2.2, authorized responders
    """
    return _vector(SCENE.delegated(by=SCENE.signer), "unknown")


def ocsp_forged_by_another_ca() -> ResponseVector:
    """Good, by a responder for OCSPSigning that another CA certified.

    Issuing CA > Build; Another CA > Responder; signed by Responder

    Clause: RFC 6960, section 4.2.2.2, authorized responders
    """
    authority = envelopes.CertificateAuthority.root("Another CA", algorithm="ES256")
    other = replace(SCENE, authority=authority)
    return _vector(SCENE.delegated(by=other.responder()), "unknown")


def ocsp_of_another_serial() -> ResponseVector:
    """Good, by the issuer, of another certificate.

    Issuing CA > Build; signed by Issuing CA

    Clause: RFC 6960, section 3.2, signed response acceptance
    """
    return _vector(SCENE.ocsp(serial=SCENE.leaf.serial_number + 2), "unknown")


def ocsp_out_of_date() -> ResponseVector:
    """Good, by the issuer, and past its nextUpdate.

    Issuing CA > Build; signed by Issuing CA

    Clause: RFC 6960, section 3.2, signed response acceptance
    """
    response = SCENE.ocsp(
        this_update=forge.NOW - 3 * forge.DAY, next_update=forge.NOW - 2 * forge.DAY
    )
    return _vector(response, "unknown")


CASES: tuple[Case, ...] = (
    ocsp_good_by_the_issuer,
    ocsp_good_by_a_responder,
    ocsp_revoked_by_the_issuer,
    ocsp_unknown,
    ocsp_forged_by_another_key,
    ocsp_forged_by_the_leaf,
    ocsp_forged_by_another_ca,
    ocsp_of_another_serial,
    ocsp_out_of_date,
)
