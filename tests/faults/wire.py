"""The wire: every call that leaves the functions, seen in botocore's hooks, and failed.

``before-call`` tells of a call, ``before-send`` of each attempt at one that something
befalls. What is no call of botocore's (a layer's download, a responder's answer) is
wrapped and counts the same. One call at a time: nothing here is safe between threads.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final, TypeVar

from botocore.exceptions import ReadTimeoutError
from moto.core.models import botocore_stubber

from tests.faults import answers
from tests.faults.faults import DEATHS, Fault, Kind
from tests.faults.services import Services

T = TypeVar("T")

_ASKED: Final = "faults: what is asked"
"""Where botocore's context carries a call's arguments to ``before-call``."""


class Died(BaseException):
    """The process has ended: nothing catches it, and nothing is called any more."""


class Wire:
    """Sees each call and lets the fault in force befall it."""

    def __init__(self, services: Services) -> None:
        self.calls: list[tuple[str, int]] = []
        """Operation, and which call of it, in order, since ``begin``."""
        self.struck = 0
        """Attempts that failed by the fault, since ``begin``."""
        self.dead = False
        self.fault: Fault | None = None
        """In force."""
        self.fork: Callable[[str, int], Fault | None] | None = None
        """Asked before each call: what befalls it, and others, in this process."""
        self._services = services
        self._numbers: Counter[str] = Counter()
        self._call = ("", 0)
        self._attempt = 0

    def attach(self, session: Any) -> None:
        """See what the clients of a botocore session call."""
        emitter = session.get_component("event_emitter")
        emitter.register_last("before-parameter-build", self._asked)
        emitter.register_first("before-call", self._begin_of)
        emitter.register_first("before-send", self._send)
        # It would perform what is answered with an error.
        emitter.unregister("before-send", botocore_stubber)

    def begin(self) -> None:
        """Count from 1 again, with no fault in force."""
        self.calls, self.struck, self.fault, self.fork = [], 0, None, None
        self._numbers.clear()

    def heal(self) -> None:
        """End the fault."""
        self.fault = None

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

    def _asked(self, params: Any, context: Any, **_: Any) -> None:
        context[_ASKED] = params

    def _begin_of(self, model: Any, context: Any, **_: Any) -> Any:
        operation = f"{model.service_model.service_name}:{model.name}"
        number = self._begin(operation)
        self._call, self._attempt = (operation, number), 0
        if self._befalls(operation, number) is not None:
            return None
        return self._services.answer(operation, context[_ASKED])

    def _begin(self, operation: str) -> int:
        if self.dead:
            raise Died
        self._numbers[operation] += 1
        number = self._numbers[operation]
        self.calls.append((operation, number))
        if self.fork is not None and (fault := self.fork(operation, number)):
            self.fault, self.fork = fault, None
        return number

    def _befalls(self, operation: str, number: int) -> Fault | None:
        fault = self.fault
        if fault is None or fault.operation != operation:
            return None
        return fault if fault.number in (None, number) else None

    def _strikes(self, operation: str, number: int, *, attempt: int) -> Kind | None:
        fault = self._befalls(operation, number)
        if fault is None or (fault.kind is Kind.LOST_ONCE and attempt > 1):
            return None
        self.struck += 1
        return fault.kind

    def _send(self, request: Any, **_: Any) -> Any:
        if self.dead:
            raise Died
        operation, number = self._call
        self._attempt += 1
        kind = self._strikes(operation, number, attempt=self._attempt)
        match kind:
            case None:
                return self._services.send(operation, request)
            case Kind.THROTTLED | Kind.SERVER_ERROR | Kind.DENIED:
                return answers.error(operation, kind, request.url)
            case Kind.PARTIAL:
                return answers.partial(operation, request)
            case Kind.DIES_BEFORE:
                return self._die(None)
            case Kind.DIES_AFTER:
                return self._die(lambda: self._services.send(operation, request))
            case Kind.LOST_AFTER | Kind.LOST_ONCE:
                self._services.send(operation, request)
            case Kind.LOST_BEFORE:
                pass
        raise ReadTimeoutError(endpoint_url=request.url)

    def _die(self, last: Callable[[], object] | None) -> None:
        if last is not None:
            last()
        self.dead = True
        raise Died
