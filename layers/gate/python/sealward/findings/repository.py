"""The finding about a repository: what is only reported or proposed, told together.

Counts and the newest few instead of a finding per image: a registry full of unsigned
images is one line per repository. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from notation_verifier.values import dataclass
from sealward.decisions import Severity
from sealward.findings.document import (
    DESCRIPTION_LIMIT,
    FINDING_TYPE,
    TEXT_LIMIT,
    VALUE_LIMIT,
    Place,
    frame,
    printable,
)
from sealward.findings.environment import in_environment
from sealward.findings.remedies import DOCUMENT
from sealward.ledger import LOST
from sealward.ledger.records import Verdict
from sealward.policy.bundle import Policy
from sealward.proposals import Newest

REPORTED = (
    Verdict.UNSIGNED.value,
    Verdict.UNTRUSTED.value,
    Verdict.INCONCLUSIVE.value,
    LOST,
)
"""As what an image may be counted."""
SECTION = "one-finding-per-repository"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a repository holds that nothing is done about."""

    reported: Mapping[str, int] = field(default_factory=dict)
    """Images by what they are counted as (``REPORTED``)."""
    proposed: Mapping[str, int] = field(default_factory=dict)
    """Images by proposal."""
    newest: Sequence[Newest] = ()

    @property
    def total(self) -> int:
        """Return the images counted."""
        return sum(self.reported.values()) + sum(self.proposed.values())


def repository_raised(
    place: Place,
    repository: str,
    counted: Counted,
    *,
    policy: Policy | None,
    acts: bool,
) -> dict[str, Any]:
    """Return the finding about ``repository``, its times left out.

    Args:
        place: where the stack runs.
        repository: its name.
        counted: what it holds.
        policy: what governs it; names the owner.
        acts: whether policy and stack quarantine; what only reports stays LOW.
    """
    parts = [
        *(
            f"{counted.reported[word]} {word}"
            for word in REPORTED
            if counted.reported.get(word)
        ),
        *(
            f"{count} in proposal {identity}"
            for identity, count in counted.proposed.items()
            if count
        ),
    ]
    newest = "; ".join(
        f"{each.digest}{f' ({each.tag})' if each.tag else ''}: {each.reason}"
        for each in counted.newest
    )
    description = (
        f"{repository}: {', '.join(parts)}. Nothing was done about them: they can be "
        f"pulled. Newest: {newest}."
    )
    lost = acts and counted.reported.get(LOST)
    loudness = Severity.HIGH if lost else Severity.MEDIUM if acts else Severity.LOW
    severity = in_environment(loudness, policy).value
    steps = (
        "Read them with 'sealward proposals list', then approve or decline each."
        if any(counted.proposed.values())
        else "Sign what is in use: a policy that quarantines acts on new images only."
    )
    owner = (policy.owner or {}) if policy else {}
    return {
        **_frame(place, repository),
        "Title": printable(f"Images without a good signature: {repository}", 256),
        "Description": printable(description, DESCRIPTION_LIMIT),
        "FindingProviderFields": {
            "Severity": {"Label": severity, "Original": "counted"},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "FAILED"},
        "Remediation": {
            "Recommendation": {
                "Text": printable(f"{steps} More: {DOCUMENT}#{SECTION}", TEXT_LIMIT)
            }
        },
        "ProductFields": {
            f"sealward/{name}": printable(value, VALUE_LIMIT)
            for name, value in {
                **{word: str(count) for word, count in counted.reported.items()},
                "proposed": str(sum(counted.proposed.values())),
                "policy": policy.statement.name if policy else "",
                "environment": policy.environment if policy else "",
                "ownerTeam": str(owner.get("team", "")),
                "ownerContact": str(owner.get("contact", "")),
            }.items()
            if value.strip() and value != "0"
        },
        "RecordState": "ACTIVE",
    }


def repository_resolved(place: Place, repository: str) -> dict[str, Any]:
    """Return the finding that nothing is left to be counted, its times left out."""
    return {
        **_frame(place, repository),
        "Title": printable(f"No image is left to be reported: {repository}", 256),
        "Description": printable(
            f"{repository}: no image is reported or proposed any more. Nothing remains "
            "to be done.",
            DESCRIPTION_LIMIT,
        ),
        "FindingProviderFields": {
            "Severity": {"Label": "INFORMATIONAL", "Original": "counted"},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "PASSED"},
        "RecordState": "ARCHIVED",
    }


def _frame(place: Place, repository: str) -> dict[str, Any]:
    arn = (
        f"arn:{place.partition}:ecr:{place.region}:{place.account}:repository/"
        f"{repository}"
    )
    return {
        **frame(place, f"{arn}/signatures"),
        "GeneratorId": "sealward/repository",
        "Resources": [
            {
                "Type": "AwsEcrRepository",
                "Id": arn,
                "Partition": place.partition,
                "Region": place.region,
            }
        ],
    }
