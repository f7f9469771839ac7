"""First deployment over a full registry: what was there before is not touched."""

import json
import shutil
import tempfile
import weakref
from pathlib import Path

from demo.cases import Image, Outcome
from demo.layouts.images import add_image
from demo.layouts.oci_layout import OciLayout
from demo.stack import LocalAws
from demo.stage import Stage
from simulator.push import push_layout
from tests.figures import Figures

REPOSITORIES = tuple(f"demo/registry-{one}" for one in ("web", "api", "jobs", "cron"))
EACH = 10
"""Unsigned images in each repository before the stack is there."""


class FullRegistry:
    """Forty unsigned images are there, then the stack, then a forty-first image.

    The old ones become one proposal that waits for a person, and one finding for each
    repository. The new one is held.
    """

    name = "full-registry"

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="sealward-demo-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._layout = OciLayout.create(folder / "layout")
        digests = [self._add(number) for number in range(len(REPOSITORIES) * EACH + 1)]
        self._old = {
            repository: digests[index * EACH : (index + 1) * EACH]
            for index, repository in enumerate(REPOSITORIES)
        }
        self._new = digests[-1]
        self.images = (
            self._image(
                REPOSITORIES[0],
                digests[0],
                "one of forty old ones",
                Outcome(
                    verdict="unsigned",
                    step="none",
                    finding=None,
                    reason="no-signature",
                ),
            ),
            self._image(
                REPOSITORIES[0],
                self._new,
                "the first one after the deployment",
                Outcome(
                    verdict="unsigned",
                    step="archive",
                    finding="open",
                    reason="no-signature",
                ),
            ),
        )

    def _add(self, number: int) -> str:
        digest: str = add_image(
            self._layout, f"hello from image {number}\n", tag=f"1.{number}"
        )["digest"]
        return digest

    def _image(
        self, repository: str, digest: str, about: str, expected: Outcome
    ) -> Image:
        return Image(
            case=self.name,
            about=about,
            repository=repository,
            digest=digest,
            label=f"{self.name} {digest[7:13]}",
            expected=expected,
        )

    def prepare(self, aws: LocalAws) -> None:
        """Fill the registry; nobody listens yet."""
        ecr = aws.client("ecr")
        for repository, digests in self._old.items():
            push_layout(
                ecr, layout=self._layout.path, repository=repository, digests=digests
            )

    def tell(self, stage: Stage) -> None:
        """Let the sweep run at once, then push one image more."""
        stage.say(self.name, "forty unsigned images were there; the sweep runs")
        answer = stage.invoke("SweepFunction", {"walk": True})
        stage.say(self.name, f"the sweep: {json.dumps(answer)[:120]}")
        stage.push_from(self._layout.path, REPOSITORIES[0], [self._new])
        stage.say(self.name, "pushed: one more, unsigned")
        stage.until(lambda: self._judged(stage) == len(REPOSITORIES) * EACH)

    def judge(self, stage: Stage, figures: Figures) -> None:
        """Nothing old was touched; a person is asked once, told once a repository."""
        figures.add("old_images", len(REPOSITORIES) * EACH)
        figures.add(
            "old_images_judged", self._judged(stage), exactly=len(REPOSITORIES) * EACH
        )
        archived = sum(
            stage.watch.status_of(repository, digest) != "ACTIVE"
            for repository, digests in self._old.items()
            for digest in digests
        )
        figures.add("old_images_archived", archived, exactly=0)
        figures.add("proposals", len(stage.watch.proposals()), exactly=1)
        told = stage.watch.open_findings_of(REPOSITORIES)
        figures.add("findings_of_full_repositories", told, least=1, most=5)

    def _judged(self, stage: Stage) -> int:
        return sum(
            record is not None and record.verdict == "unsigned"
            for repository, digests in self._old.items()
            for digest in digests
            for record in (stage.watch.record(repository, digest),)
        )
