"""Starting and ending the local AWS: a process of its own, nothing left behind."""

import contextlib
import http.client
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType

from simulator.running import STATE, Running, all_running, write_down

ACCOUNT = "123456789012"
REGION = "us-east-1"
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - only where the user asks for it
_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
"""Removing what many functions unpacked takes its time on a busy machine."""
_GRACE_SECONDS = 1.0
"""Nothing is kept, so nothing is lost by not waiting for open connections."""
_OWN = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


class LaunchFailed(Exception):  # noqa: N818 - it says what failed
    """The local AWS did not start or stop; ``str()`` says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a local AWS is started."""

    host: str = LOOPBACK
    """Address of this machine to listen on."""
    port: int | None = None
    """To listen on; a free one if None."""
    security_hub: bool = True
    """Whether Security Hub starts enabled."""
    archive_seconds: float = 0.0
    """From asking for the archive until an image is in it."""
    restore_seconds: float = 2.0
    """How long an image is ACTIVATING; up to 20 minutes on AWS."""
    replication_seconds: float = 1.0
    """From a push until its copy is there; mostly under 30 minutes on AWS."""


def up(settings: Settings, *, state: Path = STATE) -> int:
    """Run the local AWS until SIGTERM or SIGINT; return the exit status.

    ``state`` is the folder where it is written down, with its log.

    Raises:
        LaunchFailed: ministack is not installed here, or it did not come up.
    """
    _check_installed()
    state.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="local-aws-"))
    stop = _Stop()
    port = settings.port or _free_port()
    log = state / f"{port}.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "simulator.mount"],
            env=_environment(settings, port, folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    file: Path | None = None
    try:
        _wait_until_healthy(settings.host, port, server, log, stop)
        reached = LOOPBACK if settings.host == EVERYWHERE else settings.host
        found = Running(
            url=f"http://{reached}:{port}",
            port=port,
            supervisor=os.getpid(),
            server=server.pid,
            log=str(log),
        )
        file = write_down(found, state)
        print(_usage(found), flush=True)
        while not stop.asked and server.poll() is None:
            time.sleep(0.05)
        return 0 if stop.asked else 1
    finally:
        _end(server)
        shutil.rmtree(folder, ignore_errors=True)
        if file is not None:
            file.unlink(missing_ok=True)


def up_in_background(settings: Settings, *, state: Path = STATE) -> Running:
    """Start the local AWS in a process of its own and return when it answers.

    Raises:
        LaunchFailed: it did not come up.
    """
    _check_installed()
    state.mkdir(parents=True, exist_ok=True)
    port = settings.port or _free_port()
    command = [sys.executable, "-m", "simulator", "up", "--state", str(state)]
    command += ["--host", settings.host, "--port", str(port)]
    command += ["--archive-seconds", str(settings.archive_seconds)]
    command += ["--restore-seconds", str(settings.restore_seconds)]
    command += ["--replication-seconds", str(settings.replication_seconds)]
    command += [] if settings.security_hub else ["--security-hub-off"]
    said = state / f"{port}.txt"
    with said.open("wb") as output:
        supervisor = subprocess.Popen(  # noqa: S603 - our own module and arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _wait_until_up(supervisor, state=state, port=port)
    except BaseException:
        # It has a session of its own: Ctrl-C does not reach it.
        supervisor.terminate()
        supervisor.wait(_STOP_SECONDS)
        raise


def down(*, port: int | None = None, state: Path = STATE) -> Running | None:
    """End the one local AWS that runs and wait until it is gone.

    Returns what was ended; None where none was running.

    Raises:
        LaunchFailed: several run and ``port`` names none, or it did not end in time.
    """
    found = the_one_running(port=port, state=state)
    if found is None:
        return None
    os.kill(found.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        if found not in all_running(state):
            return found
        time.sleep(0.02)
    raise LaunchFailed(f"process {found.supervisor} does not end; kill it by hand")


def the_one_running(*, port: int | None = None, state: Path = STATE) -> Running | None:
    """Return the local AWS that runs, at ``port`` if that is given; None if none does.

    Raises:
        LaunchFailed: several run and ``port`` does not say which.
    """
    found = [x for x in all_running(state) if port in (None, x.port)]
    if len(found) > 1:
        raise LaunchFailed(
            "several are running; choose by port: "
            f"{', '.join(str(entry.port) for entry in found)}"
        )
    return found[0] if found else None


class _Stop:
    """Notes SIGTERM and SIGINT, so that the end is orderly."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._note)
        signal.signal(signal.SIGINT, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def _check_installed() -> None:
    if importlib.util.find_spec("ministack") is None:
        raise LaunchFailed(
            f"ministack is not installed for {sys.executable}: use the Python of "
            ".venv-local-aws, which `make environments` makes"
        )


def _environment(settings: Settings, port: int, folder: Path) -> dict[str, str]:
    # What the caller's shell says of AWS must not reach the functions that run there.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return (
        inherited
        | _OWN
        | {
            "AUTH": "true",
            "BIND_HOST": settings.host,
            "GATEWAY_PORT": str(port),
            # On by default, on a fixed port and every interface.
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_HOST": settings.host,
            "MINISTACK_REGION": REGION,
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
            "SIMULATOR_ARCHIVE_SECONDS": str(settings.archive_seconds),
            "SIMULATOR_REPLICATION_SECONDS": str(settings.replication_seconds),
            "SIMULATOR_RESTORE_SECONDS": str(settings.restore_seconds),
            "SIMULATOR_SECURITY_HUB": "on" if settings.security_hub else "off",
            "TMPDIR": str(folder),
        }
    )


def _wait_until_healthy(
    host: str, port: int, server: "subprocess.Popen[bytes]", log: Path, stop: _Stop
) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and not stop.asked:
        if server.poll() is not None:
            last = log.read_text(errors="replace").strip().splitlines()[-3:]
            raise LaunchFailed("ministack ended at its start: " + " | ".join(last))
        if _answers(host, port):
            return
        time.sleep(0.02)
    if not stop.asked:
        raise LaunchFailed(f"no answer in {_START_SECONDS:g} s; see {log}")


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait_until_up(
    supervisor: "subprocess.Popen[bytes]", *, state: Path, port: int
) -> Running:
    deadline = time.monotonic() + _START_SECONDS + 1
    while time.monotonic() < deadline:
        for found in all_running(state):
            if found.supervisor == supervisor.pid:
                return found
        if supervisor.poll() is not None:
            raise LaunchFailed((state / f"{port}.txt").read_text().strip())
        time.sleep(0.02)
    raise LaunchFailed(
        f"no answer in {_START_SECONDS:g} s; see {state / f'{port}.log'}"
    )


def _end(server: "subprocess.Popen[bytes]") -> None:
    """End the server and whatever it started: they share a process group."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait(_STOP_SECONDS / 2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _usage(found: Running) -> str:
    return (
        f"The local AWS answers at {found.url} (log: {found.log}). To use it:\n"
        f"  export AWS_ENDPOINT_URL={found.url} AWS_DEFAULT_REGION={REGION}\n"
        f"  export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing"
    )
