"""ECR's managed signing fails: the finding says so, with ECR's own code."""

from demo.cases import Outcome, load_cases
from demo.stack import LocalAws
from demo.stage import Stage
from demo.stories.story import image_of
from simulator.managed_signing import let_signing_end, sign_by_profile
from tests.figures import Figures

LAYOUT = "unsigned"
CODE = "ACCESS_DENIED"
SECONDS = 1.0
"""After the push: within the grace, so that the gate hears of it meanwhile."""


class ManagedSigning:
    """A rule of the registry signs what is pushed, and the pusher may not sign."""

    name = "managed-signing"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about="ECR was to sign it, and could not",
            expected=Outcome(
                verdict="unsigned",
                step="archive",
                finding="open",
                reason="managed-signing-failed",
            ),
        )
        self.images = (self._image,)

    def prepare(self, aws: LocalAws) -> None:
        """Have ECR sign what is pushed to the repository, and fail."""
        sign_by_profile(
            aws.client("signer"),
            aws.client("ecr"),
            profile="demo_release",
            repositories=self._image.repository,
        )
        let_signing_end(
            aws.endpoint,
            repositories=self._image.repository,
            failure_code=CODE,
            failure_reason="the pusher may not call signer:SignPayload",
            seconds=SECONDS,
        )

    def tell(self, stage: Stage) -> None:
        """Push it."""
        stage.push(self._image.repository, LAYOUT)
        stage.say(self.name, f"pushed: ECR is to sign it, and fails with {CODE}")

    def judge(self, stage: Stage, figures: Figures) -> None:
        """The record, which the finding quotes, has ECR's code."""
        record = stage.watch.record(self._image.repository, self._image.digest)
        said = record is not None and CODE in record.detail
        figures.add("managed_signing_code_is_told", said, exactly=True)
