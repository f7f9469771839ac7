"""AWS Signer's revocation status, in process."""

from collections.abc import Sequence

from notation_verifier.signer_service import SignerQuestion, SignerServiceError
from simulator.errors import ServiceError
from simulator.local_aws import LocalAws
from simulator.places import place


class InProcessSigner:
    """``notation_verifier``'s ``SignerService``, asked from one account and Region."""

    def __init__(
        self, aws: LocalAws, *, account: str, region: str, caller: str = ""
    ) -> None:
        self._aws = aws
        self._place = place(account, region)
        self._caller = caller

    def __call__(self, question: SignerQuestion) -> Sequence[str]:
        """See the protocol."""
        try:
            answer = self._aws.call(
                "signer",
                "GetRevocationStatus",
                {
                    "signatureTimestamp": question.as_of,
                    "platformId": question.platform,
                    "profileVersionArn": question.profile_version,
                    "jobArn": question.job,
                    "certificateHashes": list(question.certificate_hashes),
                },
                place=self._place,
                caller=self._caller,
            )
        except ServiceError as error:
            raise SignerServiceError(str(error)) from error
        return tuple(answer["revokedEntities"])
