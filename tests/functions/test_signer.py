"""The function verify_push on images signed by AWS Signer: as the service answers."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from cryptography import x509

from simulator.errors import ServiceError, access_denied, internal_error, throttled
from simulator.faults import Fault
from tests.functions.signer_images import SignerImages
from tests.functions.world import world


def test_what_signer_signed_and_did_not_revoke_is_trusted() -> None:
    with world() as made:
        image = SignerImages(made).signed()
        assert made.look(image.event)["verdict"] == "trusted"
        assert "signer-data:GetRevocationStatus" in made.operations["verify_push"]


def test_a_revoked_signature_is_not_and_the_finding_names_the_job() -> None:
    with world() as made:
        images = SignerImages(made)
        image = images.signed()
        images.call("RevokeSignature", jobId=image.job, reason="a test")
        answer = made.look(image.event)
        assert (answer["verdict"], answer["reason"]) == ("untrusted", "signer-revoked")
        assert answer["hold"] == "held"
        (finding,) = made.findings()
        assert f"signing-jobs/{image.job}" in str(finding)


def test_a_revoked_certificate_is_not() -> None:
    with world() as made:
        image = SignerImages(made).signed()
        hashes = _hashes(image.envelope)
        made.aws.signer_authority("aws").revoked_certificates.add(hashes[1] + hashes[2])
        answer = made.look(image.event)
        assert (answer["verdict"], answer["reason"]) == ("untrusted", "signer-revoked")


def _hashes(envelope: bytes) -> list[str]:
    """Return the SHA-384 over the TBSCertificate of each certificate, leaf first."""
    chain = [base64.b64decode(one) for one in json.loads(envelope)["header"]["x5c"]]
    return [
        hashlib.sha384(
            x509.load_der_x509_certificate(der).tbs_certificate_bytes
        ).hexdigest()
        for der in chain
    ]


@pytest.mark.parametrize(
    ("reach", "effective", "verdict"),
    [
        (None, timedelta(hours=2), "untrusted"),
        (None, timedelta(minutes=0), "trusted"),
        ("effective", timedelta(minutes=0), "trusted"),
        ("all", timedelta(minutes=0), "untrusted"),
    ],
    ids=["from before", "from after", "from after, said so", "from after, all counts"],
)
def test_a_revoked_profile_reaches_as_far_as_the_policy_says(
    reach: str | None, effective: timedelta, verdict: str
) -> None:
    with world() as made:
        images = SignerImages(made, reach=reach)
        image = images.signed()
        made.clock.advance(timedelta(minutes=1))
        images.revoke_profile(effectiveTime=made.clock() - effective)
        assert made.look(image.event)["verdict"] == verdict


@pytest.mark.parametrize(
    "error",
    [
        throttled(),
        internal_error(),
        access_denied("signer:GetRevocationStatus", "the function"),
    ],
    ids=["throttled", "failing", "denied"],
)
def test_a_service_that_does_not_answer_leaves_it_open(error: ServiceError) -> None:
    with world() as made:
        image = SignerImages(made).signed()
        fault = made.aws.faults.add(Fault(service="signer", error=error))
        answer = made.look(image.event)
        assert answer["verdict"] == "inconclusive"
        assert answer["reason"] == "signer-unavailable"
        assert "step" not in answer
        made.aws.faults.remove(fault)
        assert made.look(image.event)["verdict"] == "trusted"  # no error was kept


def test_the_same_signature_is_asked_about_once_in_minutes() -> None:
    with world() as made:
        image = SignerImages(made).signed()
        made.look(image.event)
        made.aws.operations.clear()
        made.look(image.event)
        asked = [one.operation for one in made.aws.operations]
        assert "GetRevocationStatus" not in asked


def test_a_look_asks_a_signer_that_fails_once() -> None:
    with world() as made:
        image = SignerImages(made).signed(signatures=3)
        denied = access_denied("signer:GetRevocationStatus", "the function")
        made.aws.faults.add(Fault(service="signer", error=denied))
        made.aws.operations.clear()
        assert made.look(image.event)["verdict"] == "inconclusive"
        asked = [one.operation for one in made.aws.operations]
        assert asked.count("GetRevocationStatus") == 1


def test_a_level_that_logs_revocation_trusts_what_is_revoked() -> None:
    with world() as made:
        images = SignerImages(made, level="permissive")
        image = images.signed()
        images.call("RevokeSignature", jobId=image.job, reason="a test")
        assert made.look(image.event)["verdict"] == "trusted"
