"""``sealward status``: how the stack stands now, in a dozen lines."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import click

from sealward.aws.bundle_source import bundle_source
from sealward.aws.errors import translated
from sealward.aws.ledger.ledger_pages import LedgerPages
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sweep_table import SweepTable
from sealward.cli.aws_options import REGION
from sealward.cli.bundle_file import JSON
from sealward.cli.ledger_lists import count_pending
from sealward.cli.open_ledger import open_ledger
from sealward.cli.output import REFUSED, as_json, printable, table
from sealward.cli.stack import STACK, Stack, find_stack
from sealward.cli.unanswered import answered
from sealward.decisions.breaker import WITHIN
from sealward.ledger import HoldState
from sealward.policy.problems import InvalidBundle
from sealward.ports.failures import PortError

COUNTED: Final = 1_000
"""What is counted, is counted to this; more is said to be more."""
_LATE: Final = timedelta(minutes=5)
"""A due time this long past is backlog: the tick comes each minute."""

_SOON: Final = timedelta(minutes=15)
_READS: Final = 300
"""Records read to count what is pending."""
_NAMED: Final = 3
"""Pauses told one by one."""
_OLD: Final = 1200
"""Seconds; a look may be put off by 900."""

Row = tuple[str, str, bool]
"""What, how it stands, and whether that is as it should be."""


@click.command()
@STACK
@REGION
@JSON
def status(
    stack_name: str,
    region: str | None,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Say how the stack stands: queues, backlog, holds, pauses, bundle, alarms.

    What cannot be read is said so, and the rest is told. Exit codes: 0 all is well, 1
    something is not, 2 AWS did not answer.
    """
    with answered():
        stack = find_stack(stack_name, region)
    now = datetime.now(UTC)
    rows = list(_rows(stack, now))
    if json_wanted:
        as_json([{"what": w, "said": said, "well": well} for w, said, well in rows])
    else:
        table([(what, said, "" if well else "!") for what, said, well in rows])
    if not all(well for _, _, well in rows):
        raise click.exceptions.Exit(REFUSED)


def _rows(stack: Stack, now: datetime) -> Iterator[Row]:
    yield "stack", f"{stack.name} {stack.status}, {_capability(stack)}", True
    parts: tuple[tuple[str, Callable[[Stack, datetime], tuple[str, bool]]], ...] = (
        ("looks waiting", _waiting),
        ("dead letters", _dead),
        ("overdue looks", _overdue),
        ("due soon", _due_soon),
        ("images pending", _pending),
        *((f"images {state}", partial(_in_state, state.value)) for state in HoldState),
        ("pauses", _pauses),
        ("breaker", _breaker),
        ("bundle", _bundle),
        ("last tick", _last_tick),
        ("sweep", _sweep),
        ("alarms", _alarms),
    )
    for what, read in parts:
        try:
            said, well = read(stack, now)
        except PortError as error:
            said, well = f"cannot be read: {error}", False
        yield what, said, well


def _capability(stack: Stack) -> str:
    return f"capability {stack.parameters.get('Capability', 'unknown')}"


def _attributes(stack: Stack, logical: str) -> dict[str, str]:
    with translated(f"GetQueueAttributes {logical}"):
        answer = stack.client("sqs").get_queue_attributes(
            QueueUrl=stack.physical(logical), AttributeNames=["All"]
        )
    return dict(answer["Attributes"])


def _waiting(stack: Stack, now: datetime) -> tuple[str, bool]:
    found = _attributes(stack, "LookQueue")
    said = (
        f"{found['ApproximateNumberOfMessages']}, "
        f"{found['ApproximateNumberOfMessagesNotVisible']} at work, "
        f"{found['ApproximateNumberOfMessagesDelayed']} put off"
    )
    name = found["QueueArn"].rpartition(":")[2]
    oldest = _metric(
        stack,
        now,
        "AWS/SQS",
        "ApproximateAgeOfOldestMessage",
        {"QueueName": name},
        statistic="Maximum",
    )
    if oldest is not None:
        said += f"; the oldest {oldest[1]:.0f} s"
    return said, oldest is None or oldest[1] < _OLD


def _dead(stack: Stack, _now: datetime) -> tuple[str, bool]:
    count = _attributes(stack, "LookDeadLetterQueue")["ApproximateNumberOfMessages"]
    return count, count == "0"


def _overdue(stack: Stack, now: datetime) -> tuple[str, bool]:
    ledger = LedgerTable(stack.physical("LedgerTable"), stack.client("dynamodb"))
    found = ledger.due(now - _LATE, limit=COUNTED)
    if not found:
        return "0", True
    age = (now - found[0].at).total_seconds() / 60
    return f"{_counted(len(found))}; the oldest by {age:.0f} min", False


def _due_soon(stack: Stack, now: datetime) -> tuple[str, bool]:
    ledger = LedgerTable(stack.physical("LedgerTable"), stack.client("dynamodb"))
    # Up to the minute these were sent already, or are overdue.
    found = ledger.due(now + _SOON, after=now - _LATE, limit=COUNTED)
    return f"{_counted(len(found))} within 15 minutes", True


def _pending(stack: Stack, _now: datetime) -> tuple[str, bool]:
    opened = open_ledger(stack.physical("LedgerTable"), stack.region, "")
    count, all_read = count_pending(opened, reads=_READS)
    if all_read:
        return f"{count}", True
    return f"{count} or more: 'sealward ledger pending' lists them", True


def _pauses(stack: Stack, now: datetime) -> tuple[str, bool]:
    ledger = LedgerTable(stack.physical("LedgerTable"), stack.client("dynamodb"))
    found = [each for each in ledger.pauses().pauses if each.in_force(now)]
    if not found:
        return "none", True
    said = "; ".join(
        f"{printable(each.repository) or 'all repositories'} until "
        f"{each.until:%Y-%m-%d %H:%M}Z by {printable(each.by)}: "
        f"{printable(each.reason)}"
        for each in found[:_NAMED]
    )
    more = len(found) - _NAMED
    return said + (f"; and {more} more" if more > 0 else ""), False


def _in_state(state: str, stack: Stack, _now: datetime) -> tuple[str, bool]:
    pages = LedgerPages(stack.physical("LedgerTable"), stack.client("dynamodb"))
    count = pages.count(state, most=COUNTED)
    return _counted(count), state != HoldState.REFUSED or count == 0


def _breaker(stack: Stack, now: datetime) -> tuple[str, bool]:
    ledger = LedgerTable(stack.physical("LedgerTable"), stack.client("dynamodb"))
    trip = ledger.last_trip()
    if trip is None:
        return "closed", True
    said = f"tripped {trip.at:%Y-%m-%d %H:%M}Z by {trip.reversals} reversals"
    return said, now - trip.at > WITHIN


def _bundle(stack: Stack, now: datetime) -> tuple[str, bool]:
    where = stack.parameters.get("PolicyBundle", "")
    source = bundle_source(where, stack.client("s3"), lambda: now)
    try:
        bundle = source.bundle()
    except InvalidBundle as error:
        return f"refused: {error}", False
    bucket, _, key = where.removeprefix("s3://").partition("/")
    with translated("HeadObject of the bundle"):
        changed = stack.client("s3").head_object(Bucket=bucket, Key=key)["LastModified"]
    expires = bundle.expires
    said = f"serial {bundle.serial}, published {_ago(changed, now)}"
    if expires is not None:
        said += f", expires {expires:%Y-%m-%d}"
    return said, expires is None or expires > now


def _last_tick(stack: Stack, now: datetime) -> tuple[str, bool]:
    found = _metric(
        stack,
        now,
        "AWS/Lambda",
        "Invocations",
        {"FunctionName": stack.physical("TickFunction")},
        statistic="Sum",
    )
    if found is None or not found[1]:
        return "none within 15 minutes", False
    return f"within the minute from {found[0]:%H:%M}Z", True


def _sweep(stack: Stack, now: datetime) -> tuple[str, bool]:
    table_ = SweepTable(stack.physical("LedgerTable"), stack.client("dynamodb"))
    progress = table_.progress()
    if progress is None:
        return "not begun", False
    if progress.walk is not None:
        said = f"walking since {_ago(progress.walk.started_at, now)}"
        return said, now - progress.walk.started_at < timedelta(days=2)
    if progress.walked_at is None:
        return "never finished", False
    well = now - progress.walked_at < timedelta(days=2)
    return f"last begun {_ago(progress.walked_at, now)}", well


def _alarms(stack: Stack, _now: datetime) -> tuple[str, bool]:
    names = list(stack.of_type("AWS::CloudWatch::Alarm").values())
    with translated("DescribeAlarms"):
        answer = stack.client("cloudwatch").describe_alarms(AlarmNames=names[:100])
    ringing = [
        each["AlarmName"]
        for each in answer["MetricAlarms"]
        if each.get("StateValue") == "ALARM"
    ]
    if ringing:
        return f"{len(ringing)} ring: {', '.join(sorted(ringing))}", False
    return f"{len(answer['MetricAlarms'])}, none rings", True


def _metric(
    stack: Stack,
    now: datetime,
    namespace: str,
    name: str,
    dimensions: dict[str, str],
    statistic: str,
) -> tuple[datetime, float] | None:
    """Return the newest datapoint of a metric within 15 minutes, or None."""
    with translated(f"GetMetricStatistics {name}"):
        answer: dict[str, Any] = stack.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
            StartTime=now - timedelta(minutes=15),
            EndTime=now,
            Period=60,
            Statistics=[statistic],
        )
    points = sorted((p["Timestamp"], p[statistic]) for p in answer["Datapoints"])
    return points[-1] if points else None


def _counted(number: int) -> str:
    return f"{number}" if number < COUNTED else f"{COUNTED} or more"


def _ago(at: datetime, now: datetime) -> str:
    hours = max(0.0, (now - at).total_seconds() / 3600)
    return f"{hours:.0f} h ago" if hours >= 1 else f"{hours * 60:.0f} min ago"
