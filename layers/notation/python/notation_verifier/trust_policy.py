"""Trust policy documents: which identities may sign what, and how strictly.

Spec: trust-store-trust-policy, Trust Policy.
"""

from collections.abc import Callable, Mapping

from notation_verifier.errors import InvalidTrustPolicy
from notation_verifier.registry_scopes import ANY_REGISTRY, check_registry_scope
from notation_verifier.statement import (
    PolicyStatement,
    by_name,
    read_core,
    read_document,
    read_name,
    read_object,
    texts,
)
from notation_verifier.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicyStatement(PolicyStatement):
    """A statement for images, of ``trustpolicy.json``."""

    registry_scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrustPolicyDocument:
    """A whole document: every repository falls to one statement at most."""

    statements: tuple[TrustPolicyStatement, ...]
    _by_scope: Mapping[str, TrustPolicyStatement]

    @classmethod
    def parse(cls, data: bytes) -> "TrustPolicyDocument":
        """Return the document ``data`` holds (``trustpolicy.json``).

        Stricter than the reference: unknown and duplicate members and anything after
        the document are refused, where Notation would quietly pass over a misspelt one.

        Raises:
            InvalidTrustPolicy: names the statement and the field.
        """
        statements = tuple(
            parse_statement(value, where=f"trustPolicies[{index}]")
            for index, value in enumerate(read_document(data))
        )
        by_scope: dict[str, TrustPolicyStatement] = {}
        for statement in by_name(statements).values():
            for scope in statement.registry_scopes:
                if scope in by_scope:  # (D8)
                    raise InvalidTrustPolicy(
                        f"statement {statement.name!r}: registry scope {scope!r} is"
                        f" also in {by_scope[scope].name!r}; a scope may stand once"
                    )
                by_scope[scope] = statement
        return cls(statements, by_scope)

    def statement_for(self, repository: str) -> TrustPolicyStatement | None:
        """Return the statement for ``registry/repository``, or None.

        A scope that is the very text wins, then ``*``. The repository itself must be a
        scope, so a tag or a digest finds nothing.
        """
        if repository == ANY_REGISTRY:
            return None
        try:
            check_registry_scope(repository)
        except InvalidTrustPolicy:
            return None
        # (D9) the very text, then everything
        return self._by_scope.get(repository) or self._by_scope.get(ANY_REGISTRY)


def parse_statement(
    value: object,
    *,
    where: str = "the statement",
    check_scope: Callable[[str], None] = check_registry_scope,
) -> TrustPolicyStatement:
    """Return the statement that a JSON object writes.

    Args:
        value: the object, as read from JSON.
        where: names the statement in errors until its own name is known.
        check_scope: raises InvalidTrustPolicy for a scope that is none; a caller that
            knows wider scopes than Notation passes its own.

    Raises:
        InvalidTrustPolicy: names the statement and the field.
    """
    members = read_object(value, where=where, more="registryScopes")
    name = read_name(members, where=where)
    try:
        core = read_core(members, name)
        scopes = texts(members, "registryScopes")
        _check_scopes(scopes, check_scope)
    except InvalidTrustPolicy as error:
        raise InvalidTrustPolicy(f"statement {name[:200]!r}: {error}") from None
    return TrustPolicyStatement(
        name=core.name,
        registry_scopes=tuple(scopes),
        level=core.level,
        verify_timestamp=core.verify_timestamp,
        trust_stores=core.trust_stores,
        trusted_identities=core.trusted_identities,
    )


def _check_scopes(scopes: list[str], check_scope: Callable[[str], None]) -> None:
    if not scopes:
        raise InvalidTrustPolicy("registryScopes holds no scope")
    if ANY_REGISTRY in scopes and len(scopes) > 1:  # (D8)
        raise InvalidTrustPolicy("registryScopes: '*' stands beside other scopes")
    if len(set(scopes)) != len(scopes):
        raise InvalidTrustPolicy("registryScopes holds a scope twice")
    for scope in scopes:
        check_scope(scope)
