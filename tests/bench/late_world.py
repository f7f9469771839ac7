"""A world in which every call to AWS takes a while more: what functions wait for."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any
from unittest.mock import patch

from functions.verify_push import app
from sealward.aws.registry.layer_download import LayerDownload
from tests.functions.world import World, world


@contextmanager
def late_world(
    bundle: bytes, latency: float
) -> Iterator[tuple[World, list[tuple[str, float]]]]:
    """Yield a world and what ``verify_push`` called in it, and when it was answered.

    What the function logs is not shown, nor is any other standard output meanwhile.

    Args:
        bundle: the policy in force.
        latency: seconds that each call takes more.
    """
    calls: list[tuple[str, float]] = []

    def waits(name: str) -> None:
        time.sleep(latency)
        calls.append((name, time.perf_counter()))

    class Late(LayerDownload):
        def __call__(self, url: str, limit: int) -> bytes:
            waits("layer")
            return super().__call__(url, limit)

    with (
        redirect_stdout(io.StringIO()),
        world() as made,
        patch.object(app, "LayerDownload", Late),
    ):
        made.publish(bundle)
        recording: Any = vars(app)["Clients"]

        class LateClients(recording):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                session: Any = self._session
                session.register(
                    "after-call", lambda model, **_: waits(str(model.name))
                )

        with patch.object(app, "Clients", LateClients):
            app.environment.cache_clear()
            yield made, calls
    app.environment.cache_clear()
