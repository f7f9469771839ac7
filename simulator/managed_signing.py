"""Managed signing, set up from outside: a rule for a profile, and how it ends."""

import json
import urllib.error
import urllib.request
from typing import Any

from botocore.exceptions import ClientError

from simulator.signer.state import PLATFORM

_PATH = "/_sealward/managed-signing"
_SECONDS = 10


class NotAccepted(Exception):  # noqa: N818 - what the local AWS did
    """The local AWS does not answer, or not with what was asked for."""


def sign_by_profile(signer: Any, ecr: Any, *, profile: str, repositories: str) -> None:  # noqa: ANN401 - botocore's
    """Add a rule: ECR has ``profile`` sign what is pushed to ``repositories``.

    Args:
        signer: a botocore client of ``signer``.
        ecr: one of ``ecr``.
        profile: a signing profile's name; it is made if there is none.
        repositories: a name, or a pattern with ``*``.
    """
    try:
        arn = signer.get_signing_profile(profileName=profile)["arn"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        arn = signer.put_signing_profile(profileName=profile, platformId=PLATFORM)[
            "arn"
        ]
    try:
        rules = ecr.get_signing_configuration()["signingConfiguration"]["rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "SigningConfigurationNotFoundException":
            raise
        rules = []
    rule = {
        "signingProfileArn": arn,
        "repositoryFilters": [{"filter": repositories, "filterType": "WILDCARD_MATCH"}],
    }
    if rule not in rules:
        ecr.put_signing_configuration(signingConfiguration={"rules": [*rules, rule]})


def let_signing_end(
    url: str,
    *,
    repositories: str,
    failure_code: str,
    failure_reason: str,
    seconds: float,
) -> None:
    """Say how the signing of what is pushed from now on ends.

    Args:
        url: of the local AWS.
        repositories: a name, or a pattern with ``*``.
        failure_code: ECR's; empty where it completes.
        failure_reason: for a reader.
        seconds: it is IN_PROGRESS for so long.

    Raises:
        NotAccepted: the local AWS does not answer, or refuses.
    """
    body = {
        "repositories": repositories,
        "failureCode": failure_code,
        "failureReason": failure_reason if failure_code else "",
        "seconds": seconds,
    }
    request = urllib.request.Request(  # noqa: S310 - a local AWS's address
        url.rstrip("/") + _PATH, data=json.dumps(body).encode(), method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310
            pass
    except urllib.error.HTTPError as error:
        text = error.read(500).decode(errors="replace")
        error.close()
        raise NotAccepted(f"{url}: {text or error}") from error
    except OSError as error:
        raise NotAccepted(f"{url} does not answer: {error}") from error
