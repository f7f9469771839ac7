"""What watches the stack: does anybody hear its alarms, and does the canary sing?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sealward.aws.errors import translated
from sealward.cli.doctor.check import (
    AFTER_UNINSTALLING,
    Check,
    Examination,
    ill,
    note,
    well,
)
from sealward.cli.stack import Stack

_ALARM: Final = "AWS::CloudWatch::Alarm"
_TOPICS: Final = ("AlarmTopicArn", "TicketTopicArn")
_PENDING: Final = frozenset({"PendingConfirmation", "Deleted"})
_ASKED: Final = 100
"""Alarms of one question; the template has fewer."""
OVERDUE: Final = timedelta(hours=26)
"""From one morning's verdicts of the canary until the next are missed."""
_BOTH: Final = 2


def alarms(stack: Stack) -> Iterator[Check]:
    """Look whether the alarms ring, and whether somebody hears them."""
    names = list(stack.of_type(_ALARM).values())
    with translated("DescribeAlarms"):
        answer = stack.client("cloudwatch").describe_alarms(AlarmNames=names[:_ASKED])
    found = answer["MetricAlarms"]
    gone = set(names) - {each["AlarmName"] for each in found}
    mute = [each["AlarmName"] for each in found if not each["ActionsEnabled"]]
    if gone:
        yield ill(
            "alarms",
            f"{len(gone)} of the stack's are gone: {', '.join(sorted(gone)[:10])}",
            "deploy the stack again; look in CloudTrail for DeleteAlarms",
        )
    elif mute:
        yield ill(
            "alarms",
            f"{len(mute)} notify nobody: {', '.join(sorted(mute)[:10])}",
            "aws cloudwatch enable-alarm-actions --alarm-names ...; find who disabled "
            f"them in CloudTrail (DisableAlarmActions). {AFTER_UNINSTALLING}",
        )
    else:
        yield well("alarms", f"{len(found)}, and they notify")


def alarm_topics(stack: Stack) -> Iterator[Check]:
    """Look whether the topics of the alarms have somebody who listens."""
    if not any(stack.parameters.get(name) for name in _TOPICS):
        yield note(
            "alarm topics",
            "none: the alarms ring and nobody hears",
            "update the stack with AlarmTopicArn",
        )
    for name in _TOPICS:
        arn = stack.parameters.get(name, "")
        if arn:
            yield _listened(stack, name, arn)


def _listened(stack: Stack, name: str, arn: str) -> Check:
    if f":{stack.account}:" not in arn:
        return note(
            name,
            f"{arn} is another account's, which alone can say who listens",
            f"ask there: aws sns list-subscriptions-by-topic --topic-arn {arn}",
        )
    client = stack.client("sns")
    with translated(f"ListSubscriptionsByTopic {arn}"):
        try:
            answer = client.list_subscriptions_by_topic(TopicArn=arn)
        except client.exceptions.NotFoundException:
            return ill(
                name,
                f"there is no topic {arn}",
                f"make it, or update the stack with another {name}",
            )
    found = [each["SubscriptionArn"] for each in answer["Subscriptions"]]
    confirmed = [each for each in found if each not in _PENDING]
    if confirmed:
        return well(name, f"{len(confirmed)} subscriptions")
    said = "none is confirmed" if found else "it has none"
    return ill(
        name,
        f"nobody hears {arn}: of its subscriptions {said}",
        "aws sns subscribe --protocol email --notification-endpoint <address> "
        f"--topic-arn {arn}, and confirm it by the mail that comes",
    )


def canary(stack: Stack) -> Iterator[Check]:
    """Look for the canary's last verdicts."""
    if not stack.parameters.get("CanaryRepository"):
        yield note(
            "canary",
            "none: silence and a quiet day look the same",
            "update the stack with CanaryRepository: docs/operations.md#the-canary",
        )
        return
    now = datetime.now(UTC)
    with translated("GetMetricStatistics CanaryVerdicts"):
        answer = stack.client("cloudwatch").get_metric_statistics(
            Namespace="Sealward",
            MetricName="CanaryVerdicts",
            Dimensions=[{"Name": "service", "Value": "canary"}],
            StartTime=now - OVERDUE,
            EndTime=now,
            Period=3600,
            Statistics=["Minimum"],
        )
    newest = max(
        ((each["Timestamp"], each["Minimum"]) for each in answer["Datapoints"]),
        default=None,
    )
    remedy = "docs/runbooks.md#canarymissedalarm"
    if newest is None:
        yield ill(
            "canary", f"no verdicts for {OVERDUE / timedelta(hours=1):g} h", remedy
        )
        return
    at, verdicts = newest
    said = f"{verdicts:g} of {_BOTH} verdicts as they should be, {at:%Y-%m-%d %H}h UTC"
    yield well("canary", said) if verdicts >= _BOTH else ill("canary", said, remedy)


WATCHES: Final[tuple[Examination, ...]] = (alarms, alarm_topics, canary)
