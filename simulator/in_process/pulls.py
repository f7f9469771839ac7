"""Pulls denied by a repository's policy, in process."""

from sealward.actions.pull_denial import denies, with_denial, without_denial
from sealward.ports.failures import Denied
from simulator.errors import ServiceError
from simulator.local_aws import LocalAws
from simulator.places import place


class InProcessPulls:
    """``sealward.actions.pull_denial.PullDenials`` of one account in one Region.

    ``refuse`` makes every call fail, as a missing right would.
    """

    def __init__(self, aws: LocalAws, *, account: str, region: str, role: str) -> None:
        self.refuse = False
        self._aws = aws
        self._place = place(account, region)
        self._role = role

    def denied(self, repository: str, digest: str) -> bool:
        """Return whether pulls are denied because of ``digest``."""
        return denies(self._policy(repository), digest)

    def deny_pulls(self, repository: str, digest: str) -> None:
        """See the port."""
        self._may()
        policy = with_denial(self._policy(repository), digest, role=self._role)
        self._set(repository, policy)

    def allow_pulls(self, repository: str, digest: str) -> None:
        """See the port."""
        self._may()
        now = self._policy(repository)
        if now is None or not denies(now, digest):
            return
        left = without_denial(now, digest)
        if left is not None:
            self._set(repository, left)
        else:
            self._call("DeleteRepositoryPolicy", repository)

    def _may(self) -> None:
        if self.refuse:
            raise Denied("ecr:SetRepositoryPolicy: not allowed")

    def _policy(self, repository: str) -> str | None:
        try:
            return str(self._call("GetRepositoryPolicy", repository)["policyText"])
        except ServiceError as error:
            if error.code == "RepositoryPolicyNotFoundException":
                return None
            raise

    def _set(self, repository: str, policy: str) -> None:
        self._call("SetRepositoryPolicy", repository, policyText=policy)

    def _call(self, operation: str, repository: str, **more: str) -> dict[str, object]:
        request = {"repositoryName": repository, **more}
        return self._aws.call("ecr", operation, request, place=self._place)
