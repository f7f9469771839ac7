"""A signature under the fallback tag, as clients push it that know no referrers."""

from typing import Any

from demo.cases import LAYOUTS, load_cases
from demo.layouts.oci_layout import IMAGE_INDEX, SIGNATURE, OciLayout, canonical, sha256
from demo.stack import LocalAws
from demo.stage import Stage
from demo.stories.story import TRUSTED, image_of
from tests.figures import Figures

LAYOUT = "signed-cose"


class FallbackTag:
    """The image, its signature, then an index tagged ``sha256-…`` that lists it.

    The index is no image: it gets no verdict, and nothing is done about it.
    """

    name = "fallback-tag"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about="its signature is listed under the fallback tag",
            expected=TRUSTED,
        )
        self.images = (self._image,)
        self._index = canonical(_index(OciLayout(LAYOUTS / LAYOUT), self._image.digest))

    def prepare(self, aws: LocalAws) -> None:
        """Do nothing."""

    def tell(self, stage: Stage) -> None:
        """Push image and signature, then the index."""
        stage.push(self._image.repository, LAYOUT)
        stage.aws.client("ecr").put_image(
            repositoryName=self._image.repository,
            imageManifest=self._index.decode(),
            imageManifestMediaType=IMAGE_INDEX,
            imageTag=self._image.digest.replace(":", "-"),
        )
        stage.say(self.name, "pushed: image, signature, index under its fallback tag")

    def judge(self, stage: Stage, figures: Figures) -> None:
        """The index has no verdict and can be pulled."""
        digest, repository = sha256(self._index), self._image.repository
        judged = stage.watch.record(repository, digest) is not None
        figures.add("fallback_tag_index_judged", judged, exactly=False)
        status = stage.watch.status_of(repository, digest)
        figures.add("fallback_tag_index_status", status, exactly="ACTIVE")


def _index(layout: OciLayout, subject: str) -> dict[str, Any]:
    listed = {entry["digest"]: entry for entry in layout.manifests()}
    entries = [
        {
            "mediaType": listed[digest]["mediaType"],
            "digest": digest,
            "size": listed[digest]["size"],
            "artifactType": SIGNATURE,
        }
        for digest, _ in layout.referrers(subject)
    ]
    return {"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": entries}
