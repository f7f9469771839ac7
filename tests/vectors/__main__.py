"""``python -m tests.vectors``: our own vectors, and the reference's test data.

Ours, tests/vectors/own.json, are judged by us, and by notation-go where ``make
differential`` has built the program that asks it: it is brought up to date first.

Nothing of the reference's is kept here: the folder is looked for beside the checkout.
Each case is accepted or refused there; ours must do the same. Refusing what the
reference accepts is allowed only where ``DIFFERENCES`` names the entry of
docs/deviations.md; accepting what it refuses never is.
"""

import sys
from collections import Counter
from pathlib import Path

from tests.differential import oracle
from tests.figures import Figures
from tests.vectors.case import Case, Verdict
from tests.vectors.cases import all_cases
from tests.vectors.own import judges
from tests.vectors.own.collection import FILE as OWN

ROOT = Path(__file__).parents[2]

VECTORS = ROOT.parent / "shared" / "vectors"
ORACLE = ROOT / "build" / "oracle-differential"
DEVIATIONS = ROOT / "docs" / "deviations.md"

DIFFERENCES: dict[str, str] = {
    "plugin/ca_plugin_sig_env.json/5": "plugins",
    "plugin/sa_plugin_sig_env.json/5": "plugins",
    "plugin-version/ca_compatible_pluginver_sig_env_0.0.9.json": "plugins",
    "plugin-version/ca_compatible_pluginver_sig_env_1.0.0-alpha.json": "plugins",
    "plugin-version/ca_compatible_pluginver_sig_env_1.0.0-alpha.beta.json": "plugins",
    "plugin-version/ca_compatible_pluginver_sig_env_1.0.0.json": "plugins",
    "policy/store dotdot name ACCEPTED by policy validation": "store-names",
}
"""Cases refused here that the reference accepts, by the deviation that says why."""


def main() -> int:
    """Run every case, print the figures, write build/vectors.json."""
    figures = Figures("vectors", build=ROOT / "build")
    _judge_own(figures)
    if not VECTORS.is_dir():
        print("vectors: no vectors of the reference beside this checkout")
        figures.add("present", False)  # noqa: FBT003 - a figure may be a yes or no
        figures.add("cases", 0)
        return figures.finish()
    cases = all_cases(VECTORS)
    documented = DEVIATIONS.read_text(encoding="utf-8")
    counts: Counter[str] = Counter()
    used: set[str] = set()
    for case in cases:
        outcome = _judge(case, documented, used)
        counts[outcome] += 1
        if outcome in ("more-lenient", "unlisted"):
            print(f"{outcome}: {case.name}: the reference says {case.expected}")
    unused = sorted(set(DIFFERENCES) - used)
    for name in unused:
        print(f"listed as stricter, but it is not: {name}")
    figures.add("present", True, exactly=True)  # noqa: FBT003
    figures.add("cases", len(cases), least=200)
    figures.add("agreed", counts["agreed"])
    figures.add("stricter_and_listed", counts["listed"])
    figures.add("stricter_unlisted", counts["unlisted"], exactly=0)
    figures.add("more_lenient", counts["more-lenient"], exactly=0)
    figures.add("listed_in_vain", len(unused), exactly=0)
    return figures.finish()


def _judge_own(figures: Figures) -> None:
    vectors = judges.read(OWN)
    wrong = 0
    for vector in vectors:
        found = judges.ours(vector)
        expected = {member: vector[member] for member in found}
        if found != expected:
            wrong += 1
            print(f"own/{vector['name']}: {found}, expected {expected}")
    figures.add("own", len(vectors), least=54)
    figures.add("own_judged_otherwise", wrong, exactly=0)
    program = reference_program()
    if program is None:
        figures.add("own_judged_by_the_reference", 0)
        return
    verdicts = judges.reference(program, vectors)
    differ = [
        vector["name"]
        for vector in vectors
        if verdicts.get(vector["name"], vector.get("verdict")) != vector.get("verdict")
    ]
    for name in differ:
        print(f"own/{name}: the reference says {verdicts[name]}")
    figures.add("own_judged_by_the_reference", len(verdicts), least=25)
    figures.add("own_judged_otherwise_by_the_reference", len(differ), exactly=0)


def reference_program() -> Path | None:
    """Return the program that asks notation-go, up to date; None where there is none.

    One that an older checkout built speaks another language: Go builds it anew, which
    costs nothing where it is right.
    """
    if not ORACLE.is_file():
        return None
    try:
        return oracle.build(ORACLE)
    except oracle.OracleUnavailable as error:
        print(f"vectors: the reference is not asked: {error}")
        return None


def _judge(case: Case, documented: str, used: set[str]) -> str:
    ours = case.run()
    if ours is case.expected:
        return "agreed"
    if ours is Verdict.ACCEPTED:
        return "more-lenient"
    deviation = DIFFERENCES.get(case.name)
    if deviation is None or f"`{deviation}`" not in documented:
        return "unlisted"
    used.add(case.name)
    return "listed"


if __name__ == "__main__":
    sys.exit(main())
