"""``sealward cost``: what the stack costs a month, estimated from measured counts."""

import click

from sealward.cli.aws_options import REGION
from sealward.cli.bundle_file import JSON
from sealward.cli.output import as_json, table
from sealward.cli.prices import (
    GB,
    KEPT_SIGNATURE_BYTES,
    MONTH_MINUTES,
    PRICES,
    SIGNED,
    UNSIGNED,
)
from sealward.cli.stack import find_stack
from sealward.cli.unanswered import answered

ALARMS = 12
"""Of the template, where no stack is asked."""
_POLLS = 657_000
"""Of an empty queue in a month: Lambda's own five, each 20 seconds long."""
_TICK_SECONDS = 0.2


@click.command()
@click.option(
    "--images",
    default=0,
    show_default=True,
    type=click.IntRange(0, 1_000_000_000),
    help="Images pushed in a month.",
)
@click.option(
    "--unsigned",
    "percent",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 100),
    help="Of these, percent that stay unsigned and are held.",
)
@click.option(
    "--keep-signatures",
    is_flag=True,
    help="Signatures of trusted images are kept (parameter KeepSignatures).",
)
@click.option(
    "--stack",
    "stack_name",
    envvar="SEALWARD_STACK",
    help="Count this stack's alarms and dashboards, and whether it keeps signatures.",
)
@REGION
@JSON
def cost(
    images: int,
    percent: float,
    keep_signatures: bool,  # noqa: FBT001 - click's way
    stack_name: str | None,
    region: str | None,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Estimate the dollars of a month, by part.

    List prices of Northern Virginia without free tier; other Regions may be a third
    dearer. Not counted: CRLs' bytes through a NAT gateway, a KMS key, events of an
    event bus. Exit codes: 0 done, 2 AWS did not answer.
    """
    alarms, dashboards = ALARMS, 0
    if stack_name:
        with answered():
            stack = find_stack(stack_name, region)
        alarms = len(stack.of_type("AWS::CloudWatch::Alarm"))
        dashboards = len(stack.of_type("AWS::CloudWatch::Dashboard"))
        keep_signatures |= stack.parameters.get("KeepSignatures") == "yes"
    parts = month(images, percent / 100, alarms=alarms, dashboards=dashboards)
    if keep_signatures:
        parts["kept_signatures"] = kept_signatures(images * (1 - percent / 100))
    if json_wanted:
        as_json({"parts": parts, "total": sum(parts.values())})
        return
    rows = [(name.replace("_", " "), f"{each:10.2f}") for name, each in parts.items()]
    table([("PART", "DOLLARS"), *rows, ("total", f"{sum(parts.values()):10.2f}")])


def month(
    images: int, unsigned: float, *, alarms: int, dashboards: int
) -> dict[str, float]:
    """Return the dollars of a month, by part.

    Args:
        images: pushed in it.
        unsigned: share of them that stays so, 0 to 1.
        alarms: the stack has.
        dashboards: the stack has.
    """
    price = {name: each.dollars for name, each in PRICES.items()}
    parts = {
        "alarms": alarms * price["alarm_month"],
        "dashboards": dashboards * price["dashboard_month"],
        "secret": price["secret_month"],
        "queue_polls": _POLLS * price["sqs_request"],
        "tick": MONTH_MINUTES
        * (
            price["lambda_request"]
            + _TICK_SECONDS * 0.5 * price["lambda_gb_second"]
            + 6 * price["read_unit"]
        ),
        # One for each part of a look's log line that CloudWatch counts.
        "metrics": (2 if images else 0) * price["metric_month"],
    }
    for name, amounts, share in (
        ("signed_images", SIGNED, 1 - unsigned),
        ("unsigned_images", UNSIGNED, unsigned),
    ):
        parts[name] = images * share * sum(amounts.dollars().values())
        parts["ledger_stored"] = (
            parts.get("ledger_stored", 0.0)
            + images * share * amounts.stored_bytes / GB * price["ledger_gb_month"]
        )
    return parts


def kept_signatures(images: float) -> float:
    """Return the dollars of a month for keeping the signatures of ``images`` of it."""
    stored = KEPT_SIGNATURE_BYTES / GB * PRICES["s3_gb_month"].dollars
    return images * (PRICES["s3_put"].dollars + stored)
