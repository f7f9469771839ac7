"""Replicas signed by AWS Signer, asked about through the stack's own adapter.

Signer, or IAM before it, answers as it does on AWS; nothing is put into a report.
"""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from notation_verifier import Descriptor
from sealward.aws.signer_data import SignerData
from sealward.ledger import Record, Verdict
from sealward.ledger.replicas import ReplicaCause
from simulator.places import Place, place
from simulator.signer.jobs import PAYLOAD_FORMAT
from simulator.signer.state import PLATFORM
from tests import forge
from tests.unit.sealward.test_replica_histories import GRACE_OVER
from tests.unit.sealward.two_accounts import MINUTE, SOURCE, TwoAccounts

RELEASE = SOURCE.arn("signer", "/signing-profiles/release")
GOV = place("999988887777", "us-gov-west-1")
GOV_RELEASE = GOV.arn("signer", "/signing-profiles/release")


class SignerClient:
    """What botocore's client of Signer's data plane gives: an answer, or an error."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.asked: list[dict[str, Any]] = []

    def get_revocation_status(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        raise self._error


def refused(code: str, message: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}}, "GetRevocationStatus"
    )


def replica(pair: TwoAccounts, image: Descriptor) -> Record:
    return pair.there.record(image)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            refused(
                "AccessDeniedException",
                "User: VerifyPush is not authorized to perform: "
                "signer:GetRevocationStatus with an explicit deny in a service "
                "control policy",
            ),
            ReplicaCause.REVOCATION_DENIED,
        ),
        (
            refused("UnrecognizedClientException", "The security token is invalid"),
            ReplicaCause.REVOCATION_DENIED,
        ),
        (
            refused("ThrottlingException", "Rate exceeded"),
            ReplicaCause.REVOCATION_UNREACHABLE,
        ),
        (
            ConnectTimeoutError(endpoint_url="https://data-signer.eu-west-1/"),
            ReplicaCause.REVOCATION_UNREACHABLE,
        ),
    ],
    ids=["denied", "Region not enabled", "throttled", "no way there"],
)
def test_signer_that_does_not_answer_this_account(
    error: Exception, expected: ReplicaCause
) -> None:
    pair = TwoAccounts()
    pair.trust_signer(RELEASE)
    client, regions = SignerClient(error), []

    def client_of(region: str) -> SignerClient:
        regions.append(region)
        return client

    pair.ask_by(SignerData(client_of, partition="aws"))
    image = pair.push()
    pair.signed_by_signer(image)
    pair.pass_time(GRACE_OVER)
    record = replica(pair, image)
    assert (record.verdict, record.reason) == (
        Verdict.INCONCLUSIVE,
        "signer-unavailable",
    )
    assert record.replica is not None
    assert record.replica.cause is expected
    assert client.asked
    assert set(regions) == {SOURCE.region}


def test_when_the_right_is_given_it_is_trusted_and_has_no_cause() -> None:
    pair = TwoAccounts()
    pair.trust_signer(RELEASE)
    answers = pair.there.gate.signer
    denied = SignerClient(refused("AccessDeniedException", "no"))
    pair.ask_by(SignerData(lambda _region: denied, partition="aws"))
    image = pair.push()
    pair.signed_by_signer(image)
    pair.pass_time(GRACE_OVER)
    assert replica(pair, image).verdict is Verdict.INCONCLUSIVE
    pair.there.gate = replace(pair.there.gate, signer=answers)
    pair.pass_time(15 * MINUTE)
    record = replica(pair, image)
    assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)
    assert record.replica is not None
    assert record.replica.cause is None


class TestAnotherPartition:
    """ECR replicates nothing across partitions: somebody carried image and signature,
    and an event that says where from chooses words only."""

    def trust(self, pair: TwoAccounts, *identities: str) -> None:
        """Trust what is under the other partition's root, and these ARNs."""
        pair.trust_signer(*identities, partition="aws-us-gov")
        nobody = SignerClient(AssertionError("it was asked across partitions"))
        pair.ask_by(SignerData(lambda _region: nobody, partition="aws"))

    def carried(self, pair: TwoAccounts, where: Place = GOV) -> Descriptor:
        """Push an image and Signer's signature of the other partition here."""
        image = pair.there.push()
        for operation, request in (
            ("PutSigningProfile", {"profileName": "release", "platformId": PLATFORM}),
            (
                "SignPayload",
                {
                    "profileName": "release",
                    "payloadFormat": PAYLOAD_FORMAT,
                    "payload": forge.payload_of(image),
                },
            ),
        ):
            answer = pair.aws.call("signer", operation, request, place=where)
        pair.there.attach(image, answer["signature"])
        origin = f"{where.account}/{where.region}"
        pair.there.gate.look(replace(pair.there.hint(image.digest), origin=origin))
        pair.pass_time(GRACE_OVER)
        return image

    @pytest.mark.parametrize(
        ("trusted", "verdict", "reason"),
        [
            (GOV_RELEASE, Verdict.INCONCLUSIVE, "signer-unavailable"),
            (RELEASE, Verdict.UNTRUSTED, "identity-not-allowed"),
        ],
    )
    def test_its_profile_trusted_or_not_it_is_said_and_nobody_is_asked(
        self, trusted: str, verdict: Verdict, reason: str
    ) -> None:
        pair = TwoAccounts()
        self.trust(pair, trusted)
        record = replica(pair, self.carried(pair))
        assert (record.verdict, record.reason) == (verdict, reason)
        assert record.replica is not None
        assert record.replica.cause is ReplicaCause.OTHER_PARTITION
        assert "partition aws-us-gov, this stack is in aws" in record.replica.detail
