"""Packages: what ``sam build`` made for Lambda, checked without Lambda.

``python3.13 tests/sam_local/packages.py FOLDER``. Every compiled module is for one
machine, every source has its bytecode, Lambda's limit on size is kept; and where this
machine is that machine, every function imports with its layers and nothing else.
"""

import os
import platform
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

MACHINES = {0x3E: "x86_64", 0xB7: "aarch64"}
LIMIT = 250 * 2**20
"""Bytes of a function with its layers, unpacked (Lambda's quota)."""
SETTINGS = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "SEALWARD_ACCOUNT": "123456789012",
    "SEALWARD_PARTITION": "aws",
    "LEDGER_KEY": "ledger-key",
    "LEDGER_TABLE": "ledger",
    "LOOK_QUEUE_URL": "https://queue.invalid/look",
    "DEAD_LETTER_QUEUE_URL": "https://queue.invalid/dead",
    "POLICY_BUNDLE": "s3://bucket/bundle.json",
    "CAPABILITY": "observe",
    "POWERTOOLS_SERVICE_NAME": "check",
    "POWERTOOLS_METRICS_NAMESPACE": "Sealward",
}


def main(folder: Path) -> int:
    """Return the number of things that are wrong, having named them."""
    wrong = []
    layers = sorted(path.parent for path in folder.glob("*/python"))
    functions = sorted(path.parent for path in folder.glob("*/app.py"))
    if not layers or not functions:
        wrong.append(f"{folder} holds {len(layers)} layers, {len(functions)} functions")
    machines = {machine(file) for file in folder.rglob("*.so")}
    if len(machines) != 1:
        wrong.append(f"compiled for {sorted(machines)}, not for one machine")
    sources = list(folder.rglob("*.py"))
    bare = [f for f in sources if not Path(cache_from_source(str(f))).exists()]
    if bare:
        wrong.append(
            f"{len(bare)} of {len(sources)} sources have no bytecode: {bare[0]}"
        )
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    if size > LIMIT:
        wrong.append(f"{size} bytes are more than Lambda takes")
    print(f"{len(sources)} sources, {size / 2**20:.1f} MB, for {sorted(machines)}")
    if machines == {platform.machine()}:
        wrong += [said for function in functions if (said := fails(function, layers))]
    for problem in wrong:
        print(f"wrong: {problem}")
    return len(wrong)


def machine(file: Path) -> str:
    """Return the machine an ELF file is for."""
    with file.open("rb") as opened:
        header = opened.read(20)
    return MACHINES.get(int.from_bytes(header[18:20], "little"), "unknown")


def fails(function: Path, layers: list[Path]) -> str:
    """Return what importing ``function`` said, or nothing when it went well."""
    paths = [str(function.resolve()), *(str(x.resolve() / "python") for x in layers)]
    # Neither this machine's packages nor its environment: only what is in the package.
    command = f"import sys; sys.path[:0] = {paths!r}; from app import handler"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", command],
        env={"PATH": os.defpath, **SETTINGS},
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"{function.name}: import ended with {done.returncode}")
    return f"{function.name} does not import:\n{done.stderr}" if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
