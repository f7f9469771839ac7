"""A stack's sources: what brings it looks, switched off and on again by its operator.

Rules of events and of time, the mapping of the look queue, and the alarms, which would
page about the silence. Switched off, nothing decides, acts or tells. That costs no look
a read: a mark in the ledger would have every one ask for it before it tells anything.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sealward.aws.errors import translated
from sealward.cli.stack import Stack
from sealward.ports.failures import Unavailable

_RULE: Final = "AWS::Events::Rule"
_MAPPING: Final = "AWS::Lambda::EventSourceMapping"
_ALARM: Final = "AWS::CloudWatch::Alarm"
_ALARMS_A_CALL: Final = 100
POLL_SECONDS: Final = 2.0
STOPS_WITHIN: Final = 120
"""Seconds for the mapping to stop."""
LONGEST_LOOK: Final = 100
"""Seconds: the function's timeout. A message may stay hidden longer; a look may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is switched, by its names."""

    rules: tuple[str, ...]
    mappings: tuple[str, ...]
    """Of event sources, by UUID."""
    alarms: tuple[str, ...]

    @classmethod
    def of(cls, stack: Stack) -> "Sources":
        """Return the sources of ``stack``."""
        return cls(
            # A rule on a bus of its own has the bus before its name.
            rules=tuple(
                name.rpartition("|")[2] for name in stack.of_type(_RULE).values()
            ),
            mappings=tuple(stack.of_type(_MAPPING).values()),
            alarms=tuple(stack.of_type(_ALARM).values()),
        )

    def __str__(self) -> str:
        """Say what they are, for a person."""
        return (
            f"{len(self.rules)} rules, {len(self.mappings)} queue mapping, "
            f"notices of {len(self.alarms)} alarms"
        )


def switch_off(
    stack: Stack,
    sources: Sources,
    sleep: Callable[[float], None],
    *,
    looks: int = LONGEST_LOOK,
) -> None:
    """Switch ``sources`` off, and wait until the looks under way have ended.

    Args:
        stack: the stack.
        sources: what brings it looks.
        sleep: waits so many seconds.
        looks: seconds that are waited for looks at most. A message whose look failed
            cannot be told from one under way.

    Raises:
        NotFound, Denied, Unavailable: as named in ``sealward.ports.failures``.
    """
    # The alarms first: one for the tick's silence rings within minutes.
    _alarms(stack, sources, on=False)
    events, lambda_ = stack.client("events"), stack.client("lambda")
    for name in sources.rules:
        with translated(f"DisableRule {name}"):
            events.disable_rule(Name=name)
    for uuid in sources.mappings:
        with translated(f"GetEventSourceMapping {uuid}"):
            state = lambda_.get_event_source_mapping(UUID=uuid)["State"]
        if state not in {"Disabled", "Disabling"}:
            with translated(f"UpdateEventSourceMapping {uuid}"):
                lambda_.update_event_source_mapping(UUID=uuid, Enabled=False)
    _await(lambda: _stopped(stack, sources), STOPS_WITHIN, sleep)
    if not _stopped(stack, sources):
        raise Unavailable("the look queue's mapping does not stop: run this again")
    _await(lambda: not _under_way(stack), looks, sleep)


def switch_on(stack: Stack, sources: Sources) -> None:
    """Switch ``sources`` on again, and have the sweep look for what was missed.

    Raises:
        NotFound, Denied, Unavailable: as named in ``sealward.ports.failures``.
    """
    events, lambda_ = stack.client("events"), stack.client("lambda")
    for name in sources.rules:
        with translated(f"EnableRule {name}"):
            events.enable_rule(Name=name)
    for uuid in sources.mappings:
        with translated(f"UpdateEventSourceMapping {uuid}"):
            lambda_.update_event_source_mapping(UUID=uuid, Enabled=True)
    _alarms(stack, sources, on=True)
    with translated("Invoke SweepFunction"):
        lambda_.invoke(
            FunctionName=stack.physical("SweepFunction"),
            InvocationType="Event",
            Payload=json.dumps({"walk": True}).encode(),
        )


def _alarms(stack: Stack, sources: Sources, *, on: bool) -> None:
    client = stack.client("cloudwatch")
    switch = client.enable_alarm_actions if on else client.disable_alarm_actions
    for start in range(0, len(sources.alarms), _ALARMS_A_CALL):
        names = list(sources.alarms[start : start + _ALARMS_A_CALL])
        with translated(f"{'Enable' if on else 'Disable'}AlarmActions"):
            switch(AlarmNames=names)


def _await(
    what: Callable[[], bool], seconds: int, sleep: Callable[[float], None]
) -> None:
    """Wait until ``what`` is so, for ``seconds`` at most."""
    for _ in range(int(seconds / POLL_SECONDS)):
        if what():
            return
        sleep(POLL_SECONDS)


def _stopped(stack: Stack, sources: Sources) -> bool:
    client = stack.client("lambda")
    for uuid in sources.mappings:
        with translated(f"GetEventSourceMapping {uuid}"):
            if client.get_event_source_mapping(UUID=uuid)["State"] != "Disabled":
                return False
    return True


def _under_way(stack: Stack) -> bool:
    name = "ApproximateNumberOfMessagesNotVisible"
    with translated("GetQueueAttributes LookQueue"):
        answer = stack.client("sqs").get_queue_attributes(
            QueueUrl=stack.physical("LookQueue"), AttributeNames=[name]
        )
    return str(answer["Attributes"].get(name, "0")) != "0"
