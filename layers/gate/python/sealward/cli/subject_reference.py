"""The image that a command about the ledger is asked for, found by its digest.

``REPOSITORY@DIGEST``, with or without the registry's host before it; a tag, which
Amazon ECR resolves; or a digest alone, which is looked for in every repository that
Amazon ECR lists: by key, a hundred at a time, never by reading the table through.
"""

from collections.abc import Iterator
from typing import Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.sweep_table import SweepTable
from sealward.cli.command_clients import CommandClients
from sealward.cli.ecr_target import EcrReference, connect, parse_reference
from sealward.cli.image_target import InvalidReference
from sealward.cli.open_ledger import OpenLedger
from sealward.events import is_digest
from sealward.subjects import SubjectKey

REPOSITORIES_LIMIT: Final = 10_000
"""Repositories that a digest alone is looked for in."""


def subjects_of(text: str, opened: OpenLedger, region: str | None) -> list[SubjectKey]:
    """Return the subjects that ``text`` names, sorted; several only for a digest alone.

    Raises:
        InvalidReference: it names none.
        RegistryUnanswered: Amazon ECR would not resolve the tag.
        PortError: Amazon ECR or the ledger did not answer.
    """
    if is_digest(text):
        return _anywhere(text, opened, region)
    name, at, digest = text.rpartition("@")
    if at and is_digest(digest) and "." not in name.partition("/")[0]:
        return [SubjectKey(repository=name.partition(":")[0], digest=digest)]
    reference = parse_reference(text)
    return [
        SubjectKey(
            repository=reference.repository,
            digest=reference.digest or _resolved(reference),
        )
    ]


def host_of(text: str) -> str:
    """Return the registry's host in ``text``, or nothing where it names none."""
    host, slash, _ = text.partition("/")
    return host if slash and "." in host else ""


def _resolved(reference: EcrReference) -> str:
    registry = connect(reference)
    return registry.tagged(reference.repository, reference.tag).digest


def _anywhere(digest: str, opened: OpenLedger, region: str | None) -> list[SubjectKey]:
    table = SweepTable(opened.table_name, opened.plain)
    keys = [
        SubjectKey(repository=name, digest=digest) for name in _repositories(region)
    ]
    return sorted(table.records(keys))


def _repositories(region: str | None) -> Iterator[str]:
    with translated("a client of ECR"):
        client = CommandClients().client("ecr", region)
    page: dict[str, Any] = {}
    seen = 0
    while True:
        with translated("DescribeRepositories"):
            answer = client.describe_repositories(maxResults=1000, **page)
        for each in answer["repositories"]:
            yield str(each["repositoryName"])
            seen += 1
        if not answer.get("nextToken"):
            return
        if seen >= REPOSITORIES_LIMIT:
            raise InvalidReference(
                f"over {REPOSITORIES_LIMIT} repositories: write REPOSITORY@DIGEST"
            )
        page = {"nextToken": answer["nextToken"]}
