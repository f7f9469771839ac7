"""``sealward ledger``: what is remembered, found by key and by index."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import botocore.session
import pytest
from click.testing import CliRunner
from moto import mock_aws

from sealward.aws.ledger.ledger_key import LedgerKey
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sealed_items import sealed
from sealward.cli.__main__ import main
from sealward.ledger import Exposure, Hold, HoldState, Verdict
from sealward.ports.ledger import Intent
from tests.ledger_on_moto import create_ledger_table
from tests.ledger_records import DIGEST, NOW, plain_record, subject_key

TABLE = ["--table", "ledger", "--region", "us-east-1"]
KEY = ["--key", "ledger-key"]
SESSION = botocore.session.Session()
"""One: each reads the services' models anew."""
SIGNER = "x509.subject: CN=build, O=Example, C=US"


class Stack:
    """A table of which every item is sealed, and its secret."""

    def __init__(self) -> None:
        def client(name: str) -> Any:
            return SESSION.create_client(name, region_name="us-east-1")

        self.plain, self.ecr, secrets = map(
            client, ("dynamodb", "ecr", "secretsmanager")
        )
        secrets.create_secret(Name="ledger-key", SecretString="k" * 64)
        create_ledger_table(self.plain)
        key = LedgerKey("ledger-key", secrets)
        self.ledger = LedgerTable(
            "ledger", sealed(self.plain, key, lambda *_names: None)
        )

    def remember(self, name: str, **changes: Any) -> None:
        record = plain_record(key=subject_key(name), **changes)
        report = {"reason": record.reason, "statement": "prod", "bundle_serial": 7}
        intent = Intent(id="1", action="archive", decided_at=NOW, reason=record.reason)
        self.ledger.write(record, expected=0, report=report, intent=intent)

    def forge(self, name: str) -> None:
        self.plain.update_item(
            TableName="ledger",
            Key={"pk": {"S": str(subject_key(name))}, "sk": {"S": "current"}},
            UpdateExpression="SET verdict = :v",
            ExpressionAttributeValues={":v": {"S": "trusted"}},
        )


@pytest.fixture
def stack() -> Iterator[Stack]:
    credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with patch.dict(os.environ, credentials), mock_aws():
        yield Stack()


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["ledger", *arguments, *TABLE])
    return done.exit_code, done.stdout, done.stderr


def images(*arguments: str) -> list[str]:
    code, said, _ = run(*arguments, "--json")
    assert code == 0, said
    return [each["repository"] for each in json.loads(said)["images"]]


def test_a_verdict_is_told_with_its_reason(stack: Stack) -> None:
    stack.remember("app", verdict=Verdict.UNSIGNED, reason="no-signature")
    code, said, _ = run("verdict", f"app@{DIGEST}", *KEY)
    assert code == 0
    assert "unsigned" in said
    assert "no-signature" in said


def test_a_digest_alone_is_found_in_every_repository_that_has_it(
    stack: Stack,
) -> None:
    for name in ("app", "copy", "without"):
        stack.ecr.create_repository(repositoryName=name)
    stack.remember("app")
    stack.remember("copy")
    assert images("verdict", DIGEST, *KEY) == ["app", "copy"]


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("what", ["verdict", "history"])
def test_of_what_was_never_seen_nothing_is_known(what: str) -> None:
    code, said, _ = run(what, f"app@{DIGEST}")
    assert code == 1
    assert "nothing is known" in said


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("image", ["app", "app:latest", "app@sha256:12", "a b@"])
def test_what_names_no_image_ends_2_and_says_what_to_write(image: str) -> None:
    code, _, said = run("verdict", image)
    assert code == 2
    assert said.startswith("sealward: ")


def test_without_the_key_the_answer_says_that_nobody_vouches_for_it(
    stack: Stack,
) -> None:
    stack.remember("app")
    stack.forge("app")
    code, said, warned = run("verdict", f"app@{DIGEST}")
    assert (code, "trusted" in said) == (0, True)
    assert "seal was not checked" in warned


def test_with_the_key_a_forged_verdict_is_none(stack: Stack) -> None:
    stack.remember("app")
    stack.forge("app")
    code, said, warned = run("verdict", f"app@{DIGEST}", *KEY)
    assert code == 1
    assert "trusted" not in said
    assert "not written by Sealward" in warned


def test_a_key_that_may_not_be_read_does_not_keep_the_answer(stack: Stack) -> None:
    stack.remember("app")
    code, said, _ = run("verdict", f"app@{DIGEST}", "--key", "no-such", "--json")
    assert code == 0
    assert json.loads(said)["sealChecked"] is False


def test_the_history_has_verdicts_and_actions_in_order(stack: Stack) -> None:
    stack.remember("app", verdict=Verdict.UNSIGNED, reason="no-signature")
    code, said, _ = run("history", f"app@{DIGEST}", *KEY)
    assert code == 0
    assert "unsigned" in said
    assert "(archive)" in said
    _, said, _ = run("history", f"app@{DIGEST}", *KEY, "--json")
    (image,) = json.loads(said)["images"]
    assert image["decisions"][0]["report"]["bundle_serial"] == 7
    assert image["decisions"][0]["version"] == 1


def test_what_a_signer_signed_is_found_by_the_index(stack: Stack) -> None:
    stack.remember("app", verdict=Verdict.TRUSTED, signer=SIGNER, signature=DIGEST)
    stack.remember("other", verdict=Verdict.TRUSTED, signer="x509.subject: CN=x")
    assert images("signed-by", SIGNER, *KEY) == ["app"]


def test_pending_held_and_exposed_are_told_apart(stack: Stack) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=2)
    hold = Hold(state=HoldState.HELD, since=NOW, applied=1)
    failing = {"verdict": Verdict.UNSIGNED, "reason": "no-signature"}
    open_ = Exposure(open_since=NOW)
    stack.remember("waits", due=soon)
    stack.remember("unknown", verdict=Verdict.INCONCLUSIVE, due=soon)
    stack.remember("good", verdict=Verdict.TRUSTED, due=soon)
    stack.remember("held", **failing, hold=hold)
    stack.remember("to-be-released", **failing, hold=hold, proposal_id="p-1")
    stack.remember("reported", **failing, exposure=open_, reported="unsigned")
    assert sorted(images("pending", *KEY)) == ["unknown", "waits"]
    assert images("held", *KEY) == ["held"]
    assert images("exposed", *KEY) == ["reported"]


def test_pages_together_are_the_whole(stack: Stack) -> None:
    hold = Hold(state=HoldState.HELD, since=NOW, applied=1)
    names = [f"app-{number}" for number in range(7)]
    for name in names:
        stack.remember(name, verdict=Verdict.UNSIGNED, hold=hold)
    found: list[str] = []
    after: list[str] = []
    for _ in range(4):
        _, said, _ = run("held", *KEY, "--limit", "2", "--json", *after)
        page = json.loads(said)
        found += [each["repository"] for each in page["images"]]
        after = ["--after", page["after"] or ""]
    assert found == names
    assert after == ["--after", ""]


@pytest.mark.usefixtures("stack")
def test_a_mark_that_no_page_said_is_refused() -> None:
    assert run("held", "--after", "nonsense")[0] == 2


def test_a_table_that_is_not_there_ends_2() -> None:
    with mock_aws():
        assert run("held")[0] == 2
