"""Images and the indexes that list them, pushed to a stand."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from notation_verifier import Descriptor
from sealward.events import Hint, parse_events
from sealward.policy.bundle import PolicyBundle
from tests.unit.sealward.stand import (
    ACCOUNT,
    REGION,
    Stand,
    as_json,
    bundle,
    described,
)

INDEX = "application/vnd.oci.image.index.v1+json"
ATTESTATION = {
    "platform": {"architecture": "unknown", "os": "unknown"},
    "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
}


def strict(**settings: Any) -> PolicyBundle:
    """Return a bundle whose verdicts may cover: nothing of strict is overridden."""
    return bundle(level={"level": "strict"}, **{"untaggedGrace": "1h", **settings})


def strict_stand(**settings: Any) -> Stand:
    """Return a stand under ``strict``."""
    return Stand(current=strict(**settings))


def entry(child: Descriptor, **changes: Any) -> dict[str, Any]:
    """Return the child's entry in an index, with ``changes``."""
    return {**as_json(child), **changes}


def push_index(
    stand: Stand,
    children: Sequence[Descriptor | Mapping[str, Any]],
    *,
    tag: str | None = None,
    **members: Any,
) -> Descriptor:
    """Push an index of ``children``: descriptors, or entries as they are written."""
    manifests = [
        entry(child) if isinstance(child, Descriptor) else dict(child)
        for child in children
    ]
    document = {"mediaType": INDEX, "manifests": manifests, **members}
    return described(stand.pusher().document(document, tag=tag))


def push_family(
    stand: Stand, name: str = "app", *, tag: str | None = "1.0", children: int = 2
) -> tuple[Descriptor, list[Descriptor]]:
    """Push platform images without a tag, then their index with one."""
    platforms = [stand.push(f"{name} {number}") for number in range(children)]
    return push_index(stand, platforms, tag=tag), platforms


def verdicts(stand: Stand, *targets: Descriptor) -> list[str]:
    """Return the verdict of each of ``targets``."""
    return [stand.record(target).verdict.value for target in targets]


def open_findings(stand: Stand) -> list[str]:
    """Return the severities of the findings that are open."""
    return [
        finding["FindingProviderFields"]["Severity"]["Label"]
        for finding in stand.findings
        if finding["RecordState"] == "ACTIVE"
    ]


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def events(stand: Stand) -> list[Hint]:
    """Take the hints of the registry's events so far."""
    return [
        hint
        for event in stand.aws.events.drain()
        if event["source"] == "aws.ecr"
        for hint in parse_events(event, account=ACCOUNT, region=REGION)
    ]


def covered_family(stand: Stand, **how: Any) -> tuple[Descriptor, list[Descriptor]]:
    """Push a family, sign its index, and see it covered."""
    index, children = push_family(stand, **how)
    stand.attach(index)
    stand.deliver()
    stand.pass_time(timedelta(seconds=30))
    assert verdicts(stand, index, *children) == [
        "trusted",
        *["covered"] * len(children),
    ]
    return index, children
