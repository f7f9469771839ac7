"""``python -m tests.emulator EVENT``: the built function, run on one event.

Linux. Without AWS_ENDPOINT_URL a local AWS is started for the run, with the demo's
images and policy in it, and stopped after. With it, the stack deployed there is used
(``make demo KEEP=1`` leaves one).
"""

import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.emulator import built, runtime, surroundings
from tests.emulator.surroundings import CREDENTIALS, REGION, LocalAws
from tests.functions.event_files import function_of

TEMPLATE = Path("build/sam-local/template.yaml")
PATIENCE = 15.0
"""Seconds a look-again may be off to be waited for."""


def main(arguments: list[str]) -> int:
    """Run the function on the event named by ``arguments``; return the exit status."""
    if len(arguments) != 1:
        print("usage: make invoke EVENT=events/<one of them>.json", file=sys.stderr)
        return 2
    event = Path(arguments[0])
    try:
        runtime.emulator()
        content = event.read_bytes()
        json.loads(content)
        name = function_of(event.name)
        function = built.function(TEMPLATE, name)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
                aws = LocalAws(endpoint=endpoint)
                variables = surroundings.of_deployed_stack(aws, name)
            else:
                print("starting a local AWS with the demo's images …", flush=True)
                aws = stack.enter_context(
                    surroundings.local_aws(
                        host="127.0.0.1",
                        port=runtime.free_port(),
                        log=folder / "local-aws.log",
                    )
                )
                variables = surroundings.furnish(aws, TEMPLATE)
            running = stack.enter_context(
                runtime.running(
                    function,
                    {
                        **function.environment(variables),
                        **CREDENTIALS,
                        "AWS_REGION": REGION,
                        "AWS_DEFAULT_REGION": REGION,
                    },
                )
            )
            try:
                answer = running.invoke(content)
                if (seconds := until_due(answer)) is not None:
                    # What the look queue does on AWS, with a delayed message.
                    print(f"pending: looking again when due, in {seconds:.1f} s")
                    time.sleep(seconds)
                    answer = running.invoke(content)
            finally:
                print(running.log.read_text(), end="")
    except runtime.RuntimeFailed as failure:
        print(f"the function failed on {event}:\n{failure}", file=sys.stderr)
        return 1
    except (OSError, ValueError, RuntimeError, LookupError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(json.dumps(answer, indent=2))
    return 0


def until_due(answer: object) -> float | None:
    """Return the seconds until a pending image is due again; None if that is far."""
    if not isinstance(answer, dict) or answer.get("verdict") != "pending":
        return None
    due = datetime.fromisoformat(answer["due"])
    seconds = (due - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) + 0.1 if seconds < PATIENCE else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
