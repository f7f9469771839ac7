"""A case of the reference, and the reference's files it is made of."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from notation_verifier import (
    NotationError,
    TrustStoreName,
    TrustStores,
)
from notation_verifier.certificate import Certificate, read_certificate
from notation_verifier.chain import ChainError


class Verdict(StrEnum):
    """What a verifier makes of a case."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case of the reference."""

    name: str
    expected: Verdict
    run: Callable[[], Verdict]


def case(name: str, *, accepted: bool, run: Callable[[], object]) -> Case:
    """Return a case that is refused when ``run`` raises or returns False."""

    def verdict() -> Verdict:
        try:
            found = run()
        except (NotationError, ChainError):
            return Verdict.REFUSED
        if isinstance(found, Verdict):
            return found
        return Verdict.REFUSED if found is False else Verdict.ACCEPTED

    expected = Verdict.ACCEPTED if accepted else Verdict.REFUSED
    return Case(name=name, expected=expected, run=verdict)


def expected(root: Path, name: str) -> Any:
    return json.loads((root / "expected" / f"{name}.json").read_text())


def trust_stores(root: Path, names: Sequence[str]) -> TrustStores:
    """Return the stores named, those that exist."""
    stores = {}
    for text in names:
        name = TrustStoreName.parse(text)
        folder = root / "notation-go/verifier/testdata/truststore/x509" / name.type
        if (folder / name.name).is_dir():
            files = sorted((folder / name.name).iterdir())
            stores[name] = [file.read_bytes() for file in files]
    return TrustStores(stores)


def ders(path: Path) -> list[bytes]:
    certificates = x509.load_pem_x509_certificates(path.read_bytes())
    return [each.public_bytes(Encoding.DER) for each in certificates]


def certificate(path: Path) -> Certificate:
    (der,) = ders(path)
    return read_certificate(der)
