"""A registry of many images that something happens to at once: acceptance at any size.

``python -m tests.unit.sealward.rollout 50000`` prints the figures at full size.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from notation_verifier import Descriptor
from sealward.ledger.records import Record
from sealward.policy.bundle import PolicyBundle
from tests.forge.certificates import NOT_AFTER
from tests.unit.sealward.stand import Stand, bundle

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What became of it."""

    images: int
    archived: int
    proposals: int
    findings_per_repository: int
    """The most open findings any repository has."""
    sent: int
    """Findings Security Hub was sent in all."""
    seconds: float


class Rollout:
    """Images in several repositories, and a stand they lie in."""

    def __init__(
        self, images: int, *, repositories: int, current: PolicyBundle
    ) -> None:
        self.stand = Stand(current=current)
        self.images: list[tuple[str, Descriptor]] = []
        self.started = time.perf_counter()
        self._sent = _count_sent(self.stand)
        for number in range(images):
            repository = f"prod/app-{number % repositories}"
            self.images.append(
                (repository, self.stand.push(f"n{number}", repository=repository))
            )

    def sign(self, **changes: object) -> None:
        """Sign every image."""
        for repository, image in self.images:
            self.stand.attach(image, repository=repository, **changes)  # type: ignore[arg-type]

    def look(self) -> None:
        """Look at every image, as a sweep does, then at what that makes due."""
        self.stand.aws.events.drain()
        for repository, image in self.images:
            self.stand.look(image, repository=repository)

    def records(self) -> Iterator[Record]:
        """Yield what is remembered of each image."""
        for repository, image in self.images:
            yield self.stand.record(image, repository=repository)

    def figures(self) -> Figures:
        """Return what became of it."""
        open_findings = Counter(
            finding["Resources"][0]["Id"].split("repository/")[1].split("/sha256")[0]
            for finding in self.stand.findings
            if finding["RecordState"] == "ACTIVE"
            and "repository/" in finding["Resources"][0]["Id"]
        )
        return Figures(
            images=len(self.images),
            archived=sum(record.hold is not None for record in self.records()),
            proposals=len(self.stand.ledger.proposals()),
            findings_per_repository=max(open_findings.values(), default=0),
            sent=self._sent(),
            seconds=time.perf_counter() - self.started,
        )


def enforced(images: int, *, repositories: int) -> Figures:
    """Turn enforcement on after 30 days over unsigned images."""
    rollout = Rollout(
        images,
        repositories=repositories,
        current=bundle(grace="0s", enforcement="report"),
    )
    rollout.look()
    rollout.stand.clock.advance(30 * DAY)
    rollout.stand.bundles.current = bundle(serial=2, grace="0s")
    rollout.look()
    return rollout.figures()


def expired(images: int, *, repositories: int) -> Figures:
    """Let every certificate run out at one midnight."""
    rollout = Rollout(images, repositories=repositories, current=bundle(grace="0s"))
    rollout.sign()
    rollout.look()
    rollout.stand.clock.now = NOT_AFTER + DAY
    rollout.look()
    return rollout.figures()


def lost(images: int, *, repositories: int) -> Figures:
    """Let a lifecycle rule delete every signature."""
    rollout = Rollout(images, repositories=repositories, current=bundle(grace="0s"))
    signatures = [
        (repository, rollout.stand.attach(image, repository=repository))
        for repository, image in rollout.images
    ]
    rollout.look()
    for repository, signature in signatures:
        rollout.stand.delete(signature, repository=repository)
    rollout.stand.clock.advance(DAY)
    rollout.look()
    return rollout.figures()


def _count_sent(stand: Stand) -> Callable[[], int]:
    return lambda: sum(
        entry.operation == "BatchImportFindings" for entry in stand.aws.operations
    )


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    print("enforced", enforced(size, repositories=20))
    print("expired ", expired(min(size, 2_000), repositories=20))
    print("lost    ", lost(500, repositories=5))
