"""Trust policy documents for blobs: a statement is chosen by its name, or is global.

Spec: trust-store-trust-policy, Blob Trust Policy.
"""

from collections.abc import Mapping

from notation_verifier.errors import InvalidTrustPolicy
from notation_verifier.levels import SKIP
from notation_verifier.statement import (
    PolicyStatement,
    by_name,
    read_core,
    read_document,
    read_name,
    read_object,
)
from notation_verifier.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobTrustPolicyStatement(PolicyStatement):
    """A statement for blobs, of ``trustpolicy.blob.json``."""

    global_policy: bool
    """Whether it governs where nobody names a statement."""


@dataclass(frozen=True, slots=True)
class BlobTrustPolicyDocument:
    """A whole document; one statement at most is global."""

    statements: tuple[BlobTrustPolicyStatement, ...]
    _by_name: Mapping[str, BlobTrustPolicyStatement]

    @classmethod
    def parse(cls, data: bytes) -> "BlobTrustPolicyDocument":
        """Return the document ``data`` holds (``trustpolicy.blob.json``).

        As strict as ``TrustPolicyDocument.parse``.

        Raises:
            InvalidTrustPolicy: names the statement and the field.
        """
        statements = tuple(
            parse_blob_statement(value, where=f"trustPolicies[{index}]")
            for index, value in enumerate(read_document(data))
        )
        named = by_name(statements)
        everywhere = [each.name for each in statements if each.global_policy]
        if len(everywhere) > 1:  # (D10)
            raise InvalidTrustPolicy(
                f"statements {everywhere[0]!r} and {everywhere[1]!r} both have"
                " globalPolicy true; one statement may"
            )
        return cls(statements, named)

    def statement_for(self, name: str | None) -> BlobTrustPolicyStatement | None:
        """Return the statement called ``name``, or without one the global statement.

        None: there is no such statement. A name of white space finds nothing, as in
        the reference.
        """
        if name is None:
            return next((each for each in self.statements if each.global_policy), None)
        return self._by_name.get(name) if name.strip() else None


def parse_blob_statement(
    value: object, *, where: str = "the statement"
) -> BlobTrustPolicyStatement:
    """Return the statement that a JSON object writes.

    Args:
        value: the object, as read from JSON.
        where: names the statement in errors until its own name is known.

    Raises:
        InvalidTrustPolicy: names the statement and the field.
    """
    members = read_object(value, where=where, more="globalPolicy")
    name = read_name(members, where=where)
    try:
        core = read_core(members, name)
        global_policy = _global_policy(members.get("globalPolicy"))
        if global_policy and core.level is SKIP:  # (D10)
            raise InvalidTrustPolicy(  # noqa: TRY301 - gets the statement's name
                "level skip verifies nothing, so it may not be global: a blob must be"
                " named to be let through"
            )
    except InvalidTrustPolicy as error:
        raise InvalidTrustPolicy(f"statement {name[:200]!r}: {error}") from None
    return BlobTrustPolicyStatement(
        name=core.name,
        level=core.level,
        verify_timestamp=core.verify_timestamp,
        trust_stores=core.trust_stores,
        trusted_identities=core.trusted_identities,
        global_policy=global_policy,
    )


def _global_policy(value: object) -> bool:
    if value is not None and not isinstance(value, bool):
        raise InvalidTrustPolicy("globalPolicy is neither true nor false")
    return bool(value)
