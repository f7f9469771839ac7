"""An image as it would be with its lost signatures back: verified before any push."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sealward.cli.image_target import ImageTarget
from sealward.evidence.kept_signatures import SignatureCopy, sha256
from sealward.ports.failures import NotFound
from sealward.ports.registry import Contents, ImageStatus, Manifest, Referrer
from sealward.subjects import NOTARY_SIGNATURE
from sealward.subjects.manifests import MANIFEST_LIMIT, OCI_MANIFEST


def reattached(
    target: ImageTarget, copies: Sequence[SignatureCopy], there: Sequence[Referrer]
) -> ImageTarget:
    """Return ``target`` with no other signatures than ``copies`` and ``there``.

    What else refers to the image counts for nothing: it is these that must satisfy.
    """
    listed = [
        *there,
        *(
            Referrer(
                digest=each.digest,
                media_type=OCI_MANIFEST,
                artifact_type=NOTARY_SIGNATURE,
                size=len(each.manifest),
                status=ImageStatus.ACTIVE,
            )
            for each in copies
        ),
    ]
    return replace(
        target,
        contents=_Among(target.contents, {each.digest: each for each in copies}),
        referrers=lambda: (listed, ()),
    )


@dataclass(frozen=True, slots=True)
class _Among:
    """``sealward.ports.registry.Contents``: a registry, and what it lost."""

    registry: Contents
    copies: Mapping[str, SignatureCopy]

    def manifests(
        self, repository: str, digests: Sequence[str], *, largest: int = MANIFEST_LIMIT
    ) -> Mapping[str, Manifest]:
        """See the port."""
        lost = [each for each in digests if each in self.copies]
        rest = [each for each in digests if each not in self.copies]
        found: dict[str, Manifest] = {
            each: Manifest(
                digest=each,
                media_type=OCI_MANIFEST,
                content=self.copies[each].manifest,
            )
            for each in lost
        }
        if rest:
            found |= self.registry.manifests(repository, rest, largest=largest)
        return found

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:
        """See the port."""
        for copy in self.copies.values():
            if sha256(copy.envelope) == digest:
                if len(copy.envelope) > limit:
                    raise NotFound(f"{digest}: larger than {limit} bytes")
                return copy.envelope
        return self.registry.blob(repository, digest, limit=limit)
