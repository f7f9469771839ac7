"""How much one input may cost; more is a finding, as an exception is."""

import resource
import sys
import time
from collections.abc import Callable

SECONDS = 2.0
"""Of processor time for one input of at most ``INPUT_BYTES``, instrumented."""
MEBIBYTES = 48
"""By which the highest memory of the process may grow in one input."""
HANG_SECONDS = 10
"""After which an input is given up, and is a finding."""
INPUT_BYTES = 32_768
"""Longer inputs are the business of tests/property/test_verifier_bounds.py."""

# Linux counts KiB, macOS bytes.
_TO_MEBIBYTES = 1 << 20 if sys.platform == "darwin" else 1 << 10


class TooMuchError(Exception):
    """An input took longer, or more memory, than any may."""


def peak_mebibytes() -> float:
    """Return the most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _TO_MEBIBYTES


def bounded(
    judge: Callable[[bytes], object],
    data: bytes,
    *,
    seconds: float = SECONDS,
    peak: Callable[[], float] = peak_mebibytes,
) -> None:
    """Call ``judge`` with ``data``.

    Raises:
        TooMuchError: it took more than it may.
        Exception: whatever escaped from it.
    """
    before, began = peak(), time.process_time()
    judge(data)
    took, grew = time.process_time() - began, peak() - before
    if took > seconds:
        raise TooMuchError(f"{len(data)} bytes took {took:.1f} s")
    if grew > MEBIBYTES:
        raise TooMuchError(f"{len(data)} bytes took {grew:.0f} MiB")
