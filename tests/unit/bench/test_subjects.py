"""The bench's subjects, run as briefly as they can be."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sealward.policy.bundle import load_bundle
from tests.bench import __main__ as bench
from tests.bench import (
    cold_start,
    memory,
    notation_command,
    notation_go,
    round_trips,
    warm_look,
)
from tests.bench.bundles import ACCOUNT, REGION, document
from tests.bench.canned import function
from tests.bench.exposure import exposing
from tests.bench.push_to_message import MINUTE, SIGNED_AFTER, telling
from tests.figures import Figures
from tests.template.rendering import load


def test_round_trips_meet_their_targets(tmp_path: Path) -> None:
    figures = Figures("bench", build=tmp_path)
    round_trips.measure(figures)
    assert figures.finish() == 0
    assert [each.event for each in round_trips.count()] == list(round_trips.TARGETS)


def test_the_warm_look_is_the_look_it_says() -> None:
    with function(latency=0.0, policies=3 + 5) as made:
        warm_look.check(made)
        looked = sorted(
            call for call in made.aws.calls if call not in warm_look.ONCE_A_MINUTE
        )
        made.aws.calls.clear()
        with ThreadPoolExecutor(4) as pool:
            warm_look._transport(made, pool)()
        # What it is compared with makes the same calls.
        made_alone = [
            call for call in made.aws.calls if call not in warm_look.ONCE_A_MINUTE
        ]
        assert sorted(made_alone) == looked


def test_the_twentieth_look_makes_the_calls_of_the_first() -> None:
    with function(latency=0.0, policies=3 + 5) as made:
        for _ in range(20):
            warm_look.check(made)


def test_a_look_that_another_overtook_makes_one_call() -> None:
    with function(latency=0.0, policies=3 + 5) as made:
        warm_look.check(made)
        made.aws.calls.clear()
        made.aws.settled = True
        assert made.look_again() == {"batchItemFailures": []}
        assert made.aws.calls == ["GetItem"]


def test_another_look_is_refused_as_a_measure() -> None:
    with function(latency=0.0, policies=1) as made, pytest.raises(RuntimeError):
        warm_look.check(made)  # one policy: none for the image's repository


def test_a_start_is_given_every_variable_that_cloudformation_resolves() -> None:
    variables = load()["Globals"]["Function"]["Environment"]["Variables"]
    own = load()["Resources"]["VerifyPushFunction"]["Properties"]
    variables |= own.get("Environment", {}).get("Variables", {})
    resolved = {name for name, each in variables.items() if not isinstance(each, str)}
    assert resolved <= {*cold_start._VALUES, "POLICY_BUNDLE"}


def test_bundles_have_the_policies_and_scopes_asked_for() -> None:
    bundle = load_bundle(document(4, scopes=3))
    assert len(bundle.policies) == 4
    assert sum(len(each.statement.registry_scopes) for each in bundle.policies) == 12
    policy = bundle.policy_for(ACCOUNT, REGION, "team-2/service/api")
    assert policy is not None
    assert policy.statement.name == "team-2"


def test_many_signatures_fit_in_the_memory_that_is_promised(tmp_path: Path) -> None:
    figures = Figures("bench", build=tmp_path)
    memory.measure(figures)
    assert figures.finish() == 0


def test_what_is_exposed_is_archived_with_its_evidence_kept_before() -> None:
    with exposing(latency=0.0) as bench:
        exposed = bench.expose()
        names = [name for name, _ in bench.calls]
    assert 0 < exposed.archived < exposed.known
    # Read back by the look itself, and told: Security Hub and the bus.
    after = names[names.index("UpdateImageStorageClass") :]
    assert {"DescribeImages", "BatchImportFindings", "PutEvents"} <= set(after)


def test_a_wrong_signature_is_told_to_bus_and_owner_whichever_way_it_comes() -> None:
    with telling(latency=0.0) as bench:
        at_once = [
            bench.in_order("fast"),
            bench.in_order("slow"),
            bench.signature_first("fast"),
        ]
        late = bench.event_lost("slow", phase=0.5)
    assert all(0 < each.topic < MINUTE for each in at_once)
    assert MINUTE / 2 - SIGNED_AFTER < late.topic < MINUTE, "by the tick at 30 s"


def test_what_cannot_be_measured_here_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("NOTATION", raising=False)
    monkeypatch.setattr(notation_command, "BUILT", tmp_path / "notation")
    figures = Figures("bench", build=tmp_path)
    notation_go.measure(figures)
    notation_command.measure(figures)
    assert figures.finish() == 0
    written = json.loads((tmp_path / "bench.json").read_text())
    assert written.keys() == {"notation_go_loop", "notation_command"}
    assert all(value.startswith("not run: ") for value in written.values())


def test_an_unknown_subject_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["coldstart"]) == 2
    said = capsys.readouterr().err
    assert "coldstart" in said
    assert all(name in said for name in bench.SUBJECTS)
