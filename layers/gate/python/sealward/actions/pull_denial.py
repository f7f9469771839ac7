"""Pull denial: a statement in a repository's policy that lets nobody pull but Sealward.

The last step against whoever pushes a held image again and again. Each image has a
statement of its own, so that taking one away leaves the rest of the policy, and what
others changed in it meanwhile, as they are. Pure, but for the port.
"""

import json
from typing import Any, Final, Protocol

PULLS: Final = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_SID: Final = "SealwardHolds"


class UnusablePolicy(ValueError):  # noqa: N818 - named by what is wrong
    """The repository's policy is not one that a statement can be added to."""


class PullDenials(Protocol):
    """Repository policies, as far as holding an image needs them."""

    def deny_pulls(self, repository: str, digest: str) -> None:
        """Let nobody but Sealward pull from ``repository``, because of ``digest``.

        Doing it again changes nothing.

        Raises:
            PortError: one of ``sealward.ports.failures``.
        """
        ...

    def allow_pulls(self, repository: str, digest: str) -> None:
        """Take away what ``deny_pulls`` added for ``digest``; doing it again is fine.

        Raises:
            Refused, Denied, Unavailable: as named.
        """
        ...


def with_denial(policy: str | None, digest: str, *, role: str) -> str:
    """Return ``policy`` with the statement for ``digest``.

    Args:
        policy: the repository's policy, None for none.
        digest: the image's.
        role: ARN of the role that may pull on: the one this function runs under.

    Raises:
        UnusablePolicy: ``policy`` is no policy document.
    """
    document = _document(policy)
    # The role itself, and its sessions where those are what is compared.
    session = role.replace(":iam::", ":sts::").replace(":role/", ":assumed-role/")
    sessions = f"{session.partition('/')[0]}/{session.rpartition('/')[2]}/*"
    statement = {
        "Sid": _sid(digest),
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(PULLS),
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": [role, sessions]}},
    }
    others = [each for each in document["Statement"] if each.get("Sid") != _sid(digest)]
    return json.dumps({**document, "Statement": [*others, statement]})


def without_denial(policy: str, digest: str) -> str | None:
    """Return ``policy`` without the statement for ``digest``; None if none is left.

    Raises:
        UnusablePolicy: ``policy`` is no policy document.
    """
    document = _document(policy)
    others = [each for each in document["Statement"] if each.get("Sid") != _sid(digest)]
    return json.dumps({**document, "Statement": others}) if others else None


def denies(policy: str | None, digest: str) -> bool:
    """Return whether ``policy`` has the statement for ``digest``."""
    if policy is None:
        return False
    return any(
        each.get("Sid") == _sid(digest) for each in _document(policy)["Statement"]
    )


def _sid(digest: str) -> str:
    return f"{_SID}{digest.rpartition(':')[2][:32]}"


def _document(policy: str | None) -> dict[str, Any]:
    if policy is None:
        return {"Version": "2012-10-17", "Statement": []}
    try:
        document = json.loads(policy)
    except ValueError as error:
        raise UnusablePolicy(f"the repository's policy is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise UnusablePolicy("the repository's policy is no JSON object")
    statements = document.get("Statement", [])
    listed = [statements] if isinstance(statements, dict) else statements
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise UnusablePolicy("the repository's policy has no list of statements")
    return {**document, "Statement": listed}
