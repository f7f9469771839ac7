"""The functions' environment: what the template gives them, as far as they ask."""

from typing import Final

from tests.functions.event_files import ACCOUNT, REGION

LOOKS: Final = "https://sqs.example/looks"
DEAD: Final = "https://sqs.example/dead"
OPERATE: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:operate"
OPTIONAL: Final = ("EVIDENCE_BUCKET",)
"""Set for the trials that deploy them."""
ENVIRONMENT: Final = {
    "AWS_LAMBDA_FUNCTION_NAME": "operate",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "CAPABILITY": "quarantine",
    "DEAD_LETTER_QUEUE_URL": DEAD,
    "EVENT_BUS": "sealward",
    "LEDGER_KEY": "ledger-key",
    "LEDGER_TABLE": "ledger",
    "LOOK_QUEUE_URL": LOOKS,
    "POLICY_BUNDLE": "s3://policy/bundle.json",
    "POWERTOOLS_METRICS_NAMESPACE": "Sealward",
    "SEALWARD_ACCOUNT": ACCOUNT,
    "SEALWARD_PARTITION": "aws",
    "SEALWARD_ROLE": f"arn:aws:iam::{ACCOUNT}:role/sealward/VerifyPush",
}
