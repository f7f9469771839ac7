"""ECR fails while an image is pushed: nobody guesses, and nothing is lost."""

from demo.cases import load_cases
from demo.stack import LocalAws
from demo.stage import Stage
from demo.stories.story import TRUSTED, image_of
from tests.figures import Figures

LAYOUT = "signed-jws"
READS = ("DescribeImages", "BatchGetImage", "ListImageReferrers")


class Outage:
    """A signed image during an outage is ``inconclusive``; after it, ``trusted``.

    No event tells that the outage is over: the look that failed had left a due time.
    """

    name = "outage"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about="pushed while ECR failed",
            expected=TRUSTED,
        )
        self.images = (self._image,)
        self._meanwhile = ""

    def prepare(self, aws: LocalAws) -> None:
        """Do nothing."""

    def tell(self, stage: Stage) -> None:
        """Let ECR fail for one repository, push, wait for the verdict, end it."""
        for operation in READS:
            stage.control(
                "POST",
                "faults",
                {
                    "service": "ecr",
                    "operation": operation,
                    "repository": self._image.repository,
                    "error": "internal",
                },
            )
        stage.push(self._image.repository, LAYOUT)
        stage.say(self.name, "pushed: a signed image, while ECR answers 500 to reads")
        stage.until(lambda: self._verdict(stage) != "")
        self._meanwhile = self._verdict(stage)
        stage.control("DELETE", "faults", {})
        stage.say(self.name, f"{self._meanwhile}; the outage ends")

    def judge(self, stage: Stage, figures: Figures) -> None:  # noqa: ARG002 - a story's
        """It was inconclusive meanwhile."""
        figures.add("outage_verdict_meanwhile", self._meanwhile, exactly="inconclusive")

    def _verdict(self, stage: Stage) -> str:
        record = stage.watch.record(self._image.repository, self._image.digest)
        return str(record.verdict) if record is not None else ""
