"""Remedies for replicated images: what each cause means, and what to do where."""

from collections.abc import Mapping
from typing import Final

from notation_verifier.remedies import Remedy
from sealward.ledger.replicas import ReplicaCause

REPLICA_REMEDIES: Final[Mapping[ReplicaCause, Remedy]] = {
    ReplicaCause.SIGNATURE_MISSING: Remedy(
        "The image came by replication, and no good signature with it.",
        "At the source: sealward replication IMAGE --to ACCOUNT/REGION says whether it "
        "is on its way, failed, was never begun, or was never made. Pushed before "
        "replication was configured: aws ecr start-replication-backfill. Never made: "
        "sign the digest there; the signature is replicated.",
    ),
    ReplicaCause.INDEX_UNTRUSTED: Remedy(
        "The image came by replication and nothing signs it by itself; an index that "
        "lists it is not trusted here.",
        "Mend the index that the detail names, as its own finding says: it is what is "
        "signed, and what it lists is covered with it. If this image is to be trusted "
        "alone, sign its digest at the source.",
    ),
    ReplicaCause.BUNDLE_STALE: Remedy(
        "Git's policy trusts who signed it; the bundle in force here is older.",
        "Publish Git's bundle to this account's PolicyBundle, and find out why it was "
        "not: the detail has both serials.",
    ),
    ReplicaCause.BUNDLE_EDITED: Remedy(
        "Git's policy trusts who signed it; the bundle in force here is another one, "
        "and not older.",
        "Find who wrote this account's PolicyBundle object (S3 versions, CloudTrail "
        "PutObject). Then publish Git's bundle under a higher serial.",
    ),
    ReplicaCause.IDENTITY_UNTRUSTED: Remedy(
        "Neither the bundle in force here nor the one Git publishes trusts who signed "
        "it.",
        "If this account is to trust the signer: add it to the policy of this "
        "account's repository in Git, and publish. If not: stop replicating here. If "
        "another signature should be there: at the source, sealward replication IMAGE "
        "--to ACCOUNT/REGION.",
    ),
    ReplicaCause.TRUST_UNDETERMINED: Remedy(
        "The bundle in force here does not trust who signed it; whether Git's does is "
        "not known.",
        "Compare the serial in force with Git's. To have it said here: deploy the "
        "stack with PublishedBundle=s3://BUCKET/KEY of what Git publishes for this "
        "account, and let the stack's role VerifyPushRole read that object.",
    ),
    ReplicaCause.SIGNER_PROFILE: Remedy(
        "A signature keeps the ARN of the AWS Signer profile of where it was made; the "
        "statement here does not trust that one.",
        "Add the profile's ARN from the detail, without its last part for any version, "
        "to trustedIdentities of this account's statement in Git, and publish. A "
        "profile of the same name in this account is another one.",
    ),
    ReplicaCause.OTHER_PARTITION: Remedy(
        "AWS Signer of another partition signed it: its profiles and its revocation "
        "answers cannot be had here.",
        "Sign the digest in this partition with a profile of this partition, and trust "
        "that. If only the certificates matter, sign with a CA of your own.",
    ),
    ReplicaCause.REVOCATION_DENIED: Remedy(
        "This stack's role may not ask AWS Signer what it revoked of the profile's "
        "account and Region.",
        "Let the role VerifyPushRole call signer:GetRevocationStatus: look for a Deny "
        "in a service control policy, a permissions boundary or the endpoint's policy. "
        "A Region that is not on by itself must be enabled in this account.",
    ),
    ReplicaCause.REVOCATION_UNREACHABLE: Remedy(
        "The source could ask a revocation service that does not answer from here.",
        "Give this stack a way there: OCSP and CRL hosts, or AWS Signer in the "
        "profile's Region (docs/network.md). Hosts of your own must be in the policy's "
        "revocation.hosts.",
    ),
}
"""Every cause of :class:`ReplicaCause`, in its order."""
