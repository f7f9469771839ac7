"""No revocation information: an outcome of its own, accepted or refused."""

from typing import Any

import pytest

from notation_verifier import (
    PERMISSIVE,
    CheckName,
    Conclusion,
    Failed,
    Fetch,
    Passed,
    Reason,
    Skipped,
    verify,
)
from notation_verifier.revocation import RevocationMemory, RevocationSettings
from tests import forge as forged
from tests.forge import revocation as forge
from tests.forge.certificates import CertificateAuthority, Signer

NOTHING = forge.scene()
OCSP = forge.scene(ocsp=[forge.OCSP_URL])
SERVERS = forge.Servers({forge.OCSP_URL: OCSP.ocsp().der()})


def found(
    signer: Signer, fetch: Fetch | None = None, *, required: bool = True, **changes: Any
) -> Any:
    envelope = forged.sign(forged.descriptor(), signer)
    return verify(
        **forged.case(envelope, signer, now=forge.NOW),
        fetch=fetch,
        revocation_information_required=required,
        **changes,
    )


def check(verification: Any) -> Any:
    return verification.check(CheckName.REVOCATION).outcome


def half() -> Signer:
    """Return a signer whose certificate names OCSP, while its CA's names nothing."""
    root = CertificateAuthority.root("Root", algorithm="ES256")
    issuing = root.authority("Issuing CA", algorithm="ES256")
    return issuing.leaf(algorithm="ES256", ocsp=forge.OCSP_URL)


@pytest.mark.parametrize("fetch", [None, forge.Servers()])
def test_a_chain_that_names_no_source_is_accepted_or_refused(
    fetch: Fetch | None,
) -> None:
    accepted = found(NOTHING.signer, fetch, required=False)
    assert isinstance(check(accepted), Passed)
    refused = found(NOTHING.signer, fetch)
    assert isinstance(check(refused), Failed)
    assert check(refused).reason is Reason.NO_REVOCATION_INFORMATION
    assert refused.conclusion() is Conclusion.REFUSED
    assert refused.conclusion(PERMISSIVE) is Conclusion.SATISFIED


def test_a_chain_that_names_a_source_is_asked_about() -> None:
    assert isinstance(check(found(OCSP.signer, SERVERS)), Passed)
    assert isinstance(check(found(OCSP.signer)), Skipped)


def test_one_certificate_without_a_source_is_enough_to_refuse() -> None:
    signer = half()
    scene = forge.Scene(
        CertificateAuthority(
            CertificateAuthority.root("Root", algorithm="ES256")
            .authority("Issuing CA", algorithm="ES256")
            .key,
            signer.chain[1:],
        ),
        signer,
    )
    servers = forge.Servers({forge.OCSP_URL: scene.ocsp().der()})
    assert isinstance(check(found(signer, servers, required=False)), Passed)
    assert check(found(signer, servers)).reason is Reason.NO_REVOCATION_INFORMATION
    # Neither silence nor a revocation hides it, or is hidden by it.
    silent = found(signer, forge.Servers())
    assert check(silent).reason is Reason.NO_REVOCATION_INFORMATION
    servers.answers[forge.OCSP_URL] = scene.ocsp("revoked").der()
    assert check(found(signer, servers)).reason is Reason.CERTIFICATE_REVOKED


def test_a_self_signed_certificate_alone_needs_no_source() -> None:
    assert isinstance(check(found(forged.chain(1))), Passed)


def test_settings_are_made_only_where_somebody_is_asked() -> None:
    made: list[RevocationSettings] = []

    def settings() -> RevocationSettings:
        made.append(RevocationSettings(memory=RevocationMemory()))
        return made[-1]

    found(NOTHING.signer, SERVERS, required=False, revocation_settings=settings)
    found(OCSP.signer, None, revocation_settings=settings)
    assert not made
    assert isinstance(
        check(found(OCSP.signer, SERVERS, revocation_settings=settings)), Passed
    )
    assert made
