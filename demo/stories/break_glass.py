"""Break-glass: an image nobody signed is used for a while, and then decided again."""

from demo.cases import Outcome, load_cases
from demo.stack import LocalAws
from demo.stage import Stage
from demo.stories.story import image_of
from tests.figures import Figures

LAYOUT = "unsigned"
REPOSITORY = "demo/break-glass"
LASTS = "40s"


class BreakGlass:
    """Held; released by a person, with a reason, for a while; held again."""

    name = "break-glass"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about=f"used for {LASTS} though nobody signed it",
            expected=Outcome(
                verdict="unsigned",
                step="archive",
                finding="open",
                reason="no-signature",
            ),
            repository=REPOSITORY,
        )
        self.images = (self._image,)
        self._archived = 0
        self._meanwhile = "it was not released"
        self._finding = ""

    def prepare(self, aws: LocalAws) -> None:
        """Do nothing."""

    def tell(self, stage: Stage) -> None:
        """Push, wait until it is held, release it, wait until it is held again."""
        stage.push(REPOSITORY, LAYOUT)
        stage.say(self.name, "pushed: nobody signed it")
        if not stage.until(lambda: self._state(stage) == ("unsigned", "held")):
            return
        ran = stage.on_call.sealward(
            *("release", f"{REPOSITORY}@{self._image.digest}", "--for", LASTS),
            *("--reason", "incident 4711: the fix for the outage"),
        )
        stage.say(self.name, f"sealward release: {ran.first}")
        if ran.status or not stage.until(lambda: self._pullable(stage)):
            return
        self._meanwhile = " ".join(self._state(stage))
        found = stage.watch.finding(REPOSITORY, self._image.digest)
        if found is not None:
            self._finding = str(found["FindingProviderFields"]["Severity"]["Label"])
        stage.say(self.name, f"{self._meanwhile}, finding {self._finding}")
        if stage.until(lambda: self._state(stage) == ("unsigned", "held")):
            self._archived = 2

    def judge(self, stage: Stage, figures: Figures) -> None:
        """It could be pulled for a while, exempt and told of; then no more."""
        del stage
        figures.add(
            "break_glass_image_meanwhile", self._meanwhile, exactly="exempt released"
        )
        figures.add("break_glass_finding", self._finding, exactly="HIGH")
        figures.add("break_glass_image_held_times", self._archived, exactly=2)

    def _pullable(self, stage: Stage) -> bool:
        return (
            self._state(stage) == ("exempt", "released")
            and stage.watch.status(self._image) == "ACTIVE"
        )

    def _state(self, stage: Stage) -> tuple[str, str]:
        """Return the verdict, and where the hold stands."""
        record = stage.watch.record(REPOSITORY, self._image.digest)
        if record is None:
            return "", ""
        return str(record.verdict), str(record.hold.state) if record.hold else ""
