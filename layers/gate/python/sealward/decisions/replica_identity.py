"""Replicas refused for who signed them: whom Git trusts, and whom this bundle. Pure.

Git's bundle is held against the same signatures; what it says explains, and decides
nothing. Without it, it is not determinable whether the bundle here is stale or edited.
"""

import re
from collections.abc import Iterable
from typing import Final

from notation_verifier import CheckName, Passed, Reason
from notation_verifier.signer import is_profile_version
from notation_verifier.values import dataclass
from sealward.decisions.judgement import SETTLED_FAILURES, TOO_FEW_IDENTITIES
from sealward.ledger.records import Record
from sealward.ledger.replicas import ReplicaCause
from sealward.policy.bundle import Policy
from sealward.policy.identities import signing_profile
from sealward.verifications import Candidate, Examined

IDENTITY: Final = frozenset(
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
PROFILE: Final = re.compile(r"the signing profile is (arn:[^\s;]{1,300});")


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
        and record.reason in IDENTITY
    )


def trusts_signers(candidates: Iterable[Candidate], required: int) -> bool:
    """Return whether signatures hold, are anchored, and by enough trusted identities.

    Args:
        candidates: as they are worth under the policy in question.
        required: how many different identities that policy wants.
    """
    good = [
        candidate.verification
        for candidate in candidates
        if isinstance(candidate, Examined)
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
    ]
    if required <= 1:
        return bool(good)
    return len({each.identity for each in good} - {None}) >= required


def by_identity(
    record: Record, policy: Policy | None, published: Published | None
) -> tuple[ReplicaCause, str] | None:
    """Return why a replica is refused for who signed it; None where it is for else.

    Args:
        record: the subject as it was decided.
        policy: what governs it.
        published: what Git publishes; None where the stack was not told where.
    """
    if record.reason not in IDENTITY:
        return None
    if published is not None and not published.unread and published.trusts:
        return _by_other_bundle(record, published)
    if record.reason == TOO_FEW_IDENTITIES:
        return None
    git = _what_git_says(published)
    named = PROFILE.match(record.detail)
    if named is not None and record.reason == Reason.IDENTITY_NOT_ALLOWED:
        return (
            ReplicaCause.SIGNER_PROFILE,
            f"{_profile(named[1], policy)}; {git}",
        )
    if published is not None and not published.unread:
        return ReplicaCause.IDENTITY_UNTRUSTED, git
    return ReplicaCause.TRUST_UNDETERMINED, git


def _by_other_bundle(
    record: Record, published: Published
) -> tuple[ReplicaCause, str] | None:
    ours, theirs = f"serial {record.bundle_serial}", f"serial {published.serial}"
    trusts = f"Git's bundle, {theirs}, trusts who signed it; the one in force here is"
    if published.serial > record.bundle_serial:
        return ReplicaCause.BUNDLE_STALE, f"{trusts} older, {ours}"
    if published.digest == record.bundle_digest:
        return None  # what came in between is the next look's to judge
    return (
        ReplicaCause.BUNDLE_EDITED,
        (
            f"{trusts} another, {ours}, and not older: it was not compiled from what "
            "Git publishes"
        ),
    )


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
