"""The cold start of a function: what it need not pay for.

Libraries compile patterns while they are imported, most of which no look ever uses: to
read names that are written as RFC 4514 says (they span all of Unicode: two thirds of
what importing ``cryptography.x509`` takes; ``notation_verifier.names`` reads ours), to
render botocore's documentation, to read settings files, titles of mails, versions of
other interpreters (docs/performance.md). They are compiled when somebody uses them.
Listed is only what no look uses: to do later what every look needs would help nobody.
"""

import re
import sys
from typing import Any, Final

UNUSED: Final = frozenset(
    {
        "botocore.docs.bcdoc.restdoc",
        "botocore.docs.utils",
        "botocore.monitoring",
        "configparser",
        "cryptography.x509.name",
        "email.header",
        "email.utils",
        "html",
        "html.parser",
        "importlib.metadata",
        "locale",
        "platform",
        "string",
        "tokenize",
        "urllib.request",
        "xml.etree.ElementPath",
    }
)
"""Modules whose patterns are not compiled. Each of them only calls its patterns'
methods; none hands one to a function of ``re``, which would take no stand-in. Of the
nine of ``platform`` botocore uses one, while the first client is made."""


class _Pattern:
    """A pattern that is compiled when it is first used."""

    __isabstractmethod__ = False  # what abstract classes ask each of their attributes

    def __init__(self, pattern: str, flags: int) -> None:
        self._written = (pattern, flags)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (the pattern's own)
        value = getattr(re.compile(*self._written), name)
        setattr(self, name, value)  # which is not asked for again
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        """Be copied, and pickled, as the pattern that it stands for."""
        return re.compile, self._written


def import_libraries() -> None:
    """Import ``botocore`` and ``cryptography.x509``, what is ``UNUSED`` uncompiled.

    Every other module's patterns are compiled as ever. Has no effect on what was
    imported before.
    """
    at_once = re.compile

    def compiled(pattern: Any, flags: Any = 0) -> Any:  # noqa: ANN401 (as re.compile)
        # Whoever calls: other threads may be compiling patterns of their own.
        if sys._getframe(1).f_globals.get("__name__") in UNUSED:  # noqa: SLF001
            return _Pattern(pattern, flags)
        return at_once(pattern, flags)

    re.compile = compiled
    try:
        import botocore.session  # noqa: F401, PLC0415 - while it is so
        import cryptography.x509  # noqa: F401, PLC0415 - as well
    finally:
        re.compile = at_once
