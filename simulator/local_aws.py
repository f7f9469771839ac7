"""The local AWS: accounts and Regions, one way to call an operation. No I/O.

Time comes from the clock passed in, latency goes to the ``sleep`` passed in, events to
the sink passed in. Thread safe: the HTTP face calls it from many threads.
"""

import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from simulator.behaviours import Behaviours
from simulator.ecr import dispatch as ecr
from simulator.ecr.signing_ends import SigningEnds
from simulator.ecr.state import Call, Registry
from simulator.ecr.storage_class import complete_changes
from simulator.errors import ServiceError
from simulator.event_log import Event, EventLog
from simulator.faults import Faults
from simulator.operations import Operation, OperationLog
from simulator.places import Place
from simulator.places import place as place_of
from simulator.security_hub import findings as security_hub
from simulator.security_hub.findings import Hub
from simulator.signer import dispatch as signer
from simulator.signer.authority import Authority
from simulator.signer.jobs import PAYLOAD_FORMAT, sign_payload
from simulator.signer.state import Signer


def unreachable_layer(place: Place, repository: str, digest: str) -> str:
    """Return a layer's address where no face serves layers over HTTP."""
    return f"memory://{place.registry_host}/{repository}/{digest}"


class LocalAws:
    """ECR, Signer and Security Hub of any number of accounts and Regions."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        behaviours: Behaviours | None = None,
        sleep: Callable[[float], None] = lambda _seconds: None,
        events: Callable[[Event], None] | None = None,
        layer_url: Callable[[Place, str, str], str] = unreachable_layer,
    ) -> None:
        """Start empty.

        Args:
            clock: returns the time, an aware UTC datetime.
            behaviours: the positions of the switches; the believed ones if left out.
            sleep: waits for a fault's latency, in seconds; does not by default.
            events: takes each event; kept in ``self.events`` if left out.
            layer_url: says where a layer can be fetched.
        """
        self.behaviours = behaviours or Behaviours()
        self.faults = Faults()
        self.signing_ends = SigningEnds()
        """How ECR's managed signing ends, in every account and Region."""
        self.operations = OperationLog()
        self.events = EventLog()
        self._clock = clock
        self._sleep = sleep
        self._sink = events or self.events
        self._layer_url = layer_url
        self._registries: dict[Place, Registry] = {}
        self._hubs: dict[Place, Hub] = {}
        self._signers: dict[Place, Signer] = {}
        self._authorities: dict[str, Authority] = {}
        self._emitted = 0
        self._lock = threading.RLock()

    def registry(self, place: Place) -> Registry:
        """Return the registry of an account in a Region, for tests to reach into."""
        with self._lock:
            if place not in self._registries:
                self._registries[place] = Registry(
                    place=place,
                    behaviours=self.behaviours,
                    emit=partial(self._emit, place, "aws.ecr"),
                    layer_url=self._layer_url,
                    signing_ends=self.signing_ends,
                    sign=partial(self._sign, place),
                    peer=lambda account, region: self.registry(
                        place_of(account, region)
                    ),
                )
            return self._registries[place]

    def hub(self, place: Place) -> Hub:
        """Return the Security Hub of an account in a Region; it starts disabled."""
        with self._lock:
            if place not in self._hubs:
                self._hubs[place] = Hub(
                    place=place,
                    behaviours=self.behaviours,
                    emit=partial(self._emit, place, "aws.securityhub"),
                )
            return self._hubs[place]

    def signer(self, place: Place) -> Signer:
        """Return the Signer of an account in a Region, for tests to reach into."""
        with self._lock:
            if place not in self._signers:
                self._signers[place] = Signer(
                    place=place,
                    behaviours=self.behaviours,
                    authority=self.signer_authority(place.partition),
                    at=self.signer,
                )
            return self._signers[place]

    def signer_authority(self, partition: str) -> Authority:
        """Return the root that all signing profiles of a partition share."""
        with self._lock:
            if partition not in self._authorities:
                self._authorities[partition] = Authority(self._clock())
            return self._authorities[partition]

    def call(
        self,
        service: str,
        operation: str,
        request: Mapping[str, Any],
        *,
        place: Place,
        caller: str = "",
    ) -> dict[str, Any]:
        """Perform an operation and return its output, both in the model's shapes.

        Args:
            service: ``ecr``, ``securityhub`` or ``signer``.
            operation: its name in the service's model, such as ``PutImage``.
            request: the input; blobs are bytes, timestamps datetimes.
            place: whose.
            caller: the principal's ARN, for the record and for pull times.

        Raises:
            ServiceError: the service declines, or a fault was asked for.
        """
        with self._lock:
            self.operations.record(
                Operation(service=service, operation=operation, caller=caller)
            )
            fault = self.faults.take(service, operation, request)
        if fault is not None:
            self._sleep(fault.latency.total_seconds())
            if fault.error is not None:
                raise fault.error
        with self._lock:
            answer = self._perform(service, operation, request, place, caller)
        if fault is not None and fault.after is not None:
            raise fault.after
        return answer

    def layer(self, place: Place, repository: str, digest: str) -> bytes | None:
        """Return a layer's bytes, as its download address serves them."""
        with self._lock:
            found = self.registry(place).repositories.get(repository)
            return None if found is None else found.layers.get(digest)

    def cloudtrail(self, place: Place, detail: Mapping[str, Any]) -> None:
        """Emit the event of a call as CloudTrail tells of it; ``detail`` is its own.

        Nothing emits one by itself: an account without CloudTrail hears of none.
        """
        service = str(detail["eventSource"]).partition(".")[0]
        with self._lock:
            self._emit(
                place,
                f"aws.{service}",
                "AWS API Call via CloudTrail",
                detail,
                self._clock(),
            )

    def settle(self) -> None:
        """Complete what is due by now, such as archiving: with its events."""
        with self._lock:
            call = Call(caller="", now=self._clock())
            for registry in tuple(self._registries.values()):
                complete_changes(registry, call)

    def _perform(
        self,
        service: str,
        operation: str,
        request: Mapping[str, Any],
        place: Place,
        caller: str,
    ) -> dict[str, Any]:
        now = self._clock()
        if service == "ecr" and operation in ecr.OPERATIONS:
            registry = self.registry(place)
            call = Call(caller=caller, now=now)
            # What another registry copies here may be due.
            for each in tuple(self._registries.values()):
                complete_changes(each, call)
            return ecr.OPERATIONS[operation](registry, request, call)
        if service == "securityhub" and operation in security_hub.OPERATIONS:
            return security_hub.OPERATIONS[operation](self.hub(place), request, now)
        if service == "signer" and operation in signer.OPERATIONS:
            return signer.OPERATIONS[operation](self.signer(place), request, now)
        raise ServiceError(
            "UnknownOperationException",
            f"{service}:{operation} is not simulated; docs/local-aws.md lists what is",
        )

    def _sign(self, place: Place, profile: str, payload: bytes, at: datetime) -> bytes:
        """Sign as ECR's managed signing has AWS Signer do."""
        *_, account, resource = profile.split(":")
        request = {
            "profileName": resource.rpartition("/")[2],
            "profileOwner": account,
            "payload": payload,
            "payloadFormat": PAYLOAD_FORMAT,
        }
        envelope: bytes = sign_payload(self.signer(place), request, at)["signature"]
        return envelope

    def _emit(
        self,
        place: Place,
        source: str,
        detail_type: str,
        detail: Mapping[str, Any],
        at: datetime,
        resources: list[str] | None = None,
    ) -> None:
        self._emitted += 1
        name = f"{place.account}/{place.region}/{self._emitted}"
        self._sink(
            {
                "version": "0",
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
                "detail-type": detail_type,
                "source": source,
                "account": place.account,
                "time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "region": place.region,
                "resources": resources or [],
                "detail": dict(detail),
            }
        )
