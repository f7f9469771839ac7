"""The files that say what is believed: a bundle, or Notation's own."""

from dataclasses import dataclass
from pathlib import Path

import click

from notation_verifier import SIGNER_ROOTS
from sealward.cli.governing_statement import (
    GoverningStatement,
    of_bundle,
    of_trust_policy,
)
from sealward.cli.verify_options import configuration

_INSTEAD = "--policy and --trust-store, or --bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFiles:
    """What is to be believed: a bundle, or Notation's own files."""

    policy: Path | None
    trust_store: Path | None
    bundle: Path | None
    signer_roots: frozenset[str]

    def __post_init__(self) -> None:
        if self.bundle and (self.policy or self.trust_store):
            raise click.UsageError(
                "--bundle stands instead of --policy and --trust-store"
            )
        if self.bundle and self.signer_roots is not SIGNER_ROOTS:
            raise click.UsageError(
                "a bundle has its Signer roots; leave --signer-root out"
            )

    def governing(self, repository: str | None) -> GoverningStatement | None:
        """Return what they ask of ``repository``; None: nothing."""
        if self.bundle:
            found = of_bundle(self.bundle, repository=repository)
        else:
            found = of_trust_policy(
                self.policy or configuration(_INSTEAD).trust_policy,
                self.trust_store or configuration(_INSTEAD).trust_store,
                repository=repository,
                signer_roots=self.signer_roots,
            )
        if found is None and repository is None:
            raise click.UsageError(
                "no statement is for *; say with --scope which repository the image is "
                "for"
            )
        return found
