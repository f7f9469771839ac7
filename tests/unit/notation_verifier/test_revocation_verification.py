"""Revocation in a verification: when it is asked, and what it makes of the level."""

from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import (
    AUDIT,
    PERMISSIVE,
    CheckName,
    Conclusion,
    Failed,
    Passed,
    Reason,
    Skipped,
    verify,
)
from notation_verifier.revocation import RevocationSettings, RevocationStatus
from tests import forge as forged
from tests.forge import revocation as forge

SCENE = forge.scene(ocsp=[forge.OCSP_URL])
GOOD = SCENE.ocsp()
REVOKED = SCENE.ocsp("revoked", reason=forge.KEY_COMPROMISE)


def case(**changes: Any) -> dict[str, Any]:
    signer = SCENE.signer
    envelope = forged.sign(forged.descriptor(), signer)
    return forged.case(envelope, signer, now=forge.NOW, **changes)


def check(found: Any) -> Any:
    return found.check(CheckName.REVOCATION).outcome


def test_good() -> None:
    found = verify(**case(), fetch=forge.Servers({forge.OCSP_URL: GOOD.der()}))
    assert isinstance(check(found), Passed)
    assert found.conclusion() is Conclusion.SATISFIED
    assert found.revocation is not None
    assert found.revocation.fresh_until == forge.NOW + forge.DAY


def test_revoked() -> None:
    found = verify(**case(), fetch=forge.Servers({forge.OCSP_URL: REVOKED.der()}))
    assert isinstance(check(found), Failed)
    assert check(found).reason is Reason.CERTIFICATE_REVOKED
    assert "http://ocsp.test revokes it" in check(found).detail
    assert found.conclusion() is Conclusion.REFUSED
    assert found.conclusion(PERMISSIVE) is Conclusion.SATISFIED


def test_unknown_satisfies_nobody_who_enforces_it() -> None:
    found = verify(**case(), fetch=forge.Servers())
    assert isinstance(check(found), Skipped)
    assert check(found).reason is Reason.REVOCATION_UNKNOWN
    assert found.conclusion() is Conclusion.INCONCLUSIVE
    assert found.conclusion(AUDIT) is Conclusion.SATISFIED


def test_without_a_fetch_it_is_left_open() -> None:
    found = verify(**case())
    assert check(found).reason is Reason.NEEDS_REVOCATION_SERVICE
    assert found.revocation is None


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"subject": forged.descriptor(b"other")}, Reason.EARLIER_CHECK_FAILED),
        ({"anchors": [forged.chain(1).root_der]}, Reason.NOT_ANCHORED),
        (
            {"policy": forged.statement(override={"revocation": "skip"})},
            Reason.LEVEL_SKIPS,
        ),
    ],
)
def test_nobody_is_asked(changes: dict[str, Any], outcome: Reason) -> None:
    servers = forge.Servers()
    found = verify(**case(**changes), fetch=servers)
    assert check(found).reason is outcome
    assert servers.asked == []
    assert found.revocation is None


def test_nobody_is_asked_about_a_signature_that_does_not_hold() -> None:
    servers = forge.Servers()
    arguments = case()
    other = forged.private_key("ES256", "Other")
    arguments["envelope"] = forged.sign(forged.descriptor(), SCENE.signer, key=other)
    found = verify(**arguments, fetch=servers)
    assert isinstance(found.check(CheckName.SIGNATURE).outcome, Failed)
    assert servers.asked == []


def test_invalidity_date_spares_what_a_signing_authority_signed_before() -> None:
    invalid = forged.SIGNING_TIME + timedelta(days=1)
    answer = SCENE.ocsp("revoked", extensions=(forge.invalidity_date(invalid),))
    servers = {forge.OCSP_URL: answer.der()}
    for scheme, conclusion in (
        ("notary.x509.signingAuthority", Conclusion.SATISFIED),
        ("notary.x509", Conclusion.REFUSED),
    ):
        envelope = forged.sign(forged.descriptor(), SCENE.signer, scheme=scheme)
        arguments = forged.case(envelope, SCENE.signer, now=forge.NOW)
        found = verify(**arguments, fetch=forge.Servers(dict(servers)))
        assert found.conclusion() is conclusion, check(found)


def test_memory_comes_back_and_binds_the_next() -> None:
    first = verify(**case(), fetch=forge.Servers({forge.OCSP_URL: REVOKED.der()}))
    assert first.revocation is not None
    settings = RevocationSettings(memory=first.revocation.memory)
    servers = forge.Servers({forge.OCSP_URL: GOOD.der()})
    second = verify(**case(), fetch=servers, revocation_settings=settings)
    assert second.revocation is not None
    assert second.revocation.status is RevocationStatus.REVOKED
    assert servers.asked == []


def test_policy_limits_the_age() -> None:
    settings = RevocationSettings(max_age=timedelta(minutes=30))
    servers = forge.Servers({forge.OCSP_URL: GOOD.der()})
    found = verify(**case(), fetch=servers, revocation_settings=settings)
    assert check(found).reason is Reason.REVOCATION_UNKNOWN
    assert "older than the policy's 0:30:00" in check(found).detail
