"""The faces of the local AWS that one contract suite runs against."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from sealward.aws.registry.ecr import EcrRegistry
from sealward.aws.registry.inventory import EcrInventory
from sealward.aws.registry.layer_download import LayerDownload
from sealward.aws.security_hub import AsffSecurityHub
from sealward.ports.registry import Registry
from sealward.ports.security_hub import SecurityHub
from sealward.sweep.ports import Inventory
from simulator.behaviours import Behaviours
from simulator.clock import ManualClock
from simulator.in_process.registry import InProcessRegistry
from simulator.in_process.security_hub import InProcessSecurityHub
from simulator.in_process.sweep import InProcessInventory
from simulator.local_aws import LocalAws
from simulator.places import Place, place
from simulator.pushes import Pusher
from simulator.server import LoopbackServer

ACCOUNT = "123456789012"
REGION = "us-east-1"
REPOSITORY = "prod/app"
IN_PROCESS = "in process"
OVER_HTTP = "adapters over HTTP"
FACES = (IN_PROCESS, OVER_HTTP)
ADAPTER = "adapter"
"""Whose requests those of the adapters are."""


@dataclass(frozen=True, kw_only=True)
class Face:
    """The ports under test, and the local AWS behind them."""

    registry: Registry
    inventory: Inventory
    security_hub: SecurityHub
    aws: LocalAws
    clock: ManualClock

    @property
    def place(self) -> Place:
        return place(ACCOUNT, REGION)

    def pusher(self, repository: str = REPOSITORY) -> Pusher:
        return Pusher(self.aws, self.place, repository)


@contextmanager
def face(name: str, behaviours: Behaviours | None = None) -> Iterator[Face]:
    """Yield one face over an empty local AWS."""
    clock = ManualClock()
    if name == IN_PROCESS:
        aws = LocalAws(clock=clock, behaviours=behaviours)
        yield Face(
            registry=InProcessRegistry(aws, account=ACCOUNT, region=REGION),
            inventory=InProcessInventory(aws, account=ACCOUNT, region=REGION),
            security_hub=InProcessSecurityHub(aws, account=ACCOUNT, region=REGION),
            aws=aws,
            clock=clock,
        )
        return
    with LoopbackServer(clock=clock, account=ACCOUNT, behaviours=behaviours) as server:
        ecr, hub = _client("ecr", server.url), _client("securityhub", server.url)
        fetch = LayerDownload(server.url)
        yield Face(
            registry=EcrRegistry(
                account=ACCOUNT, region=REGION, client=ecr, fetch=fetch
            ),
            inventory=EcrInventory(account=ACCOUNT, region=REGION, client=ecr),
            security_hub=AsffSecurityHub(client=hub),
            aws=server.aws,
            clock=clock,
        )
        ecr.close()
        hub.close()
        fetch._pool.clear()


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


def _client(service: str, url: str) -> Any:
    make: Any = _session().create_client
    return make(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=ADAPTER,
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}),
    )
