"""Trust material: the trust stores and Signer roots that a bundle carries."""

import base64
import binascii
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from notation_verifier import (
    SIGNER_ROOTS,
    InvalidCertificate,
    InvalidTrustStore,
    TrustStoreName,
    TrustStores,
    TrustStoreType,
)
from notation_verifier.certificate import read_certificate
from notation_verifier.values import dataclass
from sealward.policy.document import pointer, shown
from sealward.policy.problems import Problems

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
    written: dict[TrustStoreName, list[bytes]] = {}
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
            ders = _decode(store, encoded, here, problems)
            fingerprints[store] = frozenset(sha256(der).hexdigest() for der in ders)
            if ders:
                written[store] = ders
    return TrustMaterial(
        stores=_trust_stores(written, problems),
        fingerprints=fingerprints,
        signer_roots=_read_roots(roots, problems),
    )


def _decode(
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


def _trust_stores(
    written: dict[TrustStoreName, list[bytes]], problems: Problems
) -> TrustStores:
    try:
        stores = TrustStores(written)
    except InvalidTrustStore:
        # Only now is each certificate read alone, to say which one it is.
        for store, ders in written.items():
            _explain(store, ders, problems)
        return TrustStores()
    for store, ders in written.items():
        # A store's file may hold several, or PEM; an entry here is one in DER.
        if [one.der for one in stores[store]] != ders:
            where = "/trustStores" + pointer(store.type, store.name)
            problems.add(where, "an entry is not one certificate in DER", _DER)
    return stores


def _explain(store: TrustStoreName, ders: list[bytes], problems: Problems) -> None:
    where = "/trustStores" + pointer(store.type, store.name)
    readable = True
    for index, der in enumerate(ders):
        try:
            read_certificate(der)
        except InvalidCertificate as error:
            readable = False
            problems.add(where + pointer(index), str(error), _DER)
    try:
        if readable:
            TrustStores({store: ders})
    except InvalidTrustStore as error:
        remedy = "keep only CA or self-signed certificates in a store"
        problems.add(where, str(error), remedy)


def is_fingerprint(text: str) -> bool:
    """Return whether ``text`` is a SHA-256 in lower-case hex."""
    return _FINGERPRINT.fullmatch(text) is not None


def _read_roots(roots: dict[str, Any] | None, problems: Problems) -> frozenset[str]:
    if roots is None:
        return SIGNER_ROOTS
    if not roots:
        problems.add(
            "/signerRoots", "no root", "leave the field out for AWS's published roots"
        )
    for name, fingerprint in roots.items():
        if not isinstance(fingerprint, str) or not is_fingerprint(fingerprint):
            problems.add(
                "/signerRoots" + pointer(name),
                f"{shown(fingerprint)} is not a fingerprint",
                "write the SHA-256 of the root's DER bytes in lower-case hex",
            )
    return frozenset(text for text in roots.values() if isinstance(text, str))
