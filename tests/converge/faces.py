"""The two faces a history runs on: the simulator in process, or over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sealward.ports.registry import Registry
from sealward.ports.security_hub import SecurityHub
from sealward.sweep.ports import Inventory
from simulator.behaviours import Behaviours
from simulator.clock import ManualClock
from simulator.in_process.registry import InProcessRegistry
from simulator.in_process.security_hub import InProcessSecurityHub
from simulator.in_process.sweep import InProcessInventory
from simulator.local_aws import LocalAws
from simulator.places import place
from tests.contract.faces import ADAPTER, OVER_HTTP, face
from tests.converge.policies import ACCOUNT, REGION
from tests.forge import NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The gate's ports, and the local AWS behind them."""

    registry: Registry
    inventory: Inventory
    security_hub: SecurityHub
    aws: LocalAws
    clock: ManualClock


@contextmanager
def ports(*, http: bool, behaviours: Behaviours) -> Iterator[Ports]:
    """Yield the ports over an empty local AWS whose Security Hub is on."""
    if http:
        with face(OVER_HTTP, behaviours) as over_http:
            over_http.clock.now = NOW
            _enable_hub(over_http.aws)
            # What Sealward reads is no pull, as in the template.
            where = place(ACCOUNT, REGION)
            over_http.aws.registry(where).pull_time_exclusions[ADAPTER] = NOW
            yield Ports(
                registry=over_http.registry,
                inventory=over_http.inventory,
                security_hub=over_http.security_hub,
                aws=over_http.aws,
                clock=over_http.clock,
            )
        return
    clock = ManualClock(NOW)
    aws = LocalAws(clock=clock, behaviours=behaviours)
    _enable_hub(aws)
    yield Ports(
        registry=InProcessRegistry(aws, account=ACCOUNT, region=REGION),
        inventory=InProcessInventory(aws, account=ACCOUNT, region=REGION),
        security_hub=InProcessSecurityHub(aws, account=ACCOUNT, region=REGION),
        aws=aws,
        clock=clock,
    )


def _enable_hub(aws: LocalAws) -> None:
    aws.call("securityhub", "EnableSecurityHub", {}, place=place(ACCOUNT, REGION))
