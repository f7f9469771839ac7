"""Timestamps in a verification: when one counts, for when, and what is asked."""

from datetime import datetime, timedelta
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
from tests import forge
from tests.forge import revocation
from tests.forge import timestamps as ts
from tests.forge.revocation import generalized
from tests.unit.notation_verifier.timestamp_stand import (
    SIGNER,
    TSA,
    case,
    judged,
    outcome,
    reason,
    signature_of,
    token,
)

SECOND = timedelta(seconds=1)
NOW = revocation.NOW
# A signer whose certificate lived for the first hour of 2026.
NOT_BEFORE = forge.SIGNING_TIME
NOT_AFTER = NOT_BEFORE + timedelta(hours=1)
SHORT = forge.chain(2, not_before=NOT_BEFORE, not_after=NOT_AFTER)
SHORT_SIGNATURE = signature_of(forge.sign(forge.descriptor(), SHORT))


def short(when: datetime, **changes: Any) -> bytes:
    """Return a timestamp of the short-lived signer's signature."""
    return token(message=SHORT_SIGNATURE, time=generalized(when), **changes)


def test_a_timestamp_outlives_the_certificate() -> None:
    found = judged(short(NOT_AFTER), signer=SHORT)
    assert found.conclusion() is Conclusion.SATISFIED
    bare = judged(None, signer=SHORT, stores=["ca:acme"])
    assert reason(bare) is Reason.CERTIFICATE_NOT_VALID
    ignored = judged(short(NOT_AFTER), signer=SHORT, stores=["ca:acme"])
    assert reason(ignored) is Reason.CERTIFICATE_NOT_VALID


@pytest.mark.parametrize(
    ("when", "accuracy", "policy", "valid"),
    [
        (NOT_BEFORE, b"", ts.POLICY, True),
        (NOT_BEFORE - SECOND, b"", ts.POLICY, False),
        (NOT_AFTER, b"", ts.POLICY, True),
        (NOT_AFTER + SECOND, b"", ts.POLICY, False),
        (NOT_AFTER - SECOND, ts.accuracy(1), ts.POLICY, True),
        (NOT_AFTER - SECOND, ts.accuracy(1, 1), ts.POLICY, False),
        (NOT_AFTER - SECOND, ts.accuracy(1, 0, 1), ts.POLICY, False),
        (NOT_AFTER - SECOND, ts.accuracy(None, 999, 999), ts.POLICY, True),
        (NOT_BEFORE + SECOND, ts.accuracy(1), ts.POLICY, True),
        (NOT_BEFORE + SECOND, ts.accuracy(2), ts.POLICY, False),
        # ETSI's baseline policy: one second, unless the token says otherwise.
        (NOT_AFTER, b"", ts.BASELINE, False),
        (NOT_AFTER, ts.accuracy(0), ts.BASELINE, False),
        (NOT_AFTER - SECOND, b"", ts.BASELINE, True),
        (NOT_AFTER, ts.accuracy(None, None, 1), ts.BASELINE, False),
        (NOT_AFTER - SECOND, ts.accuracy(2), ts.BASELINE, False),
    ],
)
def test_valid_however_far_off(
    when: datetime, accuracy: bytes, policy: str, *, valid: bool
) -> None:
    found = judged(short(when, accuracy=accuracy, policy=policy), signer=SHORT)
    assert reason(found) is (None if valid else Reason.CERTIFICATE_NOT_VALID)


def test_a_fraction_too_fine_to_hold_counts_whole() -> None:
    late = (generalized(NOT_AFTER)[2:-1] + b".000000001Z",)
    found = judged(
        token(message=SHORT_SIGNATURE, time=revocation.tlv(0x18, *late)), signer=SHORT
    )
    assert reason(found) is Reason.CERTIFICATE_NOT_VALID


def test_after_expiry_only() -> None:
    when: dict[str, Any] = {"verify_timestamp": "afterCertExpiry", "signer": SHORT}
    before = judged(b"never looked at", now=NOT_AFTER, **when)
    assert before.conclusion() is Conclusion.SATISFIED
    assert before.timestamp is None
    early = judged(short(NOT_AFTER), now=NOT_BEFORE - SECOND, **when)
    assert reason(early) is Reason.CERTIFICATE_NOT_VALID
    for stamp, wanted in (
        (short(NOT_AFTER), None),
        (None, Reason.TIMESTAMP_MISSING),
        (b"looked at", Reason.TIMESTAMP_MALFORMED),
    ):
        after = judged(stamp, now=NOT_AFTER + SECOND, **when)
        assert reason(after) is wanted


def test_always_means_always() -> None:
    assert reason(judged(None)) is Reason.TIMESTAMP_MISSING
    assert reason(judged(b"")) is Reason.TIMESTAMP_MISSING
    assert reason(judged(token())) is None


def test_a_signing_authority_needs_none() -> None:
    arguments = case(b"never looked at")
    arguments["envelope"] = forge.sign(
        forge.descriptor(),
        SIGNER,
        scheme="notary.x509.signingAuthority",
        timestamp=b"never looked at",
    )
    assert reason(verify(**arguments)) is None


def test_every_store_named_must_exist_and_any_will_do() -> None:
    absent = judged(token(), roots=())
    assert reason(absent) is Reason.NO_TRUST_STORE
    missing = judged(token(), stores=["ca:acme", "tsa:clock", "tsa:missing"])
    assert reason(missing) is Reason.NO_TRUST_STORE
    # The stores of signers are none of the authority's.
    arguments = case(token(), stores=["ca:acme", "tsa:clock"])
    arguments["statement"] = forge.statement(stores=["ca:acme"])
    assert verify(**arguments).timestamp is None


def test_a_level_that_logs_it() -> None:
    found = judged(b"\x30\x00")
    assert found.conclusion() is Conclusion.REFUSED
    assert found.conclusion(PERMISSIVE) is Conclusion.SATISFIED
    assert found.conclusion(AUDIT) is Conclusion.SATISFIED


# Revocation of the authority

SCENE = revocation.scene(
    ocsp=[revocation.OCSP_URL],
    extended_key_usage=(),
    extensions=[ts.time_stamping()],
)
ROOTS = (SCENE.signer.root_der,)
STAMP = token(signer=SCENE.signer)
GOOD = {revocation.OCSP_URL: SCENE.ocsp().der()}
REVOKED = {
    revocation.OCSP_URL: SCENE.ocsp("revoked", reason=revocation.KEY_COMPROMISE).der()
}


def asked(answers: dict[str, bytes], stamp: bytes = STAMP, **changes: Any) -> Any:
    servers = revocation.Servers(dict(answers))
    return judged(stamp, fetch=servers, now=NOW, roots=ROOTS, **changes), servers


def test_an_authority_in_good_standing() -> None:
    found, servers = asked(GOOD)
    assert isinstance(outcome(found), Passed)
    assert found.conclusion() is Conclusion.SATISFIED
    assert found.timestamp.revocation.status is RevocationStatus.GOOD
    assert len(servers.asked) == 1
    assert found.revocation is not found.timestamp.revocation


def test_a_revoked_authority() -> None:
    found, _ = asked(REVOKED)
    assert isinstance(outcome(found), Failed)
    assert reason(found) is Reason.TSA_REVOKED
    assert found.conclusion() is Conclusion.REFUSED


def test_an_authority_nobody_knows_of() -> None:
    found, _ = asked({})
    assert isinstance(outcome(found), Skipped)
    assert reason(found) is Reason.TSA_REVOCATION_UNKNOWN
    assert found.conclusion() is Conclusion.INCONCLUSIVE


def test_nobody_to_ask() -> None:
    found = judged(STAMP, now=NOW, roots=ROOTS)
    assert isinstance(outcome(found), Skipped)
    assert reason(found) is Reason.NEEDS_REVOCATION_SERVICE
    assert found.conclusion() is Conclusion.INCONCLUSIVE
    assert judged(token()).conclusion() is Conclusion.SATISFIED


def test_the_level_of_revocation_does_not_spare_the_authority() -> None:
    found, _ = asked(REVOKED, override={"revocation": "skip"})
    assert reason(found) is Reason.TSA_REVOKED
    assert found.conclusion() is Conclusion.REFUSED


def test_nobody_is_asked_before_the_rest_holds() -> None:
    late = forge.NOT_AFTER + SECOND
    for stamp, signer in (
        (token(signer=SCENE.signer, message=b"other"), SIGNER),
        (token(signer=SCENE.signer, key=TSA.key), SIGNER),
        (token(signer=SCENE.signer, time=generalized(late)), SIGNER),
        (short(NOT_AFTER + SECOND, signer=SCENE.signer), SHORT),
    ):
        found, servers = asked(GOOD, stamp, signer=signer)
        assert isinstance(outcome(found), Failed)
        assert servers.asked == []
    stranger = judged(STAMP, now=NOW, fetch=revocation.Servers({}))
    assert reason(stranger) is Reason.TSA_NOT_TRUSTED


def test_nobody_is_asked_about_a_signature_that_does_not_hold() -> None:
    arguments = case(STAMP, now=NOW, roots=ROOTS)
    servers = revocation.Servers(dict(GOOD))
    found = verify(
        **{**arguments, "subject": forge.descriptor(b"other")}, fetch=servers
    )
    assert servers.asked == []
    assert reason(found) is Reason.NEEDS_REVOCATION_SERVICE
    assert found.conclusion() is Conclusion.REFUSED


def test_what_was_learnt_of_both_comes_back() -> None:
    """The signer's answers and the authority's, in one memory."""
    signing = revocation.scene(ocsp=["http://signer.test"])
    stamp = token(
        signer=SCENE.signer,
        message=signature_of(forge.sign(forge.descriptor(), signing.signer)),
    )
    answers = {
        **REVOKED,
        "http://signer.test": signing.ocsp().der(),
    }
    found, servers = asked(answers, stamp, signer=signing.signer)
    assert {url.split("/")[2] for url, _ in servers.asked} == {
        "signer.test",
        "ocsp.test",
    }
    assert isinstance(found.check(CheckName.REVOCATION).outcome, Passed)
    memory = found.timestamp.revocation.memory
    again, servers = asked(
        {**GOOD, "http://signer.test": signing.ocsp().der()},
        stamp,
        signer=signing.signer,
        settings=RevocationSettings(memory=memory),
    )
    assert reason(again) is Reason.TSA_REVOKED
    assert [url for url, _ in servers.asked if "ocsp.test" in url] == []
