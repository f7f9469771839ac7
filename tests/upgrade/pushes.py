"""Pushes: images that are pushed all the time, each with the verdict it should have."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from demo.stack import ROOT, LocalAws
from sealward.ledger.records import Verdict
from sealward.subjects import SubjectKey
from simulator.push import push_layout

REPOSITORIES: Final = "upgrade"
LAYOUTS: Final = {
    "signed-jws": Verdict.TRUSTED,
    "unsigned": Verdict.UNSIGNED,
}
"""What is pushed, again and again, each time into a repository of its own."""
PAUSE: Final = 1.5
"""Seconds between two pushes."""


@dataclass(slots=True, kw_only=True)
class Image:
    """One that was pushed."""

    key: SubjectKey
    expected: Verdict


class Pushes:
    """Pushes images on a thread of its own until it is stopped."""

    def __init__(self, aws: LocalAws) -> None:
        self._ecr = aws.client("ecr")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._failed: list[Exception] = []
        self.images: list[Image] = []

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; what is being pushed is pushed to its end."""
        self._stop.set()
        self._thread.join()
        for error in self._failed:
            raise error

    def more(self, count: int) -> None:
        """Wait until ``count`` more have been pushed, a minute at most."""
        wanted = len(self.images) + count
        until(lambda: len(self.images) >= wanted or bool(self._failed), 60.0)

    def push(self) -> list[Image]:
        """Push one of each; return them."""
        pushed = [self._push(layout) for layout in LAYOUTS]
        self.images += pushed
        return pushed

    def push_again(self, image: Image) -> None:
        """Push the image under another tag: an event like any push."""
        repository = image.key.repository
        (found,) = self._ecr.batch_get_image(
            repositoryName=repository, imageIds=[{"imageDigest": image.key.digest}]
        )["images"]
        self._ecr.put_image(
            repositoryName=repository,
            imageManifest=found["imageManifest"],
            imageTag="again",
        )

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self.push()
                self._stop.wait(PAUSE)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            self._failed.append(error)

    def _push(self, layout: str) -> Image:
        repository = f"{REPOSITORIES}/{layout}-{len(self.images)}"
        pushed = push_layout(
            self._ecr, layout=ROOT / "demo/layouts" / layout, repository=repository
        )
        digest = next(each.digest for each in pushed if not each.subject)
        return Image(
            key=SubjectKey(repository=repository, digest=digest),
            expected=LAYOUTS[layout],
        )


def until(what: Callable[[], bool], seconds: float) -> bool:
    """Wait until ``what`` is so, for ``seconds`` at most; return whether it is."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True
