"""The simulator inside ministack: the private functions used, events, IAM, its end."""

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from sealward.aws.caller_identity import StsCallers, prove
from sealward.aws.clients import Clients
from sealward.ports.failures import Denied
from simulator.clock import START
from simulator.pushes import IMAGE_MANIFEST

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-local-aws/bin/python"
ACCOUNT, REGION = "123456789012", "us-east-1"
PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Mounted:
    url: str
    state: Path

    def client(self, service: str, **credentials: str) -> Any:
        make: Any = botocore.session.get_session().create_client
        given = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        return make(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            **given | credentials,
        )

    def as_role(self, name: str, *statements: dict[str, Any]) -> dict[str, str]:
        """Make a role that may do what the statements say; return its credentials."""
        iam = self.client("iam")
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "sts:AssumeRole",
        }
        role = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": [trust]}
            ),
        )["Role"]
        iam.put_role_policy(
            RoleName=name,
            PolicyName="p",
            PolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": list(statements)}
            ),
        )
        session = self.client("sts").assume_role(
            RoleArn=role["Arn"], RoleSessionName="session"
        )["Credentials"]
        return {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert PYTHON.exists(), "no .venv-local-aws: run `make environments`"
    return subprocess.run(
        [str(PYTHON), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mounted]:
    state = tmp_path_factory.mktemp("local-aws")
    options = ["--background", "--state", str(state), "--restore-seconds", "0.2"]
    started = run("-m", "simulator", "up", *options)
    assert started.returncode == 0, started.stderr
    yield Mounted(url=started.stdout.strip(), state=state)
    ended = run("-m", "simulator", "down", "--state", str(state))
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="module")
def queue(aws: Mounted) -> Callable[[], list[dict[str, Any]]]:
    """A queue behind a rule like the template's; call it for what has arrived."""
    sqs, events = aws.client("sqs"), aws.client("events")
    url = sqs.create_queue(QueueName="looks")["QueueUrl"]
    wanted = {"source": ["aws.ecr"], "detail": {"result": ["SUCCESS"]}}
    events.put_rule(Name="ecr", EventPattern=json.dumps(wanted))
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:looks"
    events.put_targets(Rule="ecr", Targets=[{"Id": "q", "Arn": arn}])

    def arrived() -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    return arrived


def awaited(arrived: Callable[[], list[dict[str, Any]]]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for event in arrived():
            return event
        time.sleep(0.02)
    raise AssertionError("no event arrived")


def put_image(aws: Mounted, repository: str, name: str) -> str:
    """Push an image of no layers and return its digest."""
    ecr = aws.client("ecr")
    with contextlib.suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=repository)
    manifest = json.dumps({"mediaType": IMAGE_MANIFEST, "name": name})
    image = ecr.put_image(repositoryName=repository, imageManifest=manifest)["image"]
    return str(image["imageId"]["imageDigest"])


def test_every_private_function_used_is_there_and_a_missing_one_is_named() -> None:
    script = (
        "import ministack.services.eventbridge as e, simulator.mount as m\n"
        "from simulator.behaviours import Behaviours\n"
        "print(m.missing(), flush=True)\n"
        "del e._put_events\n"
        "m.mount('http://x', behaviours=Behaviours())"
    )
    started = run("-c", script)
    assert started.stdout.strip() == "[]", (
        f"simulator/ministack.py names what this ministack lacks: {started.stdout}"
        f"{started.stderr}; install what requirements/local-aws.txt pins, or adapt it"
    )
    assert started.returncode == 1
    assert (
        "ministack lacks ministack.services.eventbridge._put_events" in started.stderr
    )
    assert "requirements/local-aws.txt" in started.stderr


def test_a_push_makes_an_event_that_reaches_the_rules_queue(
    aws: Mounted, queue: Callable[[], list[dict[str, Any]]]
) -> None:
    digest = put_image(aws, "prod/events", "a")
    event = awaited(queue)
    assert event["source"] == "aws.ecr"
    assert event["detail-type"] == "ECR Image Action"
    assert (event["account"], event["region"]) == (ACCOUNT, REGION)
    assert event["detail"]["image-digest"] == digest


def test_restoring_completes_by_itself_with_its_event(
    aws: Mounted, queue: Callable[[], list[dict[str, Any]]]
) -> None:
    digest = put_image(aws, "prod/events", "restored")
    assert awaited(queue)["detail"]["action-type"] == "PUSH"
    asking = {"repositoryName": "prod/events", "imageId": {"imageDigest": digest}}
    ecr = aws.client("ecr")
    ecr.update_image_storage_class(**asking, targetStorageClass="ARCHIVE")
    assert awaited(queue)["detail"]["target-storage-class"] == "ARCHIVE"
    ecr.update_image_storage_class(**asking, targetStorageClass="STANDARD")
    assert awaited(queue)["detail"]["target-storage-class"] == "STANDARD"


def test_events_of_aws_cannot_be_put_by_anyone_else(aws: Mounted) -> None:
    entry = {"Source": "aws.ecr", "DetailType": "ECR Image Action", "Detail": "{}"}
    (result,) = aws.client("events").put_events(Entries=[entry])["Entries"]
    assert result["ErrorCode"] == "NotAuthorizedForSourceException"


def test_accounts_are_apart(aws: Mounted) -> None:
    put_image(aws, "prod/apart", "a")
    other = aws.client("ecr", aws_access_key_id="222222222222")
    with pytest.raises(ClientError, match="222222222222"):
        other.describe_images(repositoryName="prod/apart")


def test_what_is_replicated_is_heard_of_in_the_account_it_came_to(
    aws: Mounted,
) -> None:
    there = "222222222222"
    given = {"aws_access_key_id": there}
    sqs, events = aws.client("sqs", **given), aws.client("events", **given)
    url = sqs.create_queue(QueueName="copies")["QueueUrl"]
    pattern = {"source": ["aws.ecr"], "detail-type": ["ECR Replication Action"]}
    events.put_rule(Name="copies", EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:{REGION}:{there}:copies"
    events.put_targets(Rule="copies", Targets=[{"Id": "q", "Arn": arn}])
    lets_in = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
        "Resource": "*",
    }
    aws.client("ecr", **given).put_registry_policy(
        policyText=json.dumps({"Version": "2012-10-17", "Statement": [lets_in]})
    )
    ecr = aws.client("ecr")
    to = {"region": REGION, "registryId": there}
    prefix = {"filter": "copied/", "filterType": "PREFIX_MATCH"}
    ecr.put_replication_configuration(
        replicationConfiguration={
            "rules": [{"destinations": [to], "repositoryFilters": [prefix]}]
        }
    )
    digest = put_image(aws, "copied/app", "a")

    def arrived() -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=url)
        return [json.loads(each["Body"]) for each in answer.get("Messages", [])]

    event = awaited(arrived)
    assert (event["account"], event["detail"]["image-digest"]) == (there, digest)
    assert event["detail"]["source-account"] == ACCOUNT
    copies = aws.client("ecr", **given).describe_images(repositoryName="copied/app")
    assert [each["imageDigest"] for each in copies["imageDetails"]] == [digest]
    (status,) = ecr.describe_image_replication_status(
        repositoryName="copied/app", imageId={"imageDigest": digest}
    )["replicationStatuses"]
    assert status["status"] == "COMPLETE"


def test_a_role_may_only_what_its_policy_says(aws: Mounted) -> None:
    digest = put_image(aws, "prod/role", "a")
    product = f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default"
    role = aws.as_role(
        "verifier",
        {
            "Effect": "Allow",
            "Action": "ecr:BatchGetImage",
            "Resource": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/prod/*",
        },
        {
            "Effect": "Allow",
            "Action": "securityhub:BatchImportFindings",
            "Resource": product,
        },
    )
    ecr, hub = aws.client("ecr", **role), aws.client("securityhub", **role)
    image = {"imageDigest": digest}
    assert ecr.batch_get_image(repositoryName="prod/role", imageIds=[image])["images"]
    # AWS authorises this one as ecr:BatchGetImage.
    asked = ecr.list_image_referrers(repositoryName="prod/role", subjectId=image)
    assert asked["referrers"] == []
    stamp = START.isoformat()
    finding = {
        "SchemaVersion": "2018-10-08",
        "Id": "1",
        "ProductArn": product,
        "GeneratorId": "g",
        "AwsAccountId": ACCOUNT,
        "CreatedAt": stamp,
        "UpdatedAt": stamp,
        "Title": "t",
        "Description": "d",
        "Resources": [{"Type": "Other", "Id": "r"}],
    }
    assert hub.batch_import_findings(Findings=[finding])["SuccessCount"] == 1
    denied: list[Callable[[], object]] = [
        lambda: ecr.describe_images(repositoryName="prod/role"),
        lambda: ecr.batch_get_image(repositoryName="dev/role", imageIds=[image]),
        lambda: ecr.update_image_storage_class(
            repositoryName="prod/role", imageId=image, targetStorageClass="ARCHIVE"
        ),
        hub.get_findings,
        lambda: hub.batch_import_findings(
            Findings=[finding | {"ProductArn": f"{product}2"}]
        ),
    ]
    for act in denied:
        with pytest.raises(ClientError, match="AccessDenied"):
            act()
    with urllib.request.urlopen(f"{aws.url}/_sealward/operations") as answer:
        performed = json.load(answer)
    by_role = {x["action"] for x in performed if "/verifier/" in x["caller"]}
    assert by_role == {"ecr:BatchGetImage", "securityhub:BatchImportFindings"}
    with urllib.request.urlopen(f"{aws.url}/_sealward/denials") as answer:
        refused = [x for x in json.load(answer) if "/verifier/" in x["caller"]]
    assert len(refused) == len(denied)
    assert all(x["resource"].startswith("arn:aws:") for x in refused)


def test_a_batch_of_messages_is_allowed_as_one_message_is(aws: Mounted) -> None:
    url = aws.client("sqs").create_queue(QueueName="batches")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:batches"
    allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    sqs = aws.client("sqs", **aws.as_role("sender", allowed))
    sent = sqs.send_message_batch(
        QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "a look"}]
    )
    assert len(sent["Successful"]) == 1
    with pytest.raises(ClientError, match="sqs:DeleteMessage"):
        sqs.delete_message_batch(
            QueueUrl=url, Entries=[{"Id": "1", "ReceiptHandle": "none"}]
        )


def test_signer_signs_revokes_and_answers_whom_iam_allows(aws: Mounted) -> None:
    signer = aws.client("signer")
    made = signer.put_signing_profile(
        profileName="release", platformId="Notation-OCI-SHA384-ECDSA"
    )
    signed = signer.sign_payload(
        profileName="release",
        payloadFormat="application/vnd.cncf.notary.payload.v1+json",
        payload=b"{}",
    )
    job = made["arn"].replace("profiles/release", f"jobs/{signed['jobId']}")
    question = {
        "signatureTimestamp": START,
        "platformId": "Notation-OCI-SHA384-ECDSA",
        "profileVersionArn": made["profileVersionArn"],
        "jobArn": job,
        "certificateHashes": ["ab" * 96],
    }
    role = aws.as_role(
        "asker",
        {"Effect": "Allow", "Action": "signer:GetRevocationStatus", "Resource": "*"},
    )
    asking = aws.client("signer-data", **role)
    assert asking.get_revocation_status(**question)["revokedEntities"] == []
    signer.revoke_signature(jobId=signed["jobId"], reason="leaked")
    assert asking.get_revocation_status(**question)["revokedEntities"] == [job]
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("signer", **role).sign_payload(
            profileName="release",
            payloadFormat="application/vnd.cncf.notary.payload.v1+json",
            payload=b"{}",
        )
    nobody = aws.as_role(
        "nobody",
        {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": "*"},
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("signer-data", **nobody).get_revocation_status(**question)


def test_a_layer_is_served_on_the_same_port(aws: Mounted) -> None:
    put_image(aws, "prod/layers", "a")
    ecr = aws.client("ecr")
    upload = ecr.initiate_layer_upload(repositoryName="prod/layers")["uploadId"]
    ecr.upload_layer_part(
        repositoryName="prod/layers",
        uploadId=upload,
        partFirstByte=0,
        partLastByte=2,
        layerPartBlob=b"abc",
    )
    digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    ecr.complete_layer_upload(
        repositoryName="prod/layers", uploadId=upload, layerDigests=[digest]
    )
    manifest = json.dumps({"mediaType": "x", "layers": [{"digest": digest}]})
    ecr.put_image(repositoryName="prod/layers", imageManifest=manifest)
    address = ecr.get_download_url_for_layer(
        repositoryName="prod/layers", layerDigest=digest
    )["downloadUrl"]
    assert address.startswith(aws.url)
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"abc"
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        urllib.request.urlopen(address.replace("token=", "token=0"))
    refused.value.close()


def test_faults_are_asked_for_over_http(aws: Mounted) -> None:
    put_image(aws, "prod/faults", "a")
    fault = {"operation": "DescribeRepositories", "error": "denied", "times": 1}
    request = urllib.request.Request(
        f"{aws.url}/_sealward/faults", json.dumps(fault).encode(), method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204
    ecr = aws.client("ecr")
    with pytest.raises(ClientError, match="AccessDenied"):
        ecr.describe_repositories()
    assert ecr.describe_repositories()["repositories"]


def test_it_ends_on_sigterm_and_leaves_nothing(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    supervisor = subprocess.Popen(
        [str(PYTHON), "-m", "simulator", "up", "--state", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdout is not None
    assert "answers at http://127.0.0.1:" in supervisor.stdout.readline()
    (written,) = tmp_path.glob("*.json")
    server = json.loads(written.read_text())["server"]
    assert list(temporary.iterdir()) != []
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(PATIENCE) == 0
    supervisor.stdout.close()
    assert list(temporary.iterdir()) == []
    assert list(tmp_path.glob("*.json")) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(server, 0)


def test_up_without_ministack_says_what_to_do(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['ministack'] = None\n"
        "from simulator.__main__ import main\n"
        f"sys.exit(main(['up', '--state', {str(tmp_path)!r}]))"
    )
    started = run("-c", script)
    assert started.returncode == 1
    assert "make environments" in started.stderr


def test_its_sts_says_who_signed_a_request_and_over_what(
    aws: Mounted, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = aws.as_role(
        "OnCall",
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"},
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", person["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", person["aws_secret_access_key"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", person["aws_session_token"])
    proof = prove("what is asked", Clients(), REGION)
    # The stack's own credentials sign nothing of it.
    callers = StsCallers(aws.client("sts"))
    caller = callers.caller("what is asked", proof)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/OnCall/session"
    assert (caller.account, caller.arn) == (ACCOUNT, arn)
    with pytest.raises(Denied, match="SignatureDoesNotMatch"):
        callers.caller("something else", proof)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "guessed")
    with pytest.raises(Denied):
        callers.caller("what is asked", prove("what is asked", Clients(), REGION))


def test_a_stacks_secret_is_known_to_its_roles_by_its_arn(aws: Mounted) -> None:
    template = {
        "Resources": {"Key": {"Type": "AWS::SecretsManager::Secret", "Properties": {}}},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Key", "Id"]}}},
    }
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="seal", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="seal", WaiterConfig={"Delay": 1}
    )
    (stack,) = cloudformation.describe_stacks(StackName="seal")["Stacks"]
    arn = stack["Outputs"][0]["OutputValue"]
    role = aws.as_role(
        "Reader",
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": arn,
        },
    )
    client = aws.client("secretsmanager", **role)
    assert client.get_secret_value(SecretId=arn)["ARN"] == arn
