"""The operator's commands against the functions' world: SQS, ledger, registry, hub."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.cli import redrive
from sealward.overrides.pauses import Pause, Pauses
from tests.functions.deployed_stack import Deployed
from tests.functions.event_files import ACCOUNT, REGION


def hint(digest: str = f"sha256:{'a' * 64}") -> str:
    return json.dumps(
        {
            "source": "aws.ecr",
            "detail-type": "ECR Image Action",
            "account": ACCOUNT,
            "region": REGION,
            "detail": {
                "result": "SUCCESS",
                "repository-name": "demo/unsigned",
                "image-digest": digest,
                "action-type": "PUSH",
            },
        }
    )


def test_dead_letters_are_sent_again_as_hints_and_what_is_none_stays(
    deployed: Deployed,
) -> None:
    deployed.dead_letter(hint())
    deployed.dead_letter("{", "not-an-object: rubbish")
    code, said = deployed.answer("redrive")
    assert (code, said["sent"], said["left"]) == (1, 1, 1)
    assert any("rubbish" in each["why"] for each in said["letters"])
    ((body, _),) = deployed.world.messages("looks")
    assert json.loads(body)["detail"]["image-digest"] == f"sha256:{'a' * 64}"


def test_a_dry_run_changes_nothing(deployed: Deployed) -> None:
    deployed.dead_letter(hint())
    with patch.object(redrive, "_HIDDEN", 0):
        code, said = deployed.answer("redrive", "--dry-run")
    assert (code, said["sent"], said["left"]) == (1, 0, 1)
    assert deployed.world.messages("looks") == []
    assert len(deployed.world.messages("dead")) == 1


def test_what_is_no_hint_is_deleted_where_that_is_asked_for(
    deployed: Deployed,
) -> None:
    deployed.dead_letter("{")
    assert deployed.answer("redrive", "--discard")[0] == 0
    assert deployed.world.messages("dead") == []


def test_no_more_are_taken_than_were_asked_for(deployed: Deployed) -> None:
    for _ in range(13):
        deployed.dead_letter(hint())
    assert deployed.answer("redrive", "--limit", "11")[1]["sent"] == 11


def fail_five_times(deployed: Deployed) -> None:
    """Have SQS move what waits in the look queue to the dead letters, as it is."""
    sqs, queues = deployed.world.sqs, deployed.world.queues
    while True:
        answer = sqs.receive_message(
            QueueUrl=queues["looks"], MessageAttributeNames=["All"]
        )
        for message in answer.get("Messages", ()):
            sqs.send_message(
                QueueUrl=queues["dead"],
                MessageBody=message["Body"],
                MessageAttributes=message.get("MessageAttributes", {}),
            )
            sqs.delete_message(
                QueueUrl=queues["looks"], ReceiptHandle=message["ReceiptHandle"]
            )
        if not answer.get("Messages"):
            return


def test_what_comes_back_thrice_is_not_sent_a_fourth_time_unasked(
    deployed: Deployed,
) -> None:
    deployed.dead_letter(hint())
    for times in (1, 2, 3):
        code, said = deployed.answer("redrive")
        assert (code, said["sent"]) == (0, 1)
        assert said["letters"][0]["sentAgain"] == times - 1
        fail_five_times(deployed)
    # The tick sent the same again meanwhile: its message knows of nothing.
    deployed.dead_letter(hint())
    with patch.object(redrive, "_HIDDEN", 0):
        code, said = deployed.answer("redrive")
        assert (code, said["sent"], said["left"]) == (1, 0, 2)
        for letter in said["letters"]:
            assert letter["why"].startswith("sent again 3 times and came back")
            assert "--force" in letter["why"]
        assert deployed.world.messages("looks") == []
        code, said = deployed.answer("redrive", "--force")
    assert (code, said["sent"], said["left"]) == (0, 2, 0)
    assert len(deployed.world.messages("looks")) == 1


def test_a_dead_letter_is_shown_with_its_images_verdict(deployed: Deployed) -> None:
    """A poison message has a verdict, not a dead letter alone."""
    digest = deployed.hold()
    deployed.dead_letter(hint(digest))
    deployed.dead_letter(hint())
    _, said = deployed.answer("redrive", "--dry-run")
    verdicts = {each["images"][0]: each["verdict"] for each in said["letters"]}
    assert verdicts[f"demo/unsigned@{digest}"].startswith("unsigned (")
    assert verdicts[f"demo/unsigned@sha256:{'a' * 64}"] == "none yet"


def test_status_tells_what_waits_and_what_is_not_well(deployed: Deployed) -> None:
    deployed.hold()
    deployed.dead_letter("{")
    cloudwatch = deployed.stack.client("cloudwatch")
    cloudwatch.put_metric_data(
        Namespace="AWS/Lambda",
        MetricData=[
            {
                "MetricName": "Invocations",
                "Dimensions": [{"Name": "FunctionName", "Value": "tick"}],
                "Timestamp": datetime.now(UTC) - timedelta(minutes=2),
                "Value": 1.0,
            }
        ],
    )
    code, said = deployed.answer("status")
    rows = {each["what"]: each for each in said}
    assert code == 1
    assert rows["dead letters"]["well"] is False
    assert rows["bundle"]["said"].startswith("serial 1, published 0 min ago")
    assert rows["last tick"]["well"] is True
    assert rows["breaker"]["said"] == "closed"
    assert (
        sum(int(rows[f"images {state}"]["said"]) for state in ("holding", "held")) == 1
    )


def test_status_tells_who_paused_and_what_is_pending_or_due(
    deployed: Deployed,
) -> None:
    now = datetime.now(UTC)
    deployed.world.push("unsigned")
    for event in deployed.world.aws.events.drain():
        if event["source"] == "aws.ecr":
            deployed.world.look(event)
    ledger = LedgerTable("ledger", deployed.stack.client("dynamodb"))
    pause = Pause(
        repository="prod/api",
        by="arn:aws:sts::111122223333:assumed-role/OnCall/alice",
        reason="INC-42",
        at=now - timedelta(hours=1),
        until=now + timedelta(hours=1),
        request="0" * 32,
    )
    over = replace(pause, repository="prod/web", until=now - timedelta(minutes=1))
    ledger.keep_pauses(Pauses(version=1, pauses=(pause, over)))
    rows = {each["what"]: each for each in deployed.answer("status")[1]}
    assert rows["pauses"]["well"] is False
    assert "prod/api until" in rows["pauses"]["said"]
    assert "alice: INC-42" in rows["pauses"]["said"]
    assert "prod/web" not in rows["pauses"]["said"]
    assert rows["due soon"]["said"].endswith("within 15 minutes")
    assert rows["images pending"]["said"].isdigit()


def test_what_cannot_be_read_is_said_and_the_rest_is_told(deployed: Deployed) -> None:
    deployed.stack = replace(
        deployed.stack,
        resources={**deployed.stack.resources, "LedgerTable": "no-such-table"},
    )
    code, said = deployed.answer("status")
    rows = {each["what"]: each["said"] for each in said}
    assert code == 1
    assert rows["breaker"].startswith("cannot be read")
    assert rows["bundle"].startswith("serial")


def test_cost_counts_the_stacks_own_alarms(deployed: Deployed) -> None:
    code, said = deployed.answer("cost", "--images", "1000000", "--unsigned", "1")
    assert code == 0
    assert said["parts"]["alarms"] == pytest.approx(0.10)
    assert said["total"] == pytest.approx(sum(said["parts"].values()))
    assert said["parts"]["signed_images"] > said["parts"]["unsigned_images"] > 0


def test_cost_counts_a_put_for_each_signed_image_where_they_are_kept(
    deployed: Deployed,
) -> None:
    images = ("--images", "1000000", "--unsigned", "50")
    _, plain = deployed.answer("cost", *images)
    _, asked = deployed.answer("cost", *images, "--keep-signatures")
    deployed.with_parameter(KeepSignatures="yes")
    _, keeps_signatures = deployed.answer("cost", *images)
    assert asked == keeps_signatures
    more = asked["parts"].pop("kept_signatures")
    assert more == pytest.approx(asked["total"] - plain["total"])
    assert asked["parts"] == plain["parts"]
    assert 2.5 < more < 2.7
