"""The words of a shown command that its reader replaces, and by what of the ground."""

import re
from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    # Longer ones first: they hold others.
    "<registry>/<repository>@<digest>": "held on host",
    "<repository>@<digest>": "held",
    "prod/payments/api@sha256:9f2c...e1": "held",
    "prod/payments/api@sha256:9f2c...": "held",
    "prod/api@sha256:9f2c…": "held",
    "HOST/prod/api@sha256:...": "trusted on host",
    "prod/api@sha256:...": "trusted",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/prod/api:1.42": "trusted tag",
    "--version 3": "version",
    "<identity, as trustedIdentities writes it>": "identity",
    "x509.subject: CN=build, O=Example, C=US": "identity",
    "--repository-name <name>": "repository option",
    "imageDigest=<digest>": "digest option",
    "s3://<bucket>/<key>": "bundle",
    "s3://sealward-demo-policy/bundle.json": "bundle",
    "s3://my-policy-bucket/": "own bucket",
    "s3://<bucket>/": "own bucket",
    "2026-11": "this month",
    "2026-10": "last month",
    "<LedgerTable>": "table",
    "sealward-LedgerTable-1ABC": "table",
    "<EvidenceBucket>": "evidence bucket",
    "<SweepFunction>": "sweep function",
    "--stack <stack>": "stack option",
    "--stack sealward": "stack option",
    "path/to/oci-layout": "layout",
    "$AWS_ENDPOINT_URL": "endpoint",
    "<as the demo printed it>": "endpoint",
    "--job-id JOB": "job option",
    "222233334444/eu-west-1": "destination",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/prod/api": "governed",
    "corp-root.crl ...": "more options",
}
UNKNOWN: Final = re.compile(
    r"<[a-zA-Z][^>]*>|\.\.\.|…|\$\w|\b(HOST|REPOSITORY|IMAGE|JOB|BUCKET|KEY|ID)\b"
)
"""What shows that a word was left to be replaced."""


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return a command with each of its words replaced by what ``values`` has for it.

    Raises:
        KeyError: the ground lacks a value.
    """
    for word, name in WORDS.items():
        if word in text:
            text = text.replace(word, values[name])
    return text
