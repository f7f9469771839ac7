"""Trust stores: named sets of certificates a chain may be anchored in.

Spec: trust-store-trust-policy, Trust Store.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509

from notation_verifier.errors import InvalidTrustStore

_NAME = re.compile(r"[a-zA-Z0-9_.-]+")


class TrustStoreType(StrEnum):
    """What a store's certificates are trusted for."""

    CA = "ca"
    SIGNING_AUTHORITY = "signingAuthority"
    TSA = "tsa"


@dataclass(frozen=True, slots=True, order=True)
class TrustStoreName:
    """A store as statements write it: ``ca:payments-build``."""

    type: TrustStoreType
    name: str

    def __str__(self) -> str:
        return f"{self.type}:{self.name}"
