"""The recipes of docs/developers.md: they parse, and their commands are ours."""

import json
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import pytest
import yaml
from click.testing import CliRunner
from moto import mock_aws

from sealward.aws.clients import Clients
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.cli.__main__ import main
from sealward.ledger import Verdict
from sealward.notices import DETAIL_TYPE, SOURCE
from tests.ledger_on_moto import create_ledger_table
from tests.ledger_records import plain_record
from tests.template.event_patterns import matches
from tests.unit.sealward.stand import Stand, bundle

TEXT = (Path(__file__).parents[4] / "docs/developers.md").read_text(encoding="utf-8")
PIPELINE = TEXT.partition("## In a pipeline")[2].partition("\n## ")[0]
FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
RECIPES = [
    pytest.param(language, content, id=f"{language}-{number}")
    for number, (language, content) in enumerate(FENCED.findall(PIPELINE))
    if language != "json"
]
SYSTEMS = ("GitHub Actions", "GitLab CI", "Jenkins", "CodeBuild", "Buildkite")
PATTERNS = [
    json.loads(each) for each in re.findall(r"^  '(\{.*\})'$", TEXT, re.MULTILINE)
]


def commands(language: str, content: str) -> Iterator[str]:
    """Yield the lines of shell in a recipe."""
    if language == "yaml":
        yield from _lines(yaml.safe_load(content))
    elif language == "groovy":
        yield from re.findall(r"sh '([^']+)'", content)
        assert content.count("{") == content.count("}")
    else:
        yield from content.splitlines()


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _lines(each)
    elif isinstance(value, list):
        for each in value:
            yield from _lines(each)
    elif isinstance(value, str):
        yield from value.splitlines()


def of(program: str, language: str, content: str) -> list[list[str]]:
    found = [shlex.split(line) for line in commands(language, content)]
    return [words for words in found if words and words[0] == program]


@pytest.mark.parametrize(("language", "content"), RECIPES)
def test_its_commands_are_ours_and_take_what_they_are_given(
    language: str, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if language != "bash":
        assert "SEALWARD_LEDGER_TABLE" in content
    monkeypatch.setenv("SEALWARD_LEDGER_TABLE", "ledger")
    (words,) = of("sealward", language, content)
    if "||" in words:
        words, after = words[: words.index("||")], words[words.index("||") + 1 :]
        assert after == ["test", "$?", "-eq", "2"]
    name = words[1]
    command = main.get_command(click.Context(main), name)
    assert command is not None
    context = command.make_context(name, words[2:])
    assert context.params["table_name"] == "ledger"
    assert context.params["image"].replace("$$", "$") == "$IMAGE@$DIGEST"


@pytest.mark.parametrize(("language", "content"), RECIPES)
def test_it_signs_the_digest_that_it_waits_for(language: str, content: str) -> None:
    if language == "bash":
        return
    ((*_, signed),) = of("notation", language, content)
    ((_, _, waited, *_),) = of("sealward", language, content)
    assert signed == waited


def test_there_is_one_for_each_of_the_common_systems() -> None:
    assert [name for name in SYSTEMS if name not in PIPELINE] == []
    assert len(RECIPES) == len(SYSTEMS) + 1


def test_the_rights_it_names_are_what_the_command_calls() -> None:
    (policy,) = (text for kind, text in FENCED.findall(PIPELINE) if kind == "json")
    (statement,) = json.loads(policy)["Statement"]
    called: set[str] = set()

    class Recording(Clients):
        def client(self, service: Any, region: str | None = None) -> Any:
            client: Any = super().client(service, region)
            client.meta.events.register(
                "before-call", lambda model, **_: called.add(f"{service}:{model.name}")
            )
            return client

    credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with (
        patch.dict(os.environ, credentials),
        mock_aws(),
        patch("sealward.cli.open_ledger.CommandClients", Recording),
    ):
        client: Any = Clients().client("dynamodb", "us-east-1")
        create_ledger_table(client)
        record = plain_record(verdict=Verdict.TRUSTED)
        LedgerTable("ledger", client).write(record, expected=0)
        options = ["--table", "ledger", "--region", "us-east-1"]
        done = CliRunner().invoke(main, ["wait", str(record.key), *options])
    assert done.exit_code == 0
    assert called == set(statement["Action"])


def test_the_rules_of_the_document_match_the_events_that_are_put() -> None:
    stand = Stand(
        current=bundle(owner={"team": "payments", "contact": "#payments-oncall"})
    )
    refused, waits, good = (stand.push(name) for name in ("a", "b", "c"))
    stand.look(stand.attach(good))
    stand.look(stand.attach(waits, by="Other"))
    stand.bundles.current = bundle(serial=2, grace="0s", owner={"team": "billing"})
    stand.look(refused)
    events = {
        each["verdict"]: {"source": SOURCE, "detail-type": DETAIL_TYPE, "detail": each}
        for each in stand.bus.events
    }
    assert events.keys() == {Verdict.TRUSTED, Verdict.PENDING, Verdict.UNSIGNED}
    everyone, team = PATTERNS
    assert [name for name, each in events.items() if matches(everyone, each)] == [
        Verdict.UNSIGNED
    ]
    assert [name for name, each in events.items() if matches(team, each)] == [
        Verdict.PENDING
    ]
