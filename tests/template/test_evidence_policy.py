"""The evidence bucket's policy: rights on S3 alone neither write into it nor unlock."""

from typing import Any

from tests.template.rendering import load, render

ALWAYS_DENIED = {
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    # Replication from another bucket writes, and deletes, without PutObject.
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
}
"""Actions by which objects come, go or lose their lock, but the one that keeps."""


def statements(**parameters: str) -> dict[str, dict[str, Any]]:
    policy = render(load(), parameters)["EvidenceStorePolicy"]["Properties"]
    return {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}


def test_nobody_deletes_unlocks_or_replicates_into_it() -> None:
    found = statements()["NobodyDeletesOrUnlocks"]
    assert (found["Effect"], found["Principal"]) == ("Deny", "*")
    assert set(found["Action"]) == ALWAYS_DENIED
    assert "Condition" not in found


def test_one_role_puts_and_never_over_what_is_there() -> None:
    found = statements()
    others, over = found["NobodyElseWrites"], found["NothingIsWrittenOver"]
    assert others["Effect"] == over["Effect"] == "Deny"
    assert others["Action"] == over["Action"] == "s3:PutObject"
    ((operator, keys),) = others["Condition"].items()
    assert operator == "ArnNotEquals"
    assert keys.keys() == {"aws:PrincipalArn"}
    assert "VerifyPushRole" in str(keys["aws:PrincipalArn"])
    assert over["Condition"] == {"Null": {"s3:if-none-match": "true"}}
