import json
import os
from pathlib import Path
from typing import Any

import pytest

from demo.layouts.oci_layout import IMAGE_INDEX, IMAGE_MANIFEST
from sealward.cli import oci_layout
from sealward.cli.layout_target import open_layout
from sealward.cli.oci_layout import InvalidLayout, OciLayout
from sealward.ports.failures import NotFound
from tests import forge
from tests.unit.sealward.cli.layouts import Bench

DIGEST = "sha256:" + "a" * 64
ENTRY = {"mediaType": IMAGE_MANIFEST, "digest": DIGEST, "size": 2}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("oci-layout", None, "is no OCI image layout"),
        ("oci-layout", "{}", "imageLayoutVersion 1.0.0"),
        ("oci-layout", '{"imageLayoutVersion":"2.0.0"}', "imageLayoutVersion 1.0.0"),
        ("oci-layout", " " * 2000, "larger than 1024 bytes"),
        ("index.json", None, "has no index.json"),
        ("index.json", "[" * 9000, "not strict JSON"),
        ("index.json", '{"manifests":[],"manifests":[]}', "a name twice"),
        ("index.json", '{"schemaVersion":2}', "no list of manifests"),
        ("index.json", '{"manifests":{}}', "manifests is no list"),
        ("index.json", '{"manifests":[1]}', "manifests[0] is no object"),
        ("index.json", '{"manifests":[],"config":{}}', "an index and an image"),
    ],
)
def test_a_folder_that_is_no_layout_is_refused(
    bench: Bench, name: str, content: str | None, says: str
) -> None:
    place = bench.layout.path / name
    place.unlink()
    if content is not None:
        place.write_text(content)
    with pytest.raises(InvalidLayout) as refused:
        OciLayout(bench.layout.path)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"digest": None}, "lacks mediaType or digest"),
        ({"mediaType": 1}, "lacks mediaType or digest"),
        ({"digest": "sha256:../../../../etc/passwd"}, "no sha256 digest"),
        ({"digest": "sha512:" + "a" * 128}, "no sha256 digest"),
        ({"digest": DIGEST.upper()}, "no sha256 digest"),
        ({"size": -1}, "size is no number"),
        ({"size": True}, "size is no number"),
        ({"size": 2.0}, "size is no number"),
    ],
)
def test_an_entry_that_is_none_is_refused(
    bench: Bench, change: dict[str, Any], says: str
) -> None:
    bench.index(manifests=[{**ENTRY, **change}])
    with pytest.raises(InvalidLayout, match=says):
        OciLayout(bench.layout.path)


def test_one_digest_is_one_thing(bench: Bench) -> None:
    bench.index(manifests=[ENTRY, {**ENTRY, "size": 3}])
    with pytest.raises(InvalidLayout, match="listed twice"):
        OciLayout(bench.layout.path)


def test_a_tag_per_entry_of_one_digest_names_it(bench: Bench) -> None:
    image = bench.image("1.0")
    [entry] = bench.layout.manifests()
    again = {"org.opencontainers.image.ref.name": "latest"}
    bench.index(manifests=[entry, {**entry, "annotations": again}])
    for tag in ("1.0", "latest"):
        target = open_layout(f"{bench.layout.path}:{tag}", now=forge.NOW)
        assert (target.descriptor, target.detail.tags) == (image, ("1.0", "latest"))


def test_bytes_must_hash_to_their_digest(bench: Bench) -> None:
    image = bench.image()
    bench.blob(image.digest).write_bytes(b"{}")
    with pytest.raises(InvalidLayout, match="its bytes differ"):
        open_layout(f"{bench.layout.path}@{image.digest}", now=forge.NOW)


def test_what_is_listed_must_be_there_and_of_its_size(bench: Bench) -> None:
    image = bench.image()
    [entry] = bench.layout.manifests()
    bench.index(manifests=[{**entry, "size": 1}])
    with pytest.raises(InvalidLayout, match=f"with 1 bytes; it has {image.size}"):
        open_layout(f"{bench.layout.path}@{image.digest}", now=forge.NOW)
    bench.index(manifests=[ENTRY])
    with pytest.raises(InvalidLayout, match="does not hold"):
        open_layout(f"{bench.layout.path}@{DIGEST}", now=forge.NOW)


def test_a_blob_that_is_no_file_is_not_waited_for(bench: Bench) -> None:
    image = bench.image()
    place = bench.blob(image.digest)
    place.unlink()
    os.mkfifo(place)
    with pytest.raises(InvalidLayout, match="no regular file"):
        open_layout(f"{bench.layout.path}@{image.digest}", now=forge.NOW)


def test_a_blob_is_read_up_to_its_limit(bench: Bench) -> None:
    added = bench.layout.add_blob(b"x" * 100, "")
    layout = OciLayout(bench.layout.path)
    assert layout.blob("", added["digest"], limit=100) == b"x" * 100
    with pytest.raises(NotFound, match="larger than 99 bytes"):
        layout.blob("", added["digest"], limit=99)
    with pytest.raises(NotFound, match="has no blob"):
        layout.blob("", DIGEST, limit=99)


def test_listing_is_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oci_layout, "ENTRIES_LIMIT", 3)
    for about in "abc":
        bench.image(about, about=about)
    assert len(OciLayout(bench.layout.path).entries) == 3
    bench.image("d", about="d")
    with pytest.raises(InvalidLayout, match="more than 3 manifests"):
        OciLayout(bench.layout.path)


def test_reading_is_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    image = bench.image()
    bench.sign(image)
    monkeypatch.setattr(oci_layout, "READ_LIMIT", 100)
    layout = OciLayout(bench.layout.path)
    with pytest.raises(InvalidLayout, match="more than 100 bytes of manifests"):
        layout.referrers(image.digest)


def test_indexes_are_followed_so_deep_and_no_deeper(bench: Bench) -> None:
    image = bench.image()
    below = bench.sign(image, listed=False)
    for depth in range(1, oci_layout.INDEX_DEPTH + 2):
        index = {
            "schemaVersion": 2,
            "mediaType": IMAGE_INDEX,
            "manifests": [below],
        }
        content = json.dumps(index).encode()
        below = bench.layout.add_blob(content, IMAGE_INDEX)
        [first, *_] = bench.layout.manifests()
        bench.index(manifests=[first, below])
        referrers, _ = OciLayout(bench.layout.path).referrers(image.digest)
        assert len(referrers) == (1 if depth <= oci_layout.INDEX_DEPTH else 0)


def test_an_index_below_can_spoil_nothing(bench: Bench) -> None:
    image = bench.image()
    good = bench.sign(image)
    spoilers: list[object] = [
        {**good, "size": 1},
        {**good, "mediaType": "text/plain"},
        {"digest": "x"},
        1,
    ]
    for spoiler in spoilers:
        bench.layout.add_manifest(
            {"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": [spoiler]}
        )
    assert bench.verify(reference=":1.0").exit_code == 0


def test_what_refers_to_another_is_not_listed(bench: Bench) -> None:
    image, other = bench.image("1.0"), bench.image("2.0", about="other")
    bench.sign(other)
    assert OciLayout(bench.layout.path).referrers(image.digest) == ([], [])


@pytest.mark.parametrize("name", ["with:colon", "with@at", "a@b:c"])
def test_a_folder_may_have_any_name(bench: Bench, name: str) -> None:
    image = bench.image()
    place = bench.layout.path.rename(bench.folder / name)
    assert open_layout(str(place), now=forge.NOW).descriptor == image
    assert open_layout(f"{place}:1.0", now=forge.NOW).descriptor == image
    assert open_layout(f"{place}@{image.digest}", now=forge.NOW).descriptor == image
