"""The finding that a repository is over its share: one per repository."""

from typing import Any, Final

from sealward.decisions import Severity
from sealward.findings.document import Place, frame
from sealward.findings.standing import ended, stands
from sealward.ledger.floods import Flood
from sealward.subjects.turns import SHARE

OVER_ITS_SHARE: Final = "over-its-share"


def flooding(place: Place, flood: Flood) -> dict[str, Any]:
    """Return the finding about ``flood``, its times left out."""
    return stands(
        _frame(place, flood),
        reason=OVER_ITS_SHARE,
        severity=Severity.MEDIUM,
        compliance="WARNING",
        title=f"Repository is over its share: {flood.repository}",
        description=f"{flood.repository} has sent more than {SHARE} events a minute, "
        f"since {flood.since:%Y-%m-%d %H:%M} UTC. Its images are judged after those of "
        "other repositories; none is left out.",
    )


def flood_ended(place: Place, flood: Flood) -> dict[str, Any]:
    """Return the end of the finding about ``flood``, its times left out."""
    return ended(
        _frame(place, flood),
        reason=OVER_ITS_SHARE,
        title=f"Repository is within its share: {flood.repository}",
        description=f"{flood.repository} was over its share for the last time at "
        f"{flood.at:%Y-%m-%d %H:%M} UTC.",
    )


def _frame(place: Place, flood: Flood) -> dict[str, Any]:
    identity = f"sealward/{place.account}/{place.region}/flood/{flood.repository}"
    return {
        **frame(place, identity),
        "GeneratorId": "sealward/flood",
        "Resources": [
            {
                "Type": "AwsEcrRepository",
                "Id": f"arn:{place.partition}:ecr:{place.region}:{place.account}:"
                f"repository/{flood.repository}",
                "Partition": place.partition,
                "Region": place.region,
            }
        ],
    }
