"""SAM's command line, used as a person would use it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.emulator import surroundings
from tests.emulator.surroundings import ROOT
from tests.functions.event_files import function_of
from tests.sam_local import image

RUNTIME = "3.13"
"""The Python of the template's runtime."""
BUILD = Path("build/sam-invoke")
TEMPLATE = ROOT / BUILD / "template.yaml"
"""As samconfig.toml names it for ``sam local invoke``."""
VARIABLES = ROOT / "build/sam-invoke-variables.json"
"""The same: the function's environment."""
_SAM = Path(".venv-sam/bin/sam")
_INVOKE_SECONDS = 60


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


def _set_defaults() -> None:
    """Make this machine's values the defaults of the built template's parameters.

    ``sam local`` knows no stack to take them from, and nobody should have to type them.
    """
    template = yaml.safe_load(TEMPLATE.read_text())
    parameters = template["Parameters"]
    parameters["Architecture"]["Default"] = image.architecture()
    parameters["PolicyBundle"]["Default"] = surroundings.BUNDLE
    TEMPLATE.write_text(yaml.safe_dump(template, sort_keys=False))
