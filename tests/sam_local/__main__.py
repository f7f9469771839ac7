"""``python -m tests.sam_local``: the real ``sam local invoke`` on each of events/.

Linux, root, Debian's packages or a Docker engine's programs; no container registry. The
function is packaged as for Lambda, but for this machine's architecture, where this
machine has Lambda's Python. Ends with 77 where it cannot run, after a line that says
why.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.emulator import surroundings
from tests.emulator.surroundings import CREDENTIALS, REGION, ROOT
from tests.figures import Figures
from tests.sam_local import engine, image, interpreter
from tests.sam_local.expectations import chosen, expected, in_words

RUNTIME = "3.13"
"""The Python of the template's runtime."""
FUNCTION = "VerifyPushFunction"
PORT = 4566
CANNOT = 77
EVENTS = ROOT / "events"
BUILD = ROOT / "build/sam-invoke"
SAM = ROOT / ".venv-sam/bin/sam"
_INVOKE_SECONDS = 60


def outside() -> int:
    """Install, build and assemble; then run the rest in namespaces of its own."""
    if reason := engine.missing():
        print(reason)
        return CANNOT
    engine.install()
    python = interpreter.find(RUNTIME)
    build(python)
    folder = Path(tempfile.mkdtemp(prefix="sealward-"))  # short: sockets live in it
    try:
        image.assemble(
            python or Path(surroundings.base_interpreter()),
            ROOT / "requirements/dev.txt",
            folder / "root",
        )
        inside_of = [sys.executable, "-m", "tests.sam_local", "--inside", str(folder)]
        return subprocess.run(engine.confined(inside_of), check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def build(python: Path | None) -> None:
    """Build for ``python``, as a package; without it for the Python that runs this.

    Raises:
        subprocess.CalledProcessError: ``sam build`` failed; it has said why.
    """
    if python is None:
        print(f"note: no Python {RUNTIME} here; image and build hold another version")
    folder = Path(sys.executable).parent if python is None else python.parent
    done = subprocess.run(
        [SAM, "build", "--build-dir", BUILD, "--parameter-overrides", *_parameters()],
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
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()


def _parameters() -> list[str]:
    return [
        f"Architecture={image.architecture()}",
        f"PolicyBundle={surroundings.BUNDLE}",
    ]


def inside(folder: Path) -> int:
    """Run every event; return the exit status."""
    figures = Figures("sam-local")
    began = time.monotonic()
    with (
        engine.engine(folder) as docker,
        surroundings.local_aws(
            host=engine.BRIDGE, port=PORT, log=folder / "local-aws.log"
        ) as aws,
    ):
        image.load(folder / "root", image.name(RUNTIME), docker_host=docker)
        variables = surroundings.furnish(aws, BUILD / "template.yaml")
        settings = folder / "variables.json"
        settings.write_text(json.dumps({FUNCTION: variables}))
        environment = {
            **aws.environment,
            **CREDENTIALS,
            "DOCKER_HOST": docker,
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(folder / "sam"),
            "TMPDIR": str(folder),
        }
        figures.add("seconds until ready", round(time.monotonic() - began, 1))
        for event in sorted(EVENTS.glob("*.json")):
            started = time.monotonic()
            wanted = expected(event)
            answer = invoke(event, settings, environment)
            got = chosen(answer, wanted)
            figures.add(event.name, in_words(got), exactly=in_words(wanted))
            if got != wanted:
                print(f"     it answered {answer}")
            figures.add(f"{event.name} seconds", round(time.monotonic() - started, 1))
    figures.add("events", len(list(EVENTS.glob("*.json"))), least=1)
    return figures.finish()


def invoke(event: Path, settings: Path, environment: Mapping[str, str]) -> str:
    """Run ``sam local invoke`` on ``event``; return the function's answer."""
    done = subprocess.run(
        [
            *(SAM, "local", "invoke", FUNCTION, "--event", event),
            *("--template-file", BUILD / "template.yaml", "--env-vars", settings),
            *("--skip-pull-image", "--region", REGION),
            *("--layer-cache-basedir", settings.parent / "layers"),
            *("--parameter-overrides", *_parameters()),
        ],
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


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        sys.exit(inside(Path(sys.argv[2])))
    sys.exit(outside())
