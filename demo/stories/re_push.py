"""A held digest is pushed again: ECR restores it, and it is held once more."""

from demo.cases import Outcome, load_cases
from demo.stack import LocalAws
from demo.stage import Stage
from demo.stories.story import image_of
from tests.figures import Figures

LAYOUT = "wrong-identity"


class RePush:
    """Signed by the wrong identity, held; pushed again, held again."""

    name = "re-pushed"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about="pushed again after it was held",
            expected=Outcome(
                verdict="untrusted",
                step="archive",
                finding="open",
                reason="identity-not-allowed",
            ),
        )
        self.images = (self._image,)

    def prepare(self, aws: LocalAws) -> None:
        """Do nothing."""

    def tell(self, stage: Stage) -> None:
        """Push, wait until it is held, push again, wait until it is held again."""
        stage.push(self._image.repository, LAYOUT)
        stage.say(self.name, "pushed: signed by another subject under the team's CA")
        if stage.until(lambda: self._archived(stage) >= 1):
            stage.push(self._image.repository, LAYOUT, [self._image.digest])
            stage.say(self.name, "pushed again: ECR restores what it had archived")
            stage.until(lambda: self._archived(stage) >= 2)  # noqa: PLR2004 - again

    def judge(self, stage: Stage, figures: Figures) -> None:
        """It was archived twice."""
        figures.add("re_pushed_image_archived_times", self._archived(stage), least=2)

    def _archived(self, stage: Stage) -> int:
        """Return how often it was archived, once it is held."""
        record = stage.watch.record(self._image.repository, self._image.digest)
        hold = record.hold if record is not None else None
        return hold.applied if hold is not None and hold.state == "held" else 0
