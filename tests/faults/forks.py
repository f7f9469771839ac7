"""Forks: before a call, this process splits; each child meets one fault and goes on.

So what was there before, and the way up to a call, is gone through once, not once for
each way in which the call can fail. A child tells its parent what became of it, and
ends; the parent waits for it, and goes on where nothing fails.
"""

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn

from tests.faults.faults import Fault, kinds

LIMIT: Final = 120
"""Seconds after which a child is ended: a trial takes less than one."""


def faults_at(operation: str, number: int) -> Iterator[Fault]:
    """Yield what may befall a call; at an operation's first also what befalls all."""
    for kind in kinds(operation, number):
        yield Fault(operation=operation, number=number, kind=kind)
    for kind in kinds(operation, None) if number == 1 else ():
        yield Fault(operation=operation, number=None, kind=kind)


class Forks:
    """The children of a course, one for each fault that is ``chosen``.

    Only for a process without other threads.
    """

    def __init__(self, chosen: Callable[[Fault], bool]) -> None:
        self.became: dict[Fault, Any] = {}
        """What each child told; a sentence where it ended otherwise."""
        self.fault: Fault | None = None
        """What befalls this process; None: it is the parent."""
        self._chosen = chosen
        self._tells = -1

    def __call__(self, operation: str, number: int) -> Fault | None:
        """Have children made; return what befalls this process, if it is one."""
        for fault in faults_at(operation, number):
            if not self._chosen(fault):
                continue
            hears, tells = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(hears)
                signal.alarm(LIMIT)
                self.fault, self._tells = fault, tells
                return fault
            os.close(tells)
            with os.fdopen(hears, "rb") as heard:
                said = heard.read()
            _, status = os.waitpid(child, 0)
            self.became[fault] = (
                pickle.loads(said)
                if said
                else f"the process ended early: {os.waitstatus_to_exitcode(status)}"
            )
        return None

    def end(self, became: object) -> NoReturn:
        """Tell the parent what became of this child, and end."""
        with os.fdopen(self._tells, "wb") as told:
            pickle.dump(became, told)
        os._exit(0)
