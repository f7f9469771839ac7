"""Registry scopes: the repositories a statement is for, as Notation writes them.

Spec: trust-store-trust-policy, Registry Scopes Constraints.
"""

import re

from notation_verifier.errors import InvalidTrustPolicy

ANY_REGISTRY = "*"
MAX_SCOPE_LENGTH = 512

# One label or path component after another, each matched in one way only: no nested
# repetition that could be tried twice.
# Only documents of notation's have such scopes: compiled when they are first matched.
_DOMAIN = (
    r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?"
)
_REPOSITORY = (
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
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
        or not re.fullmatch(_DOMAIN, domain, re.ASCII)
        or not re.fullmatch(_REPOSITORY, repository, re.ASCII)
    ):
        raise InvalidTrustPolicy(
            f"registry scope {scope[:200]!r} is no repository; write"
            " registry/repository without scheme, tag or digest"
        )
