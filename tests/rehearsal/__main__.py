"""``python -m tests.rehearsal``: every command of the documents that needs the stack.

One local AWS, started as docs/local-aws.md says, one deployment, and the commands in
the order of a reader. Ends 0 when each ended as its document says, 1 when one did not,
2 when the rehearsal itself could not run.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from demo.stack import DemoError, build
from tests.rehearsal.ground import (
    NotAsShown,
    buckets,
    deploy,
    push,
    reader,
    until_settled,
    values,
)
from tests.rehearsal.places import Place, Row, row_of
from tests.rehearsal.shown import ROOT, Shown, commands
from tests.rehearsal.typed import typed
from tests.rehearsal.words import with_values

_LABEL = re.compile(r"^([a-z]+) {2,}\S", re.MULTILINE)
_UNTOLD = {"who"}
"""Needs CloudTrail's events, and the local AWS has no CloudTrail."""
_UP = re.compile(r".*python -m simulator up")


def main() -> int:
    """Run the rehearsal; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.rehearsal")
    parser.add_argument("--built", action="store_true", help="build/sam-local is there")
    built: bool = parser.parse_args().built
    mine = [
        (each, row)
        for each in commands()
        if (row := row_of(each)) and row.place is Place.DEPLOYED
    ]
    paths = (ROOT, ROOT / "layers/notation/python", ROOT / "layers/gate/python")
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    try:
        with (
            tempfile.TemporaryDirectory(prefix="sealward-rehearsal-") as folder,
            ThreadPoolExecutor(1) as beside,
        ):
            installed = beside.submit(_installed, Path(folder) / "installed")
            if not built:
                build()
            wrong = _rehearsed(mine, Path(folder))
            wrong += installed.result()
    except (DemoError, NotAsShown) as error:
        print(f"rehearsal: {error}", file=sys.stderr)
        return 2
    for each in wrong:
        print(f"NOT AS SHOWN {each}")
    print(f"{len(mine)} commands of the documents typed, {len(wrong)} not as shown")
    return 1 if wrong else 0


def _rehearsed(mine: Sequence[tuple[Shown, Row]], folder: Path) -> list[str]:
    """Type the commands; return what was not as shown."""
    up = next(shown for shown, _ in mine if _UP.fullmatch(shown.text))
    said, code = typed(f"{up.text} --background", folder)
    endpoint = said.strip()
    if code:
        raise NotAsShown(f"{up.place}: {up.text}: {said}")
    try:
        reader(folder, endpoint)
        buckets()
        outputs = deploy(endpoint, "quarantine")
        os.environ["SEALWARD_LEDGER_TABLE"] = outputs["LedgerTable"]
        os.environ["SEALWARD_OPERATE_FUNCTION"] = outputs["OperateFunction"]
        images = push()
        until_settled(images, outputs["LedgerTable"], folder)
        known = values(endpoint, outputs, images, folder)
        wrong = []
        for last in (False, True):
            if last:
                deploy(endpoint, "observe")
            for shown, row in mine:
                if row.last is last and shown is not up:
                    wrong += _typed(shown, row, known, folder)
        return wrong
    finally:
        typed("python -m simulator down", folder)


def _typed(shown: Shown, row: Row, known: dict[str, str], folder: Path) -> list[str]:
    """Type one command; return what was not as shown."""
    text = with_values(shown.text, known)
    begun = time.monotonic()
    try:
        output, code = typed(text, folder)
    except Exception as error:  # noqa: BLE001 - a trace is what a reader must never see
        return [f"{shown.place}: {text}\n    broke off: {error!r}"]
    expected = shown.code if row.code is None else row.code
    print(f"{time.monotonic() - begun:5.1f} s  {code}  {shown.place}: {text[:110]}")
    wrong = []
    if code != expected:
        wrong.append(f"{shown.place}: {text}\n    ended with {code}:\n{output}")
    labels = set(_LABEL.findall(shown.output)) - _UNTOLD
    missing = labels - set(_LABEL.findall(output))
    if missing:
        wrong.append(f"{shown.place}: {text}\n    lacks {missing}:\n{output}")
    return wrong


def _installed(folder: Path) -> list[str]:
    """Install as the read-me says; run its first command by the installed program."""
    install = next(
        each
        for each in commands()
        if (row := row_of(each)) and row.place is Place.INSTALLED
    )
    first = next(each for each in commands() if each.text.startswith("sealward verify"))
    for command, expected in (
        ([sys.executable, "-m", "venv", str(folder)], 0),
        ([str(folder / "bin/pip"), "-q", *shlex.split(install.text)[1:]], 0),
        ([str(folder / "bin/sealward"), *shlex.split(first.text)[1:]], 1),
    ):
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode != expected:
            said = f"{done.returncode}:\n{done.stdout}{done.stderr}"
            return [f"{install.place}: {command} ended with {said}"]
    return []


if __name__ == "__main__":
    sys.exit(main())
