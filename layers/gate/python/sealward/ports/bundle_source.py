"""The source of the policy bundle in force."""

from typing import Protocol

from sealward.policy.bundle import PolicyBundle


class BundleSource(Protocol):
    """Where the policy bundle comes from: S3 or a file."""

    def bundle(self) -> PolicyBundle:
        """Return the bundle in force.

        Raises:
            InvalidBundle: there is one and it cannot be used; nothing is decided.
            NotFound, Denied, Unavailable: as named.
        """
        ...
