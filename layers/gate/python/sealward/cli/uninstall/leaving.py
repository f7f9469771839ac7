"""What an uninstallation has before it, and what becomes of it: images and findings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click

from sealward.aws.errors import translated
from sealward.aws.security_hub import AsffSecurityHub
from sealward.cli.bundle_file import read_file
from sealward.cli.ledger_lists import held_sources, walk
from sealward.cli.open_ledger import OpenLedger
from sealward.cli.output import printable
from sealward.cli.progress import Progress
from sealward.cli.stack import Stack
from sealward.cli.uninstall.resolved_findings import open_findings
from sealward.cli.uninstall.sources import Sources
from sealward.events import is_digest
from sealward.ports.delivery import Delivered
from sealward.ports.failures import NotFound, PortError, Refused
from sealward.subjects import SubjectKey

KEPT_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of a list of images to keep."""
_RETAINED: Final = {
    "table": "LedgerTable",
    "secret": "LedgerKey",
    "bucket": "EvidenceStore",
}
"""Of the template, with ``DeletionPolicy: Retain``."""
_ACTIVE: Final = "ACTIVE"


@dataclass(slots=True, kw_only=True)
class Leaving:
    """What is to be undone, and what became of it."""

    sources: Sources
    """To be switched off before anything else."""
    held: list[SubjectKey] = field(default_factory=list)
    """In quarantine, by the ledger, and not on the list of what is kept there."""
    kept: list[SubjectKey] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    """That are open."""
    released: int = 0
    active: int = 0
    """That the registry had restored, or never archived."""
    gone: int = 0
    stays: dict[str, str] = field(default_factory=dict)
    """What CloudFormation keeps when the stack is deleted: names by what they are."""
    resolved: int = 0
    """Findings, or reopened where the uninstallation is undone."""
    failures: list[str] = field(default_factory=list)


def kept_images(path: Path | None) -> frozenset[str]:
    """Return what the list of images to keep names.

    Raises:
        click.BadParameter: it is no list of images.
    """
    if path is None:
        return frozenset()
    content = read_file(path, KEPT_LIMIT)
    lines = content.decode("utf-8", "replace").split("\n")
    kept = frozenset(line.strip() for line in lines if line.strip())
    wrong = next((one for one in kept if not is_digest(one.rpartition("@")[2])), None)
    if wrong is not None or len(content) > KEPT_LIMIT:
        raise click.BadParameter(
            f"{printable((wrong or '')[:120])!r} is no REPOSITORY@DIGEST",
            param_hint="--keep",
        )
    return kept


def found(opened: OpenLedger, stack: Stack, kept: frozenset[str]) -> Leaving:
    """Return what the stack holds and has told.

    Raises:
        Denied, Unavailable: the ledger did not answer; Security Hub's failure is kept.
    """
    leaving = Leaving(
        sources=Sources.of(stack),
        stays={
            what: stack.resources[logical]
            for what, logical in _RETAINED.items()
            if stack.resources.get(logical)
        },
    )
    seen: set[SubjectKey] = set()
    for _, key in walk(held_sources(opened), ""):
        if key in seen:
            continue
        seen.add(key)
        record = opened.ledger.current(key)
        if record is None or record.hold is None or not record.hold.ours:
            continue  # who else archived it had a reason of their own
        (leaving.kept if str(key) in kept else leaving.held).append(key)
    try:
        leaving.findings = list(open_findings(stack))
    except PortError as error:
        leaving.failures.append(f"findings were not read: {error}")
    return leaving


def release(stack: Stack, leaving: Leaving, progress: Progress) -> None:
    """Restore what is held; keep what became of each."""
    client = stack.client("ecr")
    for number, key in enumerate(leaving.held, start=1):
        progress.say(f"restoring {number} of {len(leaving.held)}: {key.repository}")
        names = {
            "repositoryName": key.repository,
            "imageIds": [{"imageDigest": key.digest}],
        }
        try:
            with translated(f"DescribeImages {key}"):
                answer = client.describe_images(**names, filter={"imageStatus": "ANY"})
            state = answer["imageDetails"][0].get("imageStatus", _ACTIVE)
            if state == _ACTIVE:
                leaving.active += 1
                continue
            with translated(f"UpdateImageStorageClass {key}"):
                client.update_image_storage_class(
                    repositoryName=key.repository,
                    imageId={"imageDigest": key.digest},
                    targetStorageClass="STANDARD",
                )
            leaving.released += 1
        except (NotFound, IndexError):
            leaving.gone += 1
        except (PortError, Refused) as error:
            leaving.failures.append(f"{key}: {error}")


def tell(
    stack: Stack,
    leaving: Leaving,
    findings: Sequence[dict[str, Any]],
    progress: Progress,
) -> None:
    """Import ``findings``; keep what became of each."""
    hub = AsffSecurityHub(stack.client("securityhub"))
    for finding, outcome in hub.publish_all(findings):
        progress.say(f"finding {leaving.resolved + 1} of {len(findings)}")
        if isinstance(outcome, Delivered):
            leaving.resolved += 1
        else:
            leaving.failures.append(f"finding {finding['Id']}: {outcome.reason}")
