"""Looks at what AWS Signer signed: asked again each day, as long as it is trusted."""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from notation_verifier.signer_service import SignerQuestion, SignerService
from sealward.ledger import Verdict
from sealward.policy.bundle import load_bundle
from sealward.revocation.signer_answers import SignerAnswers
from sealward.subjects import SubjectKey
from simulator.errors import internal_error
from simulator.faults import Fault
from simulator.in_process.signer import InProcessSigner
from simulator.signer.jobs import PAYLOAD_FORMAT
from simulator.signer.state import PLATFORM
from tests import forge
from tests.unit.sealward.stand import ACCOUNT, HOST, REGION, REPOSITORY, Stand
from tests.unit.sealward.trips import CountedLedger, CountedRegistry, Trips

DAY = timedelta(days=1)


class SignerStand(Stand):
    """A stand whose gate trusts, and asks, the simulator's Signer."""

    def __init__(
        self,
        *,
        override: dict[str, str] | None = None,
        fail_fast: bool = False,
        hold_unknown: bool = False,
        **stand: Any,
    ) -> None:
        super().__init__(**stand)
        self.signer("PutSigningProfile", profileName="release", platformId=PLATFORM)
        authority = self.aws.signer_authority("aws")
        statement = {
            "name": "by-signer",
            "registryScopes": [f"{HOST}/prod/*"],
            "signatureVerification": {"level": "strict", "override": override or {}},
            "trustStores": ["signingAuthority:signer"],
            "trustedIdentities": [
                self.place.arn("signer", "/signing-profiles/release")
            ],
        }
        document = {
            "schema": 1,
            "serial": 2,
            "audience": [ACCOUNT],
            "notBefore": None,
            "expires": None,
            "policies": [
                {
                    "enforcement": "quarantine",
                    "statement": statement,
                    "failFast": fail_fast,
                    "holdUnknown": hold_unknown,
                }
            ],
            "trustStores": {
                "signingAuthority": {
                    "signer": [base64.b64encode(authority.root_der).decode()]
                }
            },
            "signerRoots": {"simulated": authority.root_sha256},
        }
        self.bundles.current = load_bundle(json.dumps(document).encode())
        self.ask_by(InProcessSigner(self.aws, account=ACCOUNT, region=REGION))

    def ask_by(self, service: SignerService) -> None:
        self.gate = replace(self.gate, signer=SignerAnswers(service, self.clock))

    def signer(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.aws.call("signer", operation, request, place=self.place)

    def signed(self) -> tuple[Descriptor, str]:
        """Push an image that Signer signed; return it and the job's id."""
        image = self.push()
        answer = self.signer(
            "SignPayload",
            profileName="release",
            payloadFormat=PAYLOAD_FORMAT,
            payload=forge.payload_of(image),
        )
        self.attach(image, answer["signature"])
        return image, str(answer["jobId"])

    def verdict(self, image: Descriptor) -> Verdict:
        record = self.ledger.current(
            SubjectKey(repository=REPOSITORY, digest=image.digest)
        )
        assert record is not None
        return record.verdict

    def asked(self) -> int:
        return sum(
            one.operation == "GetRevocationStatus" for one in self.aws.operations
        )


def test_a_signature_revoked_later_is_noticed_within_a_day() -> None:
    stand = SignerStand()
    image, job = stand.signed()
    assert stand.look(image).verdict is Verdict.TRUSTED
    stand.pass_time(timedelta(hours=3))
    stand.signer("RevokeSignature", jobId=job, reason="leaked")
    assert stand.verdict(image) is Verdict.TRUSTED  # nobody tells
    stand.pass_time(DAY)
    assert stand.verdict(image) is Verdict.UNTRUSTED
    # It was trusted before: that is for a person to decide.
    assert stand.status(image) == "ACTIVE"


def test_a_look_that_a_revocation_asks_for_believes_no_answer_from_before() -> None:
    stand = SignerStand()
    image, job = stand.signed()
    stand.look(image)
    stand.signer("RevokeSignature", jobId=job, reason="leaked")
    assert stand.look(image).verdict is Verdict.TRUSTED  # as it was heard, minutes ago
    asked = replace(stand.hint(image.digest), anew=True)
    assert stand.gate.look(asked).verdict is Verdict.UNTRUSTED


def test_what_another_function_heard_before_takes_no_revocation_back() -> None:
    stand = SignerStand()
    image, job = stand.signed()
    stand.look(image)
    heard_before = stand.gate
    stand.ask_by(InProcessSigner(stand.aws, account=ACCOUNT, region=REGION))
    stand.signer("RevokeSignature", jobId=job, reason="leaked")
    assert stand.look(image).verdict is Verdict.UNTRUSTED
    stand.gate = heard_before
    assert stand.look(image).verdict is Verdict.UNTRUSTED


def test_signer_is_asked_once_a_day() -> None:
    stand = SignerStand()
    image, _ = stand.signed()
    stand.look(image)
    stand.aws.operations.clear()
    stand.pass_time(10 * DAY)
    assert stand.asked() == 10
    assert stand.verdict(image) is Verdict.TRUSTED


def test_an_image_event_takes_six_round_trips_with_signer_and_the_ledger() -> None:
    trips = Trips()
    stand = SignerStand(
        registry=lambda registry: CountedRegistry(registry, trips),
        wrap_ledger=lambda ledger: CountedLedger(ledger, trips),
        run_beside=trips.beside,
    )
    service = InProcessSigner(stand.aws, account=ACCOUNT, region=REGION)

    def counted(question: SignerQuestion) -> Sequence[str]:
        trips.take("signer")
        return service(question)

    stand.ask_by(counted)
    image, _ = stand.signed()
    assert stand.look(image).verdict is Verdict.TRUSTED
    assert (trips.at["envelope"], trips.at["signer"], trips.taken) == (4, 5, 6)


def test_where_revocation_is_skipped_nobody_asks() -> None:
    stand = SignerStand(override={"revocation": "skip"})
    image, _ = stand.signed()
    assert stand.look(image).verdict is Verdict.TRUSTED
    stand.pass_time(2 * DAY)
    assert stand.asked() == 0


def test_a_signer_that_fails_leaves_a_new_image_open_and_is_asked_again() -> None:
    stand = SignerStand()
    image, _ = stand.signed()
    fault = stand.aws.faults.add(Fault(service="signer", error=internal_error()))
    stand.clock.advance(timedelta(hours=2))  # the grace is over
    result = stand.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        "signer-unavailable",
    )
    stand.aws.faults.remove(fault)
    stand.pass_time(timedelta(minutes=1))
    assert stand.verdict(image) is Verdict.TRUSTED


@pytest.mark.parametrize("hours", [0.5, 3.0])
def test_an_outage_at_the_daily_look_leaves_what_was_trusted_in_reach(
    hours: float,
) -> None:
    stand = SignerStand()
    image, _ = stand.signed()
    stand.look(image)
    stand.pass_time(timedelta(hours=23))
    fault = stand.aws.faults.add(Fault(service="signer", error=internal_error()))
    stand.pass_time(timedelta(hours=1 + hours))
    assert stand.verdict(image) is Verdict.INCONCLUSIVE
    assert stand.status(image) == "ACTIVE"
    stand.aws.faults.remove(fault)
    stand.pass_time(timedelta(hours=1))
    assert stand.verdict(image) is Verdict.TRUSTED


@pytest.mark.parametrize(
    ("fail_fast", "verdict"), [(False, Verdict.PENDING), (True, Verdict.UNTRUSTED)]
)
def test_a_revoked_signature_ends_the_grace_where_the_policy_fails_fast(
    verdict: Verdict, *, fail_fast: bool
) -> None:
    stand = SignerStand(fail_fast=fail_fast)
    image, job = stand.signed()
    stand.signer("RevokeSignature", jobId=job, reason="leaked")
    assert stand.look(image).verdict is verdict


def test_a_revocation_that_is_only_logged_ends_no_grace() -> None:
    stand = SignerStand(fail_fast=True, override={"revocation": "log"})
    image, job = stand.signed()
    stand.signer("RevokeSignature", jobId=job, reason="leaked")
    assert stand.look(image).verdict is Verdict.TRUSTED


def test_an_unanswered_question_ends_no_grace() -> None:
    stand = SignerStand(fail_fast=True)
    image, _ = stand.signed()
    stand.aws.faults.add(Fault(service="signer", error=internal_error()))
    assert stand.look(image).verdict is Verdict.PENDING
