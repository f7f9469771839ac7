"""The clients as they call AWS."""

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from sealward.aws.clients import USER_AGENT, Clients
from sealward.cli.command_clients import CommandClients
from sealward.version import VERSION


def test_a_call_says_who_makes_it_and_botocore_builds_no_words_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    sent: list[Any] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        sent.append(request.headers["User-Agent"])
        return AWSResponse(request.url, 200, HTTPHeaders(), _Body())

    clients = Clients()
    session: Any = clients._session
    session.register("before-send", answer)
    clients.client("ecr").describe_images(repositoryName="a/b")
    assert USER_AGENT.startswith(f"sealward/{VERSION} botocore/")
    (said,) = map(_text, sent)
    # Powertools adds two words, where it is imported.
    assert said.startswith(USER_AGENT)
    assert "ua/" not in said


def test_a_command_has_more_patience_than_a_function(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    ours, persons = (
        made.client("ecr").meta.config for made in (Clients(), CommandClients())
    )
    assert (ours.connect_timeout, ours.read_timeout) == (1, 3)
    assert (persons.connect_timeout, persons.read_timeout) == (5, 20)


class _Body:
    def stream(self, *_: object, **__: object) -> list[bytes]:
        return [b"{}"]

    def read(self, *_: object) -> bytes:
        return b""


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
