"""ECR's managed signing: what is pushed is signed a while later, or is not."""

from collections.abc import Iterator
from datetime import timedelta

from simulator.ecr.managed_signing import SIGNATURE
from simulator.ecr.signing_ends import SigningEnd
from simulator.local_aws import LocalAws
from simulator.places import place
from simulator.signer.state import PLATFORM
from tests.converge.policies import ACCOUNT, BY_ECR, REGION, ByEcr
from tests.facts import Signature

_PROFILE = "release"
_FIRST = 1_000_000
"""They name their root, so they are tried before all others, in the order they came."""
_ENDS = {
    "completes-soon": SigningEnd(repositories="*", after=timedelta(seconds=5)),
    "completes-late": SigningEnd(repositories="*", after=timedelta(minutes=20)),
    "fails": SigningEnd(
        repositories="*",
        after=timedelta(seconds=5),
        failure_code="ACCESS_DENIED",
        failure_reason="the pusher may not call signer:SignPayload",
    ),
    "never-ends": SigningEnd(repositories="*", after=timedelta(days=30)),
}
ENDS = tuple(sorted(_ENDS))
"""How what is pushed from now on ends."""


class ManagedSigning:
    """Has ECR sign what is pushed, in every repository."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws
        self._place = place(ACCOUNT, REGION)
        self._met: set[str] = set()
        profile = aws.call(
            "signer",
            "PutSigningProfile",
            {"profileName": _PROFILE, "platformId": PLATFORM},
            place=self._place,
        )["arn"]
        aws.call(
            "ecr",
            "PutSigningConfiguration",
            {"signingConfiguration": {"rules": [{"signingProfileArn": profile}]}},
            place=self._place,
        )
        authority = aws.signer_authority("aws")
        self.signer = ByEcr(
            profile=str(profile),
            root_der=authority.root_der,
            root_sha256=authority.root_sha256,
        )

    def ends(self, how: str) -> None:
        """Have what is pushed from now on end as one of ``ENDS`` says."""
        self._aws.signing_ends.add(_ENDS[how])

    def signed(self) -> Iterator[tuple[str, Signature]]:
        """Yield the signatures that ECR made since the last time."""
        repositories = self._aws.registry(self._place).repositories.values()
        for image in [each for one in repositories for each in one.images.values()]:
            manifest = image.manifest
            subject = manifest.subject
            ours = (
                manifest.artifact_type == SIGNATURE
                and b"thumbprint" in manifest.content
            )
            if not ours or subject is None or image.digest in self._met:
                continue
            self._met.add(image.digest)
            yield (
                image.digest,
                Signature(image=subject, signer=BY_ECR, made=_FIRST - len(self._met)),
            )

    def failed(self, repository: str, digest: str) -> bool:
        """Return whether ECR says by now that it failed to sign an image."""
        found = self._aws.registry(self._place).repositories.get(repository)
        image = found.images.get(digest) if found else None
        return image is not None and any(
            each.status == "FAILED" for each in image.signings
        )
