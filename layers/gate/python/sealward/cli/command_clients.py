"""Clients of AWS for a command that a person, or a pipeline, waits for."""

from typing import ClassVar

from sealward.aws.clients import Clients


class CommandClients(Clients):
    """Clients with more patience than a function's: no Lambda is billed meanwhile.

    The way to AWS may be a VPN, a proxy or a full line; a slow answer is better than
    none. A call that is never answered ends within about 70 seconds.
    """

    connect_timeout: ClassVar[float] = 5.0
    """Seconds."""
    read_timeout: ClassVar[float] = 20.0
    """Seconds."""
