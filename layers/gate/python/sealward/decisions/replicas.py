"""Replicas: why an image that came by replication is not trusted here. Pure.

A cause is worded from what the verdict rests on already, and from what Git publishes
where the stack was told its address. It changes neither verdict nor action: an event's
word is all there is for the replication itself.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from notation_verifier import CheckName, Passed, Reason
from notation_verifier.signer import PUBLISHED_SIGNER_ROOTS, is_profile_version
from notation_verifier.values import dataclass
from sealward.decisions.verdict import (
    NO_SIGNATURE,
    OTHER_SCHEME,
    SETTLED_FAILURES,
    TOO_FEW_IDENTITIES,
)
from sealward.ledger.records import Record, Verdict
from sealward.ledger.replicas import Replica, ReplicaCause
from sealward.policy.bundle import Policy
from sealward.policy.identities import signing_profile
from sealward.signatures.candidates import Rejection
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
_IDENTITY: Final = frozenset(
    {
        Reason.IDENTITY_NOT_ALLOWED,
        Reason.NOT_ANCHORED,
        Reason.NO_TRUST_STORE,
        Reason.NOT_UNDER_SIGNER_ROOT,
        Reason.SIGNER_WILDCARD,
        TOO_FEW_IDENTITIES,
    }
)
"""What another policy might see otherwise: whom it trusts, and by which roots."""
_SIGNER: Final = frozenset({Reason.SIGNER_UNAVAILABLE, Reason.NEEDS_SIGNER_SERVICE})
_REVOCATION: Final = frozenset(
    {
        Reason.REVOCATION_UNKNOWN,
        Reason.NEEDS_REVOCATION_SERVICE,
        Reason.TSA_REVOCATION_UNKNOWN,
    }
)
_PROFILE: Final = re.compile(r"the signing profile is (arn:[^\s;]{1,300});")
_ELSEWHERE: Final = re.compile(
    r"(?:AWS Signer did not answer: )?the profile is of partition ([a-z0-9-]{1,40}),"
)
_DENIED: Final = re.compile(r"AccessDenied|NotAuthorized|not authorized|Unauthorized")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What Git publishes for this account, held against the same signatures."""

    serial: int = 0
    digest: str = ""
    trusts: bool = False
    """Whether it trusts who signed."""
    unread: str = ""
    """Why it could not be read, where it could not."""


def depends_on_identity(record: Record) -> bool:
    """Return whether what Git publishes might explain the verdict of a replica."""
    return (
        record.replica is not None
        and record.verdict in SETTLED_FAILURES
        and record.reason in _IDENTITY
    )


def diagnosed(
    record: Record,
    *,
    partition: str,
    policy: Policy | None,
    candidates: Sequence[Candidate] = (),
    published: Published | None = None,
) -> Replica | None:
    """Return the replica of ``record`` with the cause of its verdict.

    Args:
        record: the subject as it was decided; its ``replica`` may be None.
        partition: where the stack runs.
        policy: what governs the subject.
        candidates: the signatures that were tried.
        published: what Git publishes; None where the stack was not told where.
    """
    replica = record.replica
    if replica is None:
        return None
    found: tuple[ReplicaCause, str] | None = None
    if record.verdict in SETTLED_FAILURES:
        found = (
            _missing(record, replica)
            or _other_partition(record, partition, candidates)
            or _identity(record, policy, published)
        )
    if found is None and record.verdict in SETTLED_FAILURES | {Verdict.INCONCLUSIVE}:
        found = _revocation(record, partition)
    if found is None:
        return Replica(source=replica.source)
    cause, detail = found
    return replace(replica, cause=cause, detail=detail[:_TEXT])


def trusts_signer(candidates: Iterable[Candidate]) -> bool:
    """Return whether a signature holds, is anchored, and is by a trusted identity."""
    return any(
        isinstance(candidate, Examined)
        and all(
            isinstance(candidate.verification.check(name).outcome, Passed)
            for name in (
                CheckName.SIGNATURE,
                CheckName.CERTIFICATE_CHAIN,
                CheckName.PAYLOAD,
                CheckName.AUTHENTICITY,
                CheckName.TRUSTED_IDENTITY,
            )
        )
        for candidate in candidates
    )


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
    named = _PROFILE.match(record.detail)
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


def _identity(
    record: Record, policy: Policy | None, published: Published | None
) -> tuple[ReplicaCause, str] | None:
    if record.reason not in _IDENTITY:
        return None
    ours = f"serial {record.bundle_serial}"
    if published is not None and not published.unread and published.trusts:
        theirs = f"serial {published.serial}"
        if published.serial > record.bundle_serial:
            return (
                ReplicaCause.BUNDLE_STALE,
                (
                    f"Git's bundle, {theirs}, trusts who signed it; the one in force "
                    f"here is older, {ours}"
                ),
            )
        same = published.digest == record.bundle_digest
        return (
            ReplicaCause.BUNDLE_EDITED,
            f"Git's bundle, {theirs}, trusts who signed it; the one in force here is "
            + (
                f"the same, {ours}, and does not govern this repository so"
                if same
                else f"another, {ours}, and not older: it was not compiled from "
                "what Git publishes"
            ),
        )
    git = _what_git_says(published)
    named = _PROFILE.match(record.detail)
    if named is not None and record.reason == Reason.IDENTITY_NOT_ALLOWED:
        return (
            ReplicaCause.SIGNER_PROFILE,
            f"{_profile(named[1], policy)}; {git}",
        )
    if published is not None and not published.unread:
        return ReplicaCause.IDENTITY_UNTRUSTED, git
    return ReplicaCause.TRUST_UNDETERMINED, git


def _what_git_says(published: Published | None) -> str:
    if published is None:
        return (
            "whether Git trusts who signed it is not determinable: the stack was not "
            "told where Git publishes its bundle (parameter PublishedBundle)"
        )
    if published.unread:
        return (
            "whether Git trusts who signed it is not determinable: what it publishes "
            f"could not be read ({published.unread})"
        )
    return f"Git's bundle, serial {published.serial}, does not trust who signed either"


def _profile(version: str, policy: Policy | None) -> str:
    """Return what of a signing profile the statement lacks."""
    profile = signing_profile(version)
    trusted = policy.statement.trusted_identities if policy else ()
    signers = [each for each in trusted if ":signer:" in each]
    for each in signers:
        if is_profile_version(each) and signing_profile(each) == profile:
            return (
                f"the statement trusts version {each.rpartition('/')[2]} of the "
                f"profile and no other; it was signed by {version.rpartition('/')[2]}"
            )
    name = profile.rpartition("/")[2]
    for each in signers:
        other = signing_profile(each)
        if other.rpartition("/")[2] == name:
            *_, region, account, _ = other.split(":")
            return (
                f"the statement trusts {name} of {account} in {region}; a signature "
                f"keeps the profile of where it was made: {profile}"
            )
    return f"the statement lacks the profile that signed it: {profile}"


def _revocation(record: Record, partition: str) -> tuple[ReplicaCause, str] | None:
    if record.reason in _SIGNER:
        elsewhere = _ELSEWHERE.match(record.detail)
        if elsewhere is not None:
            return _of_partition(elsewhere[1], partition)
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
