"""``python -m tests.sam_local``: the real ``sam local`` on each of events/.

One event of each function by ``sam local invoke``, as a person would; the others by
``sam local start-lambda``, whose containers stay. Linux, root, Debian's packages or a
Docker engine's programs; no container registry. The function is packaged as for Lambda,
but for this machine's architecture, where this machine has Lambda's Python. Ends with
77 where it cannot run, after a line that says why.

``python -m tests.sam_local --serve`` is for a person with a Docker engine: it builds,
starts a local AWS that containers reach, prints the command, and waits for Ctrl-C.
"""

import json
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from tests.emulator import surroundings
from tests.emulator.surroundings import CREDENTIALS, ROOT
from tests.figures import Figures
from tests.sam_local import engine, image, interpreter, sam
from tests.sam_local.expectations import DEAD_LETTERS, chosen, expected, in_words

PORT = 4566
CANNOT = 77
EVENTS = ROOT / "events"
FUNCTIONS = ("VerifyPushFunction", "SweepFunction")
INVOKED = ("ecr-push-unsigned.json", "signer-revoked-profile.json")
"""One event of each function, by ``sam local invoke``."""


def outside() -> int:
    """Install, build and assemble; then run the rest in namespaces of its own."""
    if reason := engine.missing():
        print(reason)
        return CANNOT
    engine.install()
    python = interpreter.find(sam.RUNTIME)
    sam.build(python)
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
        image.load(folder / "root", image.name(sam.RUNTIME), docker_host=docker)
        settings = surroundings.furnish(aws, sam.TEMPLATE)
        sam.VARIABLES.write_text(json.dumps(dict.fromkeys(FUNCTIONS, settings)))
        environment = {
            **aws.environment,
            "DOCKER_HOST": docker,
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_LAYER_CACHE_BASEDIR": str(folder / "layers"),
            "__SAM_CLI_APP_DIR": str(folder / "sam"),
            "TMPDIR": str(folder),
        }
        figures.add("seconds until ready", round(time.monotonic() - began, 1))
        events = sorted(EVENTS.glob("*.json"))
        figures.add("events", len(events), least=1)
        for name in INVOKED:
            _judge(figures, EVENTS / name, lambda each: sam.invoke(each, environment))
        with sam.serving(environment, folder / "start-lambda.log"):
            for event in events:
                if event.name not in INVOKED:
                    _judge(figures, event, sam.ask)
        letters = surroundings.dead_letters(aws, settings)
        figures.add("dead letters", letters, exactly=DEAD_LETTERS)
    return figures.finish()


def _judge(figures: Figures, event: Path, invoke: Callable[[Path], str]) -> None:
    """Add what the function answered to an event, and how long that took."""
    started = time.monotonic()
    wanted = expected(event)
    answer = invoke(event)
    got = chosen(answer, wanted)
    figures.add(event.name, in_words(got), exactly=in_words(wanted))
    if got != wanted:
        print(f"     it answered {answer}")
    figures.add(f"{event.name} seconds", round(time.monotonic() - started, 1))


def serve() -> int:
    """Build, start a local AWS for containers, print what to type, wait for Ctrl-C."""
    listening, reached = addresses()
    sam.build(interpreter.find(sam.RUNTIME))
    with (
        tempfile.TemporaryDirectory() as folder,
        surroundings.local_aws(
            host=listening, port=PORT, log=Path(folder) / "local-aws.log"
        ) as aws,
    ):
        settings = surroundings.furnish(aws, sam.TEMPLATE)
        settings["AWS_ENDPOINT_URL"] = f"http://{reached}:{PORT}"
        sam.VARIABLES.write_text(
            json.dumps(dict.fromkeys(FUNCTIONS, settings), indent=1)
        )
        credentials = " ".join(f"{name}={value}" for name, value in CREDENTIALS.items())
        command = sam.invocation("events/ecr-push-unsigned.json")
        print(
            f"A local AWS with the demo's images is up at {aws.endpoint}. "
            f"In another shell:\n\n  export {credentials}\n  {shlex.join(command)}\n\n"
            "Ctrl-C here ends it.",
            flush=True,
        )
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("ended")
    return 0


def addresses() -> tuple[str, str]:
    """Return where to listen, and where containers find that.

    Raises:
        RuntimeError: no Docker engine answers.
    """
    if sys.platform == "darwin":
        return "127.0.0.1", "host.docker.internal"
    asked = subprocess.run(
        ["docker", "network", "inspect", "bridge"],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise RuntimeError(f"no Docker engine answers: {asked.stderr.strip()}")
    gateway: str = json.loads(asked.stdout)[0]["IPAM"]["Config"][0]["Gateway"]
    return gateway, gateway


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Run what ``arguments`` ask for; return the exit status."""
    signal.signal(signal.SIGTERM, _end)  # so that what was started is stopped
    match arguments:
        case []:
            return outside()
        case ["--serve"]:
            try:
                return serve()
            except (OSError, RuntimeError) as problem:
                print(problem, file=sys.stderr)
                return 1
        case ["--inside", folder]:
            return inside(Path(folder))
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
