"""SAM's command line, used as a person would use it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.emulator import surroundings
from tests.emulator.surroundings import REGION, ROOT
from tests.sam_local import image

RUNTIME = "3.13"
"""The Python of the template's runtime."""
FUNCTION = "VerifyPushFunction"
BUILD = Path("build/sam-invoke")
TEMPLATE = ROOT / BUILD / "template.yaml"
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
        [_SAM, "build", "--build-dir", BUILD, "--parameter-overrides", *_parameters()],
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


def invocation(event: Path | str, variables: Path) -> list[str]:
    """Return the command, from the repository's root, that runs the function."""
    return [
        *(str(_SAM), "local", "invoke", FUNCTION, "--event", str(event)),
        *("--template-file", str(BUILD / "template.yaml")),
        *("--env-vars", str(variables), "--region", REGION),
        *("--parameter-overrides", *_parameters()),
    ]


def invoke(event: Path, variables: Path, environment: Mapping[str, str]) -> str:
    """Run the function on ``event`` in the image at hand; return what it answers."""
    done = subprocess.run(
        [*invocation(event, variables), "--skip-pull-image"],
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


def _parameters() -> list[str]:
    return [
        f"Architecture={image.architecture()}",
        f"PolicyBundle={surroundings.BUNDLE}",
    ]
