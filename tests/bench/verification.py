"""The verifier against the bare operations, a seen chain against one: ratios.

All are run in turns within one process, so that what slows the machine slows all, and
timed in processor time, so that other processes' turns do not count. A round's ratio is
of the fastest of its turns; the figure is the median of rounds.
"""

import statistics
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from json import loads
from typing import Any

from notation_verifier import Conclusion, SeenChains, verify
from tests import forge
from tests.bench.bare import bare, bare_signature
from tests.figures import Figures

ROUNDS = 15
TURNS = 40
TARGETS = {"ES384": (1.2, 1.3), "PS384": (2.2, 3), "PS256": (None, None)}
"""By algorithm: of a chain that is new, of one seen before."""
IDENTITY = "x509.subject: C=US, ST=WA, O=acme"


def measure(figures: Figures) -> None:
    """Measure and judge.

    Raises:
        RuntimeError: what is to be measured does not verify.
    """
    for algorithm, (most, most_seen) in TARGETS.items():
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
            floor, one = _bare(signer)
            new, seen, all_bare, one_bare = _times(
                _verification(case), _verification(case, SeenChains()), floor, one
            )
            label = f"{algorithm.lower()}_{name}"
            figures.add(f"{label}_ratio_to_bare", _ratio(new, all_bare), most=most)
            figures.add(
                f"{label}_seen_ratio_to_bare", _ratio(seen, one_bare), most=most_seen
            )
            for what, times in (
                ("verification", new),
                ("seen", seen),
                ("bare", all_bare),
                ("bare_signature", one_bare),
            ):
                figures.add(f"{label}_{what}_us", statistics.median(times) * 1e6)


def _ratio(ours: list[float], floor: list[float]) -> float:
    return statistics.median(
        mine / theirs for mine, theirs in zip(ours, floor, strict=True)
    )


def _verification(
    case: dict[str, Any], seen: SeenChains | None = None
) -> Callable[[], object]:
    return lambda: verify(**case, seen=seen)


def _bare(signer: forge.Signer) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return the bare operations of this signer's JWS, whatever format is measured.

    All of them, and the check of the envelope's signature alone.
    """
    envelope = loads(forge.sign(forge.descriptor(), signer))
    signature = urlsafe_b64decode(envelope["signature"] + "==")
    signed = f"{envelope['protected']}.{envelope['payload']}".encode()
    tbs = [certificate.tbs_certificate_bytes for certificate in signer.chain]
    ders, bits = signer.ders, int(signer.algorithm[2:])
    key = signer.key.public_key()
    return (
        lambda: bare(ders, tbs, signed, signature, bits),
        lambda: bare_signature(key, signed, signature, bits),
    )


def _times(*calls: Callable[[], object]) -> list[list[float]]:
    """Return each round's best processor time of each, in seconds, taken in turns."""
    rounds: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        best = [float("inf")] * len(calls)
        for _ in range(TURNS):
            for index, call in enumerate(calls):
                start = time.thread_time()
                call()
                best[index] = min(best[index], time.thread_time() - start)
        for times, fastest in zip(rounds, best, strict=True):
            times.append(fastest)
    return rounds
