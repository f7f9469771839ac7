"""Intake: what Lambda hands a function, read into hints, one look each.

A message nobody can read is set aside by the function itself, with its reason, and
acknowledged. A look that fails unexpectedly is never a settled verdict: the gate has
remembered the subject as inconclusive, and its message comes again and ends on the
dead-letter queue. Hints named twice in a batch are looked at once. What a repository
over its share sends is passed on, for SQS to deliver it after the others'.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sealward.aws.telemetry import Telemetry
from sealward.events import (
    LOOK_AGAIN_SOURCE,
    EventProblem,
    Hint,
    MalformedEvent,
    UnknownEvent,
    parse_events,
)
from sealward.ledger.records import Verdict
from sealward.look.telling.result import NOT_DUE, LookResult
from sealward.ports.failures import PortError
from sealward.ports.look_queue import LookQueue
from sealward.subjects.turns import Share, Shares

RESERVE: Final = 62_000
"""Milliseconds: with less left no further look is begun; its message comes again.

What a look takes at most when AWS is slow: three calls one after another that use up
their attempts, one of AWS Signer that does, and the 10 s that all its other questions
about revocation share. An
invocation that Lambda ends brings its whole batch again.
"""

_DIGITS: Final = 9
LAST_DELIVERY: Final = 5
"""After which SQS moves a message to the dead letters, as the template has it."""


class Intake:
    """Takes an SQS batch or one EventBridge event, and looks.

    Args:
        account: the function's own, twelve digits.
        region: the function's own.
        queue: where what cannot be read goes.
        look: looks at one hint, beginning nothing long after the time given.
        telemetry: told of every look.
        shares: what each repository's events had of this environment.
        flooded: told of a repository that goes over its share; may fail.
    """

    def __init__(
        self,
        *,
        account: str,
        region: str,
        queue: LookQueue,
        look: Callable[[Hint, timedelta], LookResult],
        telemetry: Telemetry,
        shares: Shares,
        flooded: Callable[[str], None] | None = None,
    ) -> None:
        self._account = account
        self._region = region
        self._queue = queue
        self._look = look
        self._telemetry = telemetry
        self._shares = shares
        self._flooded = flooded

    def take(self, event: object, remaining: Callable[[], int]) -> dict[str, Any]:
        """Return what Lambda is to be answered.

        Args:
            event: an SQS batch (``Records``), or one EventBridge event.
            remaining: milliseconds until Lambda ends the invocation.

        Returns:
            For a batch ``batchItemFailures``; for an event the look's result, or
            ``malformed`` with the reason.
        """
        if isinstance(event, dict) and isinstance(event.get("Records"), list):
            return self._batch(event["Records"], remaining)
        return self._single(event, remaining)

    def _batch(
        self, records: Sequence[object], remaining: Callable[[], int]
    ) -> dict[str, Any]:
        again: list[str] = []
        waiting: dict[Hint, list[str]] = {}
        for record in records:
            if not isinstance(record, dict):
                # SQS hands over no such thing; whoever invokes the function might.
                problem = "the record is no message of SQS"
                self._set_aside(
                    json.dumps(record),
                    MalformedEvent(EventProblem.NOT_AN_OBJECT, "", problem),
                )
                continue
            message = str(record.get("messageId"))
            hints = self._taken(record)
            if hints is None:
                again.append(message)
            for hint in hints or ():
                waiting.setdefault(hint, []).append(message)
        for hint, messages in waiting.items():
            if remaining() < RESERVE:
                self._telemetry.event("put back", count="LooksPutBack", **_names(hint))
                again += messages
                continue
            if self._attempt(hint, remaining) is None:
                again += messages
        return {"batchItemFailures": [{"itemIdentifier": each} for each in again]}

    def _taken(self, record: Mapping[str, Any]) -> Sequence[Hint] | None:
        """Return what is to be looked at now; None where it must come again."""
        body = str(record.get("body"))
        try:
            hints, ours = self._hints(body)
        except UnknownEvent as problem:
            self._unknown(problem)
            return ()
        except MalformedEvent as problem:
            return () if self._set_aside(body, problem) else None
        if not hints:
            self._telemetry.event("nothing happened", count="EventsOfNothing")
        came = _deliveries(record)
        if came > 1:
            last = came >= LAST_DELIVERY
            return [replace(hint, again=True, last=last) for hint in hints]
        return [hint for hint in hints if ours or not self._passed_on(hint)]

    def _single(self, event: object, remaining: Callable[[], int]) -> dict[str, Any]:
        try:
            hints = parse_events(event, account=self._account, region=self._region)
        except UnknownEvent as problem:
            self._unknown(problem)
            return {"reason": problem.reason.value, "detail": str(problem)}
        except MalformedEvent as problem:
            body = json.dumps(event)
            if not self._set_aside(body, problem):
                raise
            return {"malformed": problem.reason.value, "detail": str(problem)}
        if not hints:
            return {"reason": "nothing-happened"}
        result = self._look(hints[0], _time_left(remaining))
        self._tell(result)
        return result.log_fields()

    def _passed_on(self, hint: Hint) -> bool:
        """Send ``hint`` on with its group if its repository is over its share."""
        share = self._shares.take(hint.repository)
        if share is Share.WITHIN:
            return False
        try:
            self._queue.later(hint, timedelta(0))
        except PortError:
            return False  # looked at now: unfair, and nothing is lost
        self._telemetry.tally("EventsPassedOn", 1)
        if share is Share.EXCEEDED:
            self._over(hint.repository)
        return True

    def _over(self, repository: str) -> None:
        """Say that ``repository`` went over its share; no look waits for that."""
        self._telemetry.event("over its share", repository=repository)
        if self._flooded is None:
            return
        try:
            self._flooded(repository)
        except PortError as error:
            self._telemetry.problem("flood not noted", error=error, reason=repository)

    def _hints(self, body: str) -> tuple[Sequence[Hint], bool]:
        """Return what a message names, and whether Sealward itself sent it."""
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise MalformedEvent(
                EventProblem.NOT_AN_OBJECT, "", "the message is not JSON"
            ) from error
        hints = parse_events(payload, account=self._account, region=self._region)
        return hints, payload["source"] == LOOK_AGAIN_SOURCE

    def _unknown(self, problem: UnknownEvent) -> None:
        self._telemetry.event(
            "unknown event", count="EventsUnknown", reason=str(problem)
        )

    def _set_aside(self, body: str, problem: MalformedEvent) -> bool:
        """Send ``body`` to the dead-letter queue; return whether it is there."""
        reason = f"{problem.reason.value}: {problem}"
        try:
            self._queue.dead_letter(body, reason=reason)
        except PortError as error:
            self._telemetry.problem("dead letter not sent", error=error, reason=reason)
            return False
        self._telemetry.problem("malformed event", count="Malformed", reason=reason)
        return True

    def _attempt(self, hint: Hint, remaining: Callable[[], int]) -> LookResult | None:
        """Look; return None where that failed, having said so."""
        try:
            result = self._look(hint, _time_left(remaining))
        except Exception as error:  # noqa: BLE001 (whatever it is: no verdict, again)
            self._telemetry.problem(
                "look failed", count="LooksFailed", error=error, **_names(hint)
            )
            return None
        self._tell(result)
        return result

    def _tell(self, result: LookResult) -> None:
        if result.reason == NOT_DUE:
            return  # one in three messages is; a line of each tells nobody anything
        verdict = result.verdict.value.capitalize() if result.verdict else "None"
        # What is pending is counted by what becomes of it.
        count = "" if result.verdict is Verdict.PENDING else f"Verdict{verdict}"
        self._telemetry.event("look", count=count, **result.log_fields())
        if result.changed and result.step != "none":
            self._telemetry.tally(f"Step{result.step.value.capitalize()}", 1)
        named: dict[str, Any] = {
            "repository": result.repository,
            "digest": result.digest,
        }
        if result.unsent:
            self._telemetry.problem(
                "look not sent", count="LooksNotSent", reason=result.unsent, **named
            )
        if result.unkept:
            self._telemetry.problem(
                "evidence not kept",
                count="EvidenceNotKept",
                reason=result.unkept,
                **named,
            )
        if result.delivered is False:
            self._telemetry.tally("FindingsNotDelivered", 1)


def _time_left(remaining: Callable[[], int]) -> timedelta:
    """Return the time until nothing long may be begun any more."""
    return timedelta(milliseconds=max(0, remaining() - RESERVE))


def _deliveries(message: Mapping[str, Any]) -> int:
    """Return how often SQS delivered ``message``: an earlier look may have died."""
    attributes = message.get("attributes")
    count = (
        str(attributes.get("ApproximateReceiveCount", "1"))
        if isinstance(attributes, dict)
        else "1"
    )
    return int(count) if count.isdecimal() and len(count) <= _DIGITS else 1


def _names(hint: Hint) -> dict[str, str]:
    return {"repository": hint.repository, "digest": hint.digest}
