"""The command: every examination, one table."""

from typing import Final

import click

from sealward.cli.aws_options import REGION
from sealward.cli.bundle_file import JSON
from sealward.cli.doctor.check import Check, Examination, Health, examined
from sealward.cli.doctor.functions import FUNCTIONS
from sealward.cli.doctor.memory import MEMORY
from sealward.cli.doctor.queues import QUEUES
from sealward.cli.doctor.registry import REGISTRY
from sealward.cli.doctor.surroundings import SURROUNDINGS
from sealward.cli.doctor.watches import WATCHES
from sealward.cli.output import REFUSED, as_json, printable, table
from sealward.cli.stack import STACK, find_stack
from sealward.cli.unanswered import UNANSWERED, answered

EXAMINATIONS: Final[tuple[Examination, ...]] = (
    *FUNCTIONS,
    *QUEUES,
    *SURROUNDINGS,
    *WATCHES,
    *MEMORY,
    *REGISTRY,
)


@click.command()
@STACK
@REGION
@JSON
def doctor(
    stack_name: str,
    region: str | None,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Look for what keeps the stack from doing its work, and say what mends it.

    Nothing is changed. Exit codes: 0 nothing is ill, 1 something is, 2 something could
    not be looked at.
    """
    with answered():
        stack = find_stack(stack_name, region)
    checks = list(examined(stack, EXAMINATIONS))
    if json_wanted:
        as_json([_json(one) for one in checks])
    else:
        table([(one.health.value, one.what, one.said) for one in checks])
        for one in checks:
            if one.remedy:
                click.echo(f"\n{printable(one.what)}: {printable(one.remedy)}")
    if any(one.health is Health.ILL for one in checks):
        raise click.exceptions.Exit(REFUSED)
    if any(one.health is Health.UNKNOWN for one in checks):
        raise click.exceptions.Exit(UNANSWERED)


def _json(check: Check) -> dict[str, str]:
    return {
        "what": check.what,
        "health": check.health.value,
        "said": printable(check.said),
        "remedy": check.remedy,
    }
