"""What keeps a command from an answer never ends with the exit code of one.

Every command with every way in which AWS, a terminal or a pipe may fail it: a sentence
that says what to do next, an exit code from 2 on, and no trace.
"""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import click
import pytest
from botocore.client import BaseClient
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProfileNotFound,
    TokenRetrievalError,
)
from click.testing import CliRunner, Result

from sealward.cli.__main__ import main
from sealward.cli.endings import INTERRUPTED, UNREAD
from tests.unit.sealward.cli.test_command_line_document import COMMANDS, ROOT

DIGEST = f"sha256:{'a' * 64}"
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
BUNDLE = str(ROOT / "demo/policy/bundle.json")
IMAGE = f"prod/api@{DIGEST}"
TABLE = ("--table", "ledger")
STACK = ("--stack", "sealward")
FUNCTION = ("--function", "operate")
ASKING: dict[str, tuple[str, ...]] = {
    "evidence": (f"{REGISTRY}/{IMAGE}", "--bucket", "evidence"),
    "export month": ("2026-11", "--to", "month.jsonl", *TABLE),
    "ledger verdict": (IMAGE, *TABLE),
    "ledger history": (IMAGE, *TABLE),
    "ledger signed-by": ("x509.subject: CN=build, O=Example, C=US", *TABLE),
    "ledger pending": TABLE,
    "ledger held": TABLE,
    "ledger exposed": TABLE,
    "pause": (*FUNCTION, "--account", "--for", "1h", "--reason", "why"),
    "proposals list": TABLE,
    "proposals show": ("a" * 16, *TABLE),
    "proposals approve": ("a" * 16, *FUNCTION, "--reason", "why"),
    "proposals decline": ("a" * 16, *FUNCTION, "--reason", "why"),
    "reattach": (f"{REGISTRY}/demo/signed-jws:v1", *TABLE, "--bundle", BUNDLE),
    "release": (IMAGE, *FUNCTION, "--to-sign", "15m"),
    "replication": (f"{REGISTRY}/prod/api:v1", "--to", "222233334444/eu-west-1"),
    "resume": (*FUNCTION, "--account"),
    "verify": (f"{REGISTRY}/demo/signed-jws:v1", "--bundle", BUNDLE),
    "explain": (IMAGE, *TABLE),
    "wait": (IMAGE, *TABLE, "--timeout", "1s"),
    "cost": STACK,
    "doctor": STACK,
    "redrive": STACK,
    "status": STACK,
    "uninstall": (*STACK, "--plan"),
}
"""Commands that ask AWS, each as somebody would type it."""
OFFLINE: dict[str, tuple[str, ...]] = {
    "export verify": (str(ROOT / "LICENSE"),),
    "policy check": (BUNDLE,),
    "policy compile": (
        *("--trust-policy", str(ROOT / "demo/policy/trustpolicy.json")),
        *("--trust-store", str(ROOT / "demo/policy/truststore"), "-o", "made.json"),
        *("--enforcement", "quarantine"),
    ),
    "policy show": (BUNDLE, f"{REGISTRY}/demo/signed-jws"),
    "redo": (str(ROOT / "demo/policy/bundle.json"), "--evidence", str(ROOT / "demo")),
    "verify-blob": (
        *(str(ROOT / "demo/blob/sbom.spdx.json"), "--signature"),
        *(str(ROOT / "demo/blob/sbom.spdx.json.jws.sig"), "--policy"),
        *(str(ROOT / "demo/blob/trustpolicy.blob.json"), "--trust-store"),
        str(ROOT / "demo/blob/truststore"),
    ),
}
Fails = Callable[..., Any]


def refusing(code: str, said: str = "said so") -> Fails:
    def fail(_client: BaseClient, operation: str, _arguments: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": said}}, operation)

    return fail


def raising(error: BaseException) -> Fails:
    def fail(*_: object) -> None:
        raise error

    return fail


FAULTS: dict[str, tuple[Fails, str]] = {
    "denied": (refusing("AccessDeniedException"), "rights"),
    "expired": (refusing("ExpiredTokenException"), "sign in anew"),
    "throttled": (refusing("ThrottlingException"), "in a minute"),
    "no such table": (refusing("ResourceNotFoundException"), "Region and account"),
    "no such stack": (refusing("ValidationError", "no stack"), "Region and account"),
    "unreachable": (
        raising(EndpointConnectionError(endpoint_url="https://aws")),
        "a way to it",
    ),
    "no answer": (
        raising(ConnectTimeoutError(endpoint_url="https://aws")),
        "a way to it",
    ),
    "signed out": (
        raising(TokenRetrievalError(provider="sso", error_msg="expired")),
        "Sign in",
    ),
}
"""What befalls the first call, and what is said of it."""
ITS_OWN_WORDS = {"verify", "reattach"}
"""They name the rights of ECR, and say when to try again."""


@pytest.fixture(autouse=True)
def somewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Work in a folder of its own, signed in to nothing that is there."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)


_MADE: dict[Any, Any] = {}


@pytest.fixture
def made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have clients made once for all: to make one reads its model."""
    create = botocore.session.Session.create_client

    def once(session: Any, service: str, region_name: Any = None, **more: Any) -> Any:
        key = (service, region_name, os.environ.get("AWS_ACCESS_KEY_ID"))
        if key not in _MADE:
            _MADE[key] = create(session, service, region_name=region_name, **more)
        return _MADE[key]

    monkeypatch.setattr(botocore.session.Session, "create_client", once)


def run(name: str, *arguments: str) -> Result:
    done = CliRunner().invoke(main, [*name.split(), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def test_every_command_is_here() -> None:
    assert {f"sealward {name}" for name in (*ASKING, *OFFLINE)} == set(COMMANDS)


@pytest.mark.usefixtures("made_once")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ASKING)
def test_where_aws_does_not_answer_that_is_said_with_what_to_do(
    name: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails, advice = FAULTS[fault]
    monkeypatch.setattr(BaseClient, "_make_api_call", fails)
    done = run(name, *ASKING[name])
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(("sealward: ", "Error: "))
    assert name in ITS_OWN_WORDS or advice in done.stderr


@pytest.mark.usefixtures("made_once")
@pytest.mark.parametrize("name", ASKING)
def test_json_is_json_where_aws_does_not_answer(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", refusing("AccessDenied"))
    done = run(name, *ASKING[name], "--json")
    assert done.exit_code == 2
    assert done.stdout == "" or json.loads(done.stdout)


@pytest.mark.usefixtures("made_once")
@pytest.mark.parametrize("name", ASKING)
def test_nobody_is_signed_in(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = run(name, *ASKING[name])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "credentials" in done.stderr
    assert "Sign in to AWS" in done.stderr


@pytest.mark.parametrize("name", ASKING)
def test_a_profile_that_is_not_there(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> None:
        raise ProfileNotFound(profile="misspelt")

    monkeypatch.setattr(botocore.session.Session, "create_client", none)
    done = run(name, *ASKING[name])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "misspelt" in done.stderr


@pytest.mark.parametrize(
    "name",
    [
        each
        for each in ASKING
        if "Region" not in each and REGISTRY not in ASKING[each][0]
    ],
)
def test_no_region_is_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    done = run(name, *ASKING[name])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Give --region, or set AWS_REGION" in done.stderr


def breaking(error: BaseException) -> Fails:
    """Return what raises the first time that something is printed."""
    left, echo = [error], click.echo

    def fail(*arguments: Any, **options: Any) -> None:
        if left:
            raise left.pop()
        echo(*arguments, **options)

    return fail


@pytest.mark.usefixtures("made_once")
@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "sealward: interrupted: "),
        (BrokenPipeError(32, "Broken pipe"), UNREAD, ""),
        (OSError(28, "No space left on device"), 2, "sealward: [Errno 28] No space"),
    ],
    ids=["interrupted", "closed", "full"],
)
@pytest.mark.parametrize("name", [*ASKING, *OFFLINE])
def test_what_breaks_a_command_off_is_no_answer(
    name: str,
    error: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", refusing("AccessDenied"))
    monkeypatch.setattr(click, "echo", breaking(error))
    done = run(name, *{**ASKING, **OFFLINE}[name])
    assert done.exit_code == code
    assert done.stdout == ""
    assert done.stderr.startswith(said)
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("made_once")
@pytest.mark.parametrize("name", ASKING)
def test_a_defect_is_no_answer_and_is_told_with_its_trace(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", raising(RuntimeError("ours")))
    done = run(name, *ASKING[name])
    assert done.exit_code >= 2
    assert done.stdout == ""
    assert "RuntimeError: ours" in done.stderr


CODE = re.compile(r"^\| (\d+) \| .+ \|$", re.MULTILINE)
DOCUMENT = (ROOT / "docs/command-line.md").read_text().partition("## `sealward")[0]


@pytest.mark.parametrize("name", [*ASKING, *OFFLINE])
def test_wrong_usage_ends_as_the_table_says(name: str) -> None:
    done = run(name, "--no-such-option")
    three = re.search(r"^\| 3 \| (.+?) only: ", DOCUMENT, re.MULTILINE)
    assert three
    assert done.exit_code == (3 if name in re.findall(r"`([a-z-]+)`", three[1]) else 2)
    assert "No such option" in done.stderr


def test_the_table_has_every_exit_code() -> None:
    said = "".join(command.help or "" for command in COMMANDS.values())
    in_helps = {int(code) for code in re.findall(r"(?:codes: |, |; )(\d) ", said)}
    assert {int(code) for code in CODE.findall(DOCUMENT)} == (
        in_helps | {INTERRUPTED, UNREAD}
    )
