"""``python -m tests.template BUILT``: what ``sam build`` made is what the tests judged.

BUILT is the built template, such as build/sam-local/template.yaml. Every resource must
be the source's, code locations aside; every artifact must be there with its bytecode;
every function must import with nothing but its layers. Ends non-zero with what is
wrong.
"""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.template.rendering import load, render

PARAMETERS = {"PolicyBundle": "s3://policy/bundle.json"}
CODE = ("CodeUri", "ContentUri")
CAPABILITIES = ("observe", "quarantine", "delete")


def problems(built: Path) -> Iterator[str]:
    """Yield what is wrong with a build."""
    for capability in CAPABILITIES:
        parameters = {**PARAMETERS, "Capability": capability}
        wanted = render(load(), parameters)
        found = render(load(built), parameters)
        if wanted.keys() != found.keys():
            yield f"{capability}: resources differ: {wanted.keys() ^ found.keys()}"
        for name in wanted.keys() & found.keys():
            if _without_code(wanted[name]) != _without_code(found[name]):
                yield f"{capability}: {name} is not what template.yaml says"
    folders = {
        name: (built.parent / resource["Properties"][key]).resolve()
        for name, resource in found.items()
        for key in CODE
        if key in resource["Properties"]
    }
    layers = [folder / "python" for name, folder in folders.items() if "Layer" in name]
    for name, folder in folders.items():
        sources = [path for path in folder.rglob("*.py") if _is_imported(path)]
        compiled = list(folder.rglob("*.pyc"))
        print(f"{name:<20} {len(sources):>5} modules {_megabytes(folder):>7.1f} MB")
        if not sources or len(compiled) < len(sources):
            yield f"{name}: {len(sources)} modules, {len(compiled)} compiled"
        if (folder / "app.py").exists() and _is_for_this_python(compiled):
            yield from _import(name, folder, layers)


def _without_code(resource: dict[str, Any]) -> dict[str, Any]:
    properties = {k: v for k, v in resource["Properties"].items() if k not in CODE}
    return {"Type": resource["Type"], "Properties": properties}


def _is_imported(path: Path) -> bool:
    return "template" not in path.parts  # samples inside third-party packages


def _is_for_this_python(compiled: list[Path]) -> bool:
    tag = sys.implementation.cache_tag or ""
    return any(tag in path.name for path in compiled)


def _import(name: str, folder: Path, layers: list[Path]) -> Iterator[str]:
    """Import a function with its layers only, no packages of this environment."""
    path = os.pathsep.join(str(each) for each in (folder, *layers))
    python = Path(sysconfig.get_config_var("BINDIR")) / "python3"
    done = subprocess.run(
        [python, "-S", "-c", "import app; assert app.handler"],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        yield f"{name} does not import with its layers alone:\n{done.stderr}"


def _megabytes(folder: Path) -> float:
    return sum(x.stat().st_size for x in folder.rglob("*") if x.is_file()) / 1e6


def main(arguments: list[str]) -> int:
    """Check the build named by ``arguments``; return the exit status."""
    if len(arguments) != 1:
        print("usage: python -m tests.template BUILT_TEMPLATE", file=sys.stderr)
        return 2
    found = list(problems(Path(arguments[0])))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
