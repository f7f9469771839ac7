"""Trust policy documents: which identities may sign what, and how strictly.

Spec: trust-store-trust-policy, Trust Policy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from notation_verifier._strict import StrictError, json_object
from notation_verifier.errors import InvalidTrustPolicy, InvalidTrustStore
from notation_verifier.identities import check_identities
from notation_verifier.levels import LEVELS, SKIP, Action, Validation, VerificationLevel
from notation_verifier.registry_scopes import ANY_REGISTRY, check_registry_scope
from notation_verifier.trust_store import TrustStoreName

MAX_DOCUMENT_BYTES = 4 * 1024 * 1024
_VERSION = "1.0"
_LEVEL_FIELDS = {
    Validation.AUTHENTICITY: "authenticity",
    Validation.AUTHENTIC_TIMESTAMP: "authentic_timestamp",
    Validation.EXPIRY: "expiry",
    Validation.REVOCATION: "revocation",
}


class VerifyTimestamp(StrEnum):
    """When an RFC 3161 countersignature is looked at."""

    ALWAYS = "always"
    AFTER_CERT_EXPIRY = "afterCertExpiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicyStatement:
    """One statement; everything in it has been validated as ``notation`` would."""

    name: str
    registry_scopes: tuple[str, ...]
    level: VerificationLevel
    verify_timestamp: VerifyTimestamp
    trust_stores: tuple[TrustStoreName, ...]
    trusted_identities: tuple[str, ...]
    """As written: ``*``, ``x509.subject: …`` or an AWS Signer ARN."""


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
        if len(data) > MAX_DOCUMENT_BYTES:
            raise InvalidTrustPolicy(
                f"a document of {len(data)} bytes; {MAX_DOCUMENT_BYTES} are read"
            )
        try:
            document = json_object(data)
        except StrictError as error:
            raise InvalidTrustPolicy(f"the document is not usable: {error}") from None
        _known(document, {"version", "trustPolicies"}, "the document")
        if document.get("version") != _VERSION:
            raise InvalidTrustPolicy(
                f"version is {_shown(document.get('version'))}; write {_VERSION!r}"
            )
        values = document.get("trustPolicies")
        if not isinstance(values, list) or not values:
            raise InvalidTrustPolicy(
                "trustPolicies is no list of at least one statement"
            )
        statements = tuple(
            parse_statement(value, where=f"trustPolicies[{index}]")
            for index, value in enumerate(values)
        )
        names: set[str] = set()
        by_scope: dict[str, TrustPolicyStatement] = {}
        for statement in statements:
            if statement.name in names:
                raise InvalidTrustPolicy(
                    f"two statements have the name {statement.name!r}"
                )
            names.add(statement.name)
            for scope in statement.registry_scopes:
                if scope in by_scope:
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
    if not isinstance(value, Mapping):
        raise InvalidTrustPolicy(f"{where} is no object")
    _known(
        value,
        {
            "name",
            "registryScopes",
            "signatureVerification",
            "trustStores",
            "trustedIdentities",
        },
        where,
    )
    name = value.get("name")
    if not isinstance(name, str) or not name:
        raise InvalidTrustPolicy(f"{where}: name is missing or not text")
    where = f"statement {name[:200]!r}"
    try:
        level, verify_timestamp = _verification(value.get("signatureVerification"))
        stores = _texts(value, "trustStores")
        identities = _texts(value, "trustedIdentities")
        if level is SKIP:
            if stores or identities:
                raise InvalidTrustPolicy(  # noqa: TRY301 - all get the statement's name
                    "level skip verifies nothing: leave trustStores and"
                    " trustedIdentities out"
                )
        elif not stores or not identities:
            raise InvalidTrustPolicy(  # noqa: TRY301 - all get the statement's name
                "trustStores and trustedIdentities must both be given"
            )
        trust_stores = tuple(TrustStoreName.parse(store) for store in stores)
        check_identities(identities)
        scopes = _texts(value, "registryScopes")
        _check_scopes(scopes, check_scope)
    except (InvalidTrustPolicy, InvalidTrustStore) as error:
        raise InvalidTrustPolicy(f"{where}: {error}") from None
    return TrustPolicyStatement(
        name=name,
        registry_scopes=tuple(scopes),
        level=level,
        verify_timestamp=verify_timestamp,
        trust_stores=trust_stores,
        trusted_identities=tuple(identities),
    )


def _known(value: Mapping[Any, Any], names: set[str], where: str) -> None:
    for name in value:
        if name not in names:
            raise InvalidTrustPolicy(
                f"{where}: unknown member {_shown(name)}; there are"
                f" {', '.join(sorted(names))}"
            )


def _texts(value: Mapping[Any, Any], name: str) -> list[str]:
    """Return a member that is a list of text; absent or null is an empty one.

    Raises:
        InvalidTrustPolicy: anything else.
    """
    texts = value.get(name)
    if texts is None:
        return []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InvalidTrustPolicy(f"{name} is no list of text")
    return texts


def _check_scopes(scopes: list[str], check_scope: Callable[[str], None]) -> None:
    if not scopes:
        raise InvalidTrustPolicy("registryScopes holds no scope")
    if ANY_REGISTRY in scopes and len(scopes) > 1:
        raise InvalidTrustPolicy("registryScopes: '*' stands beside other scopes")
    if len(set(scopes)) != len(scopes):
        raise InvalidTrustPolicy("registryScopes holds a scope twice")
    for scope in scopes:
        check_scope(scope)


def _verification(value: object) -> tuple[VerificationLevel, VerifyTimestamp]:
    """Return the level, overrides applied, and when timestamps are looked at.

    Raises:
        InvalidTrustPolicy: names the member.
    """
    if not isinstance(value, Mapping):
        raise InvalidTrustPolicy("signatureVerification is missing or no object")
    _known(value, {"level", "override", "verifyTimestamp"}, "signatureVerification")
    name = value.get("level")
    level = LEVELS.get(name) if isinstance(name, str) else None
    if level is None:
        raise InvalidTrustPolicy(
            f"signatureVerification.level is {_shown(name)}; there are"
            f" {', '.join(LEVELS)}"
        )
    timestamp = value.get("verifyTimestamp")
    try:
        # The reference takes null and an empty text for the default.
        verify_timestamp = (
            VerifyTimestamp.ALWAYS
            if timestamp is None or timestamp == ""
            else VerifyTimestamp(timestamp)
        )
    except ValueError:
        raise InvalidTrustPolicy(
            f"signatureVerification.verifyTimestamp is {_shown(timestamp)}; there are"
            f" {', '.join(VerifyTimestamp)}"
        ) from None
    override = value.get("override")
    if override is not None and not isinstance(override, Mapping):
        raise InvalidTrustPolicy("signatureVerification.override is no object")
    return _overridden(level, override or {}), verify_timestamp


def _overridden(
    level: VerificationLevel, override: Mapping[Any, Any]
) -> VerificationLevel:
    """Return ``level`` with a statement's overrides, then called ``custom``.

    Raises:
        InvalidTrustPolicy: level skip, an unknown validation or action, integrity, or
            skip for anything but revocation.
    """
    if not override:
        return level
    if level is SKIP:
        raise InvalidTrustPolicy(
            "signatureVerification.override: level skip cannot be overridden"
        )
    actions: dict[str, Action] = {}
    for key, wanted in override.items():
        here = f"signatureVerification.override.{str(key)[:80]}"
        try:
            validation = Validation(key)
            action = Action(wanted)
        except ValueError:
            raise InvalidTrustPolicy(
                f"{here} is {_shown(wanted)}; validations are"
                f" {', '.join(_LEVEL_FIELDS)}, actions {', '.join(Action)}"
            ) from None
        if validation is Validation.INTEGRITY:
            raise InvalidTrustPolicy(f"{here}: integrity cannot be overridden")
        if action is Action.SKIP and validation is not Validation.REVOCATION:
            raise InvalidTrustPolicy(f"{here}: only revocation can be skipped")
        actions[_LEVEL_FIELDS[validation]] = action
    return replace(level, name="custom", **actions)


def _shown(value: object) -> str:
    """Return a JSON value as an error may show it."""
    if isinstance(value, str):
        return repr(value[:80])
    return "missing" if value is None else f"a {type(value).__name__}"
