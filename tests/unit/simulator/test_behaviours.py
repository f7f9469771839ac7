"""Every switch, in both positions. A switch without a test here fails the last test."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.behaviours import (
    ArchivedManifest,
    Behaviours,
    ReferrerPush,
    RepushEvents,
    marks,
)
from simulator.errors import ServiceError
from simulator.signer.jobs import PAYLOAD_FORMAT
from simulator.signer.state import PLATFORM
from tests.unit.simulator.copies import (
    THERE,
    backfill,
    copy_of,
    let_in,
    replicate,
    replicating,
)
from tests.unit.simulator.managed_signing import signed_by, signing_of

Benches = Callable[..., Any]
both = pytest.mark.parametrize("on", [False, True])


@pytest.mark.parametrize("position", ArchivedManifest)
def test_archived_manifest(benches: Benches, position: ArchivedManifest) -> None:
    bench = benches(archived_manifest=position)
    image = bench.push.image("a")
    bench.store(image, "ARCHIVE")
    answer = bench.get(imageDigest=image["digest"])
    codes = [failure["failureCode"] for failure in answer["failures"]]
    readable = position is ArchivedManifest.READABLE
    assert codes == ([] if readable else [position.value])
    assert len(answer["images"]) == readable


@both
def test_archived_layers_inaccessible(benches: Benches, *, on: bool) -> None:
    bench = benches(archived_layers_inaccessible=on)
    image, other = bench.push.image("a"), bench.push.image("b")
    stored = bench.aws.registry(bench.place).repositories["app"].images
    asking = {"layerDigest": stored[image["digest"]].manifest.layers[1]}
    bench.store(image, "ARCHIVE")
    if on:
        code = bench.error("GetDownloadUrlForLayer", **asking)
        assert code == "LayerInaccessibleException"
    else:
        assert bench.ecr("GetDownloadUrlForLayer", **asking)["downloadUrl"]
    active = {"layerDigest": stored[other["digest"]].manifest.layers[1]}
    assert bench.ecr("GetDownloadUrlForLayer", **active)["downloadUrl"]


@both
def test_archived_subject_lists_referrers(benches: Benches, *, on: bool) -> None:
    bench = benches(archived_subject_lists_referrers=on)
    image = bench.push.image("a")
    bench.referrer(image)
    bench.store(image, "ARCHIVE")
    answer = bench.ecr("ListImageReferrers", subjectId={"imageDigest": image["digest"]})
    assert len(answer["referrers"]) == on


@both
def test_archive_keeps_tags(benches: Benches, *, on: bool) -> None:
    bench = benches(archive_keeps_tags=on)
    image = bench.push.image("a", tag="v1")
    bench.store(image, "ARCHIVE")
    assert bench.detail(image).get("imageTags", []) == (["v1"] if on else [])


@pytest.mark.parametrize("seconds", [0, 7])
def test_archive_delay(benches: Benches, seconds: int) -> None:
    bench = benches(archive_delay=timedelta(seconds=seconds))
    image = bench.push.image("a")
    assert bench.store(image, "ARCHIVE") == ("ACTIVE" if seconds else "ARCHIVED")
    bench.clock.advance(timedelta(seconds=seconds))
    assert bench.detail(image)["imageStatus"] == "ARCHIVED"
    assert bench.detail(image)["lastArchivedAt"] == bench.clock()


def test_archiving_under_way_can_be_called_off(benches: Benches) -> None:
    bench = benches(archive_delay=timedelta(seconds=7))
    image = bench.push.image("a")
    bench.store(image, "ARCHIVE")
    bench.store(image, "STANDARD")
    bench.clock.advance(timedelta(seconds=8))
    assert bench.detail(image)["imageStatus"] == "ACTIVE"


@pytest.mark.parametrize("seconds", [0, 1200])
def test_restore_delay(benches: Benches, seconds: int) -> None:
    bench = benches(restore_delay=timedelta(seconds=seconds))
    image = bench.push.image("a")
    bench.store(image, "ARCHIVE")
    assert bench.store(image, "STANDARD") == ("ACTIVATING" if seconds else "ACTIVE")
    bench.clock.advance(timedelta(seconds=seconds))
    bench.aws.settle()
    assert bench.detail(image)["imageStatus"] == "ACTIVE"
    assert bench.detail(image)["lastActivatedAt"] == bench.clock()


def test_restoring_can_be_turned_back(bench: Any) -> None:
    image = bench.push.image("a")
    bench.store(image, "ARCHIVE")
    bench.store(image, "STANDARD")
    assert bench.store(image, "ARCHIVE") == "ARCHIVED"


@both
def test_same_class_refused(benches: Benches, *, on: bool) -> None:
    bench = benches(same_class_refused=on)
    image = bench.push.image("a")
    if on:
        with pytest.raises(ServiceError, match="UpdateNotSupported"):
            bench.store(image, "STANDARD")
    else:
        assert bench.store(image, "STANDARD") == "ACTIVE"


@both
def test_activating_index_is_active(benches: Benches, *, on: bool) -> None:
    bench = benches(activating_index_is_active=on)
    child = bench.push.image("a")
    index = bench.push.index([child])
    bench.store(index, "ARCHIVE")
    bench.store(index, "STANDARD")
    if on:
        with pytest.raises(ServiceError, match="referenced by the manifest list"):
            bench.store(child, "ARCHIVE")
    else:
        assert bench.store(child, "ARCHIVE") == "ARCHIVED"


@both
def test_index_may_name_archived_children(benches: Benches, *, on: bool) -> None:
    bench = benches(index_may_name_archived_children=on)
    child = bench.push.image("a")
    bench.store(child, "ARCHIVE")
    if on:
        assert bench.push.index([child])
    else:
        with pytest.raises(ServiceError, match="ReferencedImagesNotFound"):
            bench.push.index([child])


@pytest.mark.parametrize("position", RepushEvents)
def test_repush_events(benches: Benches, position: RepushEvents) -> None:
    bench = benches(repush_events=position)
    image = bench.push.image("a")
    bench.store(image, "ARCHIVE")
    bench.events()
    bench.repeat(image)
    assert bench.detail(image)["imageStatus"] == "ACTIVE"
    actions = [detail["action-type"] for _, detail in bench.events()]
    expected = {
        RepushEvents.PUSH: ["PUSH"],
        RepushEvents.UPDATE_STORAGE_CLASS: ["UPDATE_STORAGE_CLASS"],
        RepushEvents.BOTH: ["UPDATE_STORAGE_CLASS", "PUSH"],
    }
    assert actions == expected[position]


@both
def test_repush_moves_pushed_at(benches: Benches, *, on: bool) -> None:
    bench = benches(repush_moves_pushed_at=on)
    image = bench.push.image("a")
    pushed_at = bench.clock()
    later = bench.clock.advance(timedelta(minutes=1))
    bench.repeat(image, "v1")
    assert bench.detail(image)["imagePushedAt"] == (later if on else pushed_at)


@both
def test_retag_emits_push(benches: Benches, *, on: bool) -> None:
    bench = benches(retag_emits_push=on)
    image = bench.push.image("a", tag="v1")
    bench.events()
    bench.repeat(image, "v2")
    assert [detail["image-tag"] for _, detail in bench.events()] == ["v2"] * on


@both
def test_untagged_event_has_empty_tag(benches: Benches, *, on: bool) -> None:
    bench = benches(untagged_event_has_empty_tag=on)
    bench.push.image("a")
    ((_, detail),) = bench.events()
    assert detail.get("image-tag") == ("" if on else None)


@pytest.mark.parametrize("position", ReferrerPush)
def test_referrer_push(benches: Benches, position: ReferrerPush) -> None:
    bench = benches(referrer_push=position)
    image = bench.push.image("a")
    bench.events()
    bench.referrer(image)
    kinds = [kind for kind, _ in bench.events()]
    assert kinds == ([] if position is ReferrerPush.NONE else [position.value])


@both
def test_hidden_image_not_found(benches: Benches, *, on: bool) -> None:
    bench = benches(hidden_image_not_found=on)
    image = bench.push.image("a")
    bench.store(image, "ARCHIVE")
    asking = {"imageIds": [{"imageDigest": image["digest"]}]}
    if on:
        assert bench.error("DescribeImages", **asking) == "ImageNotFoundException"
    else:
        assert bench.ecr("DescribeImages", **asking) == {"imageDetails": []}


@both
def test_delete_event_per_tag(benches: Benches, *, on: bool) -> None:
    bench = benches(delete_event_per_tag=on)
    image = bench.push.image("a", tag="v1")
    bench.repeat(image, "v2")
    bench.events()
    bench.delete(imageDigest=image["digest"])
    tags = [detail["image-tag"] for _, detail in bench.events()]
    assert tags == (["v1", "v2"] if on else ["v1"])


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("hours", [1, 24])
def test_deleted_subject_cleans_referrers_after_referrer_cleanup_delay(
    benches: Benches, *, on: bool, hours: int
) -> None:
    bench = benches(
        deleted_subject_cleans_referrers=on,
        referrer_cleanup_delay=timedelta(hours=hours),
    )
    image = bench.push.image("a", tag="v1")
    bench.referrer(image)
    bench.delete(imageDigest=image["digest"])

    def left() -> int:
        return len(bench.ecr("ListImages")["imageIds"])

    bench.clock.advance(timedelta(hours=hours, seconds=-1))
    assert left() == 1
    bench.clock.advance(timedelta(seconds=1))
    assert left() == (0 if on else 1)


@both
def test_media_type_mismatch_refused(benches: Benches, *, on: bool) -> None:
    bench = benches(media_type_mismatch_refused=on)
    content = json.dumps({"mediaType": "a/own"}).encode()
    if on:
        with pytest.raises(ServiceError, match="a/own"):
            bench.push.manifest(content, "a/declared")
    else:
        pushed = bench.push.manifest(content, "a/declared")
        assert pushed["mediaType"] == "a/declared"


@both
def test_reads_record_pull_time(benches: Benches, *, on: bool) -> None:
    bench = benches(reads_record_pull_time=on)
    image = bench.push.image("a")
    bench.get(imageDigest=image["digest"])
    assert ("lastRecordedPullTime" in bench.detail(image)) == on


@both
def test_stale_finding_counts_as_imported(
    benches: Benches, *, on: bool, finding: dict[str, Any]
) -> None:
    bench = benches(stale_finding_counts_as_imported=on)
    bench.hub("EnableSecurityHub")
    bench.hub("BatchImportFindings", Findings=[finding])
    again = bench.hub("BatchImportFindings", Findings=[finding])
    assert again == {"FailedCount": 0, "SuccessCount": int(on), "FailedFindings": []}


def _signer_asked(bench: Any, job: str, version: str, as_of: datetime) -> list[str]:
    answer = bench.aws.call(
        "signer",
        "GetRevocationStatus",
        {
            "signatureTimestamp": as_of,
            "platformId": PLATFORM,
            "profileVersionArn": version,
            "jobArn": bench.place.arn("signer", f"/signing-jobs/{job}"),
            "certificateHashes": ["ab" * 96],
        },
        place=bench.place,
    )
    return list(answer["revokedEntities"])


def _signer_signed(bench: Any) -> tuple[str, str]:
    """Return a job and the profile version that it signed by."""

    def call(operation: str, **request: Any) -> Any:
        return bench.aws.call("signer", operation, request, place=bench.place)

    made = call("PutSigningProfile", profileName="release", platformId=PLATFORM)
    signed = call(
        "SignPayload",
        profileName="release",
        payloadFormat=PAYLOAD_FORMAT,
        payload=b"{}",
    )
    return signed["jobId"], made["profileVersionArn"]


@both
def test_profile_revocation_has_a_time(benches: Benches, *, on: bool) -> None:
    bench = benches(profile_revocation_has_a_time=on)
    job, version = _signer_signed(bench)
    signed_at = bench.clock()
    bench.clock.advance(timedelta(days=1))
    bench.aws.call(
        "signer",
        "RevokeSigningProfile",
        {
            "profileName": "release",
            "profileVersion": version.rpartition("/")[2],
            "reason": "a test",
            "effectiveTime": bench.clock(),
        },
        place=bench.place,
    )
    assert _signer_asked(bench, job, version, signed_at) == ([] if on else [version])
    assert _signer_asked(bench, job, version, bench.clock()) == [version]


@both
def test_unknown_job_refused(benches: Benches, *, on: bool) -> None:
    bench = benches(unknown_job_refused=on)
    _, version = _signer_signed(bench)
    if on:
        with pytest.raises(ServiceError, match="is not known"):
            _signer_asked(bench, "another", version, bench.clock())
    else:
        assert _signer_asked(bench, "another", version, bench.clock()) == []


@pytest.mark.parametrize("seconds", [0, 60])
def test_managed_signing_delay(benches: Benches, seconds: int) -> None:
    bench = benches(managed_signing_delay=timedelta(seconds=seconds))
    signed_by(bench)
    image = bench.push.image("a", tag="v1")
    if seconds:
        assert signing_of(bench, image)["status"] == "IN_PROGRESS"
        bench.clock.advance(timedelta(seconds=seconds))
    assert signing_of(bench, image)["status"] == "COMPLETE"


@both
def test_managed_signing_signs_untagged(benches: Benches, *, on: bool) -> None:
    bench = benches(managed_signing_signs_untagged=on)
    signed_by(bench)
    image = bench.push.image("a")
    answer = bench.ecr(
        "DescribeImageSigningStatus", imageId={"imageDigest": image["digest"]}
    )
    assert len(answer["signingStatuses"]) == on


@both
def test_referrers_replicate(benches: Benches, *, on: bool) -> None:
    bench = replicating(benches(referrers_replicate=on))
    signature = bench.referrer(bench.push.image("a"))
    bench.clock.advance(timedelta(minutes=1))
    assert (copy_of(bench, signature) is not None) is on


@pytest.mark.parametrize(("image_later", "first"), [(5, "signature"), (0, "image")])
def test_replication_delay_and_referrer_replication_delay(
    benches: Benches, image_later: int, first: str
) -> None:
    bench = replicating(
        benches(
            replication_delay=timedelta(minutes=image_later),
            referrer_replication_delay=timedelta(minutes=2),
        )
    )
    image = bench.push.image("a")
    signature = bench.referrer(image)
    bench.clock.advance(timedelta(minutes=1 if first == "image" else 3))
    assert (copy_of(bench, image) is not None) == (first == "image")
    assert (copy_of(bench, signature) is not None) == (first == "signature")
    bench.clock.advance(timedelta(minutes=5))
    assert None not in (copy_of(bench, image), copy_of(bench, signature))


@both
def test_replica_emits_push(benches: Benches, *, on: bool) -> None:
    bench = replicating(benches(replica_emits_push=on))
    bench.push.image("a")
    bench.aws.events.drain()
    bench.clock.advance(timedelta(minutes=1))
    bench.aws.settle()
    actions = [detail["action-type"] for _, detail in bench.events()]
    assert actions == ["REPLICATE", "PUSH"][: 1 + on]


@both
def test_replica_keeps_pushed_at(benches: Benches, *, on: bool) -> None:
    bench = replicating(benches(replica_keeps_pushed_at=on))
    pushed = bench.clock()
    image = bench.push.image("a")
    bench.clock.advance(timedelta(minutes=1))
    copy = copy_of(bench, image)
    assert copy is not None
    assert (copy["imagePushedAt"] == pushed) is on


@both
def test_replication_restores_at_once(benches: Benches, *, on: bool) -> None:
    bench = replicating(benches(replication_restores_at_once=on))
    image = bench.push.image("a")
    bench.clock.advance(timedelta(minutes=1))
    archive = {
        "repositoryName": "app",
        "imageId": {"imageDigest": image["digest"]},
        "targetStorageClass": "ARCHIVE",
    }
    assert copy_of(bench, image) is not None
    bench.aws.call("ecr", "UpdateImageStorageClass", archive, place=THERE)
    bench.repeat(image, tag="again")
    bench.clock.advance(timedelta(minutes=1))
    copy = copy_of(bench, image)
    assert copy is not None
    assert copy["imageStatus"] == ("ACTIVE" if on else "ACTIVATING")


@both
def test_backfill_copies_untagged(benches: Benches, *, on: bool) -> None:
    bench = benches(backfill_copies_untagged=on)
    let_in(bench)
    image = bench.push.image("a", tag="v1")
    signature = bench.referrer(image)
    replicate(bench)
    backfill(bench)
    bench.clock.advance(timedelta(minutes=1))
    assert copy_of(bench, image) is not None
    assert (copy_of(bench, signature) is not None) is on


def test_every_switch_is_marked_and_tested() -> None:
    tested = "\n".join(re.findall(r"def test_(\w+)", Path(__file__).read_text()))
    assert set(marks().values()) <= {"I", "T", "S"}
    assert [name for name in marks() if name not in tested] == []


def test_every_switch_is_documented() -> None:
    document = Path(__file__).parents[3] / "docs" / "local-aws.md"
    text = document.read_text()
    defaults = Behaviours()
    for name, mark in marks().items():
        value = getattr(defaults, name)
        shown = (
            f"{value.total_seconds():g} s" if isinstance(value, timedelta) else value
        )
        assert f"| `{name}` | {mark} | {shown} |" in text
