"""docs/defaults.md says what the code and the template say."""

import re
from datetime import timedelta
from pathlib import Path

from sealward.aws.intake import LAST_DELIVERY
from sealward.cli.redrive import MOST
from sealward.decisions.breaker import REVERSALS_ALLOWED, WITHIN
from sealward.findings.document import RESEND
from sealward.ledger.records import REPUSHED_WITHIN, REPUSHES
from sealward.policy.policy import (
    GRACE,
    UNKNOWN_FOR,
    UNSIGNED_PER_DAY,
    UNTAGGED_GRACE,
    Policy,
    is_production,
)
from sealward.proposals import APPROVAL_LASTS
from sealward.settings import SWEEP_LOOKS_PER_MINUTE
from sealward.signatures.candidates import CANDIDATES_LIMIT, REFERRERS_LIMIT
from sealward.sweep.sweep import EVERY
from tests.template.rendering import load

DOCUMENT = Path(__file__).parents[3] / "docs/defaults.md"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def said() -> dict[str, str]:
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| .+? \|$", DOCUMENT.read_text(), re.MULTILINE
    )
    return {name: value.strip("`") for name, value in rows if name != "default"}


def test_each_default_is_what_the_document_says() -> None:
    parameters = {
        name: each.get("Default") for name, each in load()["Parameters"].items()
    }
    assert parameters["SweepLooksPerMinute"] == SWEEP_LOOKS_PER_MINUTE
    assert said() == {
        "grace": f"{GRACE // timedelta(minutes=1)} minutes",
        "grace of untagged images": f"{UNTAGGED_GRACE // HOUR} hour",
        "`unknownFor`": f"{UNKNOWN_FOR // HOUR} hour",
        # tests/unit/sealward/policy/test_bundle.py has each environment.
        "`holdUnknown`": "in production" if is_production("production") else "",
        "digests that end unsigned before the grace is a minute": (
            f"{UNSIGNED_PER_DAY} a day"
        ),
        "enforcement": Policy.__dataclass_fields__["enforcement"].default.value,
        "capability": parameters["Capability"],
        "sweep": {1: "daily"}[EVERY // DAY],
        "looks a sweep sends": f"{SWEEP_LOOKS_PER_MINUTE} a minute",
        "breaker": f"{REVERSALS_ALLOWED} reversals {_an_hour(WITHIN)}",
        "re-pushes before escalation": f"{REPUSHES} {_an_hour(REPUSHED_WITHIN)}",
        "an approval lasts": f"{APPROVAL_LASTS // DAY} days",
        "open findings sent again": f"after {RESEND // DAY} days",
        "looks at once": str(parameters["MaximumConcurrency"]),
        "evidence locked": f"{parameters['EvidenceRetentionDays']} days",
        "logs kept": f"{parameters['LogRetentionDays']} days",
        "deliveries of a message before it is a dead letter": str(LAST_DELIVERY),
        "dead letters sent again": f"{MOST} times",
        "dashboard": {"no": "none"}[parameters["Dashboard"]],
        "candidates of one look": str(CANDIDATES_LIMIT),
        "referrers listed": str(REFERRERS_LIMIT),
    }


def _an_hour(within: timedelta) -> str:
    return {1: "an hour"}[within // HOUR]


def test_every_parameter_has_its_row_with_its_default() -> None:
    text = (DOCUMENT.parent / "operations.md").read_text()
    table = text.partition("| parameter | default | meaning |")[2].partition("\n\n")[0]
    said: dict[str, str] = {}
    for names, defaults in re.findall(r"(?m)^\| (`.+?) \| (.+?) \| .+ \|$", table):
        each = re.findall(r"`(\w+)`", names)
        values = [value.strip("`") for value in defaults.split(", ")]
        said |= dict(zip(each, values * (len(each) // len(values)), strict=True))
    assert said == {
        name: str(each.get("Default", "")) or "none"
        for name, each in load()["Parameters"].items()
    }
