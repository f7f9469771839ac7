"""Runtimes: Lambda's runtime interface emulator and runtime client, as processes.

The emulator is the one that ships inside SAM's command line, the client is the one of
Lambda's own images. No container: memory and sandbox are not enforced, the timeout is.
One invocation at a time; the emulator does not survive two.
"""

import contextlib
import importlib.util
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator.built import BuiltFunction
from tests.emulator.surroundings import base_interpreter

_CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
_START_SECONDS = 10.0


class RuntimeFailed(RuntimeError):  # noqa: N818 - what happened, in Lambda's words
    """The function ended in an error, or its time was up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A function waiting for events."""

    function: BuiltFunction
    url: str
    log: Path

    def invoke(self, event: bytes) -> Any:
        """Return what the function answers to ``event``.

        Raises:
            RuntimeFailed: it raised, exited or ran out of time.
        """
        request = urllib.request.Request(self.url, data=event)
        patience = self.function.timeout + 10
        try:
            with urllib.request.urlopen(request, timeout=patience) as response:
                body = response.read()
        except urllib.error.HTTPError as error:  # it did not start, or it exited
            with error:
                body = error.read()
        try:
            answer = json.loads(body)
        except ValueError:
            raise RuntimeFailed(body.decode(errors="replace")) from None
        if isinstance(answer, dict) and "errorType" in answer:
            raise RuntimeFailed(json.dumps(answer, indent=1))
        return answer


@contextmanager
def running(
    function: BuiltFunction, environment: Mapping[str, str]
) -> Iterator[Runtime]:
    """Run ``function`` under the emulator with ``environment`` and nothing else.

    The interpreter is the one this environment was made from, without its packages:
    the function sees its own folder, its layers and the runtime client.

    Raises:
        RuntimeError: no emulator for this system, or it did not come up.
    """
    binary = emulator()
    port, api_port = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="sealward-runtime-") as folder:
        client = _client(Path(folder) / "runtime")
        log = Path(folder) / "log"
        python_path = [*(str(layer / "python") for layer in function.layers), client]
        command = [
            *(str(binary), "--log-level", "error"),
            *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
            *("--runtime-api-address", f"127.0.0.1:{api_port}"),
            *(base_interpreter(), "-S", "-m", "awslambdaric", function.handler),
        ]
        settings = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(python_path),
            "LAMBDA_TASK_ROOT": str(function.code),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
            **environment,
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=function.code,
                env=settings,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # it and its runtime are stopped together
            )
        try:
            _await(port, process, log)
            yield Runtime(
                function=function,
                url=f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations",
                log=log,
            )
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def emulator() -> Path:
    """Return the emulator inside SAM's command line.

    Raises:
        RuntimeError: not Linux, or SAM's environment is missing.
    """
    if sys.platform != "linux":
        raise RuntimeError(
            "Lambda's runtime emulator is a Linux program. On this system use "
            "`sam local invoke` with Docker (docs/local-simulation.md) or `make demo`."
        )
    architecture = "arm64" if platform.machine() == "aarch64" else "x86_64"
    name = f"samcli/local/rapid/aws-lambda-rie-{architecture}"
    found = sorted(Path(".venv-sam/lib").glob(f"python3.*/site-packages/{name}"))
    if not found:
        raise RuntimeError("no .venv-sam here: run `make environments`")
    return found[0].resolve()


def _client(folder: Path) -> str:
    """Make a folder with the runtime client alone, by links; return its path."""
    folder.mkdir()
    for package in _CLIENT:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise RuntimeError(f"{package} is missing: run `make environments`")
        origin = Path(spec.origin)
        home = origin.parent if origin.name == "__init__.py" else origin
        (folder / home.name).symlink_to(home)
    return str(folder)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the emulator did not come up:\n{log.read_text()}")


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
