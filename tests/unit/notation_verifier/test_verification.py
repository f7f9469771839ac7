"""Anchors, times, revocation, and what each level makes of the checks."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from notation_verifier import (
    LEVELS,
    CheckName,
    Conclusion,
    Failed,
    Passed,
    Reason,
    Skipped,
    TrustStoreName,
    TrustStores,
    Verification,
    verify,
)
from notation_verifier.certificate import read_certificate
from tests import forge
from tests.forge.certificates import NOT_AFTER, NOT_BEFORE

SIGNER = forge.chain(3)
AUTHORITY = "notary.x509.signingAuthority"
SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)


def report(
    signer: forge.Signer = SIGNER,
    *,
    anchors: list[bytes] | None = None,
    now: datetime = forge.NOW,
    policy: dict[str, Any] | None = None,
    **changes: Any,
) -> Verification:
    return verify(
        **forge.case(
            forge.sign(forge.descriptor(), signer, **changes),
            signer,
            anchors=anchors,
            now=now,
            policy=forge.statement(**(policy or {})),
        )
    )


def reason(found: Verification, check: CheckName) -> Reason | None:
    outcome = found.check(check).outcome
    return None if isinstance(outcome, Passed) else outcome.reason


@pytest.mark.parametrize("index", [1, 2], ids=["intermediate", "root"])
def test_any_certificate_of_the_chain_may_be_the_anchor(index: int) -> None:
    found = report(anchors=[SIGNER.ders[index]])
    assert found.anchor == "ca:acme"
    assert found.conclusion() is Conclusion.SATISFIED


def test_an_anchor_is_the_very_certificate_not_its_name_or_key() -> None:
    again = forge.CertificateAuthority.root(serial=7)
    found = report(anchors=[again.certificate.public_bytes(Encoding.DER)])
    assert reason(found, CheckName.AUTHENTICITY) is Reason.NOT_ANCHORED
    assert found.anchor is None
    assert found.identity is None
    identity = found.check(CheckName.TRUSTED_IDENTITY).outcome
    assert isinstance(identity, Skipped)
    assert found.conclusion() is Conclusion.REFUSED


@pytest.mark.parametrize(
    ("scheme", "store"),
    [("notary.x509", "signingAuthority:acme"), (AUTHORITY, "ca:acme")],
)
def test_the_scheme_decides_the_type_of_store(scheme: str, store: str) -> None:
    found = report(scheme=scheme, policy={"stores": [store, "tsa:acme"]})
    assert reason(found, CheckName.AUTHENTICITY) is Reason.NO_TRUST_STORE


def test_a_store_that_is_missing_fails_even_beside_one_that_would_do() -> None:
    found = report(policy={"stores": ["ca:acme", "ca:missing"]})
    assert reason(found, CheckName.AUTHENTICITY) is Reason.NO_TRUST_STORE
    found = report(policy={"stores": ["ca:acme", "signingAuthority:missing"]})
    assert found.conclusion() is Conclusion.SATISFIED


def test_the_anchor_is_the_first_store_the_statement_names() -> None:
    arguments = forge.case(forge.sign(forge.descriptor(), SIGNER), SIGNER)
    names = [TrustStoreName.parse(text) for text in ("ca:b", "ca:a")]
    arguments["trust_stores"] = TrustStores({name: [SIGNER.root_der] for name in names})
    arguments["statement"] = forge.statement(stores=["ca:a", "ca:b"])
    assert verify(**arguments).anchor == "ca:a"


def test_expiry_is_the_first_moment_of_refusal() -> None:
    expiry = forge.NOW + WEEK
    before = report(expiry=expiry, now=expiry - SECOND)
    assert before.conclusion() is Conclusion.SATISFIED
    assert before.expiry == expiry
    at = report(expiry=expiry, now=expiry)
    assert reason(at, CheckName.EXPIRY) is Reason.SIGNATURE_EXPIRED
    assert at.conclusion() is Conclusion.REFUSED
    assert at.conclusion(LEVELS["permissive"]) is Conclusion.SATISFIED


@pytest.mark.parametrize("link", [0, 1, 2], ids=["leaf", "intermediate", "root"])
def test_every_certificate_must_be_valid_both_ends_included(link: int) -> None:
    end = NOT_AFTER - WEEK
    shapes: list[dict[str, Any]] = [{}, {}, {}]
    shapes[link] = {"not_after": end, "not_before": NOT_BEFORE + WEEK}
    leaf, intermediate, root = shapes
    authority = forge.CertificateAuthority.root(**root).authority(**intermediate)
    signer = authority.leaf(**leaf)
    valid = {NOT_BEFORE + WEEK: True, end: True}
    valid |= {NOT_BEFORE + WEEK - SECOND: False, end + SECOND: False}
    for now, expected in valid.items():
        found = report(signer, now=now)
        wanted = None if expected else Reason.CERTIFICATE_NOT_VALID
        assert reason(found, CheckName.AUTHENTIC_TIMESTAMP) is wanted
        # Under a signing authority the time of signing counts, not now.
        found = report(signer, scheme=AUTHORITY, signing_time=now, now=NOT_AFTER + WEEK)
        assert reason(found, CheckName.AUTHENTIC_TIMESTAMP) is wanted


def test_signing_time_says_nothing_under_notary_x509() -> None:
    found = report(signing_time=NOT_BEFORE - WEEK)
    assert found.conclusion() is Conclusion.SATISFIED


def test_an_authentic_signing_time_is_not_in_the_future() -> None:
    ahead = forge.NOW + timedelta(minutes=5)
    assert not report(scheme=AUTHORITY, signing_time=ahead).failures
    found = report(scheme=AUTHORITY, signing_time=ahead + SECOND)
    wanted = Reason.SIGNING_TIME_IN_FUTURE
    assert reason(found, CheckName.AUTHENTIC_TIMESTAMP) is wanted
    assert found.conclusion() is Conclusion.REFUSED


def timestamped(now: datetime, when: str, token: bytes | None) -> Verification:
    arguments = forge.case(
        forge.sign(forge.descriptor(), SIGNER, timestamp=token), SIGNER, now=now
    )
    names = ("ca:acme", "tsa:acme")
    arguments["trust_stores"] = TrustStores(
        {TrustStoreName.parse(name): [SIGNER.root_der] for name in names}
    )
    arguments["statement"] = forge.statement(stores=names, verify_timestamp=when)
    return verify(**arguments)


def test_a_tsa_store_asks_for_a_timestamp() -> None:
    missing = timestamped(forge.NOW, "always", None)
    assert reason(missing, CheckName.AUTHENTIC_TIMESTAMP) is Reason.TIMESTAMP_MISSING
    assert missing.conclusion() is Conclusion.REFUSED
    empty = timestamped(forge.NOW, "always", b"")
    assert reason(empty, CheckName.AUTHENTIC_TIMESTAMP) is Reason.TIMESTAMP_MISSING
    present = timestamped(forge.NOW, "always", b"token")
    wanted = Reason.TIMESTAMP_MALFORMED
    assert reason(present, CheckName.AUTHENTIC_TIMESTAMP) is wanted
    assert present.conclusion() is Conclusion.REFUSED
    assert present.conclusion(LEVELS["permissive"]) is Conclusion.SATISFIED


def test_a_timestamp_may_be_asked_for_only_after_a_certificate_expired() -> None:
    when = "afterCertExpiry"
    valid = timestamped(NOT_AFTER, when, None)
    assert valid.conclusion() is Conclusion.SATISFIED
    expired = timestamped(NOT_AFTER + SECOND, when, None)
    assert reason(expired, CheckName.AUTHENTIC_TIMESTAMP) is Reason.TIMESTAMP_MISSING
    early = timestamped(NOT_BEFORE - SECOND, when, b"token")
    wanted = Reason.CERTIFICATE_NOT_VALID
    assert reason(early, CheckName.AUTHENTIC_TIMESTAMP) is wanted


def test_a_tsa_store_that_is_missing_fails() -> None:
    found = report(timestamp=b"token", policy={"stores": ["ca:acme", "tsa:acme"]})
    assert reason(found, CheckName.AUTHENTIC_TIMESTAMP) is Reason.NO_TRUST_STORE


def unasked(url: str, *, body: bytes | None = None) -> bytes:
    raise AssertionError(f"asked {url} for {body!r}")


POINTERS = {"ocsp": "http://ocsp.example", "crl": "http://crl.example"}


@pytest.mark.parametrize("pointer", POINTERS)
def test_revocation_that_needs_an_answer_is_left_open(pointer: str) -> None:
    signer = forge.chain(2, **{pointer: POINTERS[pointer]})
    found = report(signer)
    wanted = Reason.NEEDS_REVOCATION_SERVICE
    assert reason(found, CheckName.REVOCATION) is wanted
    assert found.conclusion() is Conclusion.INCONCLUSIVE
    assert found.conclusion(LEVELS["permissive"]) is Conclusion.SATISFIED
    skipping = report(signer, policy={"override": {"revocation": "skip"}})
    assert reason(skipping, CheckName.REVOCATION) is Reason.LEVEL_SKIPS
    assert skipping.conclusion() is Conclusion.SATISFIED


@pytest.mark.parametrize("pointer", POINTERS)
def test_the_root_is_not_asked_about(pointer: str) -> None:
    root = forge.CertificateAuthority.root(**{pointer: POINTERS[pointer]})
    assert report(root.leaf()).conclusion() is Conclusion.SATISFIED


@pytest.mark.parametrize("pointer", POINTERS)
@pytest.mark.parametrize("level", ["strict", "audit"])
def test_nothing_is_asked_about_a_stranger(level: str, pointer: str) -> None:
    signer = forge.chain(2, subject="Stranger", **{pointer: POINTERS[pointer]})
    other = forge.chain(1)
    arguments = forge.case(
        forge.sign(forge.descriptor(), signer),
        other,
        policy=forge.statement(level=level),
    )
    found = verify(**arguments, fetch=unasked)
    assert reason(found, CheckName.REVOCATION) is Reason.NOT_ANCHORED
    assert isinstance(found.check(CheckName.REVOCATION).outcome, Failed)


def test_a_stranger_cannot_buy_an_inconclusive_end() -> None:
    signer = forge.chain(2, subject="Stranger", ocsp="http://ocsp.example")
    policy = {"level": "audit", "override": {"revocation": "enforce"}}
    found = report(signer, anchors=[forge.chain(1).root_der], policy=policy)
    assert found.conclusion() is Conclusion.REFUSED


@pytest.mark.parametrize(
    ("level", "conclusion"),
    [
        ("strict", Conclusion.REFUSED),
        ("permissive", Conclusion.REFUSED),
        ("audit", Conclusion.SATISFIED),
        ("skip", Conclusion.SATISFIED),
    ],
)
def test_what_a_level_makes_of_a_stranger(level: str, conclusion: Conclusion) -> None:
    found = report(anchors=[forge.chain(1).root_der])
    assert found.conclusion(LEVELS[level]) is conclusion


@pytest.mark.parametrize("level", ["strict", "permissive", "audit"])
def test_integrity_is_enforced_at_every_level(level: str) -> None:
    policy = {"level": level}
    other = forge.private_key("ES384", "other")
    assert report(key=other, policy=policy).conclusion() is Conclusion.REFUSED
    payload = forge.payload_of(forge.descriptor(b"other"))
    assert report(payload=payload, policy=policy).conclusion() is Conclusion.REFUSED
    critical = {"com.example.a": 1}
    assert report(critical=critical, policy=policy).conclusion() is Conclusion.REFUSED
    chain = SIGNER.ders[:2]
    assert report(chain=chain, policy=policy).conclusion() is Conclusion.REFUSED


def test_level_skip_makes_no_check() -> None:
    arguments = forge.case(forge.sign(forge.descriptor(), SIGNER), SIGNER)
    arguments["statement"] = forge.statement(level="skip", stores=(), identities=())
    found = verify(**arguments)
    assert [check.name for check in found.checks] == list(CheckName)
    assert {reason(found, name) for name in CheckName} == {Reason.LEVEL_SKIPS}


def test_the_report_describes_the_chain() -> None:
    found = report()
    leaf = found.chain[0]
    assert leaf.subject == "CN=Leaf,O=acme,L=Seattle,ST=WA,C=US"
    assert leaf.not_after == NOT_AFTER
    assert leaf.sha256 == read_certificate(SIGNER.ders[0]).sha256
    assert found.statement == "forged"


def test_a_different_zone_is_the_same_time() -> None:
    elsewhere = forge.NOW.astimezone(timezone(timedelta(hours=-7)))
    assert report(now=elsewhere).conclusion() is Conclusion.SATISFIED
