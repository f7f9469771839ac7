"""OCI layouts pushed through ECR's API: what goes, in which order, under which tag."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.__main__ import main
from simulator.clock import START
from simulator.layouts import InvalidLayout
from simulator.push import push_layout
from tests.contract.faces import ACCOUNT, OVER_HTTP, Face, face

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


class Written:
    """A layout with an index of one image, and a signature of the image."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "blobs" / "sha256").mkdir(parents=True)
        config = self.blob(
            b'{"os":"linux"}', "application/vnd.oci.image.config.v1+json"
        )
        layer = self.blob(b"layer", "application/vnd.oci.image.layer.v1.tar")
        self.image = self.manifest(MANIFEST, config=config, layers=[layer])
        self.index = self.manifest(INDEX, manifests=[self.image])
        self.signature = self.manifest(
            MANIFEST,
            config=self.blob(b"{}", "application/vnd.cncf.notary.signature"),
            layers=[self.blob(b"envelope", "application/jose+json")],
            subject=self.image,
        )
        named = {"org.opencontainers.image.ref.name": "registry.example/app:v1"}
        self.roots([self.signature, self.index | {"annotations": named}])

    def roots(self, entries: list[dict[str, Any]]) -> None:
        (self.folder / "index.json").write_text(json.dumps({"manifests": entries}))

    def blob(self, content: bytes, media_type: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / "blobs" / "sha256" / digest).write_bytes(content)
        return {
            "mediaType": media_type,
            "digest": f"sha256:{digest}",
            "size": len(content),
        }

    def manifest(self, media_type: str, **parts: Any) -> dict[str, Any]:
        document = {"schemaVersion": 2, "mediaType": media_type} | parts
        return self.blob(json.dumps(document).encode(), media_type)

    def path(self, descriptor: dict[str, Any]) -> Path:
        return self.folder / "blobs" / "sha256" / str(descriptor["digest"])[7:]


@pytest.fixture
def layout(tmp_path: Path) -> Written:
    return Written(tmp_path / "layout")


@pytest.fixture
def aws() -> Iterator[Face]:
    with face(OVER_HTTP) as found:
        yield found


def push(aws: Face, layout: Written, **options: Any) -> list[str]:
    client = aws.registry._client  # type: ignore[attr-defined]
    pushed = push_layout(client, layout=layout.folder, repository="mine", **options)
    return [entry.digest for entry in pushed]


def test_children_come_first_and_referrers_last(aws: Face, layout: Written) -> None:
    expected = [layout.image, layout.index, layout.signature]
    assert push(aws, layout) == [entry["digest"] for entry in expected]


def test_the_image_has_the_layouts_tag_or_the_given(aws: Face, layout: Written) -> None:
    push(aws, layout)
    push(aws, layout, tag="mine")
    described = aws.registry.describe("mine", layout.index["digest"])
    assert described.tags == ("mine", "v1")
    assert aws.registry.describe("mine", layout.image["digest"]).tags == ()


def test_the_image_goes_without_its_signature_and_it_later(
    aws: Face, layout: Written
) -> None:
    image = layout.image["digest"]
    push(aws, layout, referrers=False)
    assert list(aws.registry.referrers("mine", image, limit=9)) == []
    push(aws, layout, images=False)
    (found,) = aws.registry.referrers("mine", image, limit=9)
    assert found.digest == layout.signature["digest"]


def test_only_the_named_manifests_go(aws: Face, layout: Written) -> None:
    signature = layout.signature["digest"]
    assert push(aws, layout, digests=[signature]) == [signature]
    index = layout.index["digest"]
    assert push(aws, layout, digests=[index]) == [layout.image["digest"], index]


def test_pushing_again_is_no_error(aws: Face, layout: Written) -> None:
    assert push(aws, layout) == push(aws, layout)


def test_bytes_arrive_as_they_are(aws: Face, layout: Written) -> None:
    push(aws, layout)
    digest = layout.signature["digest"]
    found = aws.registry.manifests("mine", [digest])[digest]
    assert found.content == layout.path(layout.signature).read_bytes()


def test_a_folder_that_is_no_layout_is_said(aws: Face, layout: Written) -> None:
    (layout.folder / "index.json").write_text("{}")
    with pytest.raises(InvalidLayout, match=r"index\.json"):
        push(aws, layout)


def test_an_empty_layout_is_said(aws: Face, layout: Written) -> None:
    layout.roots([])
    with pytest.raises(InvalidLayout, match="nothing in it"):
        push(aws, layout)


@pytest.mark.parametrize("digest", ["sha256:x", "../../etc/passwd", "sha512:00"])
def test_a_digest_names_no_other_file(aws: Face, layout: Written, digest: str) -> None:
    layout.roots([{"digest": digest, "mediaType": MANIFEST}])
    with pytest.raises(InvalidLayout, match="not a sha256 digest"):
        push(aws, layout)


def test_a_missing_blob_is_named(aws: Face, layout: Written) -> None:
    layout.path(layout.image).unlink()
    with pytest.raises(InvalidLayout, match=layout.image["digest"]):
        push(aws, layout)


def test_a_layer_that_hashes_otherwise_is_named(aws: Face, layout: Written) -> None:
    layer = json.loads(layout.path(layout.image).read_bytes())["layers"][0]
    layout.path(layer).write_bytes(b"forged")
    with pytest.raises(InvalidLayout, match=layer["digest"]):
        push(aws, layout)


def run(
    aws: Face, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str]:
    client: Any = aws.registry
    url = client._client.meta.endpoint_url
    status = main([*(str(x) for x in arguments), "--endpoint-url", url])
    out, err = capsys.readouterr()
    return status, out + err


def test_the_commands_push_and_show(
    aws: Face, layout: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out = run(aws, capsys, "push", layout.folder, "mine", "--tag", "v2")
    assert (status, out.count("pushed")) == (0, 3)
    aws.registry.archive("mine", layout.signature["digest"])
    status, out = run(aws, capsys, "images", "mine")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert status == 0
    assert "ACTIVE    v2" in lines[layout.index["digest"]]
    assert "ARCHIVED" in lines[layout.signature["digest"]]


def test_the_command_shows_findings(
    aws: Face, finding: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    aws.aws.hub(aws.place).enabled_at = START
    assert run(aws, capsys, "findings")[0] == 0
    aws.security_hub.publish(finding | {"Title": "bad \x1b[31mred"})
    image = {"RepositoryName": "app", "ImageDigest": "sha256:aa"}
    resource = {"Details": {"AwsEcrContainerImage": image}}
    resources = [finding["Resources"][0] | resource]
    closed = {"Id": "2", "RecordState": "ARCHIVED", "Resources": resources}
    aws.security_hub.publish(finding | closed)
    _, out = run(aws, capsys, "findings")
    first, second = out.splitlines()[1:]
    assert first.startswith("open      HIGH")
    assert "\x1b" not in first
    assert second.startswith("resolved  HIGH")
    assert "app@sha256:aa" in second


@pytest.mark.parametrize("command", [("images", "none"), ("findings",)])
def test_a_command_says_what_aws_said(
    aws: Face, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    status, out = run(aws, capsys, *command)
    assert status == 1
    assert ACCOUNT in out


def test_a_command_needs_a_local_aws(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert main(["findings", "--state", str(tmp_path)]) == 1
    assert "python -m simulator up" in capsys.readouterr().err
