"""Cold start: process start to handler entered, beside a bare function.

Both run on the layers that ``make build-local`` left, merged into one folder as Lambda
merges them under /opt, with the bytecode compiled there. Starts alternate.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bundles import ACCOUNT, HOST, REGION, document
from tests.emulator import built
from tests.figures import Figures

HERE = Path(__file__).parent
TEMPLATE = HERE.parents[1] / "build/sam-local/template.yaml"
STARTS = 20
POLICIES = 100
MOST = 1.3
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "POWERTOOLS_SERVICE_NAME": "verify_push",
}
"""What Lambda sets, and what a function cannot start without."""
_VALUES = {
    "AWS_ENDPOINT_URL": "",
    "CAPABILITY": "quarantine",
    "HTTPS_PROXY": "",
    "NO_PROXY": "",
    "KEEP_SIGNATURES": "no",
    "PUBLISHED_BUNDLE": "",
    "SEALWARD_HTTP_PROXY": "",
    "SEALWARD_REGISTRY": HOST,
    "SEALWARD_ROLE": "",
    "SWEEP_LOOKS_PER_MINUTE": "600",
    "VERDICT_REPOSITORIES": "",
    "VERDICT_SOURCE": "",
    "DEAD_LETTER_QUEUE_URL": f"https://sqs.invalid/{ACCOUNT}/dead",
    "EVENT_BUS": "default",
    "EVIDENCE_BUCKET": "evidence",
    "LEDGER_KEY": "ledger-key",
    "LEDGER_TABLE": "ledger",
    "LOOK_QUEUE_URL": f"https://sqs.invalid/{ACCOUNT}/looks",
    "SEALWARD_ACCOUNT": ACCOUNT,
    "SEALWARD_PARTITION": "aws",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start, in seconds from the moment the process was asked for."""

    entered: float
    loaded: float
    """When the bundle was loaded; as ``entered`` where none is."""
    modules: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """Starts one function."""

    folders: tuple[Path, ...]
    environment: dict[str, str]
    bundle: Path | None = None

    def command(self, *options: str) -> list[str]:
        """Return the command line; ``options`` are the interpreter's."""
        # No site-packages and no user's settings: only what the layers hold.
        line = [sys.executable, "-I", "-S", "-B", *options, str(HERE / "start.py")]
        line += [str(folder) for folder in self.folders]
        return line if self.bundle is None else [*line, "--", str(self.bundle)]

    def start(self) -> Start:
        """Start once.

        Raises:
            CalledProcessError: the function does not start.
        """
        began = time.monotonic_ns()
        run = subprocess.run(
            self.command(),
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        entered, loaded, modules = map(int, run.stdout.split())
        return Start(
            entered=(entered - began) / 1e9,
            loaded=(loaded - began) / 1e9,
            modules=modules,
        )


def measure(figures: Figures) -> None:
    """Measure and judge.

    Raises:
        FileNotFoundError: nothing is built.
    """
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = starters(Path(folder))
        for starter in (ours, bare):
            starter.start()  # the files are in the machine's memory from here on
        pairs = [(ours.start(), bare.start()) for _ in range(STARTS)]
    entered = statistics.median(pair[0].entered for pair in pairs)
    loaded = statistics.median(pair[0].loaded for pair in pairs)
    floor = statistics.median(pair[1].entered for pair in pairs)
    figures.add("cold_start_bare_ms", floor * 1e3)
    figures.add("cold_start_ms", entered * 1e3)
    figures.add("cold_start_with_bundle_ms", loaded * 1e3)
    figures.add("cold_start_modules", pairs[0][0].modules)
    figures.add("cold_start_bare_modules", pairs[0][1].modules)
    figures.add("cold_start_ratio_to_bare", entered / floor, most=MOST)
    figures.add("cold_start_with_bundle_ratio_to_bare", loaded / floor)


def environment(**variables: str) -> dict[str, str]:
    """Return what Lambda sets, and a function's own variables."""
    return {**_ENVIRONMENT, **_VALUES, **variables}


def starters(folder: Path) -> tuple[Starter, Starter]:
    """Return what starts our function and the bare one; ``folder`` is for scratch.

    Raises:
        FileNotFoundError: nothing is built.
    """
    function = built.function(TEMPLATE, "VerifyPushFunction")
    opt = folder / "opt"
    opt.mkdir()
    for layer in function.layers:
        for part in (layer / "python").iterdir():
            (opt / part.name).symlink_to(part)
    bundle = folder / "bundle.json"
    bundle.write_bytes(document(POLICIES))
    variables = function.environment({**_VALUES, "POLICY_BUNDLE": str(bundle)})
    environment = {**_ENVIRONMENT, **variables}
    ours = Starter(folders=(function.code, opt), environment=environment, bundle=bundle)
    bare = Starter(folders=(HERE / "bare_function", opt), environment=environment)
    return ours, bare
