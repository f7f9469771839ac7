"""Whatever a text or a folder holds, what is printed of it is printable and short."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notation_verifier.sentence import printable
from sealward.cli.layout_target import open_layout
from sealward.cli.oci_layout import InvalidLayout
from tests import forge
from tests.unit.sealward.cli.layouts import Bench

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda below: (
        st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=9), below)
    ),
    max_leaves=12,
)
DESCRIPTOR = st.fixed_dictionaries(
    {},
    optional={
        "mediaType": JSON | st.just("application/vnd.oci.image.manifest.v1+json"),
        "digest": JSON | st.just("sha256:" + "a" * 64),
        "size": JSON,
        "annotations": JSON,
    },
)
INDEX = JSON | st.fixed_dictionaries(
    {"manifests": st.lists(DESCRIPTOR | JSON, max_size=4) | JSON},
    optional={"schemaVersion": JSON, "mediaType": JSON, "config": JSON},
)


@given(st.text(st.characters(), max_size=80), st.integers(3, 60))
def test_any_text_is_printable_ascii_and_short(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) <= limit


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_plain_text_is_left_alone(text: str) -> None:
    assert printable(text, 60) == text


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("any"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(INDEX.map(json.dumps).map(str.encode) | st.binary(max_size=200))
def test_any_index_ends_in_a_layout_or_a_reason(bench: Bench, content: bytes) -> None:
    (bench.layout.path / "index.json").write_bytes(content)
    try:
        found = open_layout(f"{bench.layout.path}:1.0", now=forge.NOW)
    except InvalidLayout:
        return
    assert "1.0" in found.detail.tags


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(INDEX.map(json.dumps).map(str.encode) | st.binary(max_size=200))
def test_any_manifest_ends_in_referrers_or_a_reason(
    bench: Bench, content: bytes
) -> None:
    for media_type in (
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
    ):
        added = bench.layout.add_blob(content, media_type)
        tag = {"org.opencontainers.image.ref.name": "1.0"}
        index = {"manifests": [{**added, "annotations": tag}]}
        (bench.layout.path / "index.json").write_text(json.dumps(index))
        target = open_layout(f"{bench.layout.path}:1.0", now=forge.NOW)
        target.referrers()
