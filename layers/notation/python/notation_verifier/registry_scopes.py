"""Registry scopes: the repositories a statement is for, as Notation writes them.

Spec: trust-store-trust-policy, Registry Scopes Constraints.
"""

import re

from notation_verifier.errors import InvalidTrustPolicy

ANY_REGISTRY = "*"
MAX_SCOPE_LENGTH = 512

# One label or path component after another, each matched in one way only: no nested
# repetition that could be tried twice.
_DOMAIN = re.compile(
    r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?",
    re.ASCII,
)
_REPOSITORY = re.compile(
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*",
    re.ASCII,
)


def check_registry_scope(scope: str) -> None:
    """Check that ``scope`` is ``*`` or one fully qualified repository.

    Raises:
        InvalidTrustPolicy: neither; a prefix, a tag or a bare registry among them.
    """
    if scope == ANY_REGISTRY:
        return
    if "*" in scope:  # (D7)
        raise InvalidTrustPolicy(
            f"registry scope {scope[:200]!r} has a wildcard; Notation knows '*' alone"
            " and whole repositories"
        )
    domain, slash, repository = scope.partition("/")  # (D7)
    if (
        len(scope) > MAX_SCOPE_LENGTH
        or not slash
        or not _DOMAIN.fullmatch(domain)
        or not _REPOSITORY.fullmatch(repository)
    ):
        raise InvalidTrustPolicy(
            f"registry scope {scope[:200]!r} is no repository; write"
            " registry/repository without scheme, tag or digest"
        )
