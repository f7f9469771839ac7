"""Trust material: the trust stores and Signer roots that a bundle carries."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notation_verifier import (
    SIGNER_ROOTS,
    InvalidTrustStore,
    TrustStoreName,
    TrustStores,
    TrustStoreType,
)
from sealward.policy.document import Problems, pointer, shown

_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,128}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_DER = "write the certificate's DER bytes in base64, without line breaks"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustMaterial:
    """What statements of a bundle may rely on."""

    stores: TrustStores
    fingerprints: Mapping[TrustStoreName, frozenset[str]]
    """SHA-256 of each store's certificates, lower-case hex."""
    signer_roots: frozenset[str]

    @property
    def names(self) -> frozenset[TrustStoreName]:
        """The stores that the bundle writes."""
        return frozenset(self.fingerprints)


def read_trust_material(
    stores: dict[str, Any] | None, roots: dict[str, Any] | None, problems: Problems
) -> TrustMaterial:
    """Return what ``/trustStores`` and ``/signerRoots`` write; report what is wrong."""
    certificates: dict[TrustStoreName, list[bytes]] = {}
    fingerprints: dict[TrustStoreName, frozenset[str]] = {}
    for kind, members in (stores or {}).items():
        where = "/trustStores" + pointer(kind)
        try:
            store_type = TrustStoreType(kind)
        except ValueError:
            problems.add(
                where,
                "unknown type of trust store",
                f"write one of {', '.join(TrustStoreType)}",
            )
            continue
        if not isinstance(members, dict):
            problems.add(where, "not an object", 'write {"<name>": ["<base64>", …]}')
            continue
        for name, encoded in members.items():
            store = TrustStoreName(store_type, name)
            here = where + pointer(name)
            ders = _read_store(store, encoded, here, problems)
            fingerprints[store] = frozenset(
                hashlib.sha256(der).hexdigest() for der in ders
            )
            if ders and _sound(store, ders, here, problems):
                certificates[store] = ders
    return TrustMaterial(
        stores=TrustStores(certificates),
        fingerprints=fingerprints,
        signer_roots=_read_roots(roots, problems),
    )


def _read_store(
    store: TrustStoreName, encoded: object, where: str, problems: Problems
) -> list[bytes]:
    if not _NAME.fullmatch(store.name) or not store.name.strip("."):
        problems.add(
            where, "not a name of a trust store", "write letters, digits, _ . and -"
        )
    if not isinstance(encoded, list) or not encoded:
        problems.add(where, "not a list of at least one certificate", _DER)
        return []
    ders = []
    for index, text in enumerate(encoded):
        try:
            if not isinstance(text, str):
                raise TypeError  # noqa: TRY301 - the same problem as bad base64
            ders.append(base64.b64decode(text.encode("ascii"), validate=True))
        except (TypeError, UnicodeEncodeError, binascii.Error):
            problems.add(where + pointer(index), "not base64", _DER)
    return ders


def _sound(
    store: TrustStoreName, ders: list[bytes], where: str, problems: Problems
) -> bool:
    try:
        TrustStores({store: ders})
    except InvalidTrustStore as error:
        problems.add(
            where, str(error), "keep only CA or self-signed certificates in a store"
        )
        return False
    return True


def _read_roots(roots: dict[str, Any] | None, problems: Problems) -> frozenset[str]:
    if roots is None:
        return SIGNER_ROOTS
    if not roots:
        problems.add(
            "/signerRoots", "no root", "leave the field out for AWS's published roots"
        )
    for name, fingerprint in roots.items():
        if not isinstance(fingerprint, str) or not _FINGERPRINT.fullmatch(fingerprint):
            problems.add(
                "/signerRoots" + pointer(name),
                f"{shown(fingerprint)} is not a fingerprint",
                "write the SHA-256 of the root's DER bytes in lower-case hex",
            )
    return frozenset(text for text in roots.values() if isinstance(text, str))
