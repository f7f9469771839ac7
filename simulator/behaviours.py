"""Behaviours: what AWS is believed, but not known, to do. One switch each.

No AWS account was at hand when this was written. Whatever is certain (a service model,
a documentation page) is built in; whatever is inferred is a field here, with how sure
it is and the position believed. Both positions of every switch are tested, so the gate
must be right under either. Marks: ``T`` third-party evidence (a captured event, an
issue), ``I`` inferred from the documentation, ``S`` a setting in a documented range.
"""

from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum


class ArchivedManifest(StrEnum):
    """What BatchGetImage answers for an image in archive."""

    INACCESSIBLE = "ImageInaccessible"
    NOT_FOUND = "ImageNotFound"
    READABLE = "readable"


class ReferrerPush(StrEnum):
    """Which event the push of a manifest with ``subject`` makes."""

    REFERRER_ACTION = "ECR Referrer Action"
    IMAGE_ACTION = "ECR Image Action"
    NONE = "none"


class RepushEvents(StrEnum):
    """Which events the re-push of an archived image makes."""

    PUSH = "push"
    UPDATE_STORAGE_CLASS = "update-storage-class"
    BOTH = "both"


def _inferred(mark: str) -> dict[str, str]:
    return {"mark": mark}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviours:
    """The position of every switch."""

    archived_manifest: ArchivedManifest = field(
        default=ArchivedManifest.INACCESSIBLE, metadata=_inferred("I")
    )
    """Pulls of an archived image answer 404 (documented); the API's code is not."""
    archived_layers_inaccessible: bool = field(default=True, metadata=_inferred("I"))
    """Layers that only archived images name cannot be downloaded."""
    archived_subject_lists_referrers: bool = field(
        default=True, metadata=_inferred("I")
    )
    """ListImageReferrers still answers for an archived subject."""
    archive_keeps_tags: bool = field(default=True, metadata=_inferred("I"))
    """An image keeps its tags in archive."""
    archive_delay: timedelta = field(default=timedelta(0), metadata=_inferred("I"))
    """From UpdateImageStorageClass ARCHIVE until the registry says ARCHIVED."""
    restore_delay: timedelta = field(
        default=timedelta(minutes=20), metadata=_inferred("S")
    )
    """How long ACTIVATING lasts; documented as up to 20 minutes."""
    same_class_refused: bool = field(default=False, metadata=_inferred("I"))
    """Asking for the storage class an image already has is an error."""
    activating_index_is_active: bool = field(default=True, metadata=_inferred("I"))
    """An index being restored already keeps its children from the archive."""
    index_may_name_archived_children: bool = field(
        default=True, metadata=_inferred("I")
    )
    """PutImage accepts an index whose children are in archive."""
    repush_events: RepushEvents = field(
        default=RepushEvents.PUSH, metadata=_inferred("I")
    )
    """What the re-push that restores an archived image emits."""
    repush_moves_pushed_at: bool = field(default=False, metadata=_inferred("I"))
    """A re-push or a new tag renews ``imagePushedAt``."""
    retag_emits_push: bool = field(default=True, metadata=_inferred("I"))
    """A further tag on an existing digest makes a PUSH event."""
    untagged_event_has_empty_tag: bool = field(default=True, metadata=_inferred("T"))
    """An untagged push carries ``"image-tag": ""`` instead of no such field."""
    referrer_push: ReferrerPush = field(
        default=ReferrerPush.REFERRER_ACTION, metadata=_inferred("I")
    )
    """The detail-type of a signature's push."""
    hidden_image_not_found: bool = field(default=True, metadata=_inferred("I"))
    """DescribeImages of a digest its status filter hides answers ImageNotFound.

    Otherwise it leaves the digest out.
    """
    delete_event_per_tag: bool = field(default=False, metadata=_inferred("I"))
    """Deleting a digest with several tags makes one DELETE event for each."""
    deleted_subject_cleans_referrers: bool = field(
        default=False, metadata=_inferred("I")
    )
    """After a manual delete ECR removes the subject's referrers."""
    referrer_cleanup_delay: timedelta = field(
        default=timedelta(hours=24), metadata=_inferred("S")
    )
    """When it does; documented as within 24 hours."""
    media_type_mismatch_refused: bool = field(default=False, metadata=_inferred("I"))
    """PutImage refuses a manifest whose own mediaType is not the declared one."""
    managed_signing_delay: timedelta = field(
        default=timedelta(seconds=5), metadata=_inferred("I")
    )
    """From the push until managed signing is complete; documented as asynchronous."""
    managed_signing_signs_untagged: bool = field(default=True, metadata=_inferred("I"))
    """Managed signing signs what is pushed without a tag, such as an index's children.
    """
    referrers_replicate: bool = field(default=True, metadata=_inferred("T"))
    """Signatures are copied as images are; documented since 2024, reported to fail."""
    replication_delay: timedelta = field(
        default=timedelta(seconds=30), metadata=_inferred("S")
    )
    """From a push until its copy is there; documented as mostly under 30 minutes."""
    referrer_replication_delay: timedelta = field(
        default=timedelta(seconds=30), metadata=_inferred("S")
    )
    """The same for a signature; no order between the two is documented."""
    replica_emits_push: bool = field(default=False, metadata=_inferred("T"))
    """A copy's arrival makes a PUSH event beside REPLICATE."""
    replica_keeps_pushed_at: bool = field(default=False, metadata=_inferred("I"))
    """A copy's ``imagePushedAt`` is the original's, not the time it arrived."""
    replication_restores_at_once: bool = field(default=True, metadata=_inferred("I"))
    """A copy that is archived over there is ACTIVE at once; documented: restored."""
    backfill_copies_untagged: bool = field(default=True, metadata=_inferred("I"))
    """A backfill copies what has no tag, such as signatures."""
    reads_record_pull_time: bool = field(default=True, metadata=_inferred("I"))
    """BatchGetImage by a principal not excluded renews ``lastRecordedPullTime``."""
    stale_finding_counts_as_imported: bool = field(
        default=True, metadata=_inferred("I")
    )
    """A finding ignored for its UpdatedAt counts in SuccessCount."""
    profile_revocation_has_a_time: bool = field(default=True, metadata=_inferred("I"))
    """GetRevocationStatus leaves out a profile revoked after the time it asks of."""
    unknown_job_refused: bool = field(default=False, metadata=_inferred("I"))
    """GetRevocationStatus of a job or profile that Signer does not know is an error.

    Otherwise it is not revoked.
    """


def marks() -> dict[str, str]:
    """Return the mark of certainty of every switch, by its name."""
    return {entry.name: str(entry.metadata["mark"]) for entry in fields(Behaviours)}
