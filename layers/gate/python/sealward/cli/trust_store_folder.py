"""Trust stores as Notation keeps them: ``truststore/x509/<type>/<name>/``.

Spec: trust-store-trust-policy, Trust Store. As strict as ``notation``: every entry of a
store is a file of certificates, no symbolic links, nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from notation_verifier import InvalidTrustStore, TrustStoreName, TrustStores
from sealward.cli.bundle_file import read_file
from sealward.policy.problems import InvalidBundle, Problem

FILE_LIMIT = 1024 * 1024
"""Bytes of one certificate file."""


def read_trust_stores(
    folder: Path, stores: Iterable[str]
) -> Mapping[str, Sequence[bytes]]:
    """Return the DER bytes of the certificates of each store (``ca:payments``).

    ``folder`` is Notation's ``truststore`` or its ``x509`` below it. Certificates are
    sorted by file name, so equal folders give equal bundles.

    Raises:
        InvalidBundle: a store is missing, or holds something that is no certificate.
    """
    below = folder / "x509"
    root = below if below.is_dir() else folder
    problems: list[Problem] = []
    found: dict[str, Sequence[bytes]] = {}
    for store in stores:  # named validly: the caller found them in statements
        name = TrustStoreName.parse(store)
        place = root / name.type / name.name
        if place.is_symlink() or not place.is_dir():
            problems.append(
                Problem(
                    pointer="",
                    message=f"the trust store {store} is not a folder at {place}",
                    remedy="create it, or name another store in trustStores",
                )
            )
            continue
        try:
            entries = sorted(place.iterdir())
        except OSError as error:
            problems.append(
                Problem(
                    pointer="",
                    message=f"the trust store {store} cannot be read at {place}: "
                    f"{error.strerror}",
                    remedy="give whoever runs this the right to list the folder",
                )
            )
            continue
        certificates: list[bytes] = []
        for entry in entries:
            try:
                certificates += _certificates(name, entry)
            except (OSError, ValueError, InvalidTrustStore) as error:
                problems.append(
                    Problem(
                        pointer="",
                        message=f"{entry}: {error}",
                        remedy="keep only certificate files, PEM or DER, in a store",
                    )
                )
        found[store] = certificates
    if problems:
        raise InvalidBundle(tuple(problems))
    return found


def _certificates(store: TrustStoreName, entry: Path) -> list[bytes]:
    if entry.is_symlink() or not entry.is_file():
        raise ValueError("not a regular file")
    content = read_file(entry, FILE_LIMIT)
    if len(content) > FILE_LIMIT:
        raise ValueError(f"larger than {FILE_LIMIT} bytes")
    return [one.der for one in TrustStores({store: [content]})[store]]
