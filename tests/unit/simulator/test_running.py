"""Which local AWS runs: written down, found again, chosen by port."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator import launch
from simulator.clock import ManualClock
from simulator.errors import ServiceError, throttled
from simulator.faults import Fault
from simulator.launch import (
    LaunchFailed,
    Settings,
    down,
    the_one_running,
    up_in_background,
)
from simulator.running import Running, all_running, write_down


def instance(port: int, supervisor: int | None = None) -> Running:
    return Running(
        url=f"http://127.0.0.1:{port}",
        port=port,
        supervisor=supervisor or os.getpid(),
        server=1,
        log="log",
    )


def test_what_runs_is_found(tmp_path: Path) -> None:
    assert all_running(tmp_path) == []
    file = write_down(instance(1), tmp_path)
    assert all_running(tmp_path) == [instance(1)]
    assert the_one_running(state=tmp_path) == instance(1)
    file.unlink()
    assert the_one_running(state=tmp_path) is None


def test_of_several_one_is_chosen_by_port(tmp_path: Path) -> None:
    for port in (1, 2):
        write_down(instance(port), tmp_path)
    assert the_one_running(port=2, state=tmp_path) == instance(2)
    with pytest.raises(LaunchFailed, match="1, 2"):
        the_one_running(state=tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"url": 1}'])
def test_what_is_no_record_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "1.json").write_text(text)
    assert all_running(tmp_path) == []


def test_one_that_ended_without_tidying_up_is_passed_over(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    write_down(instance(1, supervisor=child.pid), tmp_path)
    assert all_running(tmp_path) == []
    assert down(state=tmp_path) is None


_Popen = subprocess.Popen[bytes]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_a_start_that_is_interrupted_leaves_nothing_running(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interruption: type[BaseException],
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Started(_Popen):
        """A local AWS that never says it is up."""

        def __init__(self, _command: list[str], **options: Any) -> None:
            sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
            super().__init__(sleep, **options)
            started.append(self)

    def interrupted(_state: Path) -> list[Running]:
        raise interruption

    monkeypatch.setattr(launch, "_check_installed", lambda: None)
    monkeypatch.setattr(subprocess, "Popen", Started)
    monkeypatch.setattr(launch, "all_running", interrupted)
    with pytest.raises(interruption):
        up_in_background(Settings(), state=tmp_path)
    (supervisor,) = started
    running = supervisor.returncode is None
    supervisor.kill()
    supervisor.wait()
    assert not running


def test_a_fault_may_choose_its_requests_and_ends(bench: Any) -> None:
    def wanted(request: Any) -> bool:
        return bool(request["repositoryName"] == "other")

    fault = Fault(service="ecr", error=throttled(), when=wanted)
    bench.aws.faults.add(fault)
    assert bench.ecr("ListImages") == {"imageIds": []}
    assert bench.error("ListImages", repositoryName="other") == "ThrottlingException"
    bench.aws.faults.remove(fault)
    with pytest.raises(ServiceError, match="RepositoryNotFound"):
        bench.ecr("ListImages", repositoryName="other")


def test_calls_are_recorded_with_their_callers_even_when_refused(bench: Any) -> None:
    bench.aws.operations.clear()
    bench.caller = "role"
    bench.error("ListImages", repositoryName="other")
    bench.caller = ""
    bench.ecr("ListImageReferrers", subjectId={"imageDigest": "sha256:0"})
    assert bench.aws.operations.actions() == {"ecr:ListImages", "ecr:BatchGetImage"}
    assert bench.aws.operations.actions("role") == {"ecr:ListImages"}


def test_a_clock_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        ManualClock().advance(timedelta(seconds=-1))
