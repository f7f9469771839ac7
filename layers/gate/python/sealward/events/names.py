"""Names as ECR allows them: repositories, digests, registries; checked, not mended."""

import re
from typing import Final

REPOSITORY: Final = re.compile(
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
)
"""ECR API, RepositoryName. No two alternatives start alike: it cannot backtrack far."""
REPOSITORY_LENGTH: Final = range(2, 257)
"""Characters; ECR API, RepositoryName."""
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
"""The only digests ECR knows."""

ORIGIN: Final = re.compile(r"[0-9]{12}/[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")
"""A registry as a replication names its source: account and Region."""


def is_repository(name: str) -> bool:
    """Return whether ECR allows ``name`` as a repository's name (ASCII throughout)."""
    return len(name) in REPOSITORY_LENGTH and REPOSITORY.fullmatch(name) is not None


def is_digest(text: str) -> bool:
    """Return whether ``text`` is a digest as ECR writes it."""
    return DIGEST.fullmatch(text) is not None
