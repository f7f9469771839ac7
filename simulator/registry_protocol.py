"""The registry's own HTTP protocol over ECR's API: what ``notation`` and others speak.

OCI distribution-spec: manifests by tag and digest, blobs, monolithic uploads, and no
referrers API, for which clients fall back to the tag ``sha256-…``. It is served as a
plain HTTP proxy on loopback, so that a command may name the registry as on AWS:

    with registry_proxy(client) as proxy:
        run(["notation", "sign", reference], env={"HTTP_PROXY": proxy})

The command must be told that this registry has no TLS. Whoever reaches the port acts
with the rights of ``client``.
"""

import contextlib
import hashlib
import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import ClientError

from simulator.push import push_layer

_NAME = r"[a-z0-9]+(?:[._/-][a-z0-9]+)*"
_REFERENCE = r"sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
_MANIFEST = re.compile(rf"/v2/({_NAME})/manifests/({_REFERENCE})")
_BLOB = re.compile(rf"/v2/({_NAME})/blobs/(sha256:[0-9a-f]{{64}})")
_UPLOAD = re.compile(rf"/v2/({_NAME})/blobs/uploads/(?:one)?")
_LARGEST = 64 * 1024 * 1024
"""Bytes of a manifest or blob that is taken."""
_MISSING = {
    "ImageNotFoundException": "MANIFEST_UNKNOWN",
    "LayersNotFoundException": "BLOB_UNKNOWN",
    "LayerInaccessibleException": "BLOB_UNKNOWN",
    "RepositoryNotFoundException": "NAME_UNKNOWN",
}


@contextlib.contextmanager
def registry_proxy(client: Any) -> Iterator[str]:  # noqa: ANN401 - botocore's
    """Serve the registry that ``client`` reaches; yield the proxy's URL.

    Args:
        client: botocore's client of ECR.
    """

    class Bound(_Protocol):
        ecr = client

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Protocol(BaseHTTPRequestHandler):
    """One request of a client; ECR's answer decides."""

    ecr: ClassVar[Any]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's
        """Say nothing: what was done is in the local AWS's own log."""

    def do_HEAD(self) -> None:
        """Say what there is."""
        self._get()

    def do_GET(self) -> None:
        """Give a manifest or a blob."""
        self._get()

    def do_POST(self) -> None:
        """Begin an upload."""
        self._taken()
        path = urlsplit(self.path).path
        if found := _UPLOAD.fullmatch(path):
            location = f"/v2/{found[1]}/blobs/uploads/one"
            self._answer(HTTPStatus.ACCEPTED, {"Location": location})
        else:
            self._unknown("UNSUPPORTED")

    def do_PUT(self) -> None:
        """Take a whole blob, or a manifest."""
        content = self._taken()
        parts = urlsplit(self.path)
        try:
            if found := _MANIFEST.fullmatch(parts.path):
                self._put_manifest(found[1], found[2], content)
            elif found := _UPLOAD.fullmatch(parts.path):
                (digest,) = parse_qs(parts.query).get("digest", [""])
                self._put_blob(found[1], digest, content)
            else:
                self._unknown("UNSUPPORTED")
        except ClientError as error:
            self._refused(error)

    def _get(self) -> None:
        path = urlsplit(self.path).path
        try:
            if path == "/v2/":
                self._answer(HTTPStatus.OK)
            elif found := _MANIFEST.fullmatch(path):
                self._manifest(found[1], found[2])
            elif found := _BLOB.fullmatch(path):
                self._blob(found[1], found[2])
            else:
                self._unknown("UNSUPPORTED")
        except ClientError as error:
            self._refused(error)

    def _manifest(self, repository: str, reference: str) -> None:
        by = "imageDigest" if reference.startswith("sha256:") else "imageTag"
        images = self.ecr.batch_get_image(
            repositoryName=repository, imageIds=[{by: reference}]
        )["images"]
        if not images:
            self._unknown("MANIFEST_UNKNOWN")
            return
        content = str(images[0]["imageManifest"]).encode()
        said = {
            "Content-Type": images[0]["imageManifestMediaType"],
            "Docker-Content-Digest": images[0]["imageId"]["imageDigest"],
        }
        self._answer(HTTPStatus.OK, said, content)

    def _blob(self, repository: str, digest: str) -> None:
        address = self.ecr.get_download_url_for_layer(
            repositoryName=repository, layerDigest=digest
        )["downloadUrl"]
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - the local AWS's own
            content = answer.read(_LARGEST)
        self._answer(HTTPStatus.OK, {"Docker-Content-Digest": digest}, content)

    def _put_manifest(self, repository: str, reference: str, content: bytes) -> None:
        media_type = self.headers.get("Content-Type", "")
        request = {
            "repositoryName": repository,
            "imageManifest": content.decode(),
            "imageManifestMediaType": media_type,
        }
        if reference.startswith("sha256:"):
            request["imageDigest"] = reference
        else:
            request["imageTag"] = reference
        try:
            image = self.ecr.put_image(**request)["image"]
            digest = image["imageId"]["imageDigest"]
        except self.ecr.exceptions.ImageAlreadyExistsException:
            digest = reference
        self._answer(HTTPStatus.CREATED, {"Docker-Content-Digest": digest})

    def _put_blob(self, repository: str, digest: str, content: bytes) -> None:
        if digest != f"sha256:{hashlib.sha256(content).hexdigest()}":
            self._error(HTTPStatus.BAD_REQUEST, "DIGEST_INVALID")
            return
        (layer,) = self.ecr.batch_check_layer_availability(
            repositoryName=repository, layerDigests=[digest]
        )["layers"]
        if layer["layerAvailability"] == "UNAVAILABLE":
            push_layer(self.ecr, repository, content, digest)
        self._answer(HTTPStatus.CREATED, {"Docker-Content-Digest": digest})

    def _taken(self) -> bytes:
        """Return the request's body."""
        size = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(min(size, _LARGEST))

    def _refused(self, error: ClientError) -> None:
        code = _MISSING.get(str(error.response["Error"].get("Code", "")), "")
        if code:
            self._unknown(code)
        else:
            self._error(HTTPStatus.FORBIDDEN, "DENIED", str(error))

    def _unknown(self, code: str) -> None:
        self._error(HTTPStatus.NOT_FOUND, code)

    def _error(self, status: HTTPStatus, code: str, message: str = "") -> None:
        body = {"errors": [{"code": code, "message": message}]}
        json_type = {"Content-Type": "application/json"}
        self._answer(status, json_type, json.dumps(body).encode())

    def _answer(
        self,
        status: HTTPStatus,
        headers: dict[str, str] | None = None,
        content: bytes = b"",
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
