"""What is an image, decided by content: threat 1, one test per way to disguise one."""

import json
from typing import Any

import pytest

from sealward.subjects import (
    IMAGE_CONFIG_TYPES,
    NOTARY_SIGNATURE,
    Image,
    OtherArtifact,
    SignatureIndex,
    SignatureManifest,
    classify,
)
from sealward.subjects.manifests import (
    DEPTH_LIMIT,
    MANIFEST_LIMIT,
    BadManifest,
    ManifestProblem,
    parse_manifest,
)
from tests import forge
from tests.unit.sealward.stand import EMPTY, IMAGE_CONFIG, IMAGE_MANIFEST

INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
DIGEST = "sha256:" + "ab" * 32


def layer(media_type: str = forge.JWS) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": DIGEST, "size": 2}


def manifest(config: Any = EMPTY, **members: Any) -> dict[str, Any]:
    return {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "config": layer(config) if isinstance(config, str) else config,
        "layers": [layer()],
        **members,
    }


def signature(**members: Any) -> dict[str, Any]:
    return manifest(
        **{
            "artifactType": NOTARY_SIGNATURE,
            "subject": layer(IMAGE_MANIFEST),
            **members,
        }
    )


def what(document: Any, media_type: str = IMAGE_MANIFEST) -> Any:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return classify(content, media_type)


@pytest.mark.parametrize(
    "document",
    [
        signature(),
        signature(config=layer(NOTARY_SIGNATURE), artifactType=""),
        {
            name: value
            for name, value in signature(config=layer(NOTARY_SIGNATURE)).items()
            if name != "artifactType"
        },
        signature(layers=[layer(forge.COSE)]),
    ],
)
def test_both_shapes_of_a_signature(document: dict[str, Any]) -> None:
    assert what(document) == SignatureManifest(
        subject_digest=DIGEST,
        media_type=document["layers"][0]["mediaType"],
        digest=DIGEST,
        size=2,
    )


@pytest.mark.parametrize("config_type", sorted(IMAGE_CONFIG_TYPES))
def test_an_image_config_is_an_image_whatever_else_it_says(config_type: str) -> None:
    assert what(signature(config=layer(config_type))) == Image()


@pytest.mark.parametrize(
    "config_type",
    [IMAGE_CONFIG.upper(), f"{IMAGE_CONFIG}; charset=utf-8", f" {IMAGE_CONFIG}"],
)
def test_a_config_type_is_compared_as_the_most_lenient_runtime_does(
    config_type: str,
) -> None:
    assert what(signature(config=layer(config_type))) == Image()


@pytest.mark.parametrize("config", [None, {}, {"mediaType": None}, {"mediaType": 1}])
def test_a_config_without_a_type_is_an_image(config: Any) -> None:
    assert what(signature(config=config)) == Image()


def test_schema_1_is_an_image() -> None:
    v1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
    assert what({"schemaVersion": 1, "fsLayers": []}, v1) == Image()
    assert what(signature(schemaVersion=1)) == Image()


@pytest.mark.parametrize(
    "members",
    [
        {"layers": []},
        {"layers": [layer(), layer()]},
        {"layers": [layer("text/plain")]},
        {"layers": ["text"]},
        {"layers": [{**layer(), "size": True}]},
        {"layers": [{**layer(), "size": -1}]},
        {"layers": [{**layer(), "digest": "sha256:AB"}]},
        {"subject": None},
        {"subject": {"digest": "latest"}},
        {"artifactType": "application/vnd.example"},
        {"config": layer(NOTARY_SIGNATURE)},
    ],
)
def test_what_is_not_exactly_a_signature_is_another_artifact(
    members: dict[str, Any],
) -> None:
    assert isinstance(what(signature(**members)), OtherArtifact)


def test_a_docker_manifest_is_never_a_signature() -> None:
    document = signature(mediaType=DOCKER)
    assert isinstance(what(document, DOCKER), OtherArtifact)


class TestIndexes:
    def entry(self, **members: Any) -> dict[str, Any]:
        return {
            **layer(IMAGE_MANIFEST),
            "artifactType": NOTARY_SIGNATURE,
            **members,
        }

    def index(self, *entries: Any, **members: Any) -> dict[str, Any]:
        return {
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": list(entries),
            **members,
        }

    def test_an_index_of_signatures_has_its_entries_read(self) -> None:
        assert what(self.index(self.entry()), INDEX) == SignatureIndex((DIGEST,))

    @pytest.mark.parametrize(
        "changes",
        [
            {"artifactType": "application/vnd.example"},
            {"artifactType": None},
            {"mediaType": INDEX},
            {"digest": "latest"},
        ],
    )
    def test_one_other_entry_makes_it_a_subject(self, changes: dict[str, Any]) -> None:
        index = self.index(self.entry(), self.entry(**changes))
        assert what(index, INDEX) == Image()

    def test_an_empty_index_is_a_subject(self) -> None:
        assert what(self.index(), INDEX) == Image()

    def test_a_docker_list_is_a_subject(self) -> None:
        docker = "application/vnd.docker.distribution.manifest.list.v2+json"
        assert what(self.index(self.entry(), mediaType=docker), docker) == Image()

    def test_too_many_entries_make_it_a_subject(self) -> None:
        index = self.index(*[self.entry()] * 1001)
        assert what(index, INDEX) == Image()

    @pytest.mark.parametrize("name", ["config", "layers"])
    def test_an_index_and_an_image_at_once_is_ambiguous(self, name: str) -> None:
        found = what(self.index(self.entry(), **{name: []}), INDEX)
        assert problem_of(found) is ManifestProblem.AMBIGUOUS


def problem_of(found: Any) -> ManifestProblem | None:
    assert isinstance(found, Image)
    return found.problem.problem if found.problem else None


def test_a_media_type_that_differs_from_the_registrys_is_ambiguous() -> None:
    assert problem_of(what(manifest(), DOCKER)) is ManifestProblem.AMBIGUOUS
    assert problem_of(what(manifest(mediaType=7))) is ManifestProblem.AMBIGUOUS


def test_a_missing_media_type_is_no_contradiction() -> None:
    document = manifest(IMAGE_CONFIG)
    del document["mediaType"]
    assert what(document) == Image()


@pytest.mark.parametrize("media_type", [IMAGE_MANIFEST, INDEX])
def test_a_content_of_the_other_kind_is_ambiguous(media_type: str) -> None:
    document: dict[str, Any] = {"schemaVersion": 2}
    document["manifests" if media_type == IMAGE_MANIFEST else "layers"] = []
    assert problem_of(what(document, media_type)) is ManifestProblem.AMBIGUOUS


@pytest.mark.parametrize(
    "text",
    [
        b'{"config": {"mediaType": "x"}, "Config": {"mediaType": "y"}}',
        b'{"CONFIG": {"mediaType": "y"}}',
        b'{"config": {"mediaType": "x", "MediaType": "y"}}',
        b'{"con\\ufb01g": 1, "\\u017fubject": 2}',
    ],
)
def test_names_go_would_read_in_another_case_are_ambiguous(text: bytes) -> None:
    assert problem_of(what(text)) is ManifestProblem.AMBIGUOUS


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{} {}",
        b'{"a": 1, "a": 2}',
        b'{"layers": [{"digest": 1, "digest": 2}]}',
        b'{"a": NaN}',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' + b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT + b"}",
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_not_strict_json_is_malformed(text: bytes) -> None:
    assert problem_of(what(text)) is ManifestProblem.MALFORMED


def test_a_manifest_larger_than_ecr_allows_is_refused_unread() -> None:
    with pytest.raises(BadManifest) as caught:
        parse_manifest(b"x" * (MANIFEST_LIMIT + 1), IMAGE_MANIFEST)
    assert caught.value.problem is ManifestProblem.TOO_LARGE
