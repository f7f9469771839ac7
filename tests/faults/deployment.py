"""The deployment: the real functions on a ground, their clients watched on the wire."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from botocore.retries.quota import RetryQuota

from functions.operate import app as operate
from functions.sweep import app as sweep
from functions.tick import app as tick
from functions.verify_push import app as verify_push
from notation_verifier import Fetch, FetchError
from sealward.aws.clients import Clients
from sealward.aws.registry.layer_download import LayerDownload
from sealward.ports.failures import Denied, Unavailable
from simulator.behaviours import Behaviours
from simulator.clock import ManualClock
from tests.faults.answers import STATUS
from tests.faults.environment import ENVIRONMENT
from tests.faults.faults import Kind
from tests.faults.ground import Ground
from tests.faults.services import Services
from tests.faults.wire import Wire
from tests.forge import NOW
from tests.functions.moto_aws import moto_aws

_SOON_BACK: Final = Behaviours(restore_delay=timedelta(minutes=2))
"""The looks of twenty minutes' waiting would tell nothing more."""


class _AtOnce:
    """Stands for a thread pool: runs each call where it is asked for."""

    def __init__(self, _workers: int) -> None:
        pass

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """Run ``call``; return its future, done."""
        done: Future[Any] = Future()
        done.set_result(call())
        return done

    map = staticmethod(map)


@contextmanager
def ground() -> Iterator[Ground]:
    """Yield the ground; only one at a time in a process."""
    services = Services(ManualClock(NOW), _SOON_BACK)
    wire = Wire(services)

    class Watched(Clients):
        def __init__(self) -> None:
            super().__init__()
            wire.attach(self._session)

    class Layers(LayerDownload):
        def __call__(self, url: str, limit: int) -> bytes:
            return wire.around("layer:Get", lambda: services.layer(url, limit), _port)

    with (
        moto_aws(),
        patch.dict(os.environ, ENVIRONMENT),
        ExitStack() as patches,
    ):
        clients = Watched()
        made = Ground(services, wire)

        def fetch(_hosts: object) -> Fetch:
            def asked(url: str, *, body: bytes | None = None) -> bytes:
                if made.responders is None:
                    raise FetchError("nobody answers here")
                responders = made.responders
                return wire.around(
                    "revocation:Get",
                    lambda: responders(url, body=body),
                    lambda kind: FetchError(f"{kind}, asked for"),
                )

            return asked

        now = SimpleNamespace(now=lambda _zone: made.clock.now)
        modules = {
            "verify_push": verify_push,
            "tick": tick,
            "sweep": sweep,
            "operate": operate,
        }
        for name, module in modules.items():
            patches.enter_context(patch.object(module, "datetime", now))
            patches.enter_context(patch.object(module, "Clients", lambda: clients))
            os.environ["POWERTOOLS_SERVICE_NAME"] = f"faults-{name}"
        for name, stand_in in {
            "LayerDownload": Layers,
            "ThreadPoolExecutor": _AtOnce,
            "_web": lambda _proxy: SimpleNamespace(fetch=fetch),
        }.items():
            patches.enter_context(patch.object(verify_push, name, stand_in))
        # A process of Lambda's begins with a full quota; these clients live longer.
        patches.enter_context(
            patch.object(RetryQuota, "acquire", lambda _self, _amount: True)
        )
        patches.enter_context(patch("botocore.endpoint.time.sleep"))
        # Evidence has use cases of its own: it would double the calls of all others.
        patches.enter_context(patch("sealward.settings.Settings.require_evidence"))
        yield made


def _port(kind: Kind) -> Exception:
    if kind is Kind.DENIED:
        return Denied(f"layer: {STATUS[kind]}")
    return Unavailable(f"layer: {kind}")
