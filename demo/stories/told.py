"""A wrong signature is pushed: its owner hears within the minute, and so does the bus.

One queue subscribes to the owner's topic as mail or chat would, another to the rule of
docs/developers.md. The minute is measured from the push to each of them, through the
deployed stack: rules, queues and functions' starts included.
"""

import json
import time
from typing import Any

from demo.bundles import TOLD
from demo.cases import Outcome, load_cases
from demo.stack import ACCOUNT, REGION, LocalAws
from demo.stage import Stage
from demo.stories.story import image_of
from tests.figures import Figures

LAYOUT = "wrong-identity"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:{TOLD}"
UNHEARD = -1.0
_RULE = "sealward-refused"
_PATTERN = {
    "source": ["sealward"],
    "detail-type": ["Verdict Changed"],
    "detail": {"verdict": ["untrusted", "unsigned"]},
}


class Told:
    """Signed by the wrong identity where the policy has ``failFast``."""

    name = TOLD

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._image = image_of(
            case,
            story=self.name,
            about="its owner hears within the minute",
            expected=Outcome(
                verdict="untrusted",
                step="archive",
                finding="open",
                reason="identity-not-allowed",
            ),
        )
        (push,) = case.pushes
        self._signatures = set(push.digests) - {self._image.digest}
        self.images = (self._image,)
        self._queues = {"topic": "", "bus": ""}
        self._heard = dict.fromkeys(self._queues, UNHEARD)

    def prepare(self, aws: LocalAws) -> None:
        """Make the topic and the rule, and a queue that hears of each."""
        sqs, sns, events = (aws.client(each) for each in ("sqs", "sns", "events"))
        arns = {}
        for name in self._queues:
            url = sqs.create_queue(QueueName=f"{TOLD}-{name}")["QueueUrl"]
            self._queues[name] = url
            arns[name] = sqs.get_queue_attributes(
                QueueUrl=url, AttributeNames=["QueueArn"]
            )["Attributes"]["QueueArn"]
            sqs.set_queue_attributes(
                QueueUrl=url, Attributes={"Policy": _sent_by_aws(arns[name])}
            )
        sns.create_topic(Name=TOLD)
        sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=arns["topic"])
        events.put_rule(Name=_RULE, EventPattern=json.dumps(_PATTERN))
        events.put_targets(Rule=_RULE, Targets=[{"Id": "1", "Arn": arns["bus"]}])

    def tell(self, stage: Stage) -> None:
        """Push the image, then the signature; wait until both queues heard of it."""
        repository = self._image.repository
        stage.push(repository, LAYOUT, [self._image.digest])
        stage.until(
            lambda: stage.watch.record(repository, self._image.digest) is not None
        )
        stage.push(repository, LAYOUT, self._signatures)
        pushed = time.monotonic()
        stage.say(
            self.name, "pushed: a signature by another subject under the team's CA"
        )
        stage.until(lambda: self._listen(stage, pushed))
        for name, seconds in self._heard.items():
            stage.say(self.name, f"the {name} heard after {seconds:.1f} s")

    def judge(self, stage: Stage, figures: Figures) -> None:  # noqa: ARG002 - a story's
        """Both heard of it; how soon is this machine's, with all the demo beside it."""
        heard = [seconds for seconds in self._heard.values() if seconds != UNHEARD]
        figures.add("told_bus_and_topic", len(heard), exactly=len(self._heard))
        for name, seconds in self._heard.items():
            figures.add(f"push_to_{name}_seconds", seconds)

    def _seen(self, stage: Stage) -> bool:
        record = stage.watch.record(self._image.repository, self._image.digest)
        return record is not None

    def _listen(self, stage: Stage, pushed: float) -> bool:
        """Take what came; return whether all have heard."""
        sqs = stage.aws.client("sqs")
        for name, url in self._queues.items():
            if self._heard[name] == UNHEARD and self._comes(sqs, url):
                self._heard[name] = time.monotonic() - pushed
        return UNHEARD not in self._heard.values()

    def _comes(self, sqs: Any, url: str) -> bool:  # noqa: ANN401 - a client
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        texts = [each["Body"] for each in found.get("Messages", ())]
        # The same image is refused in other repositories of the demo, too.
        wanted = (self._image.repository, self._image.digest, "identity-not-allowed")
        return any(all(word in each for word in wanted) for each in texts)


def _sent_by_aws(queue: str) -> str:
    services = ["sns.amazonaws.com", "events.amazonaws.com"]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": services},
                    "Action": "sqs:SendMessage",
                    "Resource": queue,
                }
            ],
        }
    )
