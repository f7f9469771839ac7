"""A pause: what is pushed meanwhile is judged and told of, and held at its end."""

from demo.cases import Outcome, load_cases
from demo.stack import LocalAws
from demo.stage import Stage
from demo.stories.story import image_of
from tests.figures import Figures

LAYOUT = "wrong-team"
REPOSITORY = "demo/paused"


class Paused:
    """One repository is paused, a bad image pushed; then the pause is ended."""

    name = "paused"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about="pushed during a pause",
            expected=Outcome(
                verdict="untrusted",
                step="archive",
                finding="open",
                reason=case.images[0].expected.reason,
            ),
            repository=REPOSITORY,
        )
        self.images = (self._image,)
        self._meanwhile = "the pause did not begin"

    def prepare(self, aws: LocalAws) -> None:
        """Do nothing."""

    def tell(self, stage: Stage) -> None:
        """Pause, push, wait until it is told of, end the pause."""
        pause = ("pause", "--repository", REPOSITORY, "--for", "10m")
        paused = stage.on_call.ask(*pause, "--reason", "a release is under way")
        stage.say(self.name, f"sealward pause: {paused.first}")
        if paused.status:
            return
        stage.push(REPOSITORY, LAYOUT)
        stage.say(self.name, "pushed: a bad image, meanwhile")
        stage.until(lambda: self._told(stage))
        self._meanwhile = " ".join(self._state(stage))
        resumed = stage.on_call.ask("resume", "--repository", REPOSITORY)
        stage.say(self.name, f"sealward resume: {resumed.first}")

    def judge(self, stage: Stage, figures: Figures) -> None:  # noqa: ARG002 - a story's
        """Meanwhile it was judged, told of, and could be pulled."""
        figures.add(
            "paused_image_meanwhile", self._meanwhile, exactly="untrusted ACTIVE open"
        )

    def _told(self, stage: Stage) -> bool:
        verdict, _, finding = self._state(stage)
        return verdict == "untrusted" and finding == "open"

    def _state(self, stage: Stage) -> tuple[str, str, str]:
        """Return verdict, the registry's word, and whether there is a finding."""
        record = stage.watch.record(REPOSITORY, self._image.digest)
        if record is None:
            return "", "", ""
        found = stage.watch.finding(REPOSITORY, self._image.digest)
        return (
            str(record.verdict),
            stage.watch.status_of(REPOSITORY, self._image.digest),
            "open" if found and found["RecordState"] == "ACTIVE" else "",
        )
