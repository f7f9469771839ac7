"""The verifier against the bare operations, as ratios.

Both are run in turns within one process, so that what slows the machine slows both, and
timed in processor time, so that other processes' turns do not count. A round's ratio is
of the two fastest of its turns; the figure is the median of rounds.
"""

import statistics
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from json import loads
from typing import Any

from notation_verifier import Conclusion, verify
from tests import forge
from tests.bench.bare import bare
from tests.figures import Figures

ROUNDS = 15
TURNS = 40
TARGETS = {"ES384": 1.2, "PS384": 2.2, "PS256": None}
IDENTITY = "x509.subject: C=US, ST=WA, O=acme"


def measure(figures: Figures) -> None:
    """Measure and judge.

    Raises:
        RuntimeError: what is to be measured does not verify.
    """
    for algorithm, most in TARGETS.items():
        signer = forge.chain(3, algorithm=algorithm)
        for name, media_type in (("jws", forge.JWS), ("cose", forge.COSE)):
            case = forge.case(
                forge.sign(forge.descriptor(), signer, name),
                signer,
                media_type=media_type,
                policy=forge.statement(identities=[IDENTITY]),
            )
            report = verify(**case)
            if report.conclusion() is not Conclusion.SATISFIED:
                raise RuntimeError(f"{algorithm} {name}: {report.failures}")
            ours, floor = _times(_verification(case), _bare(signer))
            ratio = statistics.median(
                mine / theirs for mine, theirs in zip(ours, floor, strict=True)
            )
            label = f"{algorithm.lower()}_{name}"
            figures.add(f"{label}_ratio_to_bare", ratio, most=most)
            figures.add(f"{label}_verification_us", statistics.median(ours) * 1e6)
            figures.add(f"{label}_bare_us", statistics.median(floor) * 1e6)


def _verification(case: dict[str, Any]) -> Callable[[], object]:
    return lambda: verify(**case)


def _bare(signer: forge.Signer) -> Callable[[], object]:
    """Return the bare operations of this signer's JWS, whatever format is measured."""
    envelope = loads(forge.sign(forge.descriptor(), signer))
    signature = urlsafe_b64decode(envelope["signature"] + "==")
    signed = f"{envelope['protected']}.{envelope['payload']}".encode()
    tbs = [certificate.tbs_certificate_bytes for certificate in signer.chain]
    ders, bits = signer.ders, int(signer.algorithm[2:])
    return lambda: bare(ders, tbs, signed, signature, bits)


def _times(
    ours: Callable[[], object], floor: Callable[[], object]
) -> tuple[list[float], list[float]]:
    """Return each round's best processor time of both, in seconds, taken in turns."""
    rounds: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        best = [float("inf"), float("inf")]
        for _ in range(TURNS):
            for index, call in enumerate((ours, floor)):
                start = time.thread_time()
                call()
                best[index] = min(best[index], time.thread_time() - start)
        for index in (0, 1):
            rounds[index].append(best[index])
    return rounds
