"""PutImage, BatchGetImage, BatchDeleteImage: certain behaviour."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from simulator.pushes import IMAGE_INDEX, IMAGE_MANIFEST

ABSENT = f"sha256:{'0' * 64}"


def test_a_digest_is_that_of_the_manifests_bytes(bench: Any) -> None:
    content = b'{"mediaType": "a/b",   "n": 1}'
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert bench.push.manifest(content)["digest"] == digest
    (image,) = bench.get(imageDigest=digest)["images"]
    assert image["imageManifest"].encode() == content
    assert image["imageManifestMediaType"] == "a/b"


def test_a_declared_digest_must_be_the_true_one(bench: Any) -> None:
    manifest = '{"mediaType":"a/b"}'
    assert (
        bench.error("PutImage", imageManifest=manifest, imageDigest=ABSENT)
        == "ImageDigestDoesNotMatchException"
    )


@pytest.mark.parametrize("manifest", ["", "{", "[]", "1", "[" * 9999, "{}"])
def test_what_is_no_manifest_is_refused(bench: Any, manifest: str) -> None:
    code = bench.error("PutImage", imageManifest=manifest)
    assert code == "InvalidParameterException"


def test_layers_must_be_there(bench: Any) -> None:
    manifest = {
        "mediaType": IMAGE_MANIFEST,
        "config": {"mediaType": "x", "digest": ABSENT, "size": 2},
    }
    code = bench.error("PutImage", imageManifest=json.dumps(manifest))
    assert code == "LayersNotFoundException"


def test_layers_kept_elsewhere_need_not_be_there(bench: Any) -> None:
    layer = {
        "mediaType": "x",
        "digest": ABSENT,
        "size": 2,
        "urls": ["https://x.example"],
    }
    assert bench.push.document({"mediaType": IMAGE_MANIFEST, "layers": [layer]})


def test_the_layers_of_schema_1_must_be_there(bench: Any) -> None:
    manifest = {"mediaType": "x", "fsLayers": [{"blobSum": ABSENT}]}
    code = bench.error("PutImage", imageManifest=json.dumps(manifest))
    assert code == "LayersNotFoundException"


def test_an_indexs_children_must_be_there(bench: Any) -> None:
    manifest = {"mediaType": IMAGE_INDEX, "manifests": [{"digest": ABSENT}]}
    code = bench.error("PutImage", imageManifest=json.dumps(manifest))
    assert code == "ReferencedImagesNotFoundException"


def test_the_same_image_and_tag_exist_already(bench: Any) -> None:
    image = bench.push.image("a", tag="v1")
    content = bench.get(imageDigest=image["digest"])["images"][0]["imageManifest"]
    for tag in ({"imageTag": "v1"}, {}):
        code = bench.error("PutImage", imageManifest=content, **tag)
        assert code == "ImageAlreadyExistsException"


def test_a_tag_moves(bench: Any) -> None:
    first, second = bench.push.image("a", tag="v1"), bench.push.image("b", tag="v1")
    assert "imageTags" not in bench.detail(first)
    assert bench.detail(second)["imageTags"] == ["v1"]


def test_tags_do_not_move_where_they_are_immutable(bench: Any) -> None:
    settings = bench.aws.registry(bench.place).repositories["app"]
    bench.push.image("a", tag="v1")
    settings.settings = {"imageTagMutability": "IMMUTABLE"}
    bench.push.image("b", tag="v2")
    content = bench.get(imageTag="v2")["images"][0]["imageManifest"]
    code = bench.error("PutImage", imageManifest=content, imageTag="v1")
    assert code == "ImageTagAlreadyExistsException"
    settings.settings |= {
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [
            {"filterType": "WILDCARD", "filter": "v*"}
        ],
    }
    bench.ecr("PutImage", imageManifest=content, imageTag="v1")
    assert bench.get(imageTag="v1")["images"][0]["imageManifest"] == content


@pytest.mark.parametrize(
    ("image_id", "code"),
    [
        ({}, "MissingDigestAndTag"),
        ({"imageDigest": "sha256:short"}, "InvalidImageDigest"),
        ({"imageDigest": ABSENT}, "ImageNotFound"),
        ({"imageTag": "none"}, "ImageNotFound"),
    ],
)
def test_batches_tell_what_failed(
    bench: Any, image_id: dict[str, str], code: str
) -> None:
    for answer in (bench.get(**image_id), bench.delete(**image_id)):
        (failure,) = answer["failures"]
        assert failure["failureCode"] == code
        assert failure["imageId"] == image_id


def test_a_tag_of_another_digest_does_not_match(bench: Any) -> None:
    image = bench.push.image("a", tag="v1")
    bench.push.image("b", tag="v2")
    (failure,) = bench.get(imageDigest=image["digest"], imageTag="v2")["failures"]
    assert failure["failureCode"] == "ImageTagDoesNotMatchDigest"


def test_the_last_tag_takes_the_image_along(bench: Any) -> None:
    image = bench.push.image("a", tag="v1")
    bench.repeat(image, "v2")
    assert bench.delete(imageTag="v1")["imageIds"] == [
        {"imageDigest": image["digest"], "imageTag": "v1"}
    ]
    assert bench.detail(image)["imageTags"] == ["v2"]
    bench.delete(imageTag="v2")
    assert bench.get(imageDigest=image["digest"])["failures"]


def test_a_digest_goes_with_all_its_tags(bench: Any) -> None:
    image = bench.push.image("a", tag="v1")
    bench.repeat(image, "v2")
    deleted = bench.delete(imageDigest=image["digest"])["imageIds"]
    assert [entry["imageTag"] for entry in deleted] == ["v1", "v2"]
    assert bench.get(imageTag="v1")["failures"]


def test_a_child_stays_while_its_index_does(bench: Any) -> None:
    child = bench.push.image("a")
    index = bench.push.index([child])
    (failure,) = bench.delete(imageDigest=child["digest"])["failures"]
    assert failure["failureCode"] == "ImageReferencedByManifestList"
    bench.delete(imageDigest=index["digest"])
    assert not bench.delete(imageDigest=child["digest"])["failures"]


def test_a_pull_is_recorded_but_not_an_excluded_roles(bench: Any) -> None:
    role = "arn:aws:iam::123456789012:role/path/verifier"
    bench.bare_ecr("RegisterPullTimeUpdateExclusion", principalArn=role)
    image = bench.push.image("a")
    for caller in (role, "arn:aws:sts::123456789012:assumed-role/verifier/session"):
        bench.caller = caller
        bench.get(imageDigest=image["digest"])
        assert "lastRecordedPullTime" not in bench.detail(image)
    bench.caller = "arn:aws:sts::999999999999:assumed-role/verifier/session"
    bench.clock.advance(timedelta(hours=1))
    bench.get(imageDigest=image["digest"])
    assert bench.detail(image)["lastRecordedPullTime"] == bench.clock()


def test_exclusions_are_listed_and_removed(bench: Any) -> None:
    role = "arn:aws:iam::123456789012:role/verifier"
    bench.bare_ecr("RegisterPullTimeUpdateExclusion", principalArn=role)
    code = bench.error("RegisterPullTimeUpdateExclusion", principalArn=role)
    assert code == "ExclusionAlreadyExistsException"
    listed = bench.bare_ecr("ListPullTimeUpdateExclusions")
    assert listed == {"pullTimeUpdateExclusions": [role]}
    bench.bare_ecr("DeregisterPullTimeUpdateExclusion", principalArn=role)
    code = bench.error("DeregisterPullTimeUpdateExclusion", principalArn=role)
    assert code == "ExclusionNotFoundException"
