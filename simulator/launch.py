"""Starting and ending the local AWS: a process of its own, nothing left behind."""

import contextlib
import http.client
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType

ACCOUNT = "123456789012"
REGION = "us-east-1"
LOOPBACK = "127.0.0.1"
STATE = Path("build/local-aws")
"""Where a running local AWS is written down, and its log."""
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_OWN = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


class LaunchFailed(Exception):  # noqa: N818 - it says what failed
    """The local AWS did not start or stop; ``str()`` says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A local AWS that answers."""

    url: str
    supervisor: int
    """Process id: SIGTERM to it ends everything."""
    server: int
    log: str


def up(
    *,
    host: str = LOOPBACK,
    port: int | None = None,
    state: Path = STATE,
    security_hub: bool = True,
) -> int:
    """Run the local AWS until SIGTERM or SIGINT; return the exit status.

    Args:
        host: address of this machine to listen on; layers' addresses name it too, so
            for functions in containers it must be one that containers reach.
        port: to listen on; a free one if left out.
        state: folder where it is written down, with its log.
        security_hub: whether Security Hub starts enabled.

    Raises:
        LaunchFailed: ministack is not installed here, one is running already, or it
            did not come up.
    """
    _check_installed()
    if (found := running(state)) is not None:
        raise LaunchFailed(
            f"a local AWS is running already at {found.url}; end it with "
            f"`python -m simulator down --state {state}`"
        )
    state.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="local-aws-"))
    stop = _Stop()
    port = port or _free_port()
    log = state / "log.txt"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "simulator.mount"],
            env=_environment(host, port, folder, security_hub=security_hub),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            url = f"http://{host}:{port}"
            _wait_until_healthy(host, port, server, log, stop)
            _write(
                state,
                Running(
                    url=url,
                    supervisor=os.getpid(),
                    server=server.pid,
                    log=str(log),
                ),
            )
            print(_usage(url, log), flush=True)
            while not stop.asked and server.poll() is None:
                time.sleep(0.05)
            return 0 if stop.asked else 1
        finally:
            _end(server)
            (state / "state.json").unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)


def up_in_background(
    *,
    host: str = LOOPBACK,
    port: int | None = None,
    state: Path = STATE,
    security_hub: bool = True,
) -> Running:
    """Start the local AWS in a process of its own and return when it answers.

    Raises:
        LaunchFailed: it did not come up.
    """
    _check_installed()
    state.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "simulator", "up", "--state", str(state)]
    command += ["--host", host]
    command += ["--port", str(port)] if port else []
    command += [] if security_hub else ["--security-hub-off"]
    with (state / "up.txt").open("wb") as output:
        supervisor = subprocess.Popen(  # noqa: S603 - our own module and arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS + 1
    while time.monotonic() < deadline:
        found = running(state)
        if found is not None and found.supervisor == supervisor.pid:
            return found
        if supervisor.poll() is not None:
            raise LaunchFailed((state / "up.txt").read_text().strip())
        time.sleep(0.02)
    supervisor.terminate()
    raise LaunchFailed(f"no answer in {_START_SECONDS:g} s; see {state / 'log.txt'}")


def down(state: Path = STATE) -> bool:
    """End the local AWS and wait until it is gone; return whether one was running.

    Raises:
        LaunchFailed: it did not end in time.
    """
    found = running(state)
    if found is None:
        return False
    os.kill(found.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS + 2
    while time.monotonic() < deadline:
        if running(state) is None:
            return True
        time.sleep(0.02)
    raise LaunchFailed(f"process {found.supervisor} does not end; kill it by hand")


def running(state: Path = STATE) -> Running | None:
    """Return the local AWS written down in ``state`` if its process lives."""
    try:
        found = Running(**json.loads((state / "state.json").read_text()))
        os.kill(found.supervisor, 0)
    except (OSError, ValueError, TypeError):
        return None
    return found


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


def _environment(
    host: str, port: int, folder: Path, *, security_hub: bool
) -> dict[str, str]:
    # What the caller's shell says of AWS must not reach the functions that run there.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return (
        inherited
        | _OWN
        | {
            "AUTH": "true",
            "BIND_HOST": host,
            "GATEWAY_PORT": str(port),
            # On by default, on a fixed port and every interface.
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_HOST": host,
            "MINISTACK_REGION": REGION,
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
            "SECURITY_HUB": "on" if security_hub else "off",
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


def _end(server: "subprocess.Popen[bytes]") -> None:
    """End the server and whatever it started: they share a process group."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(_STOP_SECONDS / 2)
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


def _write(state: Path, found: Running) -> None:
    new = state / "state.json.new"
    new.write_text(json.dumps(asdict(found)) + "\n")
    new.replace(state / "state.json")


def _usage(url: str, log: Path) -> str:
    return (
        f"The local AWS answers at {url} (log: {log}). To use it:\n"
        f"  export AWS_ENDPOINT_URL={url} AWS_DEFAULT_REGION={REGION}\n"
        f"  export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing"
    )
