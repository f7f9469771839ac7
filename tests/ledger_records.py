"""Records of the ledger for tests: a plain one, and one with everything in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from notation_verifier import Descriptor
from sealward.ledger import (
    Exposure,
    FindingState,
    FindingStatus,
    Hold,
    HoldState,
    Record,
    Verdict,
)
from sealward.ledger.managed_signing import ManagedSigning, SigningState
from sealward.ledger.replicas import Replica, ReplicaCause
from sealward.subjects import SubjectKey

NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
DIGEST = f"sha256:{'a' * 64}"


def subject_key(name: str = "app", digest: str = DIGEST) -> SubjectKey:
    """Return the key of a subject."""
    return SubjectKey(repository=name, digest=digest)


def plain_record(version: int = 1, **changes: Any) -> Record:
    """Return a record of a pending image, ``changes`` made."""
    plain = Record(
        key=subject_key(),
        version=version,
        verdict=Verdict.PENDING,
        reason="no-signature",
        detail="No signature yet; the grace ends at 12:10.",
        strict_verdict=Verdict.PENDING,
        statement="prod",
        statement_hash="sha256:5a",
        bundle_serial=7,
        bundle_digest="sha256:b1",
        evidence="sha256:e1",
        descriptor=None,
        tags=(),
        first_seen=NOW,
        pushed_at=None,
        settled_at=None,
        ever_trusted=False,
        unknown_since=None,
        looks=0,
        due=None,
        signature=None,
        signer=None,
        hold=None,
        finding=None,
        proposal="",
        updated_at=NOW,
    )
    return replace(plain, **changes)


def full_record() -> Record:
    """Return a record in which nothing is left out."""
    return plain_record(
        verdict=Verdict.UNTRUSTED,
        detail="größer: 画像 \U0001f512",
        descriptor=Descriptor(media_type="application/x", digest=DIGEST, size=2**53),
        tags=("latest", "v1"),
        pushed_at=NOW - timedelta(days=400),
        settled_at=NOW,
        ever_trusted=True,
        unknown_since=NOW,
        looks=12,
        due=NOW + timedelta(microseconds=1),
        signature=DIGEST,
        problem="manifest-ambiguous",
        signer="x509.subject: CN=build, O=Example, C=US",
        hold=Hold(state=HoldState.HELD, since=NOW, applied=3, detail="re-pushed"),
        finding=FindingState(
            id="sealward/1",
            status=FindingStatus.OPEN,
            created_at=NOW,
            updated_at=NOW + timedelta(milliseconds=1),
            content="sha256:c0",
            delivered=False,
        ),
        proposal="quarantine",
        exposure=Exposure(seconds=12.345, open_since=NOW),
        signing=ManagedSigning(
            state=SigningState.FAILED,
            profile="arn:aws:signer:us-east-1:123456789012:/signing-profiles/release",
            failure_code="ACCESS_DENIED",
            failure_reason="größer: 画像",
        ),
        former_tags=("v0",),
        last_trusted=f"v1 was last the trusted {DIGEST}",
        grace_spent=True,
        unkept_signature=True,
        removed_by="arn:aws:iam::123456789012:user/mallory",
        replica=Replica(
            source="999988887777/eu-west-1",
            cause=ReplicaCause.BUNDLE_STALE,
            detail="größer: 画像",
        ),
    )
