"""Check 9 for AWS Signer's signatures: what is asked, and what the answer means."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from cryptography import x509

from notation_verifier import (
    CheckName,
    Conclusion,
    Failed,
    Outcome,
    Passed,
    Reason,
    Skipped,
    Verification,
    verify,
)
from notation_verifier.signer import SignerReach
from notation_verifier.signer_service import SignerQuestion, SignerServiceError
from tests import forge

SERVICE = forge.SignerService()
ROOTS = frozenset({SERVICE.root_fingerprint})
PROFILE = SERVICE.profile_arn("payments")
VERSION = SERVICE.profile_version_arn("payments")
LATER = forge.NOW + timedelta(days=30)


class Signer:
    """A service that answers as told, by the instant it is asked of."""

    def __init__(self, *revoked: str, present: Sequence[str] | None = None) -> None:
        self.asked: list[SignerQuestion] = []
        self._then = revoked
        self._now = revoked if present is None else present

    def __call__(self, question: SignerQuestion) -> Sequence[str]:
        self.asked.append(question)
        return self._now if question.present else self._then


class Down:
    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, question: SignerQuestion) -> Sequence[str]:
        self.asked += 1
        raise SignerServiceError(f"signer.{question.region}.example: no route")


def report(
    service: Any,
    *,
    level: str = "strict",
    override: dict[str, str] | None = None,
    identities: Sequence[str] = (PROFILE,),
    roots: frozenset[str] = ROOTS,
    reach: SignerReach = SignerReach.EFFECTIVE,
    envelope: bytes | None = None,
    now: datetime = LATER,
    **changes: Any,
) -> Verification:
    arguments = forge.case(
        envelope or SERVICE.sign(forge.descriptor(), **changes),
        SERVICE.signer(),
        policy=forge.statement(level=level, override=override, identities=identities),
        signer_roots=roots,
        now=now,
    )
    return verify(**arguments, signer_service=service, signer_reach=reach)


def revocation(found: Verification) -> Outcome:
    return found.check(CheckName.REVOCATION).outcome


def test_nothing_revoked_satisfies_strict() -> None:
    service = Signer()
    found = report(service)
    assert isinstance(revocation(found), Passed)
    assert found.conclusion() is Conclusion.SATISFIED
    assert len(service.asked) == 1


def test_the_question_is_the_plugins() -> None:
    service = Signer()
    report(service)
    (question,) = service.asked
    chain = [x509.load_der_x509_certificate(one) for one in SERVICE.signer().ders]
    hashes = [
        hashlib.sha384(one.tbs_certificate_bytes).hexdigest()
        for one in (*chain, chain[-1])
    ]
    assert question.platform == "Notation-OCI-SHA384-ECDSA"
    assert question.profile_version == VERSION
    assert question.job == SERVICE.job_arn()
    assert question.as_of == forge.NOW.replace(microsecond=0)
    assert not question.present
    assert list(question.certificate_hashes) == [
        one + issuer for one, issuer in pairwise(hashes)
    ]
    assert (question.partition, question.region) == ("aws", "us-east-1")


@pytest.mark.parametrize(
    ("entity", "named"),
    [
        (SERVICE.job_arn(), f"the signing job {SERVICE.job_arn()}"),
        (VERSION, f"the signing profile {VERSION}"),
        (PROFILE, f"the signing profile {PROFILE}"),
        ("something\nelse", "'something\\nelse'"),
    ],
    ids=["job", "version", "profile", "other"],
)
def test_whatever_is_revoked_refuses_and_is_named(entity: str, named: str) -> None:
    found = report(Signer(entity))
    outcome = revocation(found)
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.SIGNER_REVOKED
    assert named in outcome.detail
    assert found.conclusion() is Conclusion.REFUSED


def test_a_revoked_certificate_is_named_by_its_subject() -> None:
    probe = Signer()
    report(probe)
    hashes = probe.asked[0].certificate_hashes
    outcome = revocation(report(Signer(hashes[1].upper())))
    assert isinstance(outcome, Failed)
    assert "the certificate " in outcome.detail
    assert "Code Signing CA G1" in outcome.detail


def test_a_flood_of_entities_is_counted() -> None:
    outcome = revocation(report(Signer(*(f"arn:{n}" for n in range(1_000)))))
    assert isinstance(outcome, Failed)
    assert "and 992 more" in outcome.detail
    assert len(outcome.detail) < 600


def test_a_service_that_does_not_answer_is_not_a_revocation() -> None:
    found = report(Down())
    outcome = revocation(found)
    assert isinstance(outcome, Skipped)
    assert outcome.reason is Reason.SIGNER_UNAVAILABLE
    assert "no route" in outcome.detail
    assert found.conclusion() is Conclusion.INCONCLUSIVE


def test_logged_a_revocation_does_not_refuse() -> None:
    found = report(Signer(VERSION), override={"revocation": "log"})
    assert found.conclusion() is Conclusion.SATISFIED
    assert [failed.reason for _, failed in found.failures] == [Reason.SIGNER_REVOKED]


def test_a_level_that_skips_revocation_asks_nobody() -> None:
    service = Down()
    found = report(service, override={"revocation": "skip"})
    assert service.asked == 0
    assert found.conclusion() is Conclusion.SATISFIED


def test_what_took_effect_since_counts_only_where_all_does() -> None:
    """Signer leaves out, as of the signing, what was revoked from a later time on."""
    effective = Signer(present=[VERSION])
    assert isinstance(revocation(report(effective)), Passed)
    assert [one.present for one in effective.asked] == [False]

    every = Signer(present=[VERSION])
    outcome = revocation(report(every, reach=SignerReach.ALL))
    assert isinstance(outcome, Failed)
    assert "has revoked, now: the signing profile" in outcome.detail
    assert [one.present for one in every.asked] == [False, True]
    assert every.asked[1].as_of == LATER


def test_all_includes_what_was_in_effect() -> None:
    service = Signer(VERSION, present=[])
    outcome = revocation(report(service, reach=SignerReach.ALL))
    assert isinstance(outcome, Failed)
    assert len(service.asked) == 1


def test_all_and_unanswered_now_is_left_open() -> None:
    class HalfDown(Signer):
        def __call__(self, question: SignerQuestion) -> Sequence[str]:
            if question.present:
                raise SignerServiceError("throttled")
            return super().__call__(question)

    outcome = revocation(report(HalfDown(), reach=SignerReach.ALL))
    assert isinstance(outcome, Skipped)


def test_nobody_asks_about_a_profile_that_is_not_trusted() -> None:
    service = Down()
    found = report(service, identities=[SERVICE.profile_arn("other")])
    assert service.asked == 0
    assert found.conclusion() is Conclusion.REFUSED


def test_where_identity_is_only_logged_revocation_still_counts() -> None:
    service = Signer(VERSION)
    found = report(
        service,
        identities=[SERVICE.profile_arn("other")],
        override={"authenticity": "log"},
    )
    assert len(service.asked) == 1
    assert found.conclusion() is Conclusion.REFUSED


def test_under_another_root_nobody_is_asked_and_nothing_left_open() -> None:
    """Its owner could write any Region and job: that must not buy an open end."""
    service = Down()
    found = report(service, roots=frozenset(), override={"authenticity": "log"})
    outcome = revocation(found)
    assert service.asked == 0
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.NOT_UNDER_SIGNER_ROOT
    assert found.conclusion() is Conclusion.REFUSED


def test_nobody_is_asked_about_an_envelope_of_another_image() -> None:
    service = Down()
    found = report(service, envelope=SERVICE.sign(forge.descriptor(b'{"other":1}')))
    assert service.asked == 0
    assert found.conclusion() is Conclusion.REFUSED


def test_nobody_is_asked_about_a_chain_that_is_not_anchored() -> None:
    service = Down()
    found = verify(
        **forge.case(
            SERVICE.sign(forge.descriptor()),
            policy=forge.statement(identities=[PROFILE]),
            anchors=[forge.chain(1).root_der],
            signer_roots=ROOTS,
        ),
        signer_service=service,
    )
    assert service.asked == 0
    assert found.conclusion() is Conclusion.REFUSED
