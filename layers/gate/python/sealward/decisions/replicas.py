"""Replicas: why an image that came by replication is not trusted here. Pure.

A cause is worded from what the verdict rests on already, and from what Git publishes
where the stack was told its address. It changes neither verdict nor action: an event's
word is all there is for the replication itself.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from notation_verifier import Reason
from notation_verifier.signer import PUBLISHED_SIGNER_ROOTS
from sealward.decisions.judgement import (
    NO_SIGNATURE,
    OTHER_SCHEME,
    SETTLED_FAILURES,
    TOO_FEW_IDENTITIES,
)
from sealward.decisions.replica_identity import (
    IDENTITY,
    PROFILE,
    Published,
    by_identity,
)
from sealward.ledger.records import Record, Verdict
from sealward.ledger.replicas import Replica, ReplicaCause
from sealward.policy.bundle import Policy
from sealward.signatures.candidates import Rejected, Rejection
from sealward.verifications import Candidate, Examined

_TEXT: Final = 700
"""Characters of a detail."""
_MISSING: Final = frozenset(
    {
        NO_SIGNATURE,
        OTHER_SCHEME,
        Rejection.MANIFEST_MISSING,
        Rejection.ENVELOPE_MISSING,
    }
)
_SIGNER: Final = frozenset({Reason.SIGNER_UNAVAILABLE, Reason.NEEDS_SIGNER_SERVICE})
_REVOCATION: Final = frozenset(
    {
        Reason.REVOCATION_UNKNOWN,
        Reason.NEEDS_REVOCATION_SERVICE,
        Reason.TSA_REVOCATION_UNKNOWN,
    }
)
_ELSEWHERE: Final = re.compile(
    r"(?:AWS Signer did not answer: )?the profile is of partition ([a-z0-9-]{1,40}),"
)
_NOT_ENABLED: Final = re.compile(r"UnrecognizedClient|InvalidClientToken|OptInRequired")
_DENIED: Final = re.compile(r"AccessDenied|NotAuthorized|not authorized|Unauthorized")


def depends_on_index(record: Record) -> bool:
    """Return whether an index that lists a replica might explain its verdict."""
    return (
        record.replica is not None
        and record.verdict in SETTLED_FAILURES
        and record.reason in (NO_SIGNATURE, OTHER_SCHEME)
    )


def diagnosed(
    record: Record,
    *,
    partition: str,
    policy: Policy | None,
    candidates: Sequence[Candidate] = (),
    published: Published | None = None,
    index: Record | None = None,
) -> Replica | None:
    """Return the replica of ``record`` with the cause of its verdict.

    Args:
        record: the subject as it was decided; its ``replica`` may be None.
        partition: where the stack runs.
        policy: what governs the subject.
        candidates: the signatures that were tried.
        published: what Git publishes; None where the stack was not told where.
        index: of an index that lists it and is not trusted here; None for none.
    """
    replica = record.replica
    if replica is None:
        return None
    found: tuple[ReplicaCause, str] | None = None
    if record.verdict in SETTLED_FAILURES:
        found = (
            _by_index(record, index)
            or _missing(record, replica)
            or _other_partition(record, partition, candidates)
            or by_identity(record, policy, published)
            or _too_few(record, replica)
        )
    if found is None and record.verdict in SETTLED_FAILURES | {Verdict.INCONCLUSIVE}:
        found = _revocation(record, partition)
    if found is None:
        return Replica(source=replica.source)
    cause, detail = found
    if record.reason in IDENTITY and any(map(_did_not_come, candidates)):
        detail += "; of another signature not all came with it"
    return replace(replica, cause=cause, detail=detail[:_TEXT])


def _by_index(record: Record, index: Record | None) -> tuple[ReplicaCause, str] | None:
    if index is None or not depends_on_index(record):
        return None
    return (
        ReplicaCause.INDEX_UNTRUSTED,
        (
            f"nothing signs it by itself; the index {index.key.digest} lists it, and "
            f"is {index.verdict} here ({index.reason})"
        ),
    )


def _too_few(record: Record, replica: Replica) -> tuple[ReplicaCause, str] | None:
    """Return that more must sign it than did: whom it lacks is trusted already."""
    if record.reason != TOO_FEW_IDENTITIES:
        return None
    return (
        ReplicaCause.SIGNATURE_MISSING,
        (
            f"{record.detail}; of those who must sign it as well no good signature "
            f"came from {replica.source}"
        ),
    )


def _did_not_come(candidate: Candidate) -> bool:
    return isinstance(candidate, Rejected) and candidate.reason in _MISSING


def _missing(record: Record, replica: Replica) -> tuple[ReplicaCause, str] | None:
    if record.reason not in _MISSING:
        return None
    return (
        ReplicaCause.SIGNATURE_MISSING,
        (
            f"the image came from {replica.source}, a good signature with it did not: "
            "it is late, failed, was pushed before replication was configured, or "
            "there is none; only the source can tell which"
        ),
    )


def _other_partition(
    record: Record, partition: str, candidates: Iterable[Candidate]
) -> tuple[ReplicaCause, str] | None:
    named = PROFILE.match(record.detail)
    if named is not None and record.reason == Reason.IDENTITY_NOT_ALLOWED:
        theirs = named[1].split(":")[1]
        if theirs != partition:
            return _of_partition(theirs, partition)
    if record.reason not in {Reason.NOT_ANCHORED, Reason.NOT_UNDER_SIGNER_ROOT}:
        return None
    for candidate in candidates:
        if isinstance(candidate, Examined) and candidate.verification.chain:
            root = candidate.verification.chain[-1].sha256
            for theirs, published_root in PUBLISHED_SIGNER_ROOTS.items():
                if root == published_root and theirs != partition:
                    return _of_partition(theirs, partition)
    return None


def _of_partition(theirs: str, ours: str) -> tuple[ReplicaCause, str]:
    return (
        ReplicaCause.OTHER_PARTITION,
        (
            f"it was signed by AWS Signer in partition {theirs}, this stack is in "
            f"{ours}: roots, profiles and revocation answers do not cross partitions"
        ),
    )


def _revocation(record: Record, partition: str) -> tuple[ReplicaCause, str] | None:
    if record.reason in _SIGNER:
        elsewhere = _ELSEWHERE.match(record.detail)
        if elsewhere is not None:
            return _of_partition(elsewhere[1], partition)
        if _NOT_ENABLED.search(record.detail):
            return (
                ReplicaCause.REVOCATION_DENIED,
                (
                    "AWS Signer in the profile's Region does not know this account: "
                    "enable that Region here (it is not on by itself)"
                ),
            )
        if _DENIED.search(record.detail):
            return (
                ReplicaCause.REVOCATION_DENIED,
                (
                    "this account may not ask AWS Signer what it revoked "
                    "(signer:GetRevocationStatus is refused)"
                ),
            )
        return (
            ReplicaCause.REVOCATION_UNREACHABLE,
            "AWS Signer does not answer from here what it revoked",
        )
    if record.reason in _REVOCATION:
        return (
            ReplicaCause.REVOCATION_UNREACHABLE,
            (
                "the OCSP responder or CRL server that its certificates name does not "
                "answer from here"
            ),
        )
    return None
