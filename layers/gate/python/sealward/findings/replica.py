"""The finding about an image that came by replication and is not trusted here. Pure.

It is the image's own finding, under the same Id, of a type and a generator of its own:
whoever reads it needs the source as well as this account.
"""

from collections.abc import Mapping
from typing import Any, Final

from notation_verifier.remedies import Remedy
from sealward.findings.document import (
    DESCRIPTION_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    VALUE_LIMIT,
    Place,
    filled,
    printable,
)
from sealward.findings.remedies import DOCUMENT
from sealward.findings.replica_remedies import REPLICA_REMEDIES
from sealward.findings.steps import ANY, circumstances, done
from sealward.ledger.records import Record
from sealward.ledger.replicas import Replica, ReplicaCause

REPLICA_TYPE: Final = "Software and Configuration Checks/Supply Chain/Image Replication"
REPLICA_GENERATOR: Final = "sealward/image-replication"

_DETAIL = 250
"""Characters of one text: the verdict's own words must have room."""
_TITLES: Final[Mapping[ReplicaCause, str]] = {
    ReplicaCause.SIGNATURE_MISSING: "its signature was not replicated",
    ReplicaCause.INDEX_UNTRUSTED: "the index that lists it is not trusted",
    ReplicaCause.BUNDLE_STALE: "the policy in force here is stale",
    ReplicaCause.BUNDLE_EDITED: "the policy in force here is not the one Git publishes",
    ReplicaCause.IDENTITY_UNTRUSTED: "no policy trusts who signed it",
    ReplicaCause.TRUST_UNDETERMINED: "the policy here does not trust who signed it",
    ReplicaCause.SIGNER_PROFILE: "the policy lacks the signing profile's ARN",
    ReplicaCause.OTHER_PARTITION: "it was signed in another partition",
    ReplicaCause.REVOCATION_DENIED: "AWS Signer may not be asked about revocation",
    ReplicaCause.REVOCATION_UNREACHABLE: "a revocation service does not answer",
}


def of_replica(
    document: dict[str, Any], place: Place, record: Record
) -> dict[str, Any]:
    """Return an image's finding, told as that of a replica where it is one.

    Args:
        document: the finding about the image, as of any other.
        place: where the stack runs: the destination.
        record: the subject as it stands.
    """
    replica = record.replica
    if replica is None or replica.cause is None:
        return document
    told = REPLICA_REMEDIES[replica.cause]
    key, cause = record.key, replica.cause
    description = (
        f"{key}, replicated from {replica.source}: "
        f"{printable(replica.detail, _DETAIL)}. {printable(done(record), _DETAIL)} "
        f"{circumstances(record)}The verdict's own words: {record.detail}."
    )
    provider = document["FindingProviderFields"]
    reason = {
        "ReasonCode": cause.upper().replace("-", "_"),
        "Description": filled(replica.detail, cause.value, VALUE_LIMIT),
    }
    return {
        **document,
        "GeneratorId": REPLICA_GENERATOR,
        "Title": printable(
            f"Replicated image not trusted here, {_TITLES[cause]}: {key.repository}",
            TITLE_LIMIT,
        ),
        "Description": printable(description, DESCRIPTION_LIMIT),
        "FindingProviderFields": {**provider, "Types": [REPLICA_TYPE]},
        "Compliance": {
            **document["Compliance"],
            "StatusReasons": [reason, *document["Compliance"]["StatusReasons"]],
        },
        "Remediation": {
            "Recommendation": {
                "Text": printable(_to_do(place, record, replica, told), TEXT_LIMIT)
            }
        },
        "ProductFields": {
            **document["ProductFields"],
            "sealward/replicatedFrom": replica.source,
            "sealward/cause": cause.value,
        },
    }


def _to_do(place: Place, record: Record, replica: Replica, told: Remedy) -> str:
    """Return what to do, with this image's own names where a command needs them."""
    more = f" More: {DOCUMENT}#{replica.cause}"
    if replica.cause is not ReplicaCause.SIGNATURE_MISSING:
        return told.remedy + more
    account, _, region = replica.source.partition("/")
    text = (
        f"In account {account}, Region {region}: sealward replication {record.key} "
        f"--to {place.account}/{place.region} says which. Pushed before replication "
        f"was configured: aws ecr start-replication-backfill --region {region} "
        f"--destination region={place.region},registryId={place.account}"
    )
    if len(text) + len(more) > TEXT_LIMIT:
        text = text.replace(str(record.key), ANY)
    return text + more
