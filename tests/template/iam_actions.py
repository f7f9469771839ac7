"""IAM actions: which one authorises each operation the functions call. One table.

Service authorization reference; where operation and action differ, why is said.
"""

from collections.abc import Iterable, Mapping
from typing import Final

ACTION_OF: Final[Mapping[str, str]] = {
    "dynamodb:BatchGetItem": "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem": "dynamodb:BatchWriteItem",
    "dynamodb:GetItem": "dynamodb:GetItem",
    "dynamodb:PutItem": "dynamodb:PutItem",
    "dynamodb:Query": "dynamodb:Query",
    # A transaction is authorised by what it holds; ours holds puts only.
    "dynamodb:TransactWriteItems": "dynamodb:PutItem",
    "ecr:BatchDeleteImage": "ecr:BatchDeleteImage",
    "ecr:BatchGetImage": "ecr:BatchGetImage",
    "ecr:DeleteRepositoryPolicy": "ecr:DeleteRepositoryPolicy",
    "ecr:DescribeImageSigningStatus": "ecr:DescribeImageSigningStatus",
    "ecr:DescribeImages": "ecr:DescribeImages",
    "ecr:DescribeRepositories": "ecr:DescribeRepositories",
    "ecr:GetDownloadUrlForLayer": "ecr:GetDownloadUrlForLayer",
    "ecr:GetRepositoryPolicy": "ecr:GetRepositoryPolicy",
    # ECR API reference: no action of its own, BatchGetImage is needed.
    "ecr:ListImageReferrers": "ecr:BatchGetImage",
    "ecr:SetRepositoryPolicy": "ecr:SetRepositoryPolicy",
    "ecr:UpdateImageStorageClass": "ecr:UpdateImageStorageClass",
    "events:PutEvents": "events:PutEvents",
    "s3:GetObject": "s3:GetObject",
    "s3:PutObject": "s3:PutObject",
    "secretsmanager:GetSecretValue": "secretsmanager:GetSecretValue",
    "securityhub:BatchImportFindings": "securityhub:BatchImportFindings",
    # Service authorization reference: no resource type, so nothing but * fits.
    "signer-data:GetRevocationStatus": "signer:GetRevocationStatus",
    "sns:Publish": "sns:Publish",
    "sqs:SendMessage": "sqs:SendMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}

FREE: Final = frozenset({"sts:GetCallerIdentity"})
"""Operations that need no right at all, as the reference says."""

ECR_WRITES: Final = frozenset(
    {
        "ecr:BatchDeleteImage",
        "ecr:CompleteLayerUpload",
        "ecr:CreateRepository",
        "ecr:DeleteLifecyclePolicy",
        "ecr:DeleteRegistryPolicy",
        "ecr:DeleteRepository",
        "ecr:DeleteRepositoryPolicy",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:PutImageTagMutability",
        "ecr:PutLifecyclePolicy",
        "ecr:PutRegistryPolicy",
        "ecr:PutReplicationConfiguration",
        "ecr:PutSigningConfiguration",
        "ecr:ReplicateImage",
        "ecr:SetRepositoryPolicy",
        "ecr:TagResource",
        "ecr:UntagResource",
        "ecr:UpdateImageStorageClass",
        "ecr:UploadLayerPart",
    }
)
"""Actions of ECR that change something."""

NO_RESOURCE: Final = frozenset({"signer:GetRevocationStatus"})
"""Actions that the reference gives no resource type: IAM takes only ``*`` for them."""

LOG: Final = frozenset({"logs:CreateLogStream", "logs:PutLogEvents"})
"""What Lambda itself does with a function's role for its log."""
POLL: Final = frozenset(
    {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
)
"""What Lambda itself does with it to poll a queue."""


def actions(operations: Iterable[str]) -> frozenset[str]:
    """Return the actions that authorise ``operations``.

    Raises:
        KeyError: the table lacks an operation: look its action up and add it.
    """
    return frozenset(ACTION_OF[each] for each in operations if each not in FREE)
