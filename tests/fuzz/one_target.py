"""``python -m tests.fuzz.one_target NAME [libFuzzer's arguments]``: fuzzes one target.

A process of its own, because libFuzzer ends the process it runs in.
"""

import sys

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["notation_verifier", "sealward"]):
    from tests.fuzz import targets

from tests.fuzz import material
from tests.fuzz.bounds import HANG_SECONDS, INPUT_BYTES, bounded
from tests.fuzz.signatures import believed


def main() -> None:
    """Fuzz until libFuzzer's arguments say to stop, or until there is a finding."""
    name, *arguments = sys.argv[1:]
    judge = targets.TARGETS[name]
    with believed():
        # Caches are filled here, not on the account of some input.
        for seed in material.seeds(name).values():
            judge(seed)
        limits = [
            f"-max_len={INPUT_BYTES}",
            f"-timeout={HANG_SECONDS}",
            "-rss_limit_mb=1024",
        ]
        atheris.Setup(
            [sys.argv[0], *limits, *arguments], lambda data: bounded(judge, data)
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
