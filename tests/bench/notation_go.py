"""The verifier against notation-go's own loop, and against the ``notation`` command.

notation-go runs as a program of tests/oracle that times its own loop, on the same
envelopes and anchors; its trust store is read once, where the reference's reads files.
The two are run in turns. A round's ratio is of the two fastest of its turns; the figure
is the median of rounds.
"""

import json
import os
import shutil
import statistics
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from notation_verifier import Conclusion, SeenChains, verify
from tests import forge
from tests.figures import Figures

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "tests/oracle"
ROUNDS = 9
TURNS = 40
TARGETS = {"ES384": (1.0, 0.5), "PS384": (1.5, 1.0)}
"""By algorithm: of a chain that is new, of one seen before."""
IDENTITY = "x509.subject: C=US, ST=WA, O=acme"
REFERENCE = "registry.example/app@"


def measure(figures: Figures) -> None:
    """Measure and judge; without Go, say that nothing was.

    Raises:
        RuntimeError: what is to be measured does not verify.
    """
    program = built(ROOT / "build/oracle/bench")
    if program is None:
        figures.add("notation_go_loop", "not run: no Go on PATH")
        return
    for algorithm, (most_new, most_seen) in TARGETS.items():
        signer = forge.chain(3, algorithm=algorithm)
        for name, media_type in (("jws", forge.JWS), ("cose", forge.COSE)):
            case = forge.case(
                forge.sign(forge.descriptor(), signer, name),
                signer,
                media_type=media_type,
                policy=forge.statement(identities=[IDENTITY]),
            )
            if verify(**case).conclusion() is not Conclusion.SATISFIED:
                raise RuntimeError(f"{algorithm} {name} does not verify")
            label = f"{algorithm.lower()}_{name}"
            with reference_loop(program, case, [signer.root_der]) as loop:
                times = list(zip(*_rounds(case, loop), strict=True))
            new, seen, theirs = (list(each) for each in times)
            figures.add(f"{label}_notation_go_us", statistics.median(theirs) * 1e6)
            for what, ours, most in (("new", new, most_new), ("seen", seen, most_seen)):
                ratio = statistics.median(
                    mine / other for mine, other in zip(ours, theirs, strict=True)
                )
                figures.add(f"{label}_{what}_ratio_to_notation_go", ratio, most=most)


def _rounds(
    case: dict[str, Any], loop: Callable[[int], float]
) -> Iterator[tuple[float, float, float]]:
    """Give each round's best seconds: of ours new, ours seen, theirs."""
    seen = SeenChains()
    verify(**case, seen=seen)
    for _ in range(ROUNDS):
        new = best(lambda: verify(**case), TURNS)
        known = best(lambda: verify(**case, seen=seen), TURNS)
        yield new, known, loop(TURNS)


def best(call: Callable[[], object], turns: int) -> float:
    """Return the seconds of the fastest of several calls."""
    fastest = float("inf")
    for _ in range(turns):
        began = time.perf_counter()
        call()
        fastest = min(fastest, time.perf_counter() - began)
    return fastest


def built(program: Path) -> Path | None:
    """Build the loop; None where there is no Go.

    Raises:
        CalledProcessError: it does not build.
    """
    go = shutil.which("go")
    if go is None:
        return None
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [go, "build", "-o", str(program), "./bench"],
        cwd=MODULE,
        check=True,
        env={**os.environ, "CGO_ENABLED": "0"},
    )
    return program


@contextmanager
def reference_loop(
    program: Path, case: dict[str, Any], anchors: list[bytes]
) -> Iterator[Callable[[int], float]]:
    """Give what verifies a case so often, and returns the seconds of the fastest."""
    with subprocess.Popen(
        [str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def ask(line: str) -> None:
            if process.stdin is None or process.poll() is not None:
                raise RuntimeError("notation-go's loop has ended")
            process.stdin.write(line + "\n")
            process.stdin.flush()

        def loop(turns: int) -> float:
            ask(str(turns))
            answer = process.stdout.readline() if process.stdout else ""
            if not answer:
                raise RuntimeError("notation-go does not accept the case")
            return int(answer) / 1e9

        ask(json.dumps(_record(case, anchors)))
        yield loop


def _record(case: dict[str, Any], anchors: list[bytes]) -> dict[str, Any]:
    """Return a case as the program reads it: one statement for everything."""
    statement, subject = case["statement"], case["subject"]
    policy = {
        "version": "1.0",
        "trustPolicies": [
            {
                "name": statement.name,
                "registryScopes": ["*"],
                "signatureVerification": {"level": statement.level.name},
                "trustStores": [str(name) for name in statement.trust_stores],
                "trustedIdentities": list(statement.trusted_identities),
            }
        ],
    }
    return {
        "policy": b64encode(json.dumps(policy).encode()).decode(),
        "anchors": [b64encode(each).decode() for each in anchors],
        "reference": f"{REFERENCE}{subject.digest}",
        "mediaType": case["media_type"],
        "subject": {
            "mediaType": subject.media_type,
            "digest": subject.digest,
            "size": subject.size,
        },
        "envelope": b64encode(case["envelope"]).decode(),
    }
