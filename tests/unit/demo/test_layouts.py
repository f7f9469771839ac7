"""What is committed under demo/ is whole, and is what the scripts would write."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from demo.layouts.oci_layout import OciLayout
from demo.layouts.policy import BUNDLE, TRUST_POLICY, compile_bundle, trust_policy
from notation_verifier import TrustPolicyDocument
from sealward.policy.bundle import load_bundle

DEMO = Path(__file__).parents[3] / "demo"
DOCUMENT = json.loads((DEMO / "layouts" / "cases.json").read_text())
CASES: dict[str, dict[str, Any]] = {case["name"]: case for case in DOCUMENT["cases"]}


def blobs_of(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the descriptors of a manifest's config and layers; an index has none."""
    config = [manifest["config"]] if "config" in manifest else []
    return [*config, *manifest.get("layers", ())]


def test_compiling_again_gives_the_committed_bundle_byte_for_byte(
    tmp_path: Path,
) -> None:
    again = tmp_path / "bundle.json"
    compile_bundle(again)
    assert again.read_bytes() == BUNDLE.read_bytes()


def test_the_trust_policy_is_the_scripts_and_notations() -> None:
    assert json.loads(TRUST_POLICY.read_text()) == trust_policy()
    TrustPolicyDocument.parse(TRUST_POLICY.read_bytes())


def test_every_layout_is_a_case_and_every_case_a_layout() -> None:
    folders = {file.parent.name for file in DEMO.glob("layouts/*/oci-layout")}
    assert folders == {case["layout"] for case in CASES.values()}


@pytest.mark.parametrize("name", CASES)
def test_a_case_names_what_its_layout_holds(name: str) -> None:
    case = CASES[name]
    layout = OciLayout(DEMO / "layouts" / case["layout"])
    listed = [entry["digest"] for entry in layout.manifests()]
    images = [image["digest"] for image in case["images"]]
    assert sorted(listed) == sorted([*images, *case["signatures"]])
    pushed = [digest for step in case["push"] for digest in step["digests"]]
    assert sorted(pushed) == sorted(listed)
    for image in case["images"]:
        found = layout.descriptor(image["digest"])
        assert (found.media_type, found.size) == (image["mediaType"], image["size"])
    reached = set(listed)
    for digest in listed:
        manifest = json.loads(layout.blob(digest))
        for blob in blobs_of(manifest):
            assert len(layout.blob(blob["digest"])) == blob["size"]
            reached.add(blob["digest"])
    stored = {f"sha256:{file.name}" for file in layout.path.glob("blobs/sha256/*")}
    assert stored == reached


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_governed_unless_it_is_the_one_that_is_not(name: str) -> None:
    case = CASES[name]
    bundle = load_bundle(BUNDLE.read_bytes())
    place = (DOCUMENT["account"], DOCUMENT["region"], case["repository"])
    verdicts = {image["expect"]["verdict"] for image in case["images"]}
    assert (bundle.policy_for(*place) is None) is (verdicts == {"ungoverned"})


def test_no_private_key_is_kept() -> None:
    for file in (*DEMO.glob("layouts/**/*"), *DEMO.glob("policy/**/*")):
        if file.is_file() and file.suffix != ".py":
            assert b"PRIVATE KEY" not in file.read_bytes(), file
