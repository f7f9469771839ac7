"""Deletion with evidence: pushed again and again, deleted; what it was is kept.

A failing image is deleted after a day in quarantine. Here its policy waives the day for
what is pushed again three times within an hour, in a word of its own:
``escalation: delete``.
"""

from functools import partial

from demo.cases import Outcome, load_cases
from demo.layouts.policy import REGISTRY
from demo.person import Ran
from demo.stack import LocalAws
from demo.stage import Stage
from demo.stories.story import image_of
from demo.watch import GONE
from tests.figures import Figures

LAYOUT = "wrong-team"
REPOSITORY = "demo/deleted"
AGAIN = 3
"""Pushes within an hour that waive the day."""
SPARE = 2
"""More of them, on a busy machine: it is not deleted while its evidence is not kept."""
DELETION = 20.0
"""Seconds to wait for the deletion before one push more."""


class Deleted:
    """Held; pushed again three times; deleted, its evidence kept and checked."""

    name = "deleted"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._case = case
        self._image = image_of(
            case,
            story=self.name,
            about="pushed again and again, and deleted",
            expected=Outcome(
                verdict="untrusted", step="delete", finding="resolved", reason="gone"
            ),
            repository=REPOSITORY,
        )
        self.images = (self._image,)
        self._evidence = Ran(status=-1, said="")
        self._again = 0

    def prepare(self, aws: LocalAws) -> None:
        """Do nothing."""

    def tell(self, stage: Stage) -> None:
        """Push, and again as often as it is held; ask for its evidence."""
        stage.push(REPOSITORY, LAYOUT)
        stage.say(self.name, "pushed: signed by another team")
        for times in range(1, AGAIN + SPARE + 2):
            if not stage.until(partial(self._is_settled, stage, times)):
                return
            if times > AGAIN:
                # It is archived first, and deleted by the look that sees it so.
                stage.until(partial(self._is_gone, stage), DELETION)
            if self._is_gone(stage) or times > AGAIN + SPARE:
                break
            stage.push(REPOSITORY, LAYOUT, [self._image.digest])
            self._again = times
            stage.say(self.name, f"pushed again, {times} of {AGAIN}")
        if not self._is_gone(stage):
            return
        self._evidence = stage.administrator.sealward(
            "evidence", f"{REGISTRY}/{REPOSITORY}@{self._image.digest}"
        )
        stage.say(self.name, f"deleted; sealward evidence: {self._evidence.first}")

    def judge(self, stage: Stage, figures: Figures) -> None:
        """The image is gone, and its evidence is whole."""
        figures.add("deleted_image_pushed_again", self._again, least=AGAIN)
        status = stage.watch.status(self._image)
        figures.add("deleted_image_status", status, exactly=GONE)
        figures.add("deleted_image_evidence_status", self._evidence.status, exactly=0)
        named = self._image.digest in self._evidence.said
        figures.add("deleted_image_manifest_is_kept", named, exactly=True)

    def _is_gone(self, stage: Stage) -> bool:
        return stage.watch.status(self._image) == GONE

    def _is_settled(self, stage: Stage, times: int) -> bool:
        """Return whether it is gone; or held, and was archived so many times."""
        if self._is_gone(stage):
            return True
        record = stage.watch.record(REPOSITORY, self._image.digest)
        hold = record.hold if record is not None else None
        return hold is not None and hold.state == "held" and hold.applied == times
