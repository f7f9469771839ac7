"""Observed: how an image stands, by the ledger, Security Hub and the registry."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sealward.ledger import FindingStatus
from sealward.subjects import SubjectKey
from tests.facts import ACTIVE
from tests.image_model import Image

if TYPE_CHECKING:
    from tests.converge.world import World


def seen(
    world: "World", repository: str, digest: str, status: str | None
) -> dict[str, Any]:
    """Return how an image stands: as the ledger and Security Hub say."""
    record = world.ledger.records.get(SubjectKey(repository=repository, digest=digest))
    if record is None:
        none = ("verdict", "hold", "proposal", "finding")
        return {**dict.fromkeys(none, "no record"), "status": status}
    hub = _in_hub(world, repository, digest)
    told = None
    if record.finding is not None:
        told = record.finding.status is FindingStatus.OPEN
    if told is not (hub and bool(hub)) and (told or hub):
        hub = f"{hub} in Security Hub, {record.finding} in the ledger"
    return {
        "verdict": record.verdict.value,
        "hold": record.hold.state.value if record.hold else None,
        "proposal": record.proposal,
        "finding": hub,
        "status": status,
    }


def _in_hub(world: "World", repository: str, digest: str) -> str | None:
    """Return the open finding's label; empty if resolved, None if there is none."""
    found: list[Mapping[str, Any]] = [
        finding
        for finding in world.aws.hub(world.place).findings.values()
        if f"repository/{repository}/{digest}" in str(finding["Id"])
    ]
    if not found:
        return None
    if len(found) > 1:
        return f"{len(found)} findings"
    if found[0]["RecordState"] != "ACTIVE":
        return ""
    return str(found[0]["Severity"]["Label"])


def expected_of(
    world: "World", repository: str, digest: str, image: Image
) -> dict[str, Any]:
    """Return how the model says that an image stands."""
    out = image.hold is not None or (repository, digest) in world.model.out
    return {
        "verdict": image.verdict,
        "hold": image.hold.state if image.hold else None,
        "proposal": image.proposal,
        "finding": image.finding,
        "status": "ARCHIVED" if out else ACTIVE,
    }


def differences_now(world: "World", repository: str, digest: str) -> Iterator[str]:
    """Yield where an image stands otherwise, after a look at it, than the model says.

    Where the registry has it is still on its way then.
    """
    image = world.model.images.get((repository, digest))
    if image is None:
        return
    expected = expected_of(world, repository, digest, image)
    observed = seen(world, repository, digest, None)
    for what in ("verdict", "hold", "proposal", "finding"):
        if observed[what] != expected[what]:
            yield (
                f"{world.clock.now:%d %H:%M:%S} {repository}@{digest[7:15]}: {what} is "
                f"{observed[what]!r}, not {expected[what]!r}"
            )
