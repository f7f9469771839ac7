"""The stage of the demo: the deployed stacks, and what a story may do with them."""

import json
import time
import urllib.request
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from demo.cases import LAYOUTS, Image
from demo.person import Person, administrator, on_call
from demo.stack import Deployment
from demo.watch import Watch
from simulator.push import push_layout

PATIENCE = 180.0
"""Seconds the stack has to do what a story waits for, or the demo when all is told."""
BETWEEN_LOOKS = 0.25


class Show:
    """Prints what happens with the seconds since it began."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Return the seconds since the show began."""
        return time.monotonic() - self._start

    def line(self, text: str) -> None:
        """Print ``text`` behind the time."""
        print(f"{self.elapsed:6.1f} s  {text}", flush=True)


class Stage:
    """Two deployed stacks, their registries, and the clock of who waits for them.

    Args:
        deployed: the stack that the demo is about.
        elsewhere: the one in the account to which images are replicated.
        show: where a story says what it does.
    """

    def __init__(self, deployed: Deployment, elsewhere: Deployment, show: Show) -> None:
        self.aws = deployed.aws
        self.watch = Watch(deployed.aws, table=deployed.outputs["LedgerTable"])
        self.administrator: Person = administrator(deployed)
        self.on_call: Person = on_call(deployed)
        self._watches = {
            deployed.aws.account: self.watch,
            elsewhere.aws.account: Watch(
                elsewhere.aws, table=elsewhere.outputs["LedgerTable"]
            ),
        }
        self._show = show
        self._functions = deployed.functions
        self.last_act = time.monotonic()

    def watch_of(self, image: Image) -> Watch:
        """Return who watches the account that the image is in."""
        return self._watches[image.account]

    @property
    def elapsed(self) -> float:
        """Return the seconds since the demo began."""
        return self._show.elapsed

    def say(self, story: str, text: str) -> None:
        """Print what ``story`` does."""
        self.last_act = time.monotonic()
        self._show.line(f"{story:<24} {text}")

    def push(
        self,
        repository: str,
        layout: str,
        digests: Collection[str] | None = None,
        *,
        tag: str | None = None,
    ) -> None:
        """Push a layout of the demo, or some manifests of it, into ``repository``."""
        self.push_from(LAYOUTS / layout, repository, digests, tag=tag)

    def push_from(
        self,
        layout: Path,
        repository: str,
        digests: Collection[str] | None = None,
        *,
        tag: str | None = None,
    ) -> None:
        """Push the layout in a folder into ``repository``."""
        push_layout(
            self.aws.client("ecr"),
            layout=layout,
            repository=repository,
            digests=digests,
            tag=tag,
        )
        self.last_act = time.monotonic()

    def until(self, what: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Wait until ``what`` holds; return whether it did in time."""
        end = time.monotonic() + patience
        while not what():
            if time.monotonic() > end:
                return False
            time.sleep(BETWEEN_LOOKS)
        return True

    def control(self, method: str, name: str, document: Mapping[str, Any]) -> None:
        """Ask the simulator for something out of the ordinary, or for its end."""
        request = urllib.request.Request(  # noqa: S310 - the local AWS's own
            f"{self.aws.endpoint}/_sealward/{name}",
            data=json.dumps(document).encode(),
            method=method,
        )
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310

    def invoke(self, function: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Invoke a function of the stack by its logical name; return its answer."""
        answer = self.aws.client("lambda").invoke(
            FunctionName=self._functions[function], Payload=json.dumps(event).encode()
        )
        answered: Mapping[str, Any] = json.load(answer["Payload"])
        return answered
