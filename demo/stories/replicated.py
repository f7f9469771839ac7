"""Replication: one account trusts what is copied to it, another does not, and says why.

The source is a third account, without a stack. Each destination decides by its own
bundle. In one of them it is older than what Git publishes.
"""

import json

from demo.cases import LAYOUTS, Image, Outcome, load_cases
from demo.stack import ACCOUNT, ELSEWHERE, REGION, SOURCE, LocalAws
from demo.stage import Stage
from demo.stories.story import TRUSTED, image_of
from simulator.push import push_layout
from tests.figures import Figures

LAYOUT = "signed-jws"
REPOSITORY = "demo/replicated"


class Replicated:
    """Pushed to a third account, copied to two: trusted in one, held in the other."""

    name = "replicated"

    def __init__(self) -> None:
        (case,) = (one for one in load_cases() if one.name == LAYOUT)
        self._here = image_of(
            case,
            story=self.name,
            about="copied to an account that trusts its signer",
            expected=TRUSTED,
            repository=REPOSITORY,
        )
        self._there = Image(
            case=self.name,
            about="copied to an account whose bundle is stale",
            repository=REPOSITORY,
            digest=self._here.digest,
            label=f"{self.name} elsewhere",
            expected=Outcome(
                verdict="untrusted",
                step="archive",
                finding="open",
                reason="not-anchored",
            ),
            account=ELSEWHERE,
        )
        self.images = (self._here, self._there)

    def prepare(self, aws: LocalAws) -> None:
        """Let the source copy to both accounts."""
        aws.of(ELSEWHERE).client("securityhub").enable_security_hub()
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{SOURCE}:root"},
            "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
            "Resource": "*",
        }
        for account in (ACCOUNT, ELSEWHERE):
            aws.of(account).client("ecr").put_registry_policy(
                policyText=json.dumps(
                    {"Version": "2012-10-17", "Statement": [statement]}
                )
            )
        destinations = [
            {"region": REGION, "registryId": account}
            for account in (ACCOUNT, ELSEWHERE)
        ]
        only = {"filter": REPOSITORY, "filterType": "PREFIX_MATCH"}
        aws.of(SOURCE).client("ecr").put_replication_configuration(
            replicationConfiguration={
                "rules": [{"destinations": destinations, "repositoryFilters": [only]}]
            }
        )

    def tell(self, stage: Stage) -> None:
        """Push it to the source; ask there what became of it."""
        push_layout(
            stage.aws.of(SOURCE).client("ecr"),
            layout=LAYOUTS / LAYOUT,
            repository=REPOSITORY,
        )
        stage.say(self.name, f"pushed to {SOURCE}, which copies it to two accounts")
        stage.until(lambda: bool(self._cause(stage)))
        stage.say(self.name, f"in {ELSEWHERE}: {self._cause(stage)}")

    def judge(self, stage: Stage, figures: Figures) -> None:
        """The finding over there names the cause."""
        figures.add(
            "replica_cause_elsewhere",
            self._cause(stage),
            exactly="replica-bundle-stale",
        )

    def _cause(self, stage: Stage) -> str:
        """Return what the finding over there says is the cause."""
        found = stage.watch_of(self._there).finding(REPOSITORY, self._there.digest)
        if found is None:
            return ""
        return str(found["ProductFields"].get("sealward/cause", ""))
