"""Subjects: what an artifact is, decided by its content (docs/threat-model.md, 1)."""

from dataclasses import dataclass

from notation_verifier import Descriptor


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SubjectKey:
    """Where a subject is remembered: one repository, one digest."""

    repository: str
    digest: str

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One artifact a verdict is held of, always by digest."""

    account: str
    region: str
    repository: str
    descriptor: Descriptor

    @property
    def key(self) -> SubjectKey:
        """The subject's key in the ledger."""
        return SubjectKey(repository=self.repository, digest=self.descriptor.digest)
