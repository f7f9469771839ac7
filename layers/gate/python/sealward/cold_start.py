"""The cold start of a function: what it need not pay for.

``cryptography.x509`` compiles patterns while it is imported, to read names that are
written as RFC 4514 says. They span all of Unicode: two thirds of what the whole import
takes (docs/performance.md). Nothing here reads names with them; ``notation_verifier``
has its own reader, ``names``.
"""

import re
import sys
from typing import Any, Final

_COMPILES: Final = "cryptography.x509.name"


class _Pattern:
    """A pattern that is compiled when it is first used."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._written = (pattern, flags)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (the pattern's own)
        return getattr(re.compile(*self._written), name)


def import_x509() -> None:
    """Import ``cryptography.x509``; its patterns are compiled when they are used.

    Every other module's are compiled as ever. Has no effect where it was imported.
    """
    at_once = re.compile

    def compiled(pattern: Any, flags: Any = 0) -> Any:  # noqa: ANN401 (as re.compile)
        # Whoever calls: other threads may be compiling patterns of their own.
        if sys._getframe(1).f_globals.get("__name__") == _COMPILES:  # noqa: SLF001
            return _Pattern(pattern, flags)
        return at_once(pattern, flags)

    re.compile = compiled
    try:
        import cryptography.x509  # noqa: F401, PLC0415 - while it is so
    finally:
        re.compile = at_once
