"""Reads: questions to ports, asked side by side where none needs another's answer."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class RunBeside(Protocol):
    """Runs calls side by side, or one after another; returns when all have ended.

    The calls raise nothing and return nothing. With a thread pool:
    ``lambda calls: wait([pool.submit(call) for call in calls])``.
    """

    def __call__(self, calls: Sequence[Callable[[], None]], /) -> object:
        """Run every one of ``calls`` to its end."""
        ...


class Read(Generic[T]):
    """One question: asked once, its answer or its error kept until wanted."""

    __slots__ = ("_answer", "_ask", "_error")

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._answer: tuple[T] | None = None
        self._error: Exception | None = None

    def run(self) -> None:
        """Ask; raise nothing."""
        try:
            self._answer = (self._ask(),)
        except Exception as error:  # noqa: BLE001 - kept: answer() raises it
            self._error = error

    def answer(self) -> T:
        """Return the answer, or raise what asking raised."""
        if self._error is not None:
            raise self._error
        if self._answer is None:
            raise RuntimeError("this read was not run")
        return self._answer[0]


def ask(reads: Sequence[Read[Any]], beside: RunBeside | None) -> None:
    """Run ``reads`` beside each other where there is a way to, else in order."""
    if beside is None or len(reads) == 1:
        for read in reads:
            read.run()
    elif reads:
        beside([read.run for read in reads])
