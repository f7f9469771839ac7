"""The demo's layouts, compared also with what cases.json says of each."""

import json
from pathlib import Path
from typing import Any

from demo.layouts.signing import Answer
from tests.interop.judges import Image, Ourselves, TheReference
from tests.interop.workbench import Workbench

DEMO = Path(__file__).parents[3] / "demo"


def ask(bench: Workbench) -> None:
    """Ask about every image of the demo that ``notation`` can judge."""
    trust_policy = json.loads((DEMO / "policy" / "trustpolicy.json").read_bytes())
    trust_store = DEMO / "policy" / "truststore"
    cases = json.loads((DEMO / "layouts" / "cases.json").read_bytes())
    ours = Ourselves(trust_policy, trust_store)
    reference = TheReference(bench.notation_home(), trust_policy, trust_store)
    for case in cases["cases"]:
        for expected in case["images"]:
            if not expected["notation"]["judges"]:
                continue
            image = Image(
                layout=DEMO / "layouts" / case["layout"],
                digest=expected["digest"],
                scope=f"{cases['registry']}/{case['repository']}",
            )
            _add(bench, case["name"], image, expected, ours, reference)


def _add(
    bench: Workbench,
    name: str,
    image: Image,
    expected: dict[str, Any],
    ours: Ourselves,
    reference: TheReference,
) -> None:
    def as_said() -> Answer:
        answer = reference.judge(image)
        if answer.accepted is not expected["notation"]["accepts"]:
            raise SystemExit(
                f"demo/layouts/cases.json is wrong about {name}: notation says "
                f"{answer.text}"
            )
        return answer

    bench.add("demo", name, ours=lambda: ours.judge(image), reference=as_said)
