"""Break-glass: an image nobody signed is used for a while, and then decided again."""

from demo.cases import Outcome, load_cases
from demo.stack import LocalAws
from demo.stage import PATIENCE, Stage
from demo.stories.story import image_of
from tests.figures import Figures

LAYOUT = "unsigned"
REPOSITORY = "demo/break-glass"
LASTS = {"20s": 20.0, "1m": 60.0, "4m": 240.0}
"""On a busy machine the first may be over before the image is back: then again."""


class BreakGlass:
    """Held; released by a person, with a reason, for a while; held again."""

    name = "break-glass"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about="used for a while though nobody signed it",
            expected=Outcome(
                verdict="unsigned",
                step="archive",
                finding="open",
                reason="no-signature",
            ),
            repository=REPOSITORY,
        )
        self.images = (self._image,)
        self._meanwhile = "it was not released"
        self._finding = ""
        self._held_again = False

    def prepare(self, aws: LocalAws) -> None:
        """Do nothing."""

    def tell(self, stage: Stage) -> None:
        """Push, wait until it is held, release it, wait until it is held again."""
        stage.push(REPOSITORY, LAYOUT)
        stage.say(self.name, "pushed: nobody signed it")
        if not stage.until(lambda: self._state(stage) == ("unsigned", "held")):
            return
        for lasts in LASTS:
            if not self._released(stage, lasts):
                continue
            found = stage.watch.finding(REPOSITORY, self._image.digest)
            if found is not None:
                self._finding = str(found["FindingProviderFields"]["Severity"]["Label"])
            stage.say(self.name, f"{self._meanwhile}, finding {self._finding}")
            self._held_again = stage.until(
                lambda: self._state(stage) == ("unsigned", "held"), 3 * PATIENCE
            )
            return

    def judge(self, stage: Stage, figures: Figures) -> None:
        """It could be pulled for a while, exempt and told of; then no more."""
        del stage
        figures.add(
            "break_glass_image_meanwhile", self._meanwhile, exactly="exempt released"
        )
        figures.add("break_glass_finding", self._finding, exactly="HIGH")
        figures.add("break_glass_image_held_again", self._held_again, exactly=True)

    def _released(self, stage: Stage, lasts: str) -> bool:
        """Ask for the release; return whether the image was seen to be let go."""
        ran = stage.on_call.ask(
            *("release", f"{REPOSITORY}@{self._image.digest}", "--for", lasts),
            *("--reason", "incident 4711: the fix for the outage"),
        )
        stage.say(self.name, f"sealward release: {ran.first}")
        return ran.status == 0 and stage.until(
            lambda: self._pullable(stage), LASTS[lasts]
        )

    def _pullable(self, stage: Stage) -> bool:
        state = self._state(stage)
        if state != ("exempt", "released"):
            return False
        self._meanwhile = " ".join(state)
        return stage.watch.status(self._image) == "ACTIVE"

    def _state(self, stage: Stage) -> tuple[str, str]:
        """Return the verdict, and where the hold stands."""
        record = stage.watch.record(REPOSITORY, self._image.digest)
        if record is None:
            return "", ""
        return str(record.verdict), str(record.hold.state) if record.hold else ""
