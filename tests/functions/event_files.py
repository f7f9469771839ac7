"""The files of events/: what EventBridge or SQS delivers, for each case of the demo.

``make generated`` writes them anew, after the demo's images were
made anew. Shapes are those of the ECR user guide and of events captured from ECR; the
digests are the demo's.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
CASES = ROOT / "demo/layouts/cases.json"
ACCOUNT = "123456789012"
REGION = "us-east-1"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:LookQueue"
PUSHED_AT = "2026-11-21T12:00:00Z"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
SIGNATURE = "application/vnd.cncf.notary.signature"


def files() -> dict[str, Any]:
    """Return every file of events/ by name."""
    cases = {case["name"]: case for case in json.loads(CASES.read_text())["cases"]}
    found = {}
    for name, case in cases.items():
        image = case["images"][0]
        found[f"ecr-push-{name}.json"] = push(
            case["repository"], image["digest"], tag=image["tag"]
        )
        if name in {"signed-jws", "signed-cose", "late-signature"}:
            found[f"ecr-referrer-{name}.json"] = referrer(
                case["repository"], case["signatures"][0]
            )
    unsigned = cases["unsigned"]
    digest = unsigned["images"][0]["digest"]
    found["ecr-replication-unsigned.json"] = replication(unsigned["repository"], digest)
    found["ecr-archived-unsigned.json"] = storage_class(
        unsigned["repository"], digest, "ARCHIVE"
    )
    found["ecr-restored-unsigned.json"] = storage_class(
        unsigned["repository"], digest, "STANDARD"
    )
    repository = unsigned["repository"]
    found["ecr-push-untagged.json"] = push(repository, digest, tag="")
    found["ecr-push-tag-moved.json"] = push(repository, digest, tag="latest")
    found["ecr-deleted-unsigned.json"] = deleted(push(repository, digest, tag="1.0"))
    found["ecr-replication-failed.json"] = failed(replication(repository, digest))
    found["ecr-replication-signature.json"] = replication(
        cases["signed-jws"]["repository"], cases["signed-jws"]["signatures"][0], tag=""
    )
    found["ecr-pull-through-unsigned.json"] = pull_through(repository, digest)
    signed = cases["signed-jws"]
    signature = signed["signatures"][0]
    for name, event in {
        "archived": storage_class(signed["repository"], signature, "ARCHIVE"),
        "restored": storage_class(signed["repository"], signature, "STANDARD"),
        "deleted": deleted(referrer(signed["repository"], signature)),
    }.items():
        event["detail-type"] = "ECR Referrer Action"
        event["detail"]["artifact-media-type"] = SIGNATURE
        found[f"ecr-referrer-{name}.json"] = event
    found["signer-revoked-profile.json"] = revocation(
        "RevokeSigningProfile",
        {
            "profileName": "demo",
            "profileVersion": "0123456789",
            "reason": "key lost",
            "effectiveTime": 1795262400,
        },
    )
    found["signer-revoked-signature.json"] = revocation(
        "RevokeSignature",
        {"jobId": "13cde686-328b-6117-af20-0e5566167482", "reason": "bad build"},
    )
    malformed = push("demo/../unsigned", digest, tag="1.0")
    found["ecr-push-malformed.json"] = malformed
    found["sqs-batch.json"] = batch(
        json.dumps(found["ecr-push-signed-jws.json"]),
        json.dumps(malformed),
        json.dumps(found["ecr-push-unsigned.json"]),
    )
    return found


def push(repository: str, digest: str, *, tag: str) -> dict[str, Any]:
    """Return the event of an image's push."""
    detail = {
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": digest,
        "action-type": "PUSH",
        "image-tag": tag,
        "manifest-media-type": MANIFEST,
        "artifact-media-type": IMAGE_CONFIG,
    }
    return _event("ECR Image Action", detail)


def referrer(repository: str, digest: str) -> dict[str, Any]:
    """Return the event of a signature's push; its subject is not in it."""
    detail = {
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": digest,
        "action-type": "PUSH",
        "image-tag": "",
        "manifest-media-type": MANIFEST,
        "artifact-media-type": SIGNATURE,
    }
    return _event("ECR Referrer Action", detail)


def replication(repository: str, digest: str, *, tag: str = "1.0") -> dict[str, Any]:
    """Return the event of an image's, or a signature's, arrival by replication."""
    detail = {
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": digest,
        "source-account": ACCOUNT,
        "action-type": "REPLICATE",
        "source-region": "us-west-2",
        "image-tag": tag,
    }
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}"
    return _event("ECR Replication Action", detail, arn)


def storage_class(repository: str, digest: str, target: str) -> dict[str, Any]:
    """Return the event of an image's archiving or restoring."""
    detail = {
        "action-type": "UPDATE_STORAGE_CLASS",
        "target-storage-class": target,
        "image-digest": digest,
        "repository-name": repository,
        "result": "SUCCESS",
        "manifest-media-type": MANIFEST,
        "artifact-media-type": IMAGE_CONFIG,
    }
    if target == "STANDARD":
        detail["last-activated-at"] = "2026-11-21T12:00:00.74Z"
    return _event("ECR Image Action", detail)


def deleted(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event of a deletion: a push's, with another action."""
    return {**event, "detail": {**event["detail"], "action-type": "DELETE"}}


def failed(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event of an action that failed."""
    return {**event, "detail": {**event["detail"], "result": "FAILED"}}


def pull_through(repository: str, digest: str) -> dict[str, Any]:
    """Return the event of an image that a pull-through cache brought."""
    detail = {
        "rule-version": "1",
        "sync-status": "SUCCESS",
        "ecr-repository-prefix": repository.partition("/")[0],
        "repository-name": repository,
        "upstream-registry-url": "public.ecr.aws",
        "image-tag": "1.0",
        "image-digest": digest,
    }
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}"
    return _event("ECR Pull Through Cache Action", detail, arn)


def revocation(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return CloudTrail's event of a call of AWS Signer."""
    detail = {
        "eventVersion": "1.11",
        "userIdentity": {"type": "AssumedRole", "accountId": ACCOUNT},
        "eventTime": PUSHED_AT,
        "eventSource": "signer.amazonaws.com",
        "eventName": action,
        "awsRegion": REGION,
        "requestParameters": dict(parameters),
        "responseElements": None,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
    }
    event = _event("AWS API Call via CloudTrail", detail)
    return {**event, "source": "aws.signer"}


def function_of(name: str) -> str:
    """Return the function that the file ``name`` of events/ is for."""
    return "SweepFunction" if name.startswith("signer-") else "VerifyPushFunction"


def batch(*bodies: str) -> dict[str, Any]:
    """Return what Lambda hands a function of an SQS queue."""
    return {
        "Records": [
            {
                "messageId": f"00000000-0000-4000-8000-{number:012d}",
                "receiptHandle": "MessageReceiptHandle",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1795262400000",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1795262400001",
                },
                "messageAttributes": {},
                "md5OfBody": hashlib.md5(
                    body.encode(), usedforsecurity=False
                ).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": QUEUE_ARN,
                "awsRegion": REGION,
            }
            for number, body in enumerate(bodies, start=1)
        ]
    }


def _event(kind: str, detail: Mapping[str, Any], *resources: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "13cde686-328b-6117-af20-0e5566167482",
        "detail-type": kind,
        "source": "aws.ecr",
        "account": ACCOUNT,
        "time": PUSHED_AT,
        "region": REGION,
        "resources": list(resources),
        "detail": dict(detail),
    }


def texts() -> Iterator[tuple[Path, str]]:
    """Yield every file with the text it must hold."""
    for name, content in files().items():
        yield EVENTS / name, json.dumps(content, indent=2) + "\n"


def main() -> None:
    """Write the files, and remove those no longer made."""
    wanted = dict(texts())
    for stale in set(EVENTS.glob("*.json")) - wanted.keys():
        stale.unlink()
    for path, text in wanted.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
