"""The wire: every call that leaves the functions, seen in botocore's hooks, and failed.

``before-call`` tells of a call, ``before-send`` of each attempt. What is no call of
botocore's (a layer's download, a responder's answer) is wrapped and counts the same.
"""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session
from moto.core.models import botocore_stubber

from tests.faults import answers
from tests.faults.faults import DEATHS, Fault, Kind

T = TypeVar("T")


class Died(BaseException):
    """The process has ended: nothing catches it, and nothing is called any more."""


class Wire:
    """Sees each call and lets the fault in force befall it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        """Operation, and which call of it, in order, since ``begin``."""
        self.ever: Counter[str] = Counter()
        """Calls by operation, since it exists."""
        self.struck = 0
        """Attempts that failed by the fault, since ``begin``."""
        self.dead = False
        self._fault: Fault | None = None
        self._numbers: Counter[str] = Counter()
        self._of_thread = threading.local()
        self._lock = threading.Lock()
        self._connections = URLLib3Session()

    def attach(self, session: Any) -> None:
        """See what the clients of a botocore session call."""
        emitter = session.get_component("event_emitter")
        emitter.register_first("before-call", self._begin_of)
        emitter.register_first("before-send", self._send)

    def begin(self, fault: Fault | None) -> None:
        """Count from 1 again, with ``fault`` in force."""
        self.calls, self.struck, self._fault = [], 0, fault
        self._numbers.clear()

    def heal(self) -> None:
        """End the fault."""
        self._fault = None

    def around(
        self, operation: str, call: Callable[[], T], failed: Callable[[Kind], Exception]
    ) -> T:
        """Make a call that is none of botocore's; ``failed`` says how it fails."""
        number = self._begin(operation)
        kind = self._strikes(operation, number, attempt=1)
        if kind is None or kind is Kind.LOST_ONCE:
            return call()
        if kind in DEATHS:
            self._die(call if kind is Kind.DIES_AFTER else None)
        if kind is Kind.LOST_AFTER:
            call()
        raise failed(kind)

    def _begin_of(self, model: Any, **_: Any) -> None:
        operation = f"{model.service_model.service_name}:{model.name}"
        self._of_thread.call = (operation, self._begin(operation))
        self._of_thread.attempt = 0

    def _begin(self, operation: str) -> int:
        if self.dead:
            raise Died
        with self._lock:
            self._numbers[operation] += 1
            self.ever[operation] += 1
            number = self._numbers[operation]
            self.calls.append((operation, number))
            return number

    def _strikes(self, operation: str, number: int, *, attempt: int) -> Kind | None:
        fault = self._fault
        if (
            fault is None
            or fault.operation != operation
            or fault.number not in (None, number)
            or (fault.kind is Kind.LOST_ONCE and attempt > 1)
        ):
            return None
        self.struck += 1
        return fault.kind

    def _send(self, request: Any, **_: Any) -> Any:
        if self.dead:
            raise Died
        operation, number = self._of_thread.call
        self._of_thread.attempt += 1
        attempt = self._of_thread.attempt
        kind = self._strikes(operation, number, attempt=attempt)
        match kind:
            case None:
                return None
            case Kind.THROTTLED | Kind.SERVER_ERROR | Kind.DENIED:
                return answers.error(operation, kind, request.url)
            case Kind.PARTIAL:
                return answers.partial(operation, request)
            case Kind.DIES_BEFORE:
                return self._die(None)
            case Kind.DIES_AFTER:
                return self._die(lambda: self._perform(request))
            case Kind.LOST_AFTER | Kind.LOST_ONCE:
                self._perform(request)
            case Kind.LOST_BEFORE:
                pass
        raise ReadTimeoutError(endpoint_url=request.url)

    def _perform(self, request: Any) -> None:
        if botocore_stubber("before-send", request) is None:
            self._connections.send(request)

    def _die(self, last: Callable[[], object] | None) -> None:
        if last is not None:
            last()
        self.dead = True
        raise Died
