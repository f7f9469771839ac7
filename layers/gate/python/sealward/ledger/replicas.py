"""Replicas: what is remembered of an image that is said to have been replicated."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from notation_verifier.values import dataclass


class ReplicaCause(StrEnum):
    """Why a replicated image is not trusted here; each is in docs/findings.md."""

    SIGNATURE_MISSING = "replica-signature-missing"
    """No signature came with it, or not all of one."""
    INDEX_UNTRUSTED = "replica-index-untrusted"
    """Nothing signs it by itself; an index that lists it is not trusted here."""
    BUNDLE_STALE = "replica-bundle-stale"
    """Git trusts its signer; the bundle in force here is older."""
    BUNDLE_EDITED = "replica-bundle-edited"
    """Git trusts its signer; the bundle in force here is another, and not older."""
    IDENTITY_UNTRUSTED = "replica-identity-untrusted"
    """Neither this stack's bundle nor the published one trusts its signer."""
    TRUST_UNDETERMINED = "replica-trust-undetermined"
    """Not trusted here; what Git publishes is not known."""
    SIGNER_PROFILE = "replica-signer-profile"
    """The statement lacks the ARN of the signing profile."""
    OTHER_PARTITION = "replica-other-partition"
    """It was signed by AWS Signer of another partition."""
    REVOCATION_DENIED = "replica-revocation-denied"
    """This stack may not ask AWS Signer what it revoked."""
    REVOCATION_UNREACHABLE = "replica-revocation-unreachable"
    """A revocation service does not answer from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """An image that an event said was replicated: chooses words, decides nothing."""

    source: str
    """``account/region``, as the event said."""
    cause: ReplicaCause | None = None
    """Why it is not trusted here, where that has to do with its replication."""
    detail: str = ""
    """The cause as one sentence for a reader."""


def replica_after(before: Replica | None, origin: str) -> Replica | None:
    """Return what is remembered once an event said ``origin``; empty: none did."""
    if origin and (before is None or before.source != origin):
        return Replica(source=origin)
    return before


def replica_item(replica: Replica | None) -> dict[str, Any] | None:
    """Return ``replica`` in plain JSON types."""
    if replica is None:
        return None
    item = {"source": replica.source}
    if replica.cause is not None:
        item |= {"cause": replica.cause.value, "detail": replica.detail}
    return item


def replica_from(item: Mapping[str, Any] | None) -> Replica | None:
    """Return what ``replica_item`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    if item is None:
        return None
    return Replica(
        source=str(item["source"]),
        cause=ReplicaCause(item["cause"]) if "cause" in item else None,
        detail=str(item.get("detail", "")),
    )
