"""The registry's HTTP protocol over the local AWS: as ``notation sign`` speaks it."""

import hashlib
import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest

from simulator.clock import ManualClock
from simulator.registry_protocol import registry_proxy
from simulator.server import LoopbackServer
from tests import forge
from tests.contract.faces import ACCOUNT, REGION

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
SIGNATURE = "application/vnd.cncf.notary.signature"
NOBODY = "sha256:" + "0" * 64


@dataclass(frozen=True)
class Registry:
    """A registry as a client reaches it: by its own name, through the proxy."""

    proxy: str
    ecr: Any

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        where = urlsplit(self.proxy)
        connection = http.client.HTTPConnection(where.netloc, timeout=10)
        connection.request(method, f"http://{HOST}{path}", body, dict(headers or {}))
        answer = connection.getresponse()
        said = (answer.status, dict(answer.getheaders()), answer.read())
        connection.close()
        return said

    def push_blob(self, content: bytes) -> dict[str, Any]:
        digest = digest_of(content)
        status, headers, _ = self.ask("POST", "/v2/app/blobs/uploads/", b"")
        assert status == HTTPStatus.ACCEPTED
        put = f"{headers['Location']}?digest={digest}"
        assert self.ask("PUT", put, content)[0] == HTTPStatus.CREATED
        return {"mediaType": SIGNATURE, "digest": digest, "size": len(content)}

    def push_manifest(
        self, document: Mapping[str, Any], reference: str = ""
    ) -> tuple[int, str]:
        content = json.dumps(document).encode()
        path = f"/v2/app/manifests/{reference or digest_of(content)}"
        status, headers, _ = self.ask(
            "PUT", path, content, {"Content-Type": document["mediaType"]}
        )
        return status, headers.get("Docker-Content-Digest", "")


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with LoopbackServer(clock=ManualClock(forge.NOW), account=ACCOUNT) as server:
        ecr: Any = botocore.session.get_session().create_client(
            "ecr",
            region_name=REGION,
            endpoint_url=server.url,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="testing",
        )
        ecr.create_repository(repositoryName="app")
        with registry_proxy(ecr) as proxy:
            yield Registry(proxy, ecr)


def image(registry: Registry) -> dict[str, Any]:
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": registry.push_blob(b"{}"),
        "layers": [],
    }
    status, digest = registry.push_manifest(document, "v1")
    assert status == HTTPStatus.CREATED
    return {"mediaType": MANIFEST, "digest": digest, "size": len(json.dumps(document))}


def test_what_is_pushed_comes_back_byte_for_byte(registry: Registry) -> None:
    pushed = image(registry)
    for reference in ("v1", pushed["digest"]):
        status, headers, content = registry.ask("GET", f"/v2/app/manifests/{reference}")
        assert (status, digest_of(content)) == (HTTPStatus.OK, pushed["digest"])
        assert headers["Docker-Content-Digest"] == pushed["digest"]
        assert headers["Content-Type"] == MANIFEST
    status, headers, content = registry.ask("HEAD", "/v2/app/manifests/v1")
    assert (status, content) == (HTTPStatus.OK, b"")
    assert headers["Content-Length"] == str(pushed["size"])
    blob = digest_of(b"{}")
    assert registry.ask("GET", f"/v2/app/blobs/{blob}")[2] == b"{}"
    assert registry.ask("GET", "/v2/")[0] == HTTPStatus.OK


def test_a_signature_pushed_is_a_referrer(registry: Registry) -> None:
    subject = image(registry)
    signature = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": SIGNATURE,
        "config": registry.push_blob(b"{}"),
        "layers": [registry.push_blob(b"envelope")],
        "subject": subject,
    }
    status, digest = registry.push_manifest(signature)
    assert status == HTTPStatus.CREATED
    (found,) = registry.ecr.list_image_referrers(
        repositoryName="app", subjectId={"imageDigest": subject["digest"]}
    )["referrers"]
    assert (found["digest"], found["artifactType"]) == (digest, SIGNATURE)
    assert registry.push_manifest(signature) == (HTTPStatus.CREATED, digest)


@pytest.mark.parametrize(
    "path",
    [
        "/v2/app/manifests/v2",
        f"/v2/app/manifests/{NOBODY}",
        f"/v2/app/blobs/{NOBODY}",
        "/v2/nobody/manifests/v1",
        # No referrers API: clients then use the tag.
        f"/v2/app/referrers/{NOBODY}",
        "/elsewhere",
    ],
)
def test_what_is_not_there_is_404(registry: Registry, path: str) -> None:
    assert registry.ask("GET", path)[0] == HTTPStatus.NOT_FOUND


def test_a_blob_that_is_not_what_it_is_called_is_not_taken(registry: Registry) -> None:
    status, _, said = registry.ask(
        "PUT", f"/v2/app/blobs/uploads/one?digest={NOBODY}", b"else"
    )
    assert status == HTTPStatus.BAD_REQUEST
    assert b"DIGEST_INVALID" in said
    assert registry.ask("GET", f"/v2/app/blobs/{NOBODY}")[0] == HTTPStatus.NOT_FOUND
