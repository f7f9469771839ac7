"""The environment that a policy names: which names mean production. Pure."""

from typing import Final

_PRODUCTION: Final = frozenset({"prod", "production"})


def is_production(environment: str) -> bool:
    """Return whether a policy that names ``environment`` is for production.

    One that names none is not: who asks decides what that means.
    """
    return environment.strip().lower() in _PRODUCTION
