"""What Amazon ECR replicates; a destination's verdict, asked for through its role."""

import json
from typing import Any, Final

from sealward.aws.errors import translated
from sealward.policy.replication import ReplicaVerdicts
from sealward.ports.failures import Denied, NotFound, Unavailable
from sealward.ports.replication import Copy, CopyState

_STATES: Final = {
    "COMPLETE": CopyState.COMPLETE,
    "IN_PROGRESS": CopyState.IN_PROGRESS,
    "FAILED": CopyState.FAILED,
}
_SESSION: Final = "sealward-replication"
_ANSWER_LIMIT: Final = 64 * 1024
"""Bytes of an answer; it is some lines of JSON."""


class EcrReplication:
    """``ReplicationSource`` over a botocore client of ``ecr``."""

    def __init__(self, account: str, client: Any) -> None:  # noqa: ANN401 (botocore's class)
        self._account = account
        self._client = client

    def copy_of(self, repository: str, digest: str, place: str) -> Copy:
        """See the port."""
        what = f"DescribeImageReplicationStatus {repository}@{digest}"
        with translated(what):
            answer = self._client.describe_image_replication_status(
                registryId=self._account,
                repositoryName=repository,
                imageId={"imageDigest": digest},
            )
        for status in answer.get("replicationStatuses", ()):
            if f"{status.get('registryId')}/{status.get('region')}" == place:
                state = _STATES.get(str(status.get("status")))
                if state is None:
                    raise Unavailable(f"{what}: status {status.get('status')!r}")
                return Copy(
                    digest=digest,
                    state=state,
                    failure=str(status.get("failureCode", "")),
                )
        return Copy(digest=digest, state=CopyState.NEVER)

    def rule_names(self, repository: str, place: str) -> bool:
        """See the port."""
        with translated("DescribeRegistry"):
            answer = self._client.describe_registry()
        if answer["registryId"] != self._account:
            raise Denied(
                f"DescribeRegistry tells of the caller's own registry, that of "
                f"{answer['registryId']}: sign in to {self._account}"
            )
        return any(
            any(
                f"{to['registryId']}/{to['region']}" == place
                for to in rule["destinations"]
            )
            and _matches(rule.get("repositoryFilters"), repository)
            for rule in answer["replicationConfiguration"].get("rules", ())
        )


class AssumedVerdict:
    """A destination's verdict, through the role and function that a bundle lists.

    Args:
        entry: whom to ask: nothing of it is put together here.
        sts: a client of ``sts``, of whoever asks.
        function_client: makes a client of ``lambda`` from a Region and the role's
            credentials.
    """

    def __init__(self, entry: ReplicaVerdicts, sts: Any, function_client: Any) -> None:  # noqa: ANN401
        self._entry = entry
        self._sts = sts
        self._function_client = function_client

    def verdict(self, repository: str, digest: str) -> dict[str, Any]:
        """Return what the destination holds of an image, in plain JSON types.

        Raises:
            NotFound, Denied, Unavailable: as named in ``sealward.ports.failures``.
        """
        entry = self._entry
        with translated(f"AssumeRole {entry.role}"):
            credentials = self._sts.assume_role(
                RoleArn=entry.role,
                RoleSessionName=_SESSION,
                ExternalId=entry.external_id,
                DurationSeconds=900,
            )["Credentials"]
        what = f"Invoke {entry.function}"
        client = self._function_client(entry.place.partition("/")[2], credentials)
        with translated(what):
            answer = client.invoke(
                FunctionName=entry.function,
                Payload=json.dumps(
                    {"repository": repository, "digest": digest}
                ).encode(),
            )
            content = answer["Payload"].read(_ANSWER_LIMIT)
        if "FunctionError" in answer:
            raise Unavailable(f"{what}: the function failed; its log says why")
        try:
            said = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Unavailable(f"{what}: its answer is no JSON") from error
        if not isinstance(said, dict):
            raise Unavailable(f"{what}: its answer is no object")
        if "refused" in said:
            raise NotFound(f"{what}: {str(said['refused'])[:300]}")
        return said


def _matches(filters: Any, repository: str) -> bool:  # noqa: ANN401 (botocore's)
    return filters is None or any(
        repository.startswith(each["filter"]) for each in filters
    )
