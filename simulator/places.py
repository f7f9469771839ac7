"""Places: an account in a Region, and the partition that Region belongs to."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from botocore.loaders import Loader


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One account in one Region."""

    account: str
    region: str
    partition: str
    dns_suffix: str

    @property
    def registry_host(self) -> str:
        """The registry's host name, as it stands in image names and scopes."""
        return f"{self.account}.dkr.ecr.{self.region}.{self.dns_suffix}"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of this account and Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


PARTITIONS: Final = tuple(
    entry["id"] for entry in Loader().load_data("partitions")["partitions"]
)
"""Every partition that botocore knows."""


@cache
def place(account: str, region: str) -> Place:
    """Return the place, its partition looked up in botocore's own data.

    Raises:
        ValueError: no partition has a Region of this name.
    """
    for entry in Loader().load_data("partitions")["partitions"]:
        if re.match(entry["regionRegex"], region):
            return Place(
                account=account,
                region=region,
                partition=entry["id"],
                dns_suffix=entry["outputs"]["dnsSuffix"],
            )
    raise ValueError(f"{region!r} is no AWS Region; name one such as a real one")
