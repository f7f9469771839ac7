"""SAM's command line, used as a person would use it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import yaml

from tests.emulator import surroundings
from tests.emulator.surroundings import ROOT
from tests.functions.event_files import function_of
from tests.sam_local import image
from tests.sam_local.server import running

RUNTIME = "3.13"
"""The Python of the template's runtime."""
BUILD = Path("build/sam-invoke")
TEMPLATE = ROOT / BUILD / "template.yaml"
"""As samconfig.toml names it for ``sam local invoke``."""
VARIABLES = ROOT / "build/sam-invoke-variables.json"
"""The same: the function's environment."""
_SAM = Path(".venv-sam/bin/sam")
_INVOKE_SECONDS = 60
_SERVER = ("127.0.0.1", 3001)
"""Where ``sam local start-lambda`` listens unless told otherwise."""
_SERVER_SECONDS = 60.0


def build(python: Path | None) -> None:
    """Build the package for ``python``; without it for the Python that runs this.

    Raises:
        RuntimeError: ``sam build`` failed; its output is in the message.
    """
    if python is None:
        print(f"note: no Python {RUNTIME} here; image and build hold another version")
    folder = Path(sys.executable).parent if python is None else python.parent
    done = subprocess.run(
        [_SAM, "build", "--build-dir", BUILD],
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "SEALWARD_BUILD": "local" if python is None else "package",
            "SEALWARD_ARCHITECTURE": image.architecture(),
            "SAM_CLI_TELEMETRY": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"sam build failed:\n{done.stdout}{done.stderr}")
    _set_defaults()


def invocation(event: Path | str) -> list[str]:
    """Return the command, from the repository's root, that runs the function."""
    return [
        str(_SAM),
        "local",
        "invoke",
        function_of(Path(event).name),
        "-e",
        str(event),
    ]


def invoke(event: Path, environment: Mapping[str, str]) -> str:
    """Run the function on ``event`` in the image at hand; return what it answers."""
    done = subprocess.run(
        [*invocation(event), "--skip-pull-image"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_INVOKE_SECONDS,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        print(done.stderr, flush=True)
        return ""
    return lines[-1]


@contextmanager
def serving(environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """Run ``sam local start-lambda``: containers stay from event to event.

    Args:
        environment: of SAM.
        log: where it, and the functions, write.

    Raises:
        RuntimeError: it did not come up; its log is in the message.
    """
    with running(
        [str(_SAM), "local", "start-lambda", "--skip-pull-image"],
        log=log,
        answers=_listens,
        start_seconds=_SERVER_SECONDS,
        end_seconds=30,
        end_by=signal.SIGINT,  # it removes its containers
        environment=environment,
    ):
        yield


def ask(event: Path) -> str:
    """Have the function that ``serving`` keeps take ``event``; return its answer.

    An answer that is an error of the function, or none, is empty.
    """
    connection = http.client.HTTPConnection(*_SERVER, timeout=_INVOKE_SECONDS)
    try:
        connection.request(
            "POST",
            f"/2015-03-31/functions/{function_of(event.name)}/invocations",
            body=event.read_bytes(),
            headers={"Content-Type": "application/json"},
        )
        answer = connection.getresponse()
        text = answer.read().decode()
    except (OSError, http.client.HTTPException) as problem:
        print(f"{event.name}: {problem!r}", flush=True)
        return ""
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK or answer.getheader("X-Amz-Function-Error"):
        print(text, flush=True)
        return ""
    return text


def _listens() -> bool:
    try:
        socket.create_connection(_SERVER, timeout=1).close()
    except OSError:
        return False
    return True


def _set_defaults() -> None:
    """Make this machine's values the defaults of the built template's parameters.

    ``sam local`` knows no stack to take them from, and nobody should have to type them.
    """
    template = yaml.safe_load(TEMPLATE.read_text())
    parameters = template["Parameters"]
    parameters["Architecture"]["Default"] = image.architecture()
    parameters["PolicyBundle"]["Default"] = surroundings.BUNDLE
    TEMPLATE.write_text(yaml.safe_dump(template, sort_keys=False))
