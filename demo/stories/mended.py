"""A held image is mended by following its finding's text alone.

The text is read from Security Hub; the commands in it are run as they stand there:
``sealward release`` by whoever is on call, ``notation sign`` by the real ``notation``.
"""

import re
from pathlib import Path

from demo.cases import Outcome, load_cases
from demo.notation import Team
from demo.person import ON_CALL
from demo.stack import LocalAws
from demo.stage import Stage
from demo.stories.story import image_of
from tests.figures import Figures

LAYOUT = "unsigned"
REPOSITORY = "demo/mended"
_DIGEST = r"\S+@sha256:[0-9a-f]{64}"
_RELEASE = re.compile(rf"sealward release {_DIGEST} --to-sign [0-9]+[smh]")
_SIGN = re.compile(rf"notation sign {_DIGEST}")


def commands_of(text: str) -> tuple[str, str] | None:
    """Return the two commands in a finding's text, None where it lacks one."""
    release, sign = _RELEASE.search(text), _SIGN.search(text)
    return (release[0], sign[0]) if release and sign else None


class Mended:
    """Held unsigned; released to be signed, signed, trusted; as the finding says."""

    name = "mended"

    def __init__(self, notation: Path) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about="mended as its finding says",
            expected=Outcome(
                verdict="trusted",
                step="restore",
                finding="resolved",
                reason="satisfied",
            ),
            repository=REPOSITORY,
        )
        self.images = (self._image,)
        self.team = Team(notation)
        self._proven = False
        self._signed = -1

    def prepare(self, aws: LocalAws) -> None:
        """Do nothing."""

    def tell(self, stage: Stage) -> None:
        """Push it unsigned, wait for the finding that it is held, do what that says."""
        stage.push(REPOSITORY, LAYOUT)
        stage.say(self.name, "pushed: nobody signed it")
        stage.until(lambda: commands_of(self._text(stage)) is not None)
        commands = commands_of(self._text(stage))
        if commands is None:
            return
        release, sign = commands
        stage.say(self.name, f"the finding: {release}")
        released = stage.on_call.ask(*release.split()[1:])
        self._proven = f":assumed-role/{ON_CALL}/alice" in released.said
        stage.say(self.name, released.first)
        if not stage.until(lambda: stage.watch.status(self._image) == "ACTIVE"):
            return
        stage.say(self.name, f"the finding: {sign}")
        signed = self.team.run(stage.administrator, sign, stage.aws)
        self._signed = signed.status
        stage.say(self.name, f"notation: {signed.first}")

    def judge(self, stage: Stage, figures: Figures) -> None:
        """Both commands did as the finding said; the person was proven."""
        del stage
        figures.add("released_by_a_proven_person", self._proven, exactly=True)
        figures.add("notation_sign_status", self._signed, exactly=0)

    def _text(self, stage: Stage) -> str:
        """Return what the finding says to do; empty where there is none."""
        found = stage.watch.finding(REPOSITORY, self._image.digest)
        if found is None:
            return ""
        return str(found["Remediation"]["Recommendation"]["Text"])
