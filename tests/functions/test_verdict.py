"""verdict: answers the account that replicates here, out of the sealed ledger."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from functions.verdict import app as verdict
from sealward.aws.clients import Clients
from tests.functions.event_files import files
from tests.functions.world import World, world
from tests.template.iam_actions import LOG, actions
from tests.template.rendering import load, render

SOURCE = "111122223333"
CALLER = f"arn:aws:iam::{SOURCE}:role/promoter"
GIVEN = {
    "PolicyBundle": "s3://policy/bundle.json",
    "VerdictCallerArn": CALLER,
    "VerdictExternalId": "a-pair-of-accounts",
    "VerdictRepositories": "demo/*,base/python",
}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world() as made:
        monkeypatch.setenv("VERDICT_SOURCE", SOURCE)
        monkeypatch.setenv("VERDICT_REPOSITORIES", "demo/*")
        verdict.environment.cache_clear()
        yield made
        verdict.environment.cache_clear()


def replicated(made: World) -> dict[str, str]:
    """Look at an image that an event says came from the source; return its name."""
    made.push("unsigned")
    event = files()["ecr-replication-unsigned.json"]
    event["detail"]["source-account"] = SOURCE
    made.look(event)
    return {
        "repository": event["detail"]["repository-name"],
        "digest": event["detail"]["image-digest"],
    }


def ask(request: dict[str, Any]) -> dict[str, Any]:
    return verdict.handler(request, SimpleNamespace())


def test_it_answers_what_the_ledger_holds(made: World) -> None:
    told = ask(replicated(made))
    assert (told["verdict"], told["cause"]) == ("unsigned", "replica-signature-missing")


def test_a_row_that_was_forged_is_nothing(made: World) -> None:
    image = replicated(made)
    made.dynamodb.update_item(
        TableName="ledger",
        Key={
            "pk": {"S": f"{image['repository']}@{image['digest']}"},
            "sk": {"S": "current"},
        },
        UpdateExpression="SET verdict = :good",
        ExpressionAttributeValues={":good": {"S": "trusted"}},
    )
    assert "nothing is known" in ask(image)["refused"]


def test_what_is_not_of_the_pair_is_refused(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = replicated(made)
    for name, value in {
        "VERDICT_SOURCE": "999999999999",
        "VERDICT_REPOSITORIES": "prod/*",
    }.items():
        with monkeypatch.context() as patched:
            patched.setenv(name, value)
            verdict.environment.cache_clear()
            assert "nothing is known" in ask(image)["refused"]


def test_its_role_holds_exactly_what_it_calls(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    performed: set[str] = set()

    class Recording(Clients):
        def __init__(self) -> None:
            super().__init__()
            session: Any = self._session
            session.register("before-call", self._record)

        def _record(self, model: Any, **_: Any) -> None:
            performed.add(f"{model.service_model.service_name}:{model.name}")

    monkeypatch.setattr(verdict, "Clients", Recording)
    verdict.environment.cache_clear()
    ask(replicated(made))
    granted = [
        action
        for statement in statements("VerdictFunctionRole")
        for action in listed(statement["Action"])
    ]
    assert sorted(granted) == sorted(actions(performed) | LOG)


def statements(role: str) -> list[dict[str, Any]]:
    properties = render(load(), GIVEN)[role]["Properties"]
    return [
        statement
        for policy in properties["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_the_callers_role_may_ask_that_function_and_nothing_else() -> None:
    (statement,) = statements("VerdictRole")
    assert statement["Action"] == "lambda:InvokeFunction"
    assert statement["Resource"] == "<VerdictFunction.Arn>"


def test_however_often_it_is_asked_the_others_keep_their_executions() -> None:
    """The pool is the account's: who may ask without end could keep images unjudged."""
    functions = {
        name: resource["Properties"].get("ReservedConcurrentExecutions")
        for name, resource in render(load(), GIVEN).items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    assert functions["VerdictFunction"] == 5


def test_only_the_caller_of_the_pair_assumes_it_with_its_external_id() -> None:
    properties = render(load(), GIVEN)["VerdictRole"]["Properties"]
    (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"AWS": CALLER},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "a-pair-of-accounts"}},
    }


def test_the_function_is_told_the_callers_account_and_repositories() -> None:
    for parameters, source, repositories in (
        (GIVEN, SOURCE, "demo/*,base/python"),
        ({"PolicyBundle": "s3://policy/bundle.json"}, "", ""),
    ):
        resources = render(load(), parameters)
        variables = resources["VerifyPushFunction"]["Properties"]["Environment"][
            "Variables"
        ]
        assert variables["VERDICT_SOURCE"] == source
        assert variables["VERDICT_REPOSITORIES"] == repositories


def test_without_a_caller_there_is_neither_function_nor_role() -> None:
    resources = render(load(), {"PolicyBundle": "s3://policy/bundle.json"})
    assert {"VerdictFunction", "VerdictFunctionRole", "VerdictRole"}.isdisjoint(
        resources
    )
