"""Repository policies of Amazon ECR: the statement that denies pulls, and no other."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from sealward.actions.pull_denial import (
    UnusablePolicy,
    denies,
    with_denial,
    without_denial,
)
from sealward.aws.errors import translated
from sealward.ports.failures import Denied, NotFound, Refused

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_REFUSALS: Final = frozenset({"InvalidParameterException", "LimitExceededException"})
_T = TypeVar("_T")


class RepositoryPolicies:
    """Denies and allows pulls in one account's registry.

    Args:
        account: twelve digits; the registry every call names.
        client: a botocore client of ``ecr``.
        role: ARN of the role that may go on pulling; empty where it is unknown, and
            then nothing is denied, for it would shut Sealward out as well.
    """

    def __init__(self, account: str, client: "ECRClient", *, role: str) -> None:
        self._account = account
        self._client = client
        self._role = role

    def deny_pulls(self, repository: str, digest: str) -> None:
        """Let nobody but Sealward pull from ``repository``, because of ``digest``.

        Raises:
            PortError: one of ``sealward.ports.failures``.
        """
        if not self._role:
            raise Denied(
                "the policy asks to deny pulls and the stack does not allow it: deploy "
                "it with MayDenyPulls=yes"
            )
        now = self._policy(repository)
        if not _edited(lambda: denies(now, digest)):
            self._set(
                repository, _edited(lambda: with_denial(now, digest, role=self._role))
            )

    def allow_pulls(self, repository: str, digest: str) -> None:
        """Take away what ``deny_pulls`` added for ``digest``; doing it again is fine.

        Raises:
            Refused, Denied, Unavailable: as named.
        """
        try:
            now = self._policy(repository)
        except NotFound:
            return
        if now is None or not _edited(lambda: denies(now, digest)):
            return
        left = _edited(lambda: without_denial(now, digest))
        if left is not None:
            self._set(repository, left)
            return
        with translated(f"DeleteRepositoryPolicy {repository}"):
            self._client.delete_repository_policy(
                registryId=self._account, repositoryName=repository
            )

    def _policy(self, repository: str) -> str | None:
        with translated(f"GetRepositoryPolicy {repository}"):
            try:
                answer = self._client.get_repository_policy(
                    registryId=self._account, repositoryName=repository
                )
            except self._client.exceptions.RepositoryPolicyNotFoundException:
                return None
        return str(answer["policyText"])

    def _set(self, repository: str, policy: str) -> None:
        with translated(f"SetRepositoryPolicy {repository}", refusals=_REFUSALS):
            self._client.set_repository_policy(
                registryId=self._account, repositoryName=repository, policyText=policy
            )


def _edited(edit: Callable[[], _T]) -> _T:
    try:
        return edit()
    except UnusablePolicy as error:
        raise Refused(str(error)) from error
