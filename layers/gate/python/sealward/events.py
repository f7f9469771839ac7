"""Events: hints to look at a subject again.

An event is never evidence. Four values are taken from it, account, Region, repository and
digest, each checked against ECR's own patterns and the function's own account and Region;
everything else is read again from the registry (docs/threat-model.md, 18).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hint:
    """Look at this artifact again."""

    account: str
    """Twelve digits."""
    region: str
    repository: str
    """The repository's name within the registry, as ECR allows it."""
    digest: str
    """``sha256:`` and 64 lower-case hex digits."""
