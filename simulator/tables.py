"""What a user wants to see of the local AWS: images and findings, as tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def images_table(client: Any, repository: str) -> str:  # noqa: ANN401 - botocore's
    """Return a repository's images, whatever their status, as a table."""
    pages = client.get_paginator("describe_images").paginate(
        repositoryName=repository, filter={"imageStatus": "ANY"}
    )
    rows = [
        (
            detail["imageDigest"],
            detail["imageStatus"],
            ",".join(detail.get("imageTags", ())) or "-",
            _kind(detail),
        )
        for page in pages
        for detail in page["imageDetails"]
    ]
    return table(("digest", "status", "tags", "kind"), rows)


def findings_table(client: Any) -> str:  # noqa: ANN401 - botocore's
    """Return Security Hub's findings, open ones first, as a table."""
    pages = client.get_paginator("get_findings").paginate()
    findings = [finding for page in pages for finding in page["Findings"]]
    rows = [
        (
            "resolved" if finding["RecordState"] == "ARCHIVED" else "open",
            finding["Severity"]["Label"],
            finding["UpdatedAt"],
            _resource(finding),
            finding["Title"],
        )
        for finding in findings
    ]
    return table(("state", "severity", "updated", "image", "title"), sorted(rows))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return lines with aligned columns; text is shown without control characters."""
    shown = [[_printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in shown) for i in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in shown
    )


def _kind(detail: Mapping[str, Any]) -> str:
    subject = detail.get("subjectManifestDigest")
    if subject:
        return f"refers to {subject}"
    return str(detail.get("artifactMediaType") or detail["imageManifestMediaType"])


def _resource(finding: Mapping[str, Any]) -> str:
    for resource in finding["Resources"]:
        image = resource.get("Details", {}).get("AwsEcrContainerImage")
        if image:
            return f"{image.get('RepositoryName')}@{image.get('ImageDigest')}"
    return str(finding["Resources"][0]["Id"])


def _printable(text: str) -> str:
    return "".join(x if x.isprintable() else "\N{REPLACEMENT CHARACTER}" for x in text)
