"""AWS Signer: the simulator's two faces, and the adapter that asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from notation_verifier import (
    Conclusion,
    TrustStoreName,
    TrustStores,
    TrustStoreType,
    verify,
)
from notation_verifier.signer_service import (
    SignerQuestion,
    SignerService,
    SignerServiceError,
)
from sealward.aws.signer_data import SERVICE, SignerData
from simulator.clock import ManualClock
from simulator.errors import access_denied, internal_error, throttled
from simulator.faults import Fault
from simulator.in_process.signer import InProcessSigner
from simulator.local_aws import LocalAws
from simulator.places import place
from simulator.server import LoopbackServer
from simulator.signer.state import PLATFORM
from tests import forge

ACCOUNT, REGION = "123456789012", "us-east-1"
PAYLOAD_FORMAT = "application/vnd.cncf.notary.payload.v1+json"
FACES = ("in process", "adapter over HTTP")
DAY = timedelta(days=1)


class World(NamedTuple):
    aws: LocalAws
    clock: ManualClock
    service: SignerService

    def call(self, operation: str, *, region: str = REGION, **request: Any) -> Any:
        return self.aws.call(
            "signer", operation, request, place=place(ACCOUNT, region), caller="test"
        )

    def profile(self, name: str = "payments", *, region: str = REGION) -> str:
        answer = self.call(
            "PutSigningProfile", region=region, profileName=name, platformId=PLATFORM
        )
        return str(answer["profileVersionArn"])

    def signed(self, name: str = "payments", *, region: str = REGION) -> dict[str, Any]:
        answer = self.call(
            "SignPayload",
            region=region,
            profileName=name,
            payloadFormat=PAYLOAD_FORMAT,
            payload=forge.payload_of(forge.descriptor()),
        )
        return dict(answer)

    def question(self, version: str, job_id: str, **changes: Any) -> SignerQuestion:
        given: dict[str, Any] = {
            "as_of": self.clock(),
            "profile_version": version,
            "job": place(ACCOUNT, REGION).arn("signer", f"/signing-jobs/{job_id}"),
            "certificate_hashes": ("ab" * 96,),
        }
        return SignerQuestion(**given | changes)


@contextmanager
def face(name: str) -> Iterator[World]:
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    if name == "in process":
        aws = LocalAws(clock=clock)
        service = InProcessSigner(aws, account=ACCOUNT, region=REGION)
        yield World(aws, clock, service)
        return
    with LoopbackServer(clock=clock, account=ACCOUNT) as server:
        made: list[Any] = []

        def client_of(region: str) -> Any:
            made.append(client(server.url, SERVICE, region))
            return made[-1]

        yield World(server.aws, clock, SignerData(client_of, partition="aws"))
        for one in made:
            one.close()


def client(url: str, service: str, region: str = REGION) -> Any:
    return botocore.session.Session().create_client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
    )


@pytest.fixture(params=FACES)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with face(request.param) as made:
        yield made


def test_nothing_is_revoked_at_first(world: World) -> None:
    version = world.profile()
    job = world.signed()["jobId"]
    assert list(world.service(world.question(version, job))) == []


def test_a_revoked_job_is_named(world: World) -> None:
    version = world.profile()
    job = world.signed()["jobId"]
    world.call("RevokeSignature", jobId=job, reason="leaked")
    question = world.question(version, job)
    assert list(world.service(question)) == [question.job]


def test_a_profile_counts_as_revoked_from_its_effective_time(world: World) -> None:
    version = world.profile()
    job = world.signed()["jobId"]
    signed_at = world.clock()
    world.clock.advance(DAY)
    world.call(
        "RevokeSigningProfile",
        profileName="payments",
        profileVersion=version.rpartition("/")[2],
        reason="leaked",
        effectiveTime=world.clock(),
    )
    before = world.question(version, job, as_of=signed_at)
    assert list(world.service(before)) == []
    after = world.question(version, job, as_of=world.clock())
    assert list(world.service(after)) == [version]


def test_another_version_of_a_revoked_profile_stands(world: World) -> None:
    version = world.profile()
    world.call(
        "RevokeSigningProfile",
        profileName="payments",
        profileVersion=version.rpartition("/")[2],
        reason="leaked",
        effectiveTime=world.clock(),
    )
    newer = world.profile()
    job = world.signed()["jobId"]
    assert list(world.service(world.question(newer, job))) == []


def test_a_certificate_that_aws_revoked_is_named(world: World) -> None:
    version = world.profile()
    question = world.question(version, world.signed()["jobId"])
    world.aws.signer_authority("aws").revoked_certificates.update(
        question.certificate_hashes
    )
    assert list(world.service(question)) == list(question.certificate_hashes)


def test_a_profile_of_another_region_is_asked_about(world: World) -> None:
    version = world.profile(region="eu-west-1")
    job = world.signed(region="eu-west-1")["jobId"]
    arn = place(ACCOUNT, "eu-west-1").arn("signer", f"/signing-jobs/{job}")
    world.call("RevokeSignature", region="eu-west-1", jobId=job, reason="leaked")
    assert list(world.service(world.question(version, job, job=arn))) == [arn]


def test_a_profile_of_another_partition_is_no_answer(world: World) -> None:
    version = world.profile(region="us-gov-west-1")
    with pytest.raises(SignerServiceError, match="partition"):
        world.service(world.question(version, "x"))


@pytest.mark.parametrize(
    "error",
    [throttled(), internal_error(), access_denied("signer:GetRevocationStatus", "me")],
    ids=["throttled", "failing", "denied"],
)
def test_an_error_is_no_answer(world: World, error: Exception) -> None:
    version = world.profile()
    world.aws.faults.add(Fault(service="signer", error=error))  # type: ignore[arg-type]
    with pytest.raises(SignerServiceError):
        world.service(world.question(version, "x"))


def test_nobody_listening_is_no_answer() -> None:
    service = SignerData(
        partial(client, "http://127.0.0.1:9", SERVICE), partition="aws"
    )
    with face("in process") as world, pytest.raises(SignerServiceError) as caught:
        service(world.question(world.profile(), "x"))
    assert "signer:GetRevocationStatus in us-east-1" in str(caught.value)


@pytest.mark.parametrize(
    "region", ["", "example.com", "us-east-1.example", "us-east-1/", "x" * 300]
)
def test_what_is_no_region_is_never_asked(region: str) -> None:
    def nobody(_region: str) -> Any:
        raise AssertionError("asked")

    arn = f"arn:aws:signer:{region}:{ACCOUNT}:/signing-profiles/payments/AAAAAAAAAA"
    with face("in process") as world, pytest.raises(SignerServiceError, match="Region"):
        SignerData(nobody, partition="aws")(world.question(arn, "x"))


def test_what_signer_signs_the_verifier_accepts(world: World) -> None:
    version = world.profile()
    envelope = world.signed()["signature"]
    authority = world.aws.signer_authority("aws")
    store = TrustStoreName(TrustStoreType.SIGNING_AUTHORITY, "signer")
    world.clock.advance(10 * DAY)  # the leaf has expired
    found = verify(
        envelope,
        media_type=forge.JWS,
        subject=forge.descriptor(),
        statement=forge.statement(
            stores=[str(store)], identities=[version.rpartition("/")[0]]
        ),
        trust_stores=TrustStores({store: [authority.root_der]}),
        signer_roots=frozenset({authority.root_sha256}),
        signer_service=world.service,
        now=world.clock(),
    )
    assert found.conclusion() is Conclusion.SATISFIED
    assert len(found.chain) == 4
    assert found.algorithm == "ES384"
    assert found.expiry is not None


def test_a_revoked_profile_signs_no_more(world: World) -> None:
    version = world.profile()
    revoke = partial(
        world.call,
        "RevokeSigningProfile",
        profileName="payments",
        profileVersion=version.rpartition("/")[2],
        reason="leaked",
    )
    revoke(effectiveTime=world.clock() - DAY)
    revoke(effectiveTime=world.clock() - 2 * DAY)
    with pytest.raises(Exception, match="only be moved to earlier"):
        revoke(effectiveTime=world.clock() - DAY)
    with pytest.raises(Exception, match="future"):
        revoke(effectiveTime=world.clock() + DAY)
    with pytest.raises(Exception, match="is Revoked"):
        world.signed()


def test_the_operations_over_http_by_awss_own_client() -> None:
    """The wire: paths, queries, bodies and errors as botocore's model has them."""
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    with LoopbackServer(clock=clock, account=ACCOUNT) as server:
        signer = client(server.url, "signer")
        made = signer.put_signing_profile(
            profileName="payments",
            platformId=PLATFORM,
            signatureValidityPeriod={"value": 3, "type": "MONTHS"},
        )
        described = signer.get_signing_profile(profileName="payments")
        assert described["status"] == "Active"
        assert described["profileVersionArn"] == made["profileVersionArn"]
        answer = signer.sign_payload(
            profileName="payments",
            profileOwner=ACCOUNT,
            payloadFormat=PAYLOAD_FORMAT,
            payload=forge.payload_of(forge.descriptor()),
        )
        assert answer["jobOwner"] == ACCOUNT
        asked = {
            "signatureTimestamp": clock(),
            "platformId": PLATFORM,
            "profileVersionArn": made["profileVersionArn"],
            "jobArn": place(ACCOUNT, REGION).arn(
                "signer", f"/signing-jobs/{answer['jobId']}"
            ),
            "certificateHashes": ["ab" * 96, "cd" * 96],
        }
        assert signer.get_revocation_status(**asked)["revokedEntities"] == []
        signer.revoke_signature(jobId=answer["jobId"], reason="leaked")
        signer.revoke_signing_profile(
            profileName="payments",
            profileVersion=made["profileVersion"],
            reason="leaked",
            effectiveTime=clock() - DAY,
        )
        assert signer.get_revocation_status(**asked)["revokedEntities"] == [
            asked["profileVersionArn"],
            asked["jobArn"],
        ]
        described = signer.get_signing_profile(profileName="payments")
        assert described["status"] == "Revoked"
        record = described["revocationRecord"]
        assert record["revocationEffectiveFrom"] == clock() - DAY
        for wrong, code in (
            ({"platformId": "AWSLambda-SHA384-ECDSA"}, "ValidationException"),
            ({"certificateHashes": ["zz"]}, "ValidationException"),
            (
                {
                    "profileVersionArn": asked["profileVersionArn"].replace(
                        "arn:aws:", "arn:aws-cn:"
                    )
                },
                "ValidationException",
            ),
        ):
            with pytest.raises(ClientError) as caught:
                signer.get_revocation_status(**asked | wrong)
            assert caught.value.response["Error"]["Code"] == code
        with pytest.raises(ClientError) as caught:
            signer.get_signing_profile(profileName="absent")
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
        assert {one.action for one in server.aws.operations} >= {
            "signer:SignPayload",
            "signer:GetRevocationStatus",
        }
        signer.close()
