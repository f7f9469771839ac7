"""``python -m tests.vectors``: the reference implementation's test data, through us.

Nothing of it is kept here: the folder is looked for beside the checkout. Each case is
accepted or refused there; ours must do the same. Refusing what the reference accepts
is allowed only where ``DIFFERENCES`` names the entry of docs/deviations.md; accepting
what it refuses never is.
"""

import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "layers/notation/python")]

from tests.figures import Figures  # noqa: E402 - after the path is set
from tests.vectors.cases import Case, Verdict, all_cases  # noqa: E402

VECTORS = ROOT.parent / "shared" / "vectors"
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
    if not VECTORS.is_dir():
        print("vectors: no vectors beside this checkout; nothing to compare")
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
