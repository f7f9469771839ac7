"""Faults on request: latency, throttling, errors, per operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from simulator.errors import ServiceError

ANY = "*"


@dataclass(slots=True, kw_only=True)
class Fault:
    """What befalls the calls it matches."""

    service: str = ANY
    """``ecr``, ``securityhub`` or ``*``."""
    operation: str = ANY
    """The operation's name, such as ``BatchGetImage``, or ``*``."""
    latency: timedelta = timedelta(0)
    """Waited before anything else."""
    error: ServiceError | None = None
    """Answered in place of doing anything."""
    after: ServiceError | None = None
    """Answered although the operation was done: a lost response."""
    times: int | None = None
    """For how many calls; None until removed."""
    when: Callable[[Mapping[str, Any]], bool] | None = None
    """Only for requests this accepts."""

    def matches(self, service: str, operation: str, request: Mapping[str, Any]) -> bool:
        """Return whether it befalls this call."""
        return (
            self.times != 0
            and self.service in (ANY, service)
            and self.operation in (ANY, operation)
            and (self.when is None or self.when(request))
        )


class Faults:
    """The faults in force, in the order they were added; the first match counts."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force; keep the result to ``remove`` it."""
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """End a fault; one that is not in force is left alone."""
        self._faults = [entry for entry in self._faults if entry is not fault]

    def clear(self) -> None:
        """End all faults."""
        self._faults.clear()

    def are_slow(self) -> bool:
        """Return whether any fault in force waits."""
        return any(fault.latency and fault.times != 0 for fault in self._faults)

    def take(
        self, service: str, operation: str, request: Mapping[str, Any]
    ) -> Fault | None:
        """Return the fault that befalls this call, counting it down."""
        for fault in self._faults:
            if fault.matches(service, operation, request):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
