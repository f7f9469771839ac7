"""Interpreters: finding a real Python of a given version on this machine.

SAM refuses the shims of version managers, and the imitation of Lambda's image copies
the interpreter it finds; both need the binary itself. Standard library only, and usable
as a command: ``python3 tests/sam_local/interpreter.py 3.13`` prints a path or ends
with 1.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_TELL = "import sys; print(sys.executable, '%d.%d' % sys.version_info[:2])"


def find(version: str) -> Path | None:
    """Return the real binary of Python ``version`` (as ``"3.13"``), or None.

    The PATH is asked first, then the folders of pyenv, uv and mise. A shim that answers
    is followed to what it starts; one that refuses is passed over.
    """
    for candidate in _candidates(version):
        try:
            answer = subprocess.run(
                [candidate, "-c", _TELL],
                capture_output=True,
                text=True,
                check=True,
                timeout=20,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        executable, _, found = answer.stdout.strip().rpartition(" ")
        if found == version:
            return Path(executable).resolve()
    return None


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    for folder in os.get_exec_path():
        if found := shutil.which(name, path=folder):
            yield Path(found)
    home = Path.home()
    for versions in (
        Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions",
        home / ".local/share/uv/python",
        home / ".local/share/mise/installs/python",
    ):
        yield from sorted(versions.glob(f"*{version}*/bin/{name}"), reverse=True)


if __name__ == "__main__":
    binary = find(sys.argv[1])
    if binary is None:
        sys.exit(f"no Python {sys.argv[1]} on this machine (a shim does not count)")
    print(binary)
