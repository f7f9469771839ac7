"""An image of Amazon ECR that a command is about: ``HOST/REPOSITORY[:TAG][@DIGEST]``.

A tag is resolved once; from then on everything is about the digest it stood for.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from notation_verifier import Descriptor
from sealward.aws.errors import translated
from sealward.aws.registry.ecr import EcrRegistry
from sealward.aws.registry.layer_download import LayerDownload
from sealward.cli.command_clients import CommandClients
from sealward.cli.image_target import (
    ImageTarget,
    InvalidReference,
    Listing,
    RegistryUnanswered,
    problem_of,
)
from sealward.cli.output import printable
from sealward.events import is_digest
from sealward.policy.scopes import InvalidScope, parse_scope
from sealward.ports.failures import Denied, NotFound, PortError, Unavailable
from sealward.ports.registry import ImageDetail, ImageStatus
from sealward.signatures.candidates import REFERRERS_LIMIT

_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
"""Spec: OCI distribution-spec, Pulling manifests."""
_RIGHTS: Final = (
    "ecr:DescribeImages, ecr:BatchGetImage, ecr:ListImageReferrers and "
    "ecr:GetDownloadUrlForLayer"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EcrReference:
    """An image by its name in a registry."""

    place: str
    """``host/repository``, as written: what a trust policy's scope is compared with."""
    account: str
    region: str
    repository: str
    tag: str
    digest: str
    """Empty where the tag has to be resolved."""


def parse_reference(text: str) -> EcrReference:
    """Return the image that ``HOST/REPOSITORY[:TAG][@DIGEST]`` names.

    Where both are given the digest counts, as for ``notation``.

    Raises:
        InvalidReference: it names none; says what to write.
    """
    name, at, digest = text.partition("@")
    host, slash, rest = name.partition("/")
    path, colon, tag = rest.partition(":")
    place = f"{host}/{path}"
    if not slash or not path or "*" in path:
        raise InvalidReference(
            f"{text[:300]!a} names no repository; write HOST/REPOSITORY:TAG or "
            "HOST/REPOSITORY@sha256:... with the registry's HOST"
        )
    if at and not is_digest(digest):
        raise InvalidReference(
            f"{digest[:120]!a} is no digest: sha256: and 64 lower-case hex digits"
        )
    try:
        scope = parse_scope(place)
    except InvalidScope as error:
        raise InvalidReference(str(error)) from None
    if colon and not _TAG.fullmatch(tag):
        raise InvalidReference(f"{tag[:160]!a} is no tag")
    if not at and not colon:
        raise InvalidReference(
            f"{printable(text[:300])} names neither a tag nor a digest; write "
            f"{printable(text[:300])}:TAG or @sha256:..."
        )
    return EcrReference(
        place=place,
        account=scope.account,
        region=scope.region,
        repository=scope.path,
        tag=tag,
        digest=digest,
    )


def connect(reference: EcrReference) -> EcrRegistry:
    """Return the registry of ``reference``, asked with the user's own credentials."""
    with _spoken_of(reference), translated("the client of Amazon ECR"):
        client = CommandClients().client("ecr", reference.region)
    return EcrRegistry(
        reference.account,
        reference.region,
        client,
        LayerDownload(client.meta.endpoint_url),
    )


def open_image(reference: EcrReference, registry: EcrRegistry) -> ImageTarget:
    """Return the image, its manifest read; a tag is resolved here and only here.

    Raises:
        InvalidReference: there is no such image, or it is no image's manifest.
        RegistryUnanswered: the registry would not say, or the image is archived.
    """
    with _spoken_of(reference):
        detail = _detail(reference, registry)
        if detail.status is not ImageStatus.ACTIVE:
            raise RegistryUnanswered(
                f"{reference.place}@{detail.digest} is {detail.status}: its manifest "
                "cannot be read until it is restored. Where Sealward holds it, "
                "'sealward explain' says why"
            )
        found = registry.manifests(reference.repository, [detail.digest])
        manifest = found.get(detail.digest)
        if manifest is None:
            raise Unavailable(f"{detail.digest} is listed, and was not given")
    descriptor = Descriptor(
        media_type=manifest.media_type,
        digest=manifest.digest,
        size=len(manifest.content),
    )
    return ImageTarget(
        place=reference.place,
        repository=reference.repository,
        contents=registry,
        detail=detail,
        descriptor=descriptor,
        problem=problem_of(manifest.content, manifest.media_type),
        referrers=_listing(reference, registry, detail.digest),
    )


def _detail(reference: EcrReference, registry: EcrRegistry) -> ImageDetail:
    if reference.digest:
        return registry.describe(reference.repository, reference.digest)
    return registry.tagged(reference.repository, reference.tag)


def _listing(
    reference: EcrReference, registry: EcrRegistry, digest: str
) -> Callable[[], Listing]:
    def listed() -> Listing:
        with _spoken_of(reference):
            return registry.referrers(
                reference.repository, digest, limit=REFERRERS_LIMIT
            ), ()

    return listed


@contextmanager
def _spoken_of(reference: EcrReference) -> Iterator[None]:
    """Turn port errors into what a person at a terminal can act upon."""
    place = reference.place
    try:
        yield
    except NotFound as error:
        raise InvalidReference(
            f"{place} has no such image ({error}); account {reference.account}, "
            f"Region {reference.region}"
        ) from error
    except Denied as error:
        raise RegistryUnanswered(
            f"{place} may not be read: {error}. Sign in to AWS as somebody with "
            f"{_RIGHTS} there"
        ) from error
    except PortError as error:
        raise RegistryUnanswered(
            f"{place} could not be read: {error}. Try again"
        ) from error
