"""``sealward uninstall``: the way out, nothing left behind that only Sealward undoes.

Held images are restored and open findings are resolved; the stack itself is deleted by
CloudFormation, which keeps the ledger. Each step looks at how things stand, so an
uninstallation that was broken off is begun again and goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from sealward.aws.errors import translated
from sealward.aws.security_hub import import_all
from sealward.cli.aws_options import REGION
from sealward.cli.bundle_file import JSON, read_file
from sealward.cli.ledger_lists import held_sources, walk
from sealward.cli.open_ledger import KEY, OpenLedger, open_ledger
from sealward.cli.output import REFUSED, as_json, printable
from sealward.cli.progress import Progress
from sealward.cli.stack import STACK, Stack, find_stack
from sealward.cli.unanswered import UNANSWERED, answered
from sealward.events import is_digest
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
_ACTIVE, _ARCHIVED = "ACTIVE", "ARCHIVED"


@dataclass(slots=True, kw_only=True)
class Leaving:
    """What is to be undone, and what became of it."""

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
    failures: list[str] = field(default_factory=list)


@click.command()
@STACK
@REGION
@KEY
@click.option("--plan", "only_plan", is_flag=True, help="Say what would be done.")
@click.option("--apply", "apply_", is_flag=True, help="Do it.")
@click.option(
    "--keep",
    "keep_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Images that stay archived: a file, one REPOSITORY@DIGEST a line.",
)
@JSON
def uninstall(
    stack_name: str,
    region: str | None,
    key_name: str,
    only_plan: bool,  # noqa: FBT001 - click's way
    apply_: bool,  # noqa: FBT001
    keep_path: Path | None,
    json_wanted: bool,  # noqa: FBT001
) -> None:
    """Restore what Sealward holds and resolve its findings, before the stack goes.

    With --apply the stack must have Capability observe, or it would archive again what
    is restored. Broken off, it is begun again and goes on. What stays when the stack is
    deleted is named. Exit codes: 0 done or planned, 1 something is left to do, 2 AWS
    did not answer, or it cannot begin.
    """
    if only_plan == apply_:
        raise click.UsageError("give either --plan or --apply")
    with answered():
        stack = find_stack(stack_name, region)
        if apply_ and stack.parameters.get("Capability") != "observe":
            click.echo(
                "sealward: the stack may still archive; update it first with "
                "Capability=observe, then run this again",
                err=True,
            )
            raise click.exceptions.Exit(UNANSWERED)
        table_name = stack.physical("LedgerTable")
        opened = open_ledger(table_name, stack.region, key_name)
        leaving = _found(opened, stack, _kept(keep_path))
        if apply_:
            with Progress(wanted=not json_wanted) as progress:
                _release(stack, leaving, progress)
                _resolve(stack, leaving, progress)
    opened.say_seal()
    if json_wanted:
        as_json({**opened.seal(), **_json(leaving, applied=apply_)})
    else:
        for line in _lines(leaving, stack, applied=apply_):
            click.echo(line)
    if leaving.failures:
        raise click.exceptions.Exit(REFUSED)


def _kept(path: Path | None) -> frozenset[str]:
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


def _found(opened: OpenLedger, stack: Stack, kept: frozenset[str]) -> Leaving:
    leaving = Leaving(
        stays={
            what: stack.resources[logical]
            for what, logical in _RETAINED.items()
            if stack.resources.get(logical)
        }
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
        leaving.findings = list(_open_findings(stack))
    except PortError as error:
        leaving.failures.append(f"findings were not read: {error}")
    return leaving


def _release(stack: Stack, leaving: Leaving, progress: Progress) -> None:
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


def _open_findings(stack: Stack) -> Iterator[dict[str, Any]]:
    client = stack.client("securityhub")
    product = (
        f"arn:{stack.partition}:securityhub:{stack.region}:{stack.account}:product/"
        f"{stack.account}/default"
    )
    filters = {
        "ProductArn": [{"Value": product, "Comparison": "EQUALS"}],
        "GeneratorId": [{"Value": "sealward/", "Comparison": "PREFIX"}],
        "RecordState": [{"Value": _ACTIVE, "Comparison": "EQUALS"}],
    }
    page: dict[str, Any] = {}
    while True:
        with translated("GetFindings"):
            answer = client.get_findings(Filters=filters, MaxResults=100, **page)
        yield from answer["Findings"]
        if not answer.get("NextToken"):
            return
        page = {"NextToken": answer["NextToken"]}


def _resolve(stack: Stack, leaving: Leaving, progress: Progress) -> None:
    client = stack.client("securityhub")
    now = datetime.now(UTC)
    at = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"
    said = [_resolved(one, at) for one in leaving.findings]
    try:
        for identity, why in import_all(client, said):
            progress.say(f"resolving finding {leaving.resolved + 1}")
            leaving.resolved += not why
            if why:
                leaving.failures.append(f"finding {identity}: {why}")
    except PortError as error:
        leaving.failures.append(f"findings were not resolved: {error}")


def _resolved(finding: Mapping[str, Any], at: str) -> dict[str, Any]:
    """Return the finding as its provider says that it is over."""
    names = (
        "SchemaVersion",
        "Id",
        "ProductArn",
        "GeneratorId",
        "AwsAccountId",
        "Types",
        "CreatedAt",
        "Title",
        "Description",
        "Severity",
        "Resources",
        "ProductFields",
    )
    kept = {name: finding[name] for name in names if name in finding}
    return {
        **kept,
        # Newer than what is there, or Security Hub takes no notice.
        "UpdatedAt": max(at, str(finding.get("UpdatedAt", ""))),
        "RecordState": _ARCHIVED,
        "Compliance": {"Status": "PASSED"},
    }


def _lines(leaving: Leaving, stack: Stack, *, applied: bool) -> Iterator[str]:
    held, kept = len(leaving.held), len(leaving.kept)
    yield f"{held} images in quarantine to restore, {kept} kept"
    yield f"{len(leaving.findings)} open findings to resolve"
    if not applied:
        for key in leaving.held[:100]:
            yield f"  restore {printable(str(key))}"
    else:
        yield (
            f"{leaving.released} asked to be restored, {leaving.active} active "
            f"already, {leaving.gone} gone; {leaving.resolved} findings resolved"
        )
        for failure in leaving.failures[:100]:
            yield f"  left: {printable(failure)}"
    if applied and not leaving.failures:
        yield "restoring takes up to 20 minutes; then delete the stack:"
        yield f"  aws cloudformation delete-stack --stack-name {printable(stack.name)}"
    yield "kept when the stack is deleted:"
    for what, name in leaving.stays.items():
        yield f"  {what:<6}  {printable(name)}"


def _json(leaving: Leaving, *, applied: bool) -> dict[str, Any]:
    def names(keys: Sequence[SubjectKey]) -> list[str]:
        return [str(key) for key in keys]

    return {
        "applied": applied,
        "restore": names(leaving.held),
        "keep": names(leaving.kept),
        "findings": len(leaving.findings),
        "restored": leaving.released,
        "activeAlready": leaving.active,
        "gone": leaving.gone,
        "resolved": leaving.resolved,
        "left": [printable(each) for each in leaving.failures],
        "kept": leaving.stays,
    }
