"""Clients of AWS: one botocore session, short timeouts, few retries."""

import threading
from typing import Any, ClassVar

import botocore.session
from botocore.config import Config

from sealward.version import VERSION

CONNECT_TIMEOUT = 1.0
"""Seconds. Service endpoints answer a connection within milliseconds."""
READ_TIMEOUT = 3.0
"""Seconds. With every attempt used up a call takes about 12: see ``intake.RESERVE``."""
USER_AGENT = f"sealward/{VERSION} botocore/{botocore.__version__}"
"""Given whole. botocore builds its own twice a call, of thirteen parts: a seventh of a
look's processor time."""
MAX_ATTEMPTS = 3
"""Calls in all, the first included: a look retries from the ledger, not in place."""


class Clients:
    """The clients of one execution environment, each made at its first use.

    botocore itself reads Region, credentials and ``AWS_ENDPOINT_URL``. Safe to share
    between threads: clients are, and their making is locked.
    """

    connect_timeout: ClassVar[float] = CONNECT_TIMEOUT
    read_timeout: ClassVar[float] = READ_TIMEOUT

    def __init__(self) -> None:
        self._session = botocore.session.Session()
        # Who sends a request proves it to the AWS STS of the stack's own Region.
        self._session.set_config_variable("sts_regional_endpoints", "regional")
        self._config = Config(
            connect_timeout=self.connect_timeout,
            read_timeout=self.read_timeout,
            retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
            # A look reads in parallel; beyond this botocore drops connections.
            max_pool_connections=16,
            user_agent=USER_AGENT,
        )
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str | None], Any] = {}

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 (botocore makes its classes at run time)
        """Return the client of ``service`` (botocore's name), made once.

        ``region`` is another than the function's own.
        """
        with self._lock:
            if (service, region) not in self._made:
                self._made[service, region] = self._session.create_client(
                    service, region_name=region, config=self._config
                )
            return self._made[service, region]

    def regional_sts(self, region: str | None = None) -> Any:  # noqa: ANN401 (as above)
        """Return a client of the Region's AWS STS at its plain address, made once.

        A signature is over the address it is sent to: who signs and who sends must mean
        the same one, whatever either has set of FIPS or dual-stack addresses.
        """
        with self._lock:
            if ("regional sts", region) not in self._made:
                plain = Config(use_fips_endpoint=False, use_dualstack_endpoint=False)
                self._made["regional sts", region] = self._session.create_client(
                    "sts", region_name=region, config=self._config.merge(plain)
                )
            return self._made["regional sts", region]

    def credentials(self) -> Any:  # noqa: ANN401 (botocore's)
        """Return the credentials in use, or None."""
        return self._session.get_credentials()

    def lazily(self, service: str) -> Any:  # noqa: ANN401 (stands in for such a class)
        """Return what behaves like the client but is made when first asked something.

        For services that most invocations never call: making a client reads its model,
        20 to 60 ms of a cold start.
        """
        return _Deferred(self, service)


class _Deferred:
    """Passes every attribute on to the client it stands for."""

    def __init__(self, clients: Clients, service: str) -> None:
        self._clients = clients
        self._service = service

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (the client's own)
        return getattr(self._clients.client(self._service), name)
