"""A server of another's: started, waited for until it answers, and ended."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.emulator.surroundings import ROOT

_PAUSE_SECONDS = 0.05


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    answers: Callable[[], bool],
    start_seconds: float,
    end_seconds: float,
    end_by: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run ``command`` from the repository's root while the block lasts.

    Args:
        command: what is run.
        log: where it writes.
        answers: whether it is up.
        start_seconds: for it to come up.
        end_seconds: for it to end after ``end_by``; then it is killed.
        end_by: how it is asked to end.
        environment: of the process; default ours.

    Raises:
        RuntimeError: it did not come up; its log is in the message.
    """
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env=None if environment is None else dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + start_seconds
        while not answers():
            if server.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")
                raise RuntimeError(f"{Path(command[0]).name} did not come up:\n{said}")
            time.sleep(_PAUSE_SECONDS)
        yield
    finally:
        server.send_signal(end_by)
        try:
            server.wait(end_seconds)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
