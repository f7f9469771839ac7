"""The version, as every decision names the code that made it."""

from typing import Final

VERSION: Final = "0.1.0"
"""As in pyproject.toml."""
