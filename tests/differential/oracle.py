"""The reference's verdicts: notation-go in tests/oracle/differential, over a pipe."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.differential.case import Case

_MODULE = Path(__file__).resolve().parents[1] / "oracle"


class OracleUnavailable(Exception):  # noqa: N818 - named by what is wrong
    """The oracle cannot be built or run here; says what to do."""


@dataclass(frozen=True)
class FailedCheck:
    """A validation the reference made, and that failed."""

    validation: str
    action: str
    error: str


@dataclass(frozen=True)
class Verdict:
    """What the reference makes of a case; see tests/oracle/differential/case.go."""

    accepted: bool
    stage: str
    """``policy``, ``selection``, ``skip`` or ``verification``."""
    statement: str
    error_class: str
    error: str
    failed: tuple[FailedCheck, ...]
    classes: tuple[str, ...] = ()
    """The library's own error types that came up, as ``package.Type``."""

    @classmethod
    def read(cls, record: dict[str, Any]) -> "Verdict":
        """Return the verdict a line of the oracle holds."""
        return cls(
            accepted=record["accepted"],
            stage=record["stage"],
            statement=record["statement"],
            error_class=record["class"],
            error=record["error"],
            failed=tuple(
                FailedCheck(check["validation"], check["action"], check["error"])
                for check in record["checks"]
                if check["error"]
            ),
            classes=tuple(record["classes"]),
        )


def build(target: Path) -> Path:
    """Build the oracle's program and return its path; Go keeps what is up to date.

    Raises:
        OracleUnavailable: no Go, or it does not build.
    """
    go = shutil.which("go")
    if go is None:
        raise OracleUnavailable("the differential tests need Go 1.24 or later on PATH")
    target.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [go, "build", "-o", str(target.resolve()), "./differential"],
        cwd=_MODULE,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CGO_ENABLED": "0"},
    )
    if done.returncode:
        raise OracleUnavailable(f"tests/oracle does not build: {done.stderr[-2000:]}")
    return target


class Oracle:
    """Takes cases while they are made; gives the verdicts when all are in."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [str(program.resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._verdicts: dict[str, Verdict] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            record = json.loads(line)
            self._verdicts[record["id"]] = Verdict.read(record)

    def ask(self, case: Case, scratch: Path) -> None:
        """Send a case that is written below ``scratch``."""
        if self._process.stdin is None:
            raise OracleUnavailable("the oracle has no standard input")
        self._process.stdin.write(case.to_json(scratch) + "\n")

    def verdicts(self) -> dict[str, Verdict]:
        """Return all verdicts by the case's id; nothing can be asked after.

        Raises:
            OracleUnavailable: the program ended with an error.
        """
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._reader.join()
        if self._process.wait():
            raise OracleUnavailable(f"the oracle ended with {self._process.returncode}")
        return self._verdicts


def ask_all(program: Path, cases: Iterable[Case]) -> dict[str, Verdict]:
    """Return the verdicts on cases without trust stores on disk."""
    oracle = Oracle(program)
    for case in cases:
        oracle.ask(case, Path())
    return oracle.verdicts()
