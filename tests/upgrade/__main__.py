"""``python -m tests.upgrade``: from one version to the next and back, no event lost.

On a local AWS, by the deployments that docs/operations.md tells to make, with images
pushed all the time: the version before, this one, the version before again, this one.
The version before writes another schema, and reads no newer one: what it cannot read
goes to the dead letters, and ``sealward redrive`` brings it back. Then the way out:
after ``sealward uninstall --apply`` nothing is judged and nothing is told; undone, what
was pushed meanwhile is. Ends 0 when all of it is so, 1 when not, 2 when it did not run.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping

from demo.stack import BUILD, ROOT, DemoError, build, local_aws
from sealward.ledger import SCHEMA
from sealward.version import VERSION
from tests.figures import Figures
from tests.upgrade.deployed import Deployed
from tests.upgrade.deployments import Deployments, operator, publish
from tests.upgrade.pushes import Image, Pushes, until
from tests.upgrade.releases import BEFORE_SCHEMA, BEFORE_VERSION, NOW, version_before

PATIENCE = 60.0
"""Seconds for what takes a few; a machine may be busy."""
DEAD_LETTERS = "LookDeadLetterQueue"
QUIET = 5.0
"""Seconds in which something would be told if anything still looked."""


def main() -> int:
    """Rehearse; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade")
    parser.add_argument("--built", action="store_true", help="build/sam-local is there")
    figures = Figures("upgrade", build=BUILD)
    began = time.monotonic()
    try:
        if not parser.parse_args().built:
            build()
        before = version_before()
        with local_aws(keep=False) as aws:
            person = operator(aws)
            deployments = Deployments(aws, publish(aws))
            deployments.deploy(before, "quarantine")
            print(f"{_at(began)} deployed {before.name}", flush=True)
            stack = Deployed(aws)
            stack.hurry()
            with Pushes(aws) as pushes:
                for release, capability in (
                    (NOW, "quarantine"),
                    (before, "quarantine"),
                    (NOW, "observe"),
                ):
                    pushes.more(4)
                    newer = _newer(stack, pushes) if release is before else None
                    print(f"{_at(began)} deploying {release.name}", flush=True)
                    deployments.deploy(release, capability)
                    stack.hurry()
                    if newer is not None:
                        # It cannot read that one: its message ends among the dead.
                        pushes.push_again(newer)
                        until(lambda: stack.waiting(DEAD_LETTERS) > 0, PATIENCE)
            _judge(person, stack, pushes, figures)
            _leave(person, stack, pushes, figures)
            print(f"{_at(began)} done", flush=True)
    except DemoError as error:
        print(f"upgrade: {error}", file=sys.stderr)
        return 2
    return figures.finish()


def _newer(stack: Deployed, pushes: Pushes) -> Image | None:
    """Wait for an image whose record only this version reads; return it, if any."""
    found: list[Image] = []

    def is_found() -> bool:
        image = stack.trusted_by_schema(SCHEMA, pushes.images)
        found.extend([image] if image else [])
        return bool(found)

    until(is_found, PATIENCE)
    return next(iter(found), None)


def _at(began: float) -> str:
    return f"{time.monotonic() - began:5.1f} s"


def _judge(
    person: Mapping[str, str], stack: Deployed, pushes: Pushes, figures: Figures
) -> None:
    """Wait until all is judged, dead letters sent again; add what came of it."""
    redriven = 0

    def settled() -> bool:
        nonlocal redriven
        if stack.waiting(DEAD_LETTERS):
            said = _sealward(person, "redrive", "--json", statuses=(0, 1))
            redriven += int(json.loads(said)["sent"])
        return (
            not stack.wrong(pushes.images)
            and not stack.waiting("LookQueue")
            and not stack.waiting(DEAD_LETTERS)
        )

    figures.add("queues_empty_and_all_judged", until(settled, PATIENCE), exactly=True)
    for line in stack.wrong(pushes.images):
        print(f"not as expected: {line}")
    schemas, deciders = stack.schemas(), stack.deciders()
    figures.add("images_pushed_meanwhile", len(pushes.images), least=12)
    figures.add("images_not_as_expected", len(stack.wrong(pushes.images)), exactly=0)
    figures.add("dead_letters_redriven", redriven, least=1)
    figures.add("decisions_by_the_version_before", deciders[BEFORE_VERSION], least=1)
    figures.add("decisions_by_this_version", deciders[VERSION], least=1)
    figures.add("records_of_the_schema_before", schemas[BEFORE_SCHEMA], least=1)


def _leave(
    person: Mapping[str, str], stack: Deployed, pushes: Pushes, figures: Figures
) -> None:
    """Uninstall, push, undo; add what was told meanwhile and found afterwards."""
    said = json.loads(_sealward(person, "uninstall", "--apply", "--json"))
    figures.add("uninstall_findings_resolved", said["resolved"], least=1)
    silent = pushes.push()
    stack.invoke("TickFunction")
    time.sleep(QUIET)
    judged = [one for one in silent if stack.record(one) is not None]
    figures.add("judged_after_uninstalling", len(judged), exactly=0)
    figures.add("open_findings_after_uninstalling", stack.open_findings(), exactly=0)
    kept = pushes.images[0]
    answer = _sealward(
        person,
        *("ledger", "verdict", str(kept.key), "--table", stack.names["LedgerTable"]),
    )
    figures.add("ledger_answers", int(kept.expected.value in answer), exactly=1)
    _sealward(person, "uninstall", "--undo")
    until(lambda: not stack.wrong(silent), PATIENCE)
    figures.add("judged_once_undone", 2 - len(stack.wrong(silent)), exactly=2)
    figures.add("open_findings_once_undone", stack.open_findings(), least=1)


def _sealward(
    person: Mapping[str, str], *words: str, statuses: tuple[int, ...] = (0,)
) -> str:
    """Type a command as the operator; return what it said.

    Raises:
        DemoError: it ended otherwise.
    """
    done = subprocess.run(
        [sys.executable, "-m", "sealward.cli", *words],
        cwd=ROOT,
        env=dict(person),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in statuses:
        raise DemoError(
            f"sealward {' '.join(words)} ended with {done.returncode}:\n"
            f"{done.stdout}{done.stderr}"
        )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
