"""Pushing a signature to Amazon ECR byte for byte, with the caller's own rights.

No role of Sealward's may do it: a person runs it (``sealward reattach``).
"""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from sealward.aws.errors import error_code, translated
from sealward.evidence.kept_signatures import SignatureCopy, sha256
from sealward.ports.failures import Unavailable
from sealward.subjects.manifests import OCI_MANIFEST

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

RIGHTS: Final = (
    "ecr:BatchCheckLayerAvailability, ecr:InitiateLayerUpload, ecr:UploadLayerPart, "
    "ecr:CompleteLayerUpload and ecr:PutImage"
)
_THERE: Final = frozenset(
    {"ImageAlreadyExistsException", "LayerAlreadyExistsException"}
)


class SignaturePush:
    """Pushes into one account's ECR in one Region.

    Args:
        account: twelve digits; the registry every call names.
        client: a botocore client of ``ecr``.
    """

    def __init__(self, account: str, client: "ECRClient") -> None:
        self._account = account
        self._client = client

    def push(self, repository: str, copy: SignatureCopy) -> None:
        """Push ``copy`` under its own digest; what is there stays as it is.

        Raises:
            Denied, NotFound, Refused, Unavailable: as named in
                ``sealward.ports.failures``.
        """
        blobs = {sha256(each): each for each in (copy.config, copy.envelope)}
        for digest in self._missing(repository, list(blobs)):
            self._layer(repository, digest, blobs[digest])
        with translated(f"PutImage {repository}@{copy.digest}"):
            try:
                self._client.put_image(
                    registryId=self._account,
                    repositoryName=repository,
                    imageManifest=copy.manifest.decode(),
                    imageManifestMediaType=OCI_MANIFEST,
                    # ECR refuses bytes that hash to anything else.
                    imageDigest=copy.digest,
                )
            except ClientError as error:
                _raise_unless_there(error)

    def _missing(self, repository: str, digests: list[str]) -> list[str]:
        with translated(f"BatchCheckLayerAvailability {repository}"):
            answer = self._client.batch_check_layer_availability(
                registryId=self._account,
                repositoryName=repository,
                layerDigests=digests,
            )
        there = {
            each.get("layerDigest")
            for each in answer.get("layers", [])
            if each.get("layerAvailability") == "AVAILABLE"
        }
        return [each for each in digests if each not in there]

    def _layer(self, repository: str, digest: str, content: bytes) -> None:
        what = f"{repository}, layer {digest}"
        with translated(f"InitiateLayerUpload {what}"):
            begun = self._client.initiate_layer_upload(
                registryId=self._account, repositoryName=repository
            )
        upload, size = begun["uploadId"], begun["partSize"]
        if size < 1:
            raise Unavailable(f"InitiateLayerUpload {what}: parts of {size} bytes")
        for first in range(0, len(content), size):
            part = content[first : first + size]
            with translated(f"UploadLayerPart {what}"):
                self._client.upload_layer_part(
                    registryId=self._account,
                    repositoryName=repository,
                    uploadId=upload,
                    partFirstByte=first,
                    partLastByte=first + len(part) - 1,
                    layerPartBlob=part,
                )
        with translated(f"CompleteLayerUpload {what}"):
            try:
                self._client.complete_layer_upload(
                    registryId=self._account,
                    repositoryName=repository,
                    uploadId=upload,
                    layerDigests=[digest],
                )
            except ClientError as error:
                _raise_unless_there(error)


def _raise_unless_there(error: ClientError) -> None:
    if error_code(error) not in _THERE:
        raise error
