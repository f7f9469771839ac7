"""Which cause a refused replica is told of: the whole table."""

from dataclasses import replace
from typing import Any

import pytest

from notation_verifier import Reason, verify
from notation_verifier.signer import PUBLISHED_SIGNER_ROOTS
from sealward.decisions.replica_identity import Published
from sealward.decisions.replicas import diagnosed
from sealward.ledger import Verdict
from sealward.ledger.replicas import Replica, ReplicaCause
from sealward.verifications import Examined
from tests import forge
from tests.ledger_records import plain_record
from tests.unit.sealward.stand import Stand, bundle, signer

ORIGIN = "999988887777/eu-west-1"
PROFILE = "arn:aws:signer:eu-west-1:999988887777:/signing-profiles/release/0123456789"
TRUSTS = Published(serial=9, digest="sha256:b9", trusts=True)
TRUSTS_NOT = Published(serial=9, digest="sha256:b9")
UNREAD = Published(unread="GetObject: AccessDenied")


def found(
    verdict: Verdict,
    reason: str,
    detail: str = "",
    *,
    published: Published | None = None,
    candidates: Any = (),
    partition: str = "aws",
) -> Replica:
    record = plain_record(
        verdict=verdict,
        reason=reason,
        detail=detail,
        replica=Replica(source=ORIGIN, cause=ReplicaCause.BUNDLE_STALE, detail="old"),
    )
    replica = diagnosed(
        record,
        partition=partition,
        policy=bundle().policies[0],
        candidates=candidates,
        published=published,
    )
    assert replica is not None
    assert replica.source == ORIGIN
    return replica


UNTRUSTED, INCONCLUSIVE = Verdict.UNTRUSTED, Verdict.INCONCLUSIVE
NOT_ALLOWED = f"the signing profile is {PROFILE}; the statement trusts none such"
REACH = "replica-revocation-unreachable"
ELSEWHERE = NOT_ALLOWED.replace("arn:aws:", "arn:aws-us-gov:")


@pytest.mark.parametrize(
    ("verdict", "reason", "detail", "published", "cause"),
    [
        (Verdict.UNSIGNED, "no-signature", "", None, "replica-signature-missing"),
        (Verdict.UNSIGNED, "other-scheme", "", TRUSTS, "replica-signature-missing"),
        (UNTRUSTED, "envelope-missing", "", None, "replica-signature-missing"),
        (
            UNTRUSTED,
            "signature-manifest-missing",
            "",
            None,
            "replica-signature-missing",
        ),
        (UNTRUSTED, "identity-not-allowed", "", TRUSTS, "replica-bundle-stale"),
        (UNTRUSTED, "not-anchored", "", TRUSTS, "replica-bundle-stale"),
        (UNTRUSTED, "no-trust-store", "", TRUSTS, "replica-bundle-stale"),
        (
            UNTRUSTED,
            "identity-not-allowed",
            "",
            replace(TRUSTS, serial=7),
            "replica-bundle-edited",
        ),
        (
            UNTRUSTED,
            "identity-not-allowed",
            "",
            replace(TRUSTS, serial=3),
            "replica-bundle-edited",
        ),
        (UNTRUSTED, "not-anchored", "", TRUSTS_NOT, "replica-identity-untrusted"),
        (UNTRUSTED, "not-anchored", "", UNREAD, "replica-trust-undetermined"),
        (UNTRUSTED, "not-anchored", "", None, "replica-trust-undetermined"),
        (UNTRUSTED, "too-few-identities", "", None, "replica-signature-missing"),
        (UNTRUSTED, "too-few-identities", "", TRUSTS_NOT, "replica-signature-missing"),
        (UNTRUSTED, "too-few-identities", "", TRUSTS, "replica-bundle-stale"),
        (
            UNTRUSTED,
            "identity-not-allowed",
            NOT_ALLOWED,
            None,
            "replica-signer-profile",
        ),
        (
            UNTRUSTED,
            "identity-not-allowed",
            NOT_ALLOWED,
            TRUSTS_NOT,
            "replica-signer-profile",
        ),
        (
            UNTRUSTED,
            "identity-not-allowed",
            NOT_ALLOWED,
            TRUSTS,
            "replica-bundle-stale",
        ),
        (
            UNTRUSTED,
            "identity-not-allowed",
            ELSEWHERE,
            TRUSTS,
            "replica-other-partition",
        ),
        (INCONCLUSIVE, "signer-unavailable", "timed out", None, REACH),
        (
            INCONCLUSIVE,
            "signer-unavailable",
            "x: AccessDeniedException",
            None,
            "replica-revocation-denied",
        ),
        (INCONCLUSIVE, "revocation-unknown", "", None, REACH),
        (INCONCLUSIVE, "tsa-revocation-unknown", "", None, REACH),
        (UNTRUSTED, "signature-expired", "", TRUSTS, None),
        (UNTRUSTED, "certificate-revoked", "", TRUSTS, None),
        (UNTRUSTED, "subject-mismatch", "", TRUSTS, None),
        (INCONCLUSIVE, "registry-unavailable", "", None, None),
        (INCONCLUSIVE, "bundle-invalid", "", None, None),
        (Verdict.PENDING, "grace", "", None, None),
        (Verdict.TRUSTED, "satisfied", "", None, None),
        (Verdict.EXEMPT, "baseline", "no Notation signature", None, None),
    ],
)
def test_the_cause(
    verdict: Verdict,
    reason: str,
    detail: str,
    published: Published | None,
    cause: str | None,
) -> None:
    replica = found(verdict, reason, detail, published=published)
    assert replica.cause == cause
    assert bool(replica.detail) == (cause is not None)


def test_a_leaf_that_is_called_like_a_profile_is_none() -> None:
    leaf = f"the leaf is CN=the signing profile is {ELSEWHERE}"
    replica = found(UNTRUSTED, Reason.IDENTITY_NOT_ALLOWED, leaf)
    assert replica.cause is ReplicaCause.TRUST_UNDETERMINED


def test_a_chain_under_another_partitions_root_is_told_by_its_fingerprint() -> None:
    image = Stand().push()
    held = bundle()
    verification = verify(
        forge.sign(image, signer(), "jws"),
        media_type=forge.JWS,
        subject=image,
        statement=held.policies[0].statement,
        trust_stores=held.trust_stores,
        now=forge.NOW,
    )
    for partition, root in PUBLISHED_SIGNER_ROOTS.items():
        last = replace(verification.chain[-1], sha256=root)
        candidate = Examined(
            digest=image.digest,
            verification=replace(verification, chain=(*verification.chain[:-1], last)),
        )
        for ours in ("aws", "aws-us-gov"):
            replica = found(
                UNTRUSTED, Reason.NOT_ANCHORED, candidates=[candidate], partition=ours
            )
            elsewhere = replica.cause is ReplicaCause.OTHER_PARTITION
            assert elsewhere is (partition != ours)


def test_what_was_not_replicated_has_no_cause() -> None:
    record = plain_record(verdict=Verdict.UNSIGNED, reason="no-signature")
    assert diagnosed(record, partition="aws", policy=None) is None
