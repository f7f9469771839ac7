"""Layers: uploaded in parts, addressed by digest, downloadable once in an image."""

from typing import Any

from simulator.ecr.manifests import digest_of
from simulator.pushes import IMAGE_MANIFEST


def begin(bench: Any) -> str:
    return str(bench.ecr("InitiateLayerUpload")["uploadId"])


def part(upload: str, first: int, content: bytes) -> dict[str, Any]:
    return {
        "uploadId": upload,
        "partFirstByte": first,
        "partLastByte": first + len(content) - 1,
        "layerPartBlob": content,
    }


def test_parts_make_a_layer(bench: Any) -> None:
    upload = begin(bench)
    bench.ecr("UploadLayerPart", **part(upload, 0, b"abc"))
    bench.ecr("UploadLayerPart", **part(upload, 3, b"def"))
    digest = digest_of(b"abcdef")
    done = bench.ecr("CompleteLayerUpload", uploadId=upload, layerDigests=[digest])
    assert done["layerDigest"] == digest
    assert bench.aws.layer(bench.place, "app", digest) == b"abcdef"


def test_a_part_out_of_order_is_refused(bench: Any) -> None:
    code = bench.error("UploadLayerPart", **part(begin(bench), 3, b"def"))
    assert code == "InvalidLayerPartException"


def test_an_upload_that_hashes_otherwise_is_refused(bench: Any) -> None:
    upload = begin(bench)
    bench.ecr("UploadLayerPart", **part(upload, 0, b"abc"))
    wrong = {"uploadId": upload, "layerDigests": [digest_of(b"abd")]}
    assert bench.error("CompleteLayerUpload", **wrong) == "InvalidLayerException"


def test_an_empty_or_unknown_upload_is_refused(bench: Any) -> None:
    ending = {"layerDigests": [digest_of(b"")]}
    empty = bench.error("CompleteLayerUpload", uploadId=begin(bench), **ending)
    unknown = bench.error("CompleteLayerUpload", uploadId="none", **ending)
    assert (empty, unknown) == ("EmptyUploadException", "UploadNotFoundException")


def test_a_layer_that_is_there_exists_already(bench: Any) -> None:
    bench.push.layer(b"abc")
    upload = begin(bench)
    bench.ecr("UploadLayerPart", **part(upload, 0, b"abc"))
    ending = {"uploadId": upload, "layerDigests": [digest_of(b"abc")]}
    assert bench.error("CompleteLayerUpload", **ending) == "LayerAlreadyExistsException"


def test_a_layer_needs_an_image_to_be_downloaded(bench: Any) -> None:
    layer = bench.push.layer(b"abc")
    asking = {"layerDigest": layer["digest"]}
    code = bench.error("GetDownloadUrlForLayer", **asking)
    assert code == "LayerInaccessibleException"
    bench.push.document({"mediaType": IMAGE_MANIFEST, "layers": [layer]})
    assert bench.ecr("GetDownloadUrlForLayer", **asking)["downloadUrl"]
    absent = bench.error("GetDownloadUrlForLayer", layerDigest=digest_of(b"none"))
    assert absent == "LayersNotFoundException"


def test_availability_is_told(bench: Any) -> None:
    image = bench.push.image("a")
    stored = bench.aws.registry(bench.place).repositories["app"]
    layer = stored.images[image["digest"]].manifest.layers[1]
    absent = digest_of(b"none")

    def told() -> list[str]:
        answer = bench.ecr("BatchCheckLayerAvailability", layerDigests=[layer, absent])
        return [entry["layerAvailability"] for entry in answer["layers"]]

    assert told() == ["AVAILABLE", "UNAVAILABLE"]
    bench.store(image, "ARCHIVE")
    assert told() == ["ARCHIVED", "UNAVAILABLE"]
