"""What an index lists: strictly where it counts, widely where it is only a hint."""

import json
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.subjects.indexes import is_index, listed, mentioned

INDEX = "application/vnd.oci.image.index.v1+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
FIRST, SECOND, THIRD = (f"sha256:{letter * 64}" for letter in "abc")


def entry(digest: object = FIRST, **changes: Any) -> dict[str, Any]:
    return {"mediaType": MANIFEST, "digest": digest, "size": 7, **changes}


def index(*entries: object, **members: Any) -> bytes:
    return json.dumps({"schemaVersion": 2, "manifests": entries, **members}).encode()


@pytest.mark.parametrize("media_type", [INDEX, LIST])
def test_descriptors_in_order_each_once(media_type: str) -> None:
    content = index(entry(SECOND, size=1), entry(), entry(), entry(size=8))
    assert is_index(media_type)
    assert listed(content, media_type) == (
        Descriptor(media_type=MANIFEST, digest=SECOND, size=1),
        Descriptor(media_type=MANIFEST, digest=FIRST, size=7),
        Descriptor(media_type=MANIFEST, digest=FIRST, size=8),
    )
    assert mentioned(content, media_type) == (SECOND, FIRST)


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        None,
        [],
        {},
        entry(size="7"),
        entry(size=True),
        entry(size=7.0),
        entry(digest=7),
        entry(digest=FIRST.upper()),
        entry(digest="sha512:" + "a" * 128),
        entry(mediaType=None),
    ],
)
def test_what_is_no_descriptor_is_left_out(wrong: object) -> None:
    content = index(wrong, entry(SECOND))
    assert [one.digest for one in listed(content, INDEX)] == [SECOND]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"manifests": {}}',
        b"not json",
        b"\xff",
        b"[" * 100_000,
        index(entry(), config={}),
        index(entry(), mediaType=LIST),
        index(entry(), Manifests=[]),
        b'{"manifests": [], "manifests": []}',
    ],
)
def test_what_can_be_read_in_two_ways_lists_nothing(content: bytes) -> None:
    assert listed(content, INDEX) == ()


def test_an_image_lists_nothing() -> None:
    content = index(entry())
    assert (listed(content, MANIFEST), mentioned(content, MANIFEST)) == ((), ())


@pytest.mark.parametrize(
    "content",
    [
        index(entry(), Manifests=[entry(SECOND)]),
        index(entry(), config=entry(SECOND)),
        f'{{"manifests": ["{FIRST}"], "manifests": ["{SECOND}"]}}'.encode(),
        f'{{"manifests": [["{FIRST}"], {{"x": [["\\u0073{SECOND[1:]}"]]}}]}}'.encode(),
    ],
)
def test_a_digest_is_mentioned_wherever_it_stands(content: bytes) -> None:
    assert set(mentioned(content, INDEX)) == {FIRST, SECOND}


def test_those_listed_are_mentioned_first() -> None:
    content = index(entry(THIRD), annotations={"about": FIRST}, subject=entry(SECOND))
    assert mentioned(content, INDEX)[0] == THIRD
    assert set(mentioned(content, INDEX)) == {FIRST, SECOND, THIRD}


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b'{"a": "b"}'])
def test_nothing_is_mentioned_in_what_holds_no_digest(content: bytes) -> None:
    assert mentioned(content, INDEX) == ()
