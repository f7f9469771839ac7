"""Buckets: what the functions ask of Amazon S3, answered in this process.

The bucket of the policy bundle holds one object; what is put anywhere else stays, and
in the order in which it was put.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSResponse

from tests.faults.answers import answer

_POLICY: Final = "policy"
_THERE: Final = "PreconditionFailed"
Said = tuple[int, dict[str, Any]]
"""Status, and the body as botocore parses it."""


class Buckets:
    """The objects of one account."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.bundle = b""
        self.kept: dict[str, bytes] = {}
        """What was put, by key."""
        self._clock = clock
        self._began = clock()

    def answer(self, name: str, asked: Mapping[str, Any]) -> Said:
        """Return what a call is answered.

        Args:
            name: of the operation.
            asked: the call's arguments.
        """
        match name:
            case "GetObject" if asked["Bucket"] == _POLICY:
                return self._bundle(asked.get("IfNoneMatch"))
            case "GetObject":
                content = self.kept.get(asked["Key"])
                if content is None:
                    return 404, _error("NoSuchKey", "no such key")
                return 200, {"Body": BytesIO(content)}
            case "PutObject":
                if asked["Key"] in self.kept:
                    return 412, _error(_THERE, "it is there")
                self.kept[asked["Key"]] = _content(asked["Body"])
                return 200, {"ETag": '"put"'}
            case "ListObjectsV2":
                listed = [
                    {"Key": key, "LastModified": self._began + timedelta(seconds=at)}
                    for at, key in enumerate(self.kept)
                    if key.startswith(asked["Prefix"])
                ]
                return 200, {"Contents": listed, "IsTruncated": False}
            case _:
                raise ValueError(f"s3:{name}: say what it answers")

    def send(self, name: str, request: Any) -> AWSResponse:
        """Return what an attempt to write is answered over the wire."""
        if name != "PutObject":
            raise ValueError(f"s3:{name}: it has no effect that the wire could lose")
        key = unquote(urlsplit(request.url).path.removeprefix("/"))
        status, said = self.answer(name, {"Key": key, "Body": request.body})
        if status == 200:
            return answer(request.url, 200, b"", ETag=said["ETag"])
        code = said["Error"]["Code"]
        text = f"<Error><Code>{code}</Code><Message>it is there</Message></Error>"
        return answer(request.url, status, text.encode())

    def _bundle(self, known: str | None) -> Said:
        if known == self._etag():
            return 304, _error("304", "Not Modified")
        return 200, {"ETag": self._etag(), "Body": BytesIO(self.bundle)}

    def _etag(self) -> str:
        return f'"{hashlib.sha256(self.bundle).hexdigest()}"'


def _content(body: Any) -> bytes:
    """Return a request's body, of which botocore makes a file."""
    return body if isinstance(body, bytes) else bytes(body.read())


def _error(code: str, message: str) -> dict[str, Any]:
    return {"Error": {"Code": code, "Message": message}}
