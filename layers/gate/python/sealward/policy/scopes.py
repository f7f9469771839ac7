"""Registry scopes: which repositories a statement governs.

Four kinds: one repository (``host/prod/api``), a prefix of whole path segments
(``host/prod/*``), a registry (``host`` or ``host/*``) and everything (``*``). Notation
knows the first and the last. The host is an Amazon ECR registry; its FIPS and
dual-stack names are the same registry. Nothing is normalised: what does not match ECR's
own patterns as ASCII is an error, so that no two spellings mean one repository
(docs/threat-model.md, scope confusion).
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Generic, TypeVar

from notation_verifier.values import dataclass

T = TypeVar("T")

REPOSITORY_LENGTH = range(2, 257)
"""Lengths of a repository's name, in characters; ECR API, RepositoryName."""

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
# ECR API, RepositoryName; the same language as Notation's, without nested quantifiers
# over the same characters: it cannot backtrack on hostile names.
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_ACCOUNT = r"[0-9]{12}"
_REGION = r"[a-z]{2,8}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# <account>.dkr.ecr.<region>.<suffix>, its FIPS name, and both names for dual stack. The
# suffix differs by partition and new partitions come, so only its form is checked.
_HOST = re.compile(
    rf"(?P<account>{_ACCOUNT})\.(?:dkr\.ecr|dkr\.ecr-fips|dkr-ecr|dkr-ecr-fips)"
    rf"\.(?P<region>{_REGION})\.{_LABEL}(?:\.{_LABEL}){{1,3}}"
)


class InvalidScope(ValueError):  # noqa: N818 - named by what is wrong
    """A scope or a repository's name that ECR could not have; says what to write."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message}; {remedy}")


class ScopeKind(StrEnum):
    """What a scope covers, the closest first: the closest kind that matches wins."""

    REPOSITORY = "repository"
    PREFIX = "prefix"
    REGISTRY = "registry"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One scope. Equal scopes cover the same repositories, however they are spelled."""

    kind: ScopeKind
    account: str = ""
    """Twelve digits; empty for everything."""
    region: str = ""
    path: str = ""
    """The repository, or the prefix without its ``/*``; empty for the other kinds."""

    def covers(self, account: str, region: str, repository: str) -> bool:
        """Return whether the scope covers a repository, closest or not."""
        match self.kind:
            case ScopeKind.EVERYTHING:
                return True
            case ScopeKind.REGISTRY:
                return (account, region) == (self.account, self.region)
            case ScopeKind.PREFIX:
                return (account, region) == (self.account, self.region) and (
                    repository.startswith(f"{self.path}/")
                )
            case ScopeKind.REPOSITORY:
                return (account, region, repository) == (
                    self.account,
                    self.region,
                    self.path,
                )


def parse_repository(name: str) -> str:
    """Return ``name`` if ECR allows it as a repository's name.

    Raises:
        InvalidScope: it does not; nothing is lower-cased, decoded or cleaned.
    """
    if len(name) not in REPOSITORY_LENGTH or not _PATH.fullmatch(name):
        raise InvalidScope(
            f"{name[:300]!a} is not a repository name that Amazon ECR allows",
            "write 2 to 256 characters of a-z, 0-9 and single separators . _ __ - "
            "between them, in segments parted by one /",
        )
    return name


def is_registry_host(text: str) -> bool:
    """Return whether ``text`` is the host of an Amazon ECR registry."""
    return _HOST.fullmatch(text) is not None


def parse_scope(text: str) -> Scope:
    """Return the scope that ``text`` writes.

    Raises:
        InvalidScope: it is none of the four kinds.
    """
    if text == "*":
        return Scope(kind=ScopeKind.EVERYTHING)
    host, slash, path = text.partition("/")
    registry = _HOST.fullmatch(host)
    if registry is None:
        raise InvalidScope(
            f"{text[:300]!a} does not begin with the host of an Amazon ECR registry",
            "write <account>.dkr.ecr.<region>.<suffix>/<repository> in lower case, "
            "without scheme, port, tag or digest",
        )
    account, region = registry["account"], registry["region"]
    if not slash or path == "*":
        return Scope(kind=ScopeKind.REGISTRY, account=account, region=region)
    if path.endswith("/*"):
        prefix = path.removesuffix("/*")
        if not _PATH.fullmatch(prefix) or len(prefix) > REPOSITORY_LENGTH[-1] - 2:
            raise InvalidScope(
                f"the prefix of {text[:300]!a} is not a path that Amazon ECR allows",
                "write whole path segments of a-z, 0-9 and . _ __ - before /*, "
                "and no other *",
            )
        return Scope(kind=ScopeKind.PREFIX, account=account, region=region, path=prefix)
    if "*" in path:
        raise InvalidScope(
            f"{text[:300]!a} has a * that is not its whole last path segment",
            "write host/prod/* for all repositories below prod/",
        )
    return Scope(
        kind=ScopeKind.REPOSITORY,
        account=account,
        region=region,
        path=parse_repository(path),
    )


class ScopeTable(Generic[T]):
    """What each scope leads to; found by as many look-ups as a name has segments."""

    __slots__ = ("_everything", "_paths", "_registries")

    def __init__(self, entries: Iterable[tuple[Scope, T]] = ()) -> None:
        self._everything: T | None = None
        self._registries: dict[tuple[str, str], T] = {}
        # (account, region, kind, path): a repository and a prefix may share a path.
        self._paths: dict[tuple[str, str, ScopeKind, str], T] = {}
        for scope, value in entries:
            self.add(scope, value)

    def add(self, scope: Scope, value: T) -> T | None:
        """Let ``scope`` lead to ``value``; return what it led to before, or None.

        The first one stays: a scope given twice is for the caller to refuse.
        """
        match scope.kind:
            case ScopeKind.EVERYTHING:
                before = self._everything
                self._everything = value if before is None else before
                return before
            case ScopeKind.REGISTRY:
                registry = (scope.account, scope.region)
                before = self._registries.get(registry)
                self._registries.setdefault(registry, value)
                return before
            case ScopeKind.REPOSITORY | ScopeKind.PREFIX:
                key = (scope.account, scope.region, scope.kind, scope.path)
                before = self._paths.get(key)
                self._paths.setdefault(key, value)
                return before

    def find(self, account: str, region: str, repository: str) -> T | None:
        """Return what the closest scope of a repository leads to, or None.

        The repository itself, then the longest prefix, the registry, everything.

        Raises:
            InvalidScope: ECR does not allow ``repository`` as a name.
        """
        path = parse_repository(repository)
        found = self._paths.get((account, region, ScopeKind.REPOSITORY, path))
        while found is None and "/" in path:
            path = path.rpartition("/")[0]
            found = self._paths.get((account, region, ScopeKind.PREFIX, path))
        if found is None:
            found = self._registries.get((account, region), self._everything)
        return found
