"""Evidence in an S3 bucket with Object Lock: objects are created, and that is all.

The role may not delete, and puts on condition that the key is free: what is there stays
as it is (docs/security-review.md). S3 itself holds the body against the SHA-256 sent
with it.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from sealward.aws.errors import error_code, translated
from sealward.ports.failures import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_THERE: Final = "PreconditionFailed"
_CHUNK: Final = 64 * 1024


class EvidenceBucket:
    """``sealward.ports.evidence_store.EvidenceStore`` in one bucket.

    Args:
        client: a botocore client of ``s3``, or what defers to one.
        bucket: the bucket's name.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, key: str, content: bytes) -> None:
        """Create the object ``key``; one that is there is left as it is.

        Raises:
            Denied, Unavailable: as named in ``sealward.ports.failures``.
        """
        checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
        with translated(self._said("PutObject", key)):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=content,
                    # With a default retention S3 takes no object without one.
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=checksum,
                    IfNoneMatch="*",
                )
            except ClientError as error:
                # Another put of it at the same instant ends in a conflict: asked again.
                if error_code(error) != _THERE:
                    raise

    def read(self, key: str, *, limit: int) -> bytes:
        """Return the object's bytes, reading no more than ``limit``.

        Raises:
            NotFound: no such object, or it has more than ``limit`` bytes.
            Denied, Unavailable: as named.
        """
        what = self._said("GetObject", key)
        with translated(what):
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            try:
                content = bytearray()
                while part := body.read(min(_CHUNK, limit + 1 - len(content))):
                    content += part
            except (BotoCoreError, OSError) as error:
                raise Unavailable(f"{what}: {error}") from error
            finally:
                body.close()
        if len(content) > limit:
            raise NotFound(f"{what}: more than {limit} bytes")
        return bytes(content)

    def keys(self, prefix: str) -> Sequence[str]:
        """Return the keys that begin with ``prefix``, oldest object first.

        Raises:
            Denied, Unavailable: as named.
        """
        with translated(self._said("ListObjectsV2", prefix)):
            found = [
                (each["LastModified"], each["Key"])
                for page in self._client.get_paginator("list_objects_v2").paginate(
                    Bucket=self._bucket, Prefix=prefix
                )
                for each in page.get("Contents", [])
            ]
        return [key for _, key in sorted(found)]

    def _said(self, operation: str, key: str) -> str:
        return f"{operation} s3://{self._bucket}/{key}"
