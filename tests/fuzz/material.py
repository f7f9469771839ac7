"""Certificates the seeds lead to, as ``tests.fuzz.seeds`` wrote them.

Committed, and read from files, because the fuzzer's environment holds nothing that
could make them.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from notation_verifier.certificate import Certificate, read_certificate

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
MATERIAL = HERE / "material"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""The time of every verification."""
IMAGE = b'{"fuzz":"subject"}'
"""The manifest that the signatures are of."""
MESSAGE = b"the signature of an envelope"
"""What the timestamps are of."""
PROFILE = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/payments"


@cache
def ders(name: str) -> tuple[bytes, ...]:
    """Return a chain, leaf first."""
    files = sorted(MATERIAL.glob(f"{name}-[0-9].der"))
    return tuple(file.read_bytes() for file in files)


@cache
def chain(name: str) -> tuple[Certificate, ...]:
    """Return the certificates of ``ders``."""
    return tuple(map(read_certificate, ders(name)))


@cache
def seeds(target: str) -> dict[str, bytes]:
    """Return a target's committed seeds by name; good-… are accepted."""
    folder = CORPUS / target
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
