"""Ask both, the verifier and the reference's library, about generated worlds.

    python -m tests.revocation_worlds [--seed N] [--worlds 3000]

Ends 1 where we say good and the reference does not, where we are stricter than
docs/deviations.md says, or where a run is too thin. Such worlds are kept in
build/revocation-worlds/.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "layers" / "notation" / "python"))

from notation_verifier.certificate import read_certificate  # noqa: E402
from notation_verifier.revocation import (  # noqa: E402
    Cause,
    ChainRevocation,
    Method,
    RevocationStatus,
    check_revocation,
)
from tests.figures import Figures  # noqa: E402
from tests.forge.revocation import Servers  # noqa: E402
from tests.revocation_worlds.worlds import Maker, World  # noqa: E402

BUILD = Path("build")
KEPT = BUILD / "revocation-worlds"
_ORACLE = _ROOT / "tests" / "oracle"
_LISTED = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)
_FULL_RUN = 3000

# The entry of docs/deviations.md by why an answer was refused; CRLs where they differ.
_OCSP_CLASSES = {
    Cause.RESPONDER_NOT_AUTHORISED: "ocsp-responder",
    Cause.OTHER_ISSUER: "ocsp-issuer",
    Cause.MALFORMED: "ocsp-single",
    Cause.CRITICAL_EXTENSION: "ocsp-single",
    Cause.UNSUPPORTED_ALGORITHM: "revocation-algorithms",
    Cause.FROM_THE_FUTURE: "revocation-future",
}
_CRL_CLASSES = {
    Cause.OTHER_ISSUER: "crl-issuer",
    Cause.OUT_OF_SCOPE: "crl-scope",
    Cause.DELTA_MISMATCH: "crl-delta",
    Cause.MALFORMED: "revocation-encoding",
    Cause.CRITICAL_EXTENSION: "crl-entries",
    Cause.UNSUPPORTED_ALGORITHM: "revocation-algorithms",
    Cause.UNSUPPORTED_URL: "revocation-urls",
    Cause.FROM_THE_FUTURE: "revocation-future",
}


def build_oracle(target: Path) -> Path:
    """Build the reference's program; Go keeps what is up to date.

    Raises:
        SystemExit: no Go, or it does not build.
    """
    go = shutil.which("go")
    if go is None:
        raise SystemExit("revocation worlds need Go 1.24 or later on PATH")
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [go, "build", "-o", str(target.resolve()), "./revocation"],
        cwd=_ORACLE,
        check=True,
        env={**os.environ, "CGO_ENABLED": "0"},
    )
    return target.resolve()


def reference(program: Path, worlds: Sequence[World]) -> list[dict[str, str]]:
    """Return the reference's verdicts, in order."""
    done = subprocess.run(
        [str(program)],
        input="\n".join(world.to_json() for world in worlds),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the oracle ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def ours(world: World, now: datetime) -> ChainRevocation:
    """Return what the verifier makes of a world."""
    return check_revocation(
        [read_certificate(der) for der in world.chain],
        fetch=Servers(dict(world.answers)),
        now=now,
        authentic_signing_time=world.signed_at,
    )


def deviation(found: ChainRevocation) -> str | None:
    """Return the listed reason for which we are stricter than ``good``."""
    if found.decisive is None:
        return None
    if not found.decisive.attempts:
        return "revocation-pointers"
    for attempt in found.decisive.attempts:
        classes = _OCSP_CLASSES if attempt.method is Method.OCSP else _CRL_CLASSES
        if attempt.cause in classes:
            return classes[attempt.cause]
        if attempt.cause in (Cause.EXPIRED, Cause.NO_NEXT_UPDATE):
            return "refused-revocation"
    last = found.decisive.attempts[-1]
    if last.status is not RevocationStatus.REVOKED:
        return None
    return "revoked-for-good" if last.fresh_until is None else "crl-entries"


def main(arguments: list[str]) -> int:
    """Run the comparison; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.revocation_worlds")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--worlds", type=int, default=_FULL_RUN)
    options = parser.parse_args(arguments)
    seed = options.seed
    if seed is None:
        seed = SystemRandom().randrange(10**6)
    print(f"revocation worlds: seed {seed}, {options.worlds} worlds", flush=True)
    program = build_oracle(BUILD / "oracle-revocation")
    now = datetime.now(UTC).replace(microsecond=0)
    maker = Maker(seed, now)
    worlds = [maker.world(number) for number in range(options.worlds)]
    return compare(seed, worlds, reference(program, worlds), now)


def compare(
    seed: int, worlds: Sequence[World], verdicts: list[dict[str, str]], now: datetime
) -> int:
    """Print, count and keep what differs; return the exit status."""
    listed = set(_LISTED.findall((_ROOT / "docs" / "deviations.md").read_text()))
    pairs: Counter[tuple[str, str]] = Counter()
    stricter: Counter[str] = Counter()
    laxer = unlisted = 0
    for world, verdict in zip(worlds, verdicts, strict=True):
        found = ours(world, now)
        pairs[found.status.value, verdict["status"]] += 1
        wrong = ""
        if found.status is RevocationStatus.GOOD and verdict["status"] != "good":
            laxer += 1
            wrong = "LAXER"
        elif found.status is not RevocationStatus.GOOD and verdict["status"] == "good":
            name = deviation(found)
            if name in listed:
                stricter[str(name)] += 1
            else:
                unlisted += 1
                wrong = f"STRICTER, not listed ({name})"
        if wrong:
            KEPT.mkdir(parents=True, exist_ok=True)
            (KEPT / f"{seed}-{world.id}.json").write_text(world.to_json() + "\n")
            detail = found.decisive or found.certificates
            print(f"{wrong}: world {world.id}: {detail}\n  reference: {verdict}")
    for (we, it), number in sorted(pairs.items()):
        print(f"  we say {we:<8} it says {it:<8} {number:>6}")
    figures = Figures("revocation-worlds", build=BUILD)
    full = len(worlds) >= _FULL_RUN
    figures.add("seed", seed)
    figures.add("worlds", len(worlds))
    both = pairs["good", "good"]
    figures.add("good_by_both", both, least=len(worlds) // 6 if full else None)
    figures.add("revoked_by_both", pairs["revoked", "revoked"])
    figures.add("we_say_good_it_does_not", laxer, exactly=0)
    for name, number in sorted(stricter.items()):
        figures.add(f"stricter_{name}", number)
    figures.add("stricter_unlisted", unlisted, exactly=0)
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
