"""``sealward uninstall``: the way out, nothing left behind that only Sealward undoes.

What brings the stack looks is switched off first, so that nothing is told anew of what
is resolved; then held images are restored and open findings are resolved. The stack
itself is deleted by CloudFormation, which keeps the ledger. Each step looks at how
things stand, so an uninstallation that was broken off is begun again and goes on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from sealward.cli.aws_options import REGION
from sealward.cli.bundle_file import JSON
from sealward.cli.open_ledger import KEY, open_ledger
from sealward.cli.output import REFUSED, as_json, printable
from sealward.cli.progress import Progress
from sealward.cli.stack import STACK, Stack, find_stack
from sealward.cli.unanswered import UNANSWERED, answered
from sealward.cli.uninstall.leaving import Leaving, found, kept_images, release, tell
from sealward.cli.uninstall.resolved_findings import (
    closed_findings,
    reopened,
    resolved,
)
from sealward.cli.uninstall.sources import LONGEST_LOOK, Sources, switch_off, switch_on
from sealward.ports.failures import PortError
from sealward.subjects import SubjectKey

_NAMED: Final = 100
"""Images, or failures, written out at most."""


@click.command()
@STACK
@REGION
@KEY
@click.option("--plan", "only_plan", is_flag=True, help="Say what would be done.")
@click.option("--apply", "apply_", is_flag=True, help="Do it.")
@click.option("--undo", is_flag=True, help="Have the stack go on where it stopped.")
@click.option(
    "--keep",
    "keep_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Images that stay archived: a file, one REPOSITORY@DIGEST a line.",
)
@click.option(
    "--wait",
    type=click.IntRange(0, LONGEST_LOOK),
    default=LONGEST_LOOK,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long at most for looks under way.",
)
@JSON
def uninstall(  # noqa: PLR0913, PLR0917 - one for each option
    stack_name: str,
    region: str | None,
    key_name: str,
    only_plan: bool,  # noqa: FBT001 - click's way
    apply_: bool,  # noqa: FBT001
    undo: bool,  # noqa: FBT001
    keep_path: Path | None,
    wait: int,
    json_wanted: bool,  # noqa: FBT001
) -> None:
    """Restore what Sealward holds and resolve its findings, before the stack goes.

    With --apply the stack must have Capability observe, or it would archive again what
    is restored. First what brings it looks is switched off, and its alarms' notices:
    from then on it is silent. --undo switches them on again, opens what was resolved,
    and has the sweep look for what was missed. Broken off, either is begun again and
    goes on. What stays when the stack is deleted is named. Exit codes: 0 done or
    planned, 1 something is left to do, 2 AWS did not answer, or it cannot begin.
    """
    if [only_plan, apply_, undo].count(True) != 1:
        raise click.UsageError("give one of --plan, --apply and --undo")
    kept = kept_images(keep_path)
    with answered():
        stack = find_stack(stack_name, region)
        if undo:
            leaving = _undone(stack)
            _say_undone(leaving, json_wanted=json_wanted)
            return
        if apply_ and stack.parameters.get("Capability") != "observe":
            click.echo(
                "sealward: the stack may still archive; update it first with "
                "Capability=observe, then run this again",
                err=True,
            )
            raise click.exceptions.Exit(UNANSWERED)
        with Progress(wanted=not json_wanted) as progress:
            if apply_:
                progress.say("switching off what brings looks, and waiting for them")
                switch_off(stack, Sources.of(stack), sleep, looks=wait)
            table_name = stack.physical("LedgerTable")
            opened = open_ledger(table_name, stack.region, key_name)
            leaving = found(opened, stack, kept)
            if apply_:
                release(stack, leaving, progress)
                tell(stack, leaving, resolved(leaving.findings, _now()), progress)
    opened.say_seal()
    if json_wanted:
        as_json({**opened.seal(), **_json(leaving, applied=apply_)})
    else:
        for line in _lines(leaving, stack, applied=apply_):
            click.echo(line)
    if leaving.failures:
        raise click.exceptions.Exit(REFUSED)


sleep: Callable[[float], None] = time.sleep
"""Waits for looks under way; a test has none to wait for."""


def _now() -> datetime:
    return datetime.now(UTC)


def _undone(stack: Stack) -> Leaving:
    """Have the stack go on; return what was reopened."""
    leaving = Leaving(sources=Sources.of(stack))
    try:
        leaving.findings = list(closed_findings(stack))
        with Progress(wanted=False) as progress:
            tell(stack, leaving, reopened(leaving.findings, _now()), progress)
    except PortError as error:
        leaving.failures.append(f"findings were not read: {error}")
    switch_on(stack, leaving.sources)
    return leaving


def _say_undone(leaving: Leaving, *, json_wanted: bool) -> None:
    if json_wanted:
        as_json(
            {
                "undone": True,
                "reopened": leaving.resolved,
                "left": [printable(each) for each in leaving.failures],
            }
        )
    else:
        click.echo(
            f"switched on: {leaving.sources}; {leaving.resolved} findings reopened; "
            "the sweep looks for what was missed"
        )
        for failure in leaving.failures[:_NAMED]:
            click.echo(f"  left: {printable(failure)}")
    if leaving.failures:
        raise click.exceptions.Exit(REFUSED)


def _lines(leaving: Leaving, stack: Stack, *, applied: bool) -> Iterator[str]:
    held, kept = len(leaving.held), len(leaving.kept)
    if applied:
        yield f"switched off: {leaving.sources}"
    else:
        yield f"{leaving.sources} to switch off, before anything else"
    yield f"{held} images in quarantine to restore, {kept} kept"
    yield f"{len(leaving.findings)} open findings to resolve"
    if not applied:
        for key in leaving.held[:_NAMED]:
            yield f"  restore {printable(str(key))}"
    else:
        yield (
            f"{leaving.released} asked to be restored, {leaving.active} active "
            f"already, {leaving.gone} gone; {leaving.resolved} findings resolved"
        )
        for failure in leaving.failures[:_NAMED]:
            yield f"  left: {printable(failure)}"
    if applied and not leaving.failures:
        yield "to go on with this stack instead: sealward uninstall --undo"
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
        "switchOff": {
            "rules": list(leaving.sources.rules),
            "mappings": list(leaving.sources.mappings),
            "alarms": list(leaving.sources.alarms),
        },
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
