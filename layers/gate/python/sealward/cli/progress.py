"""What a command is waiting for, on a terminal only: one line that is wiped again."""

import sys
from types import TracebackType
from typing import Self, TextIO

from notation_verifier.sentence import printable

_WIDTH = 78


class Progress:
    """Says on standard error what is waited for; nothing of it stays.

    Args:
        wanted: whether anybody wants to see it.
        stream: where it is said, if that is a terminal.
    """

    def __init__(self, *, wanted: bool, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._on = wanted and self._stream.isatty()
        self._shown = 0

    def __enter__(self) -> Self:
        """Begin; nothing is shown yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wipe the line."""
        self.say("")

    def say(self, text: str) -> None:
        """Show ``text`` in the place of what was shown before."""
        if not self._on:
            return
        line = printable(text, _WIDTH)
        wipe = " " * (self._shown - len(line))
        self._stream.write(f"\r{line}{wipe}")
        if not line:
            self._stream.write("\r")
        self._stream.flush()
        self._shown = len(line)
