"""The function verify_push, where things go wrong or come in stages."""

import json
from http import HTTPStatus
from typing import Any
from unittest.mock import patch

import pytest

from functions.verify_push import app
from sealward.aws.intake import RESERVE
from sealward.evidence.kept_signatures import SignatureCopy
from sealward.settings import InvalidSettings
from sealward.subjects.turns import SHARE
from simulator.errors import ServiceError
from simulator.faults import Fault
from tests.functions.event_files import CASES, EVENTS, batch, files
from tests.functions.world import BUNDLE, EVIDENCE, World, world

UNSIGNED = files()["ecr-push-unsigned.json"]
SIGNED = files()["ecr-push-signed-jws.json"]


def _batch(*events: object) -> dict[str, Any]:
    return batch(*(json.dumps(event) for event in events))


def _failures(answer: dict[str, Any]) -> list[int]:
    return [int(each["itemIdentifier"][-3:]) for each in answer["batchItemFailures"]]


def _status(made: World, repository: str) -> str:
    (image,) = made.ecr.describe_images(
        repositoryName=repository,
        filter={"imageStatus": "ANY", "tagStatus": "TAGGED"},
    )["imageDetails"]
    return str(image["imageStatus"])


def test_the_environment_is_built_once() -> None:
    with world() as made:
        made.push("signed-jws")
        made.look(SIGNED)
        first, before = app.environment(), list(made.clients_made)
        made.look(SIGNED)
        assert app.environment() is first
        assert made.clients_made == before
        # No other was needed; the secret is the key of the ledger's seal.
        assert sorted(before) == [
            "dynamodb",
            "ecr",
            "eventbridge",
            "s3",
            "secrets-manager",
        ]


def test_the_next_image_of_a_signer_reads_no_certificate() -> None:
    with world() as made:
        made.push("signed-jws")
        made.push("signed-cose")
        made.look(SIGNED)
        with patch("notation_verifier.chain_reader.read_certificate") as read:
            looked = made.look(files()["ecr-push-signed-cose.json"])
        assert looked["verdict"] == "trusted"
        assert not read.called


def test_a_held_image_is_released_by_a_late_signature() -> None:
    with world() as made:
        made.push("held-then-signed", referrers=False)
        event = files()["ecr-push-held-then-signed.json"]
        assert made.look(event)["hold"] == "held"
        assert _status(made, "demo/held-then-signed") == "ARCHIVED"
        made.push("held-then-signed", images=False)
        case = next(
            case
            for case in json.loads(CASES.read_text())["cases"]
            if case["name"] == "held-then-signed"
        )
        signature = dict(event, detail=dict(event["detail"]))
        signature["detail-type"] = "ECR Referrer Action"
        signature["detail"]["image-digest"] = case["signatures"][0]
        answer = made.look(signature)
        assert (answer["verdict"], answer["step"]) == ("trusted", "restore")
        assert _status(made, "demo/held-then-signed") != "ARCHIVED"


def test_observing_changes_nothing_in_the_registry() -> None:
    with world("observe") as made:
        made.push("unsigned")
        answer = made.look(UNSIGNED)
        assert (answer["verdict"], answer.get("step")) == ("unsigned", None)
        assert _status(made, "demo/unsigned") == "ACTIVE"
        assert len(made.findings()) == 1
        assert "ecr:UpdateImageStorageClass" not in made.operations["verify_push"]


def test_the_same_hint_twice_in_a_batch_is_looked_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with world() as made:
        made.push("unsigned")
        assert _failures(made.look(_batch(UNSIGNED, UNSIGNED, UNSIGNED))) == []
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line.get("message") for line in lines] == ["look", None]


def test_what_a_repository_over_its_share_sends_is_passed_on_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def pushed(number: int) -> dict[str, Any]:
        digest = f"sha256:{number:064x}"
        return {**UNSIGNED, "detail": {**UNSIGNED["detail"], "image-digest": digest}}

    with world() as made:
        made.push("unsigned")
        made.push("signed-jws")
        flood = [pushed(number) for number in range(SHARE + 2)]
        assert _failures(made.look(_batch(*flood, SIGNED))) == []
        bodies = [body for body, _ in made.messages("looks")]
        digests = [json.loads(body)["detail"]["image-digest"] for body in bodies]
        assert digests == [each["detail"]["image-digest"] for each in flood[SHARE:]]
        assert _failures(made.look(batch(*bodies))) == []
        assert made.messages("looks") == []
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    looked = [line for line in lines if line.get("message") == "look"]
    assert "trusted" in {line.get("verdict") for line in looked}
    assert len(looked) == SHARE + 2 + 1
    (over,) = [line for line in lines if line.get("message") == "over its share"]
    assert over["repository"] == "demo/unsigned"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "event-not-an-object"),
        ("[" * 100_000, "event-not-an-object"),
        ("1" * 5_000, "event-not-an-object"),
        ("[]", "event-not-an-object"),
        ("{}", "event-missing-field"),
        ('"\\ud800"', "event-not-an-object"),
        (json.dumps({**UNSIGNED, "source": "forged"}), "event-unknown-kind"),
        (json.dumps({**UNSIGNED, "account": "210987654321"}), "event-other-account"),
        (json.dumps({**UNSIGNED, "region": "eu-west-1"}), "event-other-region"),
    ],
)
def test_what_nobody_can_read_is_set_aside_with_its_reason_and_acknowledged(
    body: str, reason: str
) -> None:
    with world() as made:
        assert _failures(made.look(batch(body))) == []
        ((_, said),) = made.messages("dead")
        assert said.startswith(f"{reason}: ")
        assert made.operations["verify_push"] == {"sqs:SendMessage"}


def test_what_cannot_be_set_aside_comes_again() -> None:
    with world() as made:
        made.sqs.delete_queue(QueueUrl=made.queues["dead"])
        assert _failures(made.look(batch("not json"))) == [1]


def test_a_failed_action_of_ecr_is_no_event_to_act_upon() -> None:
    with world() as made:
        failed = {**UNSIGNED, "detail": {**UNSIGNED["detail"], "result": "FAILED"}}
        assert made.look(failed) == {"reason": "nothing-happened"}
        assert made.look(_batch(failed)) == {"batchItemFailures": []}
        assert made.operations["verify_push"] == set()


def test_a_ledger_that_does_not_answer_brings_only_its_messages_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with world() as made:
        made.push("unsigned")
        made.dynamodb.delete_table(TableName="ledger")
        answer = made.look(_batch(UNSIGNED, {}, SIGNED))
        assert _failures(answer) == [1, 3]
        assert _status(made, "demo/unsigned") == "ACTIVE"
        assert made.findings() == []
        assert len(made.messages("dead")) == 1
        assert "look failed" in capsys.readouterr().out


def test_a_registry_that_fails_is_inconclusive_and_acknowledged() -> None:
    with world() as made:
        made.push("unsigned")
        made.aws.faults.add(
            Fault(
                operation="DescribeImages",
                error=ServiceError(
                    "ServerException", "busy", HTTPStatus.INTERNAL_SERVER_ERROR
                ),
            )
        )
        assert _failures(made.look(_batch(UNSIGNED))) == []
        made.aws.faults.clear()
        assert _status(made, "demo/unsigned") == "ACTIVE"
        (row,) = [
            row
            for row in made.dynamodb.scan(TableName="ledger")["Items"]
            if row["sk"]["S"] == "current"
        ]
        assert row["verdict"]["S"] == "inconclusive"
        assert row["due_at"]["S"] > row["updated_at"]["S"]


def test_an_unexpected_error_is_never_a_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with world() as made:
        made.push("unsigned")
        monkeypatch.setattr("sealward.look.gate.decide", broken)
        assert _failures(made.look(_batch(UNSIGNED))) == [1]
        assert made.dynamodb.scan(TableName="ledger")["Items"] == []
        with pytest.raises(ZeroDivisionError):
            made.look(UNSIGNED)


def test_with_little_time_left_no_look_is_begun() -> None:
    with world() as made:
        made.push("unsigned")
        made.remaining = RESERVE - 1
        assert _failures(made.look(_batch(UNSIGNED, SIGNED))) == [1, 2]
        assert made.operations["verify_push"] == set()
        made.remaining = RESERVE
        assert _failures(made.look(_batch(UNSIGNED, SIGNED))) == []


def test_a_bad_bundle_decides_nothing_and_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with world() as made:
        made.push("unsigned")
        made.publish(b'{"schema": 1}')
        answer = made.look(UNSIGNED)
        assert answer["verdict"] == "inconclusive"
        assert answer["reason"] == "bundle-invalid"
        assert _status(made, "demo/unsigned") == "ACTIVE"
        assert '"BundleRejected":[1.0]' in capsys.readouterr().out
        made.publish(BUNDLE.read_bytes())


def test_settings_that_are_not_there_are_all_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with world() as made:
        monkeypatch.delenv("LEDGER_TABLE")
        monkeypatch.delenv("LEDGER_KEY")
        monkeypatch.setenv("CAPABILITY", "everything")
        monkeypatch.setenv("SEALWARD_ACCOUNT", "me")
        with pytest.raises(InvalidSettings) as caught:
            made.look(UNSIGNED)
    for name in ("LEDGER_TABLE", "LEDGER_KEY", "CAPABILITY", "SEALWARD_ACCOUNT"):
        assert name in str(caught.value)


def test_security_hub_that_is_off_stops_nothing() -> None:
    with world() as made:
        made.push("unsigned")
        made.aws.call(
            "securityhub",
            "DisableSecurityHub",
            {},
            place=next(iter(made.aws._hubs)),
        )
        answer = made.look(UNSIGNED)
        assert (answer["step"], answer["delivered"]) == ("archive", False)


def test_a_batch_is_taken_message_by_message() -> None:
    with world() as made:
        made.push("signed-jws")
        made.push("unsigned")
        event = json.loads((EVENTS / "sqs-batch.json").read_text())
        assert made.look(event) == {"batchItemFailures": []}
        malformed = event["Records"][1]["body"]
        ((body, reason),) = made.messages("dead")
        assert body == malformed
        assert reason.startswith("event-bad-repository: /detail/repository-name: ")
        (finding,) = made.findings()
        assert "demo/unsigned" in json.dumps(finding)


def _log_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_look_is_one_line_of_the_log_and_one_count(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with world() as made:
        made.push("unsigned")
        made.look(files()["ecr-push-unsigned.json"])
        looks, counts = _log_lines(capsys)
    assert looks["message"] == "look"
    assert looks["verdict"] == "unsigned"
    assert looks["step"] == "archive"
    assert looks["repository"] == "demo/unsigned"
    assert counts["VerdictUnsigned"] == [1.0]
    assert counts["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Sealward"


def test_a_stack_that_keeps_signatures_puts_one_object_for_a_signed_image() -> None:
    with world("observe", KEEP_SIGNATURES="yes") as made:
        made.push("signed-jws")
        assert made.look(SIGNED)["verdict"] == "trusted"
        (kept,) = made.s3.list_objects_v2(Bucket=EVIDENCE)["Contents"]
        body = made.s3.get_object(Bucket=EVIDENCE, Key=kept["Key"])["Body"].read()
    digest = f"sha256:{kept['Key'].removeprefix('signatures/')}"
    assert SignatureCopy.read(digest, body).content() == body
