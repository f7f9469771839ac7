"""Compile Notation's own files into a policy bundle. Pure.

A trust policy document and the certificates of its trust stores go in as they are; the
gate's settings come beside them. Equal input compiles to equal bytes. The result has
been loaded as the functions load it, so what compiles is what decides.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from notation_verifier import InvalidTrustStore, TrustStoreName
from notation_verifier.values import dataclass
from sealward.policy.bundle import BUNDLE_LIMIT, SCHEMA, load_bundle
from sealward.policy.document import Fields, parse, pointer, shown
from sealward.policy.problems import InvalidBundle, Problem, Problems
from sealward.policy.scopes import InvalidScope, parse_scope
from sealward.policy.settings_file import OTHERS, fields_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the gate is told beside the trust policy.

    ``enforcement`` and the graces map a statement's name to a value; the empty name is
    for the statements that are not named. Values are as the bundle writes them.
    """

    serial: int = 1
    audience: Sequence[str] = ("*",)
    enforcement: Mapping[str, str] = field(default_factory=dict)
    grace: Mapping[str, str] = field(default_factory=dict)
    untagged_grace: Mapping[str, str] = field(default_factory=dict)
    signer_roots: Mapping[str, str] = field(default_factory=dict)
    signer_reach: Mapping[str, str] = field(default_factory=dict)
    """By a statement's name, as ``enforcement``."""
    crls: Sequence[bytes] = ()
    """In DER, for every policy."""
    policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """As ``read_settings`` gives them; what is set above counts before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicySource:
    """A trust policy document, read far enough to know which stores it needs."""

    statements: tuple[dict[str, Any], ...]
    """As written, less the scopes of other registries."""
    origins: Mapping[str, str]
    """Where in the document each pointer into the bundle's policies comes from."""
    left_out: tuple[str, ...]
    """Scopes of registries other than ECR: Sealward does not see their images."""

    @property
    def stores(self) -> tuple[str, ...]:
        """The trust stores that the statements name: ``ca:payments``, sorted."""
        named = {
            store
            for statement in self.statements
            for store in _list(statement, "trustStores")
            if isinstance(store, str) and _is_store(store)
        }
        return tuple(sorted(named))


def _is_store(text: str) -> bool:
    try:
        TrustStoreName.parse(text)
    except InvalidTrustStore:
        return False
    return True


def _list(statement: dict[str, Any], name: str) -> list[Any]:
    value = statement.get(name)
    return value if isinstance(value, list) else []


def read_trust_policy(document: bytes) -> TrustPolicySource:
    """Return what a ``trustpolicy.json`` writes.

    Raises:
        InvalidBundle: it is not a trust policy document at all. What is wrong with a
            statement is found when it is compiled.
    """
    problems = Problems()
    top = Fields(parse(document, limit=BUNDLE_LIMIT, problems=problems), "", problems)
    version = top.need("version", str, 'write "1.0"')
    if version not in (None, "1.0"):
        problems.add("/version", f"{shown(version)} is not supported", 'write "1.0"')
    written = top.need("trustPolicies", list, "write a list of statements") or []
    top.end()
    statements: list[dict[str, Any]] = []
    left_out: list[str] = []
    origins: dict[str, str] = {}
    for index, statement in enumerate(written):
        here = f"/trustPolicies/{index}"
        if not isinstance(statement, dict):
            problems.add(here, "not an object", "write a trust policy statement")
            continue
        scopes = list(enumerate(_list(statement, "registryScopes")))
        foreign = [text for _, text in scopes if _is_foreign(text)]
        kept = [(at, text) for at, text in scopes if not _is_foreign(text)]
        left_out += foreign
        if foreign and not kept:
            continue
        bundled = f"/policies/{len(statements)}"
        origins[f"{bundled}/statement"] = here
        for position, (at, _) in enumerate(kept):
            place = f"registryScopes/{position}"
            origins[f"{bundled}/statement/{place}"] = f"{here}/registryScopes/{at}"
        ours = {"registryScopes": [text for _, text in kept]} if foreign else {}
        statements.append({**statement, **ours})
    if not statements:
        problems.add(
            "/trustPolicies",
            "no statement names a repository of Amazon ECR",
            "add a statement for at least one ECR repository",
        )
    problems.refuse()
    return TrustPolicySource(
        statements=tuple(statements), origins=origins, left_out=tuple(left_out)
    )


def _is_foreign(text: object) -> bool:
    """Whether a scope is meant for another registry, rather than a misspelt ECR one."""
    if not isinstance(text, str) or "dkr" in text.lower():
        return False
    host, slash, repository = text.partition("/")
    if not slash or "*" in text or not ("." in host or ":" in host):
        return False
    try:
        # The repository's pattern is Notation's as well.
        parse_scope(f"000000000000.dkr.ecr.xx-none-1.example.com/{repository}")
    except InvalidScope:
        return False
    return True


def compile_bundle(
    source: TrustPolicySource,
    stores: Mapping[str, Sequence[bytes]],
    settings: Settings,
) -> bytes:
    """Return the bundle of ``source``; ``stores`` maps ``ca:payments`` to DER bytes.

    Raises:
        InvalidBundle: with pointers into the trust policy document where the problem is
            there, into the bundle where it is not.
    """
    _check_names(source, settings)
    trust_stores: dict[str, dict[str, list[str]]] = {}
    for store, certificates in sorted(stores.items()):
        kind, _, name = store.partition(":")
        trust_stores.setdefault(kind, {})[name] = [
            base64.b64encode(der).decode() for der in certificates
        ]
    bundle: dict[str, Any] = {
        "schema": SCHEMA,
        "serial": settings.serial,
        "audience": list(settings.audience),
        "notBefore": None,
        "expires": None,
        "policies": [_policy(one, settings) for one in source.statements],
        "trustStores": trust_stores,
    }
    if settings.signer_roots:
        bundle["signerRoots"] = dict(sorted(settings.signer_roots.items()))
    document = json.dumps(bundle, indent=1).encode() + b"\n"
    try:
        load_bundle(document)
    except InvalidBundle as error:
        origins = {**_settings_origins(source, settings), **source.origins}
        raise InvalidBundle(
            tuple(_at_origin(one, origins) for one in error.problems)
        ) from None
    return document


def _settings_origins(
    source: TrustPolicySource, settings: Settings
) -> Mapping[str, str]:
    """Return where the fields of policies come from that the settings' file writes."""
    origins = {}
    for index, statement in enumerate(source.statements):
        key, fields = fields_of(settings.policies, str(statement.get("name")))
        for name in fields:
            place = pointer("policies", index, name)
            origins[place] = f"settings:{pointer(key, name)}"
    return origins


def _policy(statement: dict[str, Any], settings: Settings) -> dict[str, Any]:
    name = str(statement.get("name"))
    policy = {"statement": statement, **fields_of(settings.policies, name)[1]}
    for setting, values in (
        ("enforcement", settings.enforcement),
        ("grace", settings.grace),
        ("untaggedGrace", settings.untagged_grace),
    ):
        value = values.get(name, values.get(""))
        if value is not None:
            policy[setting] = value
    revocation: dict[str, Any] = {}
    if isinstance(policy.get("revocation"), dict):
        revocation |= policy["revocation"]
    if settings.crls:
        revocation["crls"] = [base64.b64encode(der).decode() for der in settings.crls]
    reach = settings.signer_reach.get(name, settings.signer_reach.get(""))
    if reach is not None:
        revocation["signer"] = reach
    if revocation:
        policy["revocation"] = revocation
    return policy


def _check_names(source: TrustPolicySource, settings: Settings) -> None:
    known = {str(statement.get("name")) for statement in source.statements} | {""}
    named = {
        *settings.enforcement,
        *settings.grace,
        *settings.untagged_grace,
        *settings.signer_reach,
        *(set(settings.policies) - {OTHERS}),
    }
    unknown = sorted(named - known)
    if unknown:
        raise InvalidBundle(
            tuple(
                Problem(
                    pointer="/trustPolicies",
                    message=f"no statement is named {shown(name)}",
                    remedy="name statements that exist, or none for all",
                )
                for name in unknown
            )
        )


def _at_origin(problem: Problem, origins: Mapping[str, str]) -> Problem:
    """Point a problem at the trust policy document instead of the bundle."""
    place, rest = problem.pointer, ""
    while place and place not in origins:
        place, _, step = place.rpartition("/")
        rest = f"/{step}{rest}"
    if not place:
        return problem
    return Problem(
        pointer=origins[place] + rest, message=problem.message, remedy=problem.remedy
    )
