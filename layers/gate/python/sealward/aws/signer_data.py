"""AWS Signer's data plane: what it has revoked of what made a signature."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from notation_verifier.signer_service import SignerQuestion, SignerServiceError
from sealward.aws.errors import translated
from sealward.ports.failures import PortError

SERVICE: Final = "signer-data"
"""botocore's name: the client ``signer`` puts ``data-`` before a local AWS's host."""
_REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}")


class SignerData:
    """``notation_verifier``'s ``SignerService``, by ``GetRevocationStatus``.

    Signer is asked in the Region of the profile, where the job was. It knows nothing of
    other partitions, so their profiles are not asked about.

    Args:
        client_of: returns the ``signer-data`` client of a Region, made at first use.
        partition: this function's own.
    """

    def __init__(self, client_of: Callable[[str], Any], *, partition: str) -> None:
        self._client_of = client_of
        self._partition = partition

    def __call__(self, question: SignerQuestion) -> Sequence[str]:
        """Return what Signer has revoked of what ``question`` names.

        Raises:
            SignerServiceError: the profile is of another partition, or Signer did not
                answer; the text says what was asked where.
        """
        region = question.region
        if question.partition != self._partition:
            raise SignerServiceError(
                f"the profile is of partition {question.partition[:40]}, this stack of"
                f" {self._partition}: Signer answers only within a partition"
            )
        if not _REGION.fullmatch(region):
            raise SignerServiceError(f"{region[:40]!r} in the profile's ARN: no Region")
        try:
            with translated(f"signer:GetRevocationStatus in {region}"):
                answer = self._client_of(region).get_revocation_status(
                    signatureTimestamp=question.as_of,
                    platformId=question.platform,
                    profileVersionArn=question.profile_version,
                    jobArn=question.job,
                    certificateHashes=list(question.certificate_hashes),
                )
        except PortError as error:
            raise SignerServiceError(str(error)) from error
        return tuple(str(entity) for entity in answer.get("revokedEntities") or ())
