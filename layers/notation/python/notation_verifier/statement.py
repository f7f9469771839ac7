"""What every trust policy statement has, whatever it is for: images or blobs.

Spec: trust-store-trust-policy, Trust Policy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from notation_verifier._strict import StrictError, json_object
from notation_verifier.errors import InvalidTrustPolicy, InvalidTrustStore
from notation_verifier.identities import check_identities
from notation_verifier.levels import LEVELS, SKIP, Action, Validation, VerificationLevel
from notation_verifier.trust_store import TrustStoreName
from notation_verifier.values import dataclass

MAX_DOCUMENT_BYTES = 4 * 1024 * 1024
_VERSION = "1.0"
_CORE = frozenset({"name", "signatureVerification", "trustStores", "trustedIdentities"})
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
class PolicyStatement:
    """Who may sign, and how strictly; validated as ``notation`` would."""

    name: str
    level: VerificationLevel
    verify_timestamp: VerifyTimestamp
    trust_stores: tuple[TrustStoreName, ...]
    trusted_identities: tuple[str, ...]
    """As written: ``*``, ``x509.subject: …`` or an AWS Signer ARN."""


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Statement = TypeVar("_Statement", bound=_Named)


def read_document(data: bytes) -> list[object]:
    """Return the statements that a trust policy document writes, as read from JSON.

    Stricter than the reference: unknown and duplicate members and anything after the
    document are refused, where Notation would quietly pass over a misspelt one.

    Raises:
        InvalidTrustPolicy: says what is wrong with the document.
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
    if document.get("version") != _VERSION:  # (D1)
        raise InvalidTrustPolicy(
            f"version is {_shown(document.get('version'))}; write {_VERSION!r}"
        )
    values = document.get("trustPolicies")
    if not isinstance(values, list) or not values:
        raise InvalidTrustPolicy("trustPolicies is no list of at least one statement")
    return values


def by_name(statements: Sequence[_Statement]) -> dict[str, _Statement]:
    """Return the statements of a document by name.

    Raises:
        InvalidTrustPolicy: two have one name.
    """
    found: dict[str, _Statement] = {}
    for statement in statements:
        if statement.name in found:  # (D2)
            raise InvalidTrustPolicy(f"two statements have the name {statement.name!r}")
        found[statement.name] = statement
    return found


def read_object(value: object, *, where: str, more: str) -> Mapping[Any, Any]:
    """Return the JSON object that writes a statement.

    Args:
        value: as read from JSON.
        where: names the statement in errors.
        more: the member that its kind has besides those of all kinds.

    Raises:
        InvalidTrustPolicy: no object, or a member that nobody knows.
    """
    if not isinstance(value, Mapping):
        raise InvalidTrustPolicy(f"{where} is no object")
    _known(value, {*_CORE, more}, where)
    return value


def read_name(value: Mapping[Any, Any], *, where: str) -> str:
    """Return a statement's name.

    Raises:
        InvalidTrustPolicy: it is missing, empty or not text.
    """
    name = value.get("name")
    if not isinstance(name, str) or not name:
        raise InvalidTrustPolicy(f"{where}: name is missing or not text")
    return name


def read_core(value: Mapping[Any, Any], name: str) -> PolicyStatement:
    """Return what the statement ``name`` shares with every other kind.

    Raises:
        InvalidTrustPolicy: names the field.
    """
    level, verify_timestamp = _verification(value.get("signatureVerification"))
    stores = texts(value, "trustStores")
    identities = texts(value, "trustedIdentities")
    if level is SKIP:
        if stores or identities:  # (D6)
            raise InvalidTrustPolicy(
                "level skip verifies nothing: leave trustStores and"
                " trustedIdentities out"
            )
    elif not stores or not identities:  # (D6)
        raise InvalidTrustPolicy("trustStores and trustedIdentities must both be given")
    try:
        trust_stores = tuple(TrustStoreName.parse(store) for store in stores)
    except InvalidTrustStore as error:
        raise InvalidTrustPolicy(str(error)) from None
    check_identities(identities)
    return PolicyStatement(
        name=name,
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


def texts(value: Mapping[Any, Any], name: str) -> list[str]:
    """Return a member that is a list of text; absent or null is an empty one.

    Raises:
        InvalidTrustPolicy: anything else.
    """
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise InvalidTrustPolicy(f"{name} is no list of text")
    return found


def _verification(value: object) -> tuple[VerificationLevel, VerifyTimestamp]:
    """Return the level, overrides applied, and when timestamps are looked at.

    Raises:
        InvalidTrustPolicy: names the member.
    """
    if not isinstance(value, Mapping):
        raise InvalidTrustPolicy("signatureVerification is missing or no object")
    _known(value, {"level", "override", "verifyTimestamp"}, "signatureVerification")
    name = value.get("level")
    level = LEVELS.get(name) if isinstance(name, str) else None  # (D3)
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
            else VerifyTimestamp(timestamp)  # (D5)
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
        if validation is Validation.INTEGRITY:  # (D4)
            raise InvalidTrustPolicy(f"{here}: integrity cannot be overridden")
        if action is Action.SKIP and validation is not Validation.REVOCATION:  # (D4)
            raise InvalidTrustPolicy(f"{here}: only revocation can be skipped")
        actions[_LEVEL_FIELDS[validation]] = action
    return replace(level, name="custom", **actions)


def _shown(value: object) -> str:
    """Return a JSON value as an error may show it."""
    if isinstance(value, str):
        return repr(value[:80])
    return "missing" if value is None else f"a {type(value).__name__}"
