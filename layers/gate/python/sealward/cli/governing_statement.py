"""The statement a command holds signatures against, and what it relies on."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from notation_verifier import (
    SIGNER_ROOTS,
    TrustPolicyDocument,
    TrustPolicyStatement,
    TrustStoreName,
    TrustStores,
    check_registry_scope,
)
from sealward.cli.bundle_file import read_file
from sealward.cli.trust_store_folder import read_trust_stores
from sealward.policy.bundle import Policy, load_bundle
from sealward.policy.scopes import InvalidScope, ScopeKind, parse_scope

EVERYTHING = "*"


class ConflictingMetadata(ValueError):  # noqa: N818 - named by what is wrong
    """User metadata asked for that the policy forbids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoverningStatement:
    """One statement, with the trust material it may use."""

    policy: Policy
    """The statement and its settings; of Notation's own files, the defaults."""
    scope: str
    """The scope by which it governs."""
    trust_stores: TrustStores
    signer_roots: AbstractSet[str]

    @property
    def statement(self) -> TrustPolicyStatement:
        """The trust policy statement."""
        return self.policy.statement

    def requiring(self, user_metadata: Mapping[str, str]) -> "GoverningStatement":
        """Return the same, with ``user_metadata`` required as well.

        Raises:
            ConflictingMetadata: the policy requires another value.
        """
        asked = self.policy.user_metadata
        for name, value in user_metadata.items():
            if asked.get(name, value) != value:
                raise ConflictingMetadata(
                    f"the policy requires {name}={asked[name]} to be signed; leave "
                    "--user-metadata out for it"
                )
        policy = replace(self.policy, user_metadata={**asked, **user_metadata})
        return replace(self, policy=policy)


def of_trust_policy(
    document: Path,
    trust_store: Path,
    *,
    repository: str | None,
    signer_roots: AbstractSet[str] = SIGNER_ROOTS,
) -> GoverningStatement | None:
    """Return what Notation's files ask of ``repository``; None: nothing.

    Only the stores that the statement names are read, as ``notation`` does.

    Args:
        document: a ``trustpolicy.json``.
        trust_store: Notation's ``truststore`` folder.
        repository: ``host/name``; None for the statement of ``*`` alone.
        signer_roots: SHA-256 of AWS Signer's roots.

    Raises:
        InvalidTrustPolicy: the document, or ``repository`` is none.
        InvalidBundle: a trust store cannot be used.
        UnreadableFile: a file cannot be read.
    """
    policy = TrustPolicyDocument.parse(read_file(document))
    if repository is None:
        statement = next(
            (each for each in policy.statements if EVERYTHING in each.registry_scopes),
            None,
        )
    else:
        check_registry_scope(repository)
        statement = policy.statement_for(repository)
    if statement is None:
        return None
    named = {str(name) for name in statement.trust_stores}
    stores = read_trust_stores(trust_store, sorted(named))
    return GoverningStatement(
        policy=Policy(statement=statement, statement_hash=""),
        scope=repository if repository in statement.registry_scopes else EVERYTHING,
        trust_stores=TrustStores(
            {TrustStoreName.parse(name): ders for name, ders in stores.items()}
        ),
        signer_roots=signer_roots,
    )


def of_bundle(path: Path, *, repository: str | None) -> GoverningStatement | None:
    """Return what a policy bundle asks of ``repository``; None: nothing.

    Raises:
        InvalidBundle: it cannot be used.
        InvalidScope: ``repository`` is no ECR repository.
        UnreadableFile: it cannot be read.
    """
    bundle = load_bundle(read_file(path))
    if repository is None:
        policy = next(
            (
                each
                for each in bundle.policies
                if EVERYTHING in each.statement.registry_scopes
            ),
            None,
        )
        if policy is None:
            return None
        scope = EVERYTHING
    else:
        place = parse_scope(repository)
        if place.kind is not ScopeKind.REPOSITORY:
            raise InvalidScope(
                f"{repository[:300]!a} is not one repository",
                "write <account>.dkr.ecr.<region>.<suffix>/<repository>",
            )
        governing = bundle.governing(place.account, place.region, place.path)
        if governing is None:
            return None
        policy, scope = governing.policy, governing.scope
    return GoverningStatement(
        policy=policy,
        scope=scope,
        trust_stores=bundle.trust_stores,
        signer_roots=bundle.signer_roots,
    )
