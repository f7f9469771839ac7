"""``make interop``: run both judges on every scenario; 1 when they differ once."""

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from demo.layouts.signing import Answer, Notation, find_notation
from tests import forge
from tests.figures import Figures
from tests.interop.documents import SCOPE, STRICTER, documents
from tests.interop.envelopes import ask_about_envelopes
from tests.interop.judges import Ourselves, Scenario, TheReference
from tests.interop.scenarios import Workbench, ask_everything

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "demo"
DEVIATIONS = ROOT / "docs" / "deviations.md"
VERSION = "1.3.2"
LEAST = 60
"""Both verdicts must come up this often, or agreement would say little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What both said of one scenario."""

    scenario: Scenario
    ours: Answer
    reference: Answer

    @property
    def agrees(self) -> bool:
        """Whether both say the same, or we refuse what is said to be stricter."""
        if self.scenario.stricter:
            return self.reference.accepted and not self.ours.accepted
        return self.ours.accepted is self.reference.accepted


def compare(
    scenarios: Iterable[Scenario], ours: Ourselves, reference: TheReference
) -> Iterator[Comparison]:
    """Ask both about each scenario; the command runs once a processor at a time."""
    asked = list(scenarios)
    with ThreadPoolExecutor(os.cpu_count()) as processors:
        said = processors.map(reference.judge, asked)
        for scenario, answer in zip(asked, said, strict=True):
            yield Comparison(
                scenario=scenario, ours=ours.judge(scenario), reference=answer
            )


def compare_demo(notation: Notation) -> Iterator[Comparison]:
    """Compare on the demo's layouts, and with what cases.json says of each."""
    trust_policy = json.loads((DEMO / "policy" / "trustpolicy.json").read_bytes())
    trust_store = DEMO / "policy" / "truststore"
    cases = json.loads((DEMO / "layouts" / "cases.json").read_bytes())
    ours = Ourselves(trust_policy, trust_store)
    reference = TheReference(notation, trust_policy, trust_store)
    for case in cases["cases"]:
        for image in case["images"]:
            if not image["notation"]["judges"]:
                continue
            scenario = Scenario(
                group="demo",
                name=case["name"],
                layout=DEMO / "layouts" / case["layout"],
                digest=image["digest"],
                scope=f"{cases['registry']}/{case['repository']}",
            )
            found = next(compare([scenario], ours, reference))
            if found.reference.accepted is not image["notation"]["accepts"]:
                raise SystemExit(
                    f"demo/layouts/cases.json is wrong about {case['name']}: notation "
                    f"says {found.reference.text}"
                )
            yield found


def compare_documents(
    notation: Notation, bench: Workbench, folder: Path
) -> Iterator[Comparison]:
    """Compare on documents, each by an image that its first statement accepts."""
    signer = forge.chain(2, algorithm="ES256", subject="Document")
    layout, digest = bench.signed("document", signer)
    store = bench.store("ca:document", signer.root_der)
    notation.trust({}, folder)
    for name, document in documents(store).items():
        scenario = Scenario(
            group="document",
            name=name,
            layout=layout.path,
            digest=digest,
            scope=SCOPE,
            stricter=STRICTER.get(name, ""),
        )
        ours = Ourselves(document, folder)
        yield from compare([scenario], ours, TheReference(notation, document, None))


def show(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """Print a row for each; say what both said where they differ."""
    shown = []
    for one in comparisons:
        words = [
            "accepts" if answer.accepted else "rejects"
            for answer in (one.ours, one.reference)
        ]
        scenario = one.scenario
        mark = "stricter" if scenario.stricter else "same"
        mark = mark if one.agrees else "DIFFERENT"
        print(
            f"{scenario.group:<10}  we {words[0]}  notation {words[1]}  {mark:<9}  "
            f"{scenario.name}",
            flush=True,
        )
        if not one.agrees:
            print(f"    we: {one.ours.text}\n    notation: {one.reference.text}")
        elif scenario.stricter:
            print(f"    docs/deviations.md: {scenario.stricter}")
        shown.append(one)
    return shown


def main() -> int:
    """Run the comparison; return the exit status."""
    binary = find_notation()
    if binary is None:
        named = os.environ.get("NOTATION")
        print(
            "interop was NOT run: it needs the real notation. "
            + (f"NOTATION={named} is no program. " if named else "")
            + "Install Go 1.24 or later and run `make interop`, or name a built "
            "notation with NOTATION=/path/to/notation",
            file=sys.stderr,
        )
        return 1
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as scraps:
        folder = Path(scraps)
        notation = Notation(binary, folder / "notation")
        version = notation.version()
        found = show(compare_demo(notation))
        bench = Workbench(notation, folder)
        ask_everything(bench)
        ask_about_envelopes(bench)
        trust_policy, trust_store = bench.trust_policy, bench.trust_store
        ours = Ourselves(trust_policy, trust_store)
        if ours.refusal:
            raise SystemExit(f"the scenarios' own trust policy: {ours.refusal}")
        reference = TheReference(notation, trust_policy, trust_store)
        found += show(compare(bench.scenarios, ours, reference))
        found += show(compare_documents(notation, bench, trust_store))
    figures = Figures("interop")
    figures.add("notation_version", version, exactly=VERSION)
    figures.add("cases", len(found))
    figures.add("cases_of_the_demo", sum(c.scenario.group == "demo" for c in found))
    figures.add(
        "accepted_by_both", _count(found, ours=True, reference=True), least=LEAST
    )
    figures.add(
        "rejected_by_both", _count(found, ours=False, reference=False), least=LEAST
    )
    stricter = [one.scenario.stricter for one in found if one.scenario.stricter]
    listed = set(re.findall(r"^\| `([^`]+)` \|", DEVIATIONS.read_text(), re.MULTILINE))
    figures.add("stricter", len(stricter))
    figures.add(
        "stricter_but_not_listed",
        len(set(stricter) - listed),
        exactly=0,
    )
    figures.add("agreements", sum(one.agrees for one in found))
    figures.add("disagreements", sum(not one.agrees for one in found), exactly=0)
    figures.add(
        "accepted_by_us_alone", _count(found, ours=True, reference=False), exactly=0
    )
    figures.add("seconds", round(time.monotonic() - begin, 1))
    return figures.finish()


def _count(found: list[Comparison], *, ours: bool, reference: bool) -> int:
    return sum(
        (one.ours.accepted, one.reference.accepted) == (ours, reference)
        for one in found
    )


if __name__ == "__main__":
    sys.exit(main())
