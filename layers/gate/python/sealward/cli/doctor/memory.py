"""What the stack remembers: the ledger with its key and policy, and the evidence."""

import json
from collections.abc import Iterator
from typing import Any, Final

from sealward.aws.errors import translated
from sealward.cli.doctor.check import Check, Examination, ill, note, well
from sealward.cli.stack import Stack
from sealward.ports.failures import NotFound

_WRITERS: Final = "NobodyElseWrites"
_LOCKED: Final = "NobodyDeletesOrUnlocks"


def ledger_key(stack: Stack) -> Iterator[Check]:
    """Look whether the secret that seals the ledger stays, and is only the stack's."""
    secret, client = stack.physical("LedgerKey"), stack.client("secretsmanager")
    with translated("DescribeSecret"):
        deleted = client.describe_secret(SecretId=secret).get("DeletedDate")
    if deleted:
        yield ill(
            "ledger key",
            f"it is deleted on {deleted:%Y-%m-%d}: then every record counts as forged",
            f"aws secretsmanager restore-secret --secret-id {secret}",
        )
        return
    with translated("GetResourcePolicy"):
        policy = client.get_resource_policy(SecretId=secret).get("ResourcePolicy", "")
    if "NobodyElseReadsIt" not in policy:
        yield ill(
            "ledger key",
            "its policy lets others read it: they could write verdicts",
            "deploy the stack again; then replace the secret's value and accept that "
            "every image is judged anew",
        )
    else:
        yield well("ledger key", "read by the stack alone")


def ledger_backup(stack: Stack) -> Iterator[Check]:
    """Look whether the ledger can be brought back."""
    with translated("DescribeContinuousBackups"):
        answer = stack.client("dynamodb").describe_continuous_backups(
            TableName=stack.physical("LedgerTable")
        )
    state = answer["ContinuousBackupsDescription"].get(
        "PointInTimeRecoveryDescription", {}
    )
    if state.get("PointInTimeRecoveryStatus") == "ENABLED":
        yield well("ledger backup", "35 days")
    else:
        yield ill("ledger backup", "off", "deploy the stack again")


def ledger_policy(stack: Stack) -> Iterator[Check]:
    """Look whether others than the stack's roles may write into the ledger."""
    if stack.parameters.get("EndpointUrl"):
        yield note(
            "ledger policy",
            "none: a local AWS knows no policies of tables",
            "nothing here; on AWS the template makes one",
        )
        return
    arn = (
        f"arn:{stack.partition}:dynamodb:{stack.region}:{stack.account}:table/"
        f"{stack.physical('LedgerTable')}"
    )
    try:
        with translated("GetResourcePolicy of the ledger"):
            answer = stack.client("dynamodb").get_resource_policy(ResourceArn=arn)
        policy = str(answer.get("Policy", ""))
    except NotFound:
        policy = ""
    if _denies(policy, _WRITERS):
        yield well("ledger policy", "only the stack's roles write")
    else:
        yield ill(
            "ledger policy",
            f"its statement {_WRITERS} is gone: whoever may write to tables may "
            "write to the ledger, and only its seal tells",
            "deploy the stack again; look in CloudTrail for PutResourcePolicy and "
            "DeleteResourcePolicy",
        )


def evidence(stack: Stack) -> Iterator[Check]:
    """Look whether what is kept before an action stays as it is."""
    own = stack.resources.get("EvidenceStore", "")
    bucket = stack.parameters.get("EvidenceBucket") or own
    if not bucket:
        raise NotFound(f"stack {stack.name} has no EvidenceStore: is it Sealward's?")
    client = stack.client("s3")
    try:
        with translated("GetObjectLockConfiguration"):
            answer = client.get_object_lock_configuration(Bucket=bucket)
        locked = answer["ObjectLockConfiguration"]
    except NotFound:
        locked = {}
    retention: dict[str, Any] = locked.get("Rule", {}).get("DefaultRetention", {})
    if not retention:
        yield ill(
            "evidence",
            f"{bucket} is not there, or has no Object Lock with a default retention: "
            "what is kept can be deleted",
            "name another bucket by EvidenceBucket, or leave it empty and deploy "
            "again: docs/evidence.md",
        )
    else:
        days = retention.get("Days") or f"{retention.get('Years')} years of"
        yield well("evidence", f"{bucket}, {retention.get('Mode')} {days} days")
    if own:
        try:
            with translated("GetBucketPolicy"):
                policy = str(client.get_bucket_policy(Bucket=own)["Policy"])
        except NotFound:
            policy = ""
        gone = [sid for sid in (_WRITERS, _LOCKED) if not _denies(policy, sid)]
        if gone:
            yield ill(
                "policy of the evidence",
                f"without {' and '.join(gone)}: others may write or delete",
                "deploy the stack again; look in CloudTrail for PutBucketPolicy",
            )
        else:
            yield well(
                "policy of the evidence", "only the stack writes; nobody deletes"
            )


def _denies(text: str, sid: str) -> bool:
    try:
        document: Any = json.loads(text or "{}")
    except ValueError:
        return False
    return any(
        each.get("Sid") == sid and each.get("Effect") == "Deny"
        for each in document.get("Statement", ())
    )


MEMORY: Final[tuple[Examination, ...]] = (
    ledger_key,
    ledger_policy,
    ledger_backup,
    evidence,
)
