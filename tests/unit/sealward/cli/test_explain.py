"""``sealward explain`` and ``sealward wait``: what a refused developer reads."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import botocore.session
import pytest
from click.testing import CliRunner
from moto import mock_aws

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.cli.__main__ import main
from sealward.cli.image_target import InvalidReference
from sealward.cli.named_subject import references_of
from sealward.cli.subject_answer import ExitCode, SubjectAnswer
from sealward.cli.wait import LONGEST, settled
from sealward.ledger import Exposure, Hold, HoldState, Record, Verdict
from sealward.ports.failures import Denied, Unavailable
from tests.ledger_on_moto import create_ledger_table
from tests.ledger_records import DIGEST, NOW, plain_record, subject_key

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
SESSION = botocore.session.Session()
OTHER = f"sha256:{'b' * 64}"
REFUSED = plain_record(
    key=subject_key("prod/payments/api"),
    verdict=Verdict.UNTRUSTED,
    reason="identity-not-allowed",
    detail="the signing profile is billing_prod; the statement trusts none such",
    statement="payments-prod",
    bundle_digest="sha256:8c1f2a44",
    owner="payments #payments-oncall",
    pushed_by="role ci-billing",
    tags=("1.42",),
    hold=Hold(state=HoldState.HELD, since=NOW, applied=1),
    exposure=Exposure(seconds=2.9),
    last_trusted=f"1.42 was last the trusted {OTHER}",
)
ASKED = "Images matching prod/payments/* must be signed by payments_prod"
REPORT = {
    "asked": ASKED,
    "statement_hash": REFUSED.statement_hash,
    "candidates": [
        {"checks": [{"outcome": "passed"}] * 9 + [{"outcome": "failed"}]},
        {"checks": [{"outcome": "failed"}]},
        {"rejected": "envelope-malformed"},
    ],
}


@pytest.fixture
def ledger() -> Iterator[LedgerTable]:
    credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with patch.dict(os.environ, credentials), mock_aws():
        client: Any = SESSION.create_client("dynamodb", region_name="us-east-1")
        create_ledger_table(client)
        yield LedgerTable("ledger", client)


def run(command: str, *arguments: str) -> tuple[int, str, str]:
    options = ["--table", "ledger", "--region", "us-east-1"]
    done = CliRunner().invoke(main, [command, *arguments, *options])
    return done.exit_code, done.stdout, done.stderr


def test_a_refused_image_says_what_why_who_and_how_to_mend_it(
    ledger: LedgerTable,
) -> None:
    ledger.write(REFUSED, expected=0, report=REPORT)
    code, said, _ = run("explain", f"prod/payments/api@{DIGEST}")
    first, why, done, who, mend, more = said.splitlines()
    assert code == 1
    assert first == (
        "REFUSED  untrusted - held 2.9 s after it could be pulled - no pull recorded - "
        f"prod/payments/api@{DIGEST} (1.42)"
    )
    assert why.startswith(
        f"why   identity-not-allowed: {ASKED}; the signing profile is billing_prod; "
    )
    assert "9 of 10 checks passed; policy payments-prod @8c1f2a44" in why
    assert who == "who   pushed by role ci-billing - owner payments #payments-oncall"
    assert done.startswith("done  It was taken out of reach and cannot be pulled")
    assert done.endswith(f"Its tag 1.42 was last the trusted {OTHER}.")
    assert mend.startswith("mend  Find out who signed it and why.")
    assert mend.endswith(
        f"sealward release prod/payments/api@{DIGEST} --to-sign 15m, then notation "
        "sign REPOSITORY@DIGEST."
    )
    assert more == "more  docs/findings.md#identity-not-allowed"


def test_its_commands_name_the_registry_where_that_was_said(
    ledger: LedgerTable,
) -> None:
    ledger.write(REFUSED, expected=0)
    for command in ("explain", "wait"):
        _, said, _ = run(command, f"{HOST}/prod/payments/api@{DIGEST}")
        assert f"then notation sign {HOST}/prod/payments/api@{DIGEST}." in said


def test_what_a_policy_asked_for_before_is_not_said(ledger: LedgerTable) -> None:
    ledger.write(
        replace(REFUSED, statement_hash="sha256:77"), expected=0, report=REPORT
    )
    _, said, _ = run("explain", f"prod/payments/api@{DIGEST}")
    assert ASKED not in said


def test_a_trusted_image_ends_with_0(ledger: LedgerTable) -> None:
    record = replace(
        REFUSED,
        verdict=Verdict.TRUSTED,
        reason="satisfied",
        signer="x509.subject: CN=build",
        hold=None,
    )
    ledger.write(record, expected=0)
    for command in ("explain", "wait"):
        code, said, _ = run(command, f"prod/payments/api@{DIGEST}")
        assert code == 0
        assert said.startswith("TRUSTED  trusted - prod/payments/api@")
        assert "signed by x509.subject: CN=build" in said
        assert "mend" not in said


def test_what_nothing_is_known_of_cannot_be_told(ledger: LedgerTable) -> None:
    del ledger
    code, said, _ = run("explain", f"prod/payments/api@{DIGEST}")
    assert code == 2
    assert said.startswith("UNKNOWN  nothing is known of prod/payments/api@")


def test_a_pending_image_says_which_signature_was_refused(ledger: LedgerTable) -> None:
    record = replace(
        REFUSED,
        verdict=Verdict.PENDING,
        reason="grace",
        so_far="identity-not-allowed",
        hold=None,
    )
    ledger.write(record, expected=0)
    code, said, _ = run("explain", f"prod/payments/api@{DIGEST}")
    assert (code, said.split()[0]) == (2, "UNDECIDED")
    assert "why   identity-not-allowed: " in said


def test_the_id_of_a_finding_names_its_image(ledger: LedgerTable) -> None:
    ledger.write(REFUSED, expected=0)
    finding = (
        "arn:aws:ecr:us-east-1:123456789012:repository/prod/payments/api/"
        f"{DIGEST}/signature"
    )
    code, said, _ = run("explain", finding, "--json")
    (image,) = json.loads(said)["images"]
    assert code == 1
    assert (image["answer"], image["exitCode"]) == ("refused", 1)
    assert image["image"] == f"prod/payments/api@{DIGEST}"


@pytest.mark.parametrize(
    ("finding", "about"),
    [
        ("arn:aws:ecr:us-east-1:123456789012:repository/a/b/signatures", "repository"),
        ("sealward/123456789012/us-east-1/breaker", "account"),
    ],
)
def test_a_finding_that_is_about_no_image_is_named_as_that(
    ledger: LedgerTable, finding: str, about: str
) -> None:
    del ledger
    code, _, told = run("explain", finding)
    assert code == 2
    assert f"about the {about}" in told or f"finding of a {about}" in told


@pytest.mark.parametrize("before", ["", "docker-pullable://", "containerd://"])
def test_an_image_id_of_kubernetes_names_its_image(before: str) -> None:
    image = f"{HOST}/prod/app@{DIGEST}"
    assert references_of(before + image) == [image]


def test_a_task_is_asked_for_the_images_it_runs() -> None:
    task = "arn:aws:ecs:us-east-1:123456789012:task/main/0123456789abcdef"
    answer = {
        "tasks": [
            {
                "containers": [
                    {"image": f"{HOST}/prod/app:1.42", "imageDigest": DIGEST},
                    {"image": f"{HOST}/prod/app:1.42", "imageDigest": DIGEST},
                    {"image": "nginx", "imageDigest": DIGEST},
                    {"image": f"{HOST}/prod/starting:1"},
                ]
            }
        ]
    }
    with patch("sealward.cli.named_subject.CommandClients") as clients:
        ecs = clients.return_value.client.return_value
        ecs.describe_tasks.return_value = answer
        assert references_of(task) == [f"{HOST}/prod/app@{DIGEST}"]
        clients.return_value.client.assert_called_with("ecs", "us-east-1")
        ecs.describe_tasks.assert_called_with(cluster="main", tasks=[task])
        ecs.describe_tasks.return_value = {"tasks": []}
        with pytest.raises(InvalidReference, match="no such task"):
            references_of(task)


def test_a_tag_that_moved_is_answered_by_its_digest(ledger: LedgerTable) -> None:
    ledger.write(REFUSED, expected=0)
    with patch("sealward.cli.subject_reference.connect") as connect:
        connect.return_value.tagged.return_value.digest = OTHER
        code, said, _ = run("wait", f"{HOST}/prod/payments/api:1.42", "--timeout", "0s")
    assert connect.return_value.tagged.call_count == 1
    assert (code, said.split()[0]) == (2, "UNKNOWN")
    assert OTHER in said


def test_a_wait_says_the_sentence_and_ends_with_1(ledger: LedgerTable) -> None:
    ledger.write(REFUSED, expected=0)
    code, said, _ = run("wait", f"prod/payments/api@{DIGEST}")
    assert (code, said.split()[0]) == (1, "REFUSED")


def test_a_wait_needs_no_right_to_the_history(ledger: LedgerTable) -> None:
    ledger.write(REFUSED, expected=0, report=REPORT)
    _, with_it, _ = run("wait", f"prod/payments/api@{DIGEST}")
    with patch.object(LedgerTable, "history", side_effect=Denied("dynamodb:Query")):
        code, without, _ = run("wait", f"prod/payments/api@{DIGEST}")
    assert (code, without.split()[0]) == (1, "REFUSED")
    assert (ASKED in with_it, ASKED in without) == (True, False)


def test_a_wait_says_a_wrong_signature_before_it_ends(ledger: LedgerTable) -> None:
    record = replace(
        REFUSED,
        verdict=Verdict.PENDING,
        reason="grace",
        so_far="identity-not-allowed",
        hold=None,
    )
    ledger.write(record, expected=0)
    with patch("sealward.cli.wait.time", Time(None)) as time:
        code, said, told = run("wait", f"prod/payments/api@{DIGEST}")
    assert (code, said.split()[0]) == (2, "UNDECIDED")
    assert time.now == 600
    assert "sealward: why   identity-not-allowed: " in told


def test_a_timeout_that_is_none_is_refused(ledger: LedgerTable) -> None:
    del ledger
    code, _, said = run("wait", f"a/b@{DIGEST}", "--timeout", "soon")
    assert code == 2
    assert "write as in 10m" in said


class Time:
    """A clock that only sleeping moves, and a ledger that says something each time."""

    def __init__(self, *said: Record | Exception | None) -> None:
        self.now = 0.0
        self.said = list(said)
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    monotonic = clock

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def current(self, _key: object) -> Record | None:
        said = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(said, Exception):
            raise said
        return said

    def answer(self, timeout: float) -> ExitCode:
        return settled(
            self.current,
            REFUSED.key,
            timeout=timeout,
            clock=self.clock,
            sleep=self.sleep,
        ).exit_code


PENDING = replace(REFUSED, verdict=Verdict.PENDING, reason="grace", hold=None)
TRUSTED = replace(PENDING, verdict=Verdict.TRUSTED)


class TestWaiting:
    def test_how_it_stands_is_said_whenever_that_changes(self) -> None:
        refused = replace(PENDING, so_far="identity-not-allowed")
        time = Time(None, None, PENDING, PENDING, refused, refused, TRUSTED)
        said: list[tuple[str, str]] = []

        def meanwhile(answer: SubjectAnswer) -> None:
            said.append((answer.lines()[0].split()[0], answer.lines()[1].split()[1]))

        settled(
            time.current,
            REFUSED.key,
            timeout=600,
            clock=time.clock,
            sleep=time.sleep,
            meanwhile=meanwhile,
        )
        assert said == [
            ("UNKNOWN", "no"),
            ("UNDECIDED", "grace:"),
            ("UNDECIDED", "identity-not-allowed:"),
        ]

    def test_it_asks_ever_less_often(self) -> None:
        time = Time(None, *[PENDING] * 9, TRUSTED)
        assert time.answer(600) is ExitCode.TRUSTED
        assert time.slept[:3] == [1.0, 1.5, 2.25]
        assert max(time.slept) == LONGEST

    def test_an_outage_is_waited_out(self) -> None:
        time = Time(Unavailable("busy"), Unavailable("busy"), TRUSTED)
        assert time.answer(600) is ExitCode.TRUSTED

    def test_one_that_lasts_is_said(self) -> None:
        time = Time(PENDING, Unavailable("busy"))
        with pytest.raises(Unavailable):
            time.answer(60)
        assert time.now == 60

    def test_what_may_not_be_read_is_said_at_once(self) -> None:
        time = Time(Denied("dynamodb:GetItem"))
        with pytest.raises(Denied):
            time.answer(600)
        assert time.now == 0

    def test_time_that_is_up_cannot_be_told(self) -> None:
        time = Time(PENDING)
        assert time.answer(timedelta(minutes=10).total_seconds()) == 2
        assert time.now == 600

    @pytest.mark.parametrize(
        ("verdict", "code"),
        [
            (Verdict.COVERED, 0),
            (Verdict.EXEMPT, 0),
            (Verdict.UNSIGNED, 1),
            (Verdict.UNTRUSTED, 1),
            (Verdict.UNGOVERNED, 2),
        ],
    )
    def test_a_settled_verdict_is_not_waited_for(
        self, verdict: Verdict, code: int
    ) -> None:
        time = Time(replace(PENDING, verdict=verdict))
        assert time.answer(600) == code
        assert time.slept == []
