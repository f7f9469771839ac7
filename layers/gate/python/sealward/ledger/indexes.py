"""Index keys: what a record is found by, besides its own key. Pure.

Each is bounded: DynamoDB takes no partition key over 2,048 bytes, and a certificate's
name may be longer.
"""

import hashlib
from typing import Final

from sealward.ledger.records import Record, Verdict

UNGOVERNED: Final = "ungoverned"
"""Stands for the statement hash of what no policy names."""
LONGEST: Final = 1_024
"""Bytes of a key that is written as it is."""


def statement_key(record: Record) -> str | None:
    """Return the statement ``record`` is found by, or None where by none.

    What could not be judged yet has no statement; it has a due time.
    """
    if record.statement_hash:
        return record.statement_hash
    return UNGOVERNED if record.verdict is Verdict.UNGOVERNED else None


def signer_key(identity: str) -> str:
    """Return the key of a trusted identity, as a policy writes it."""
    written = identity.encode()
    if len(written) <= LONGEST:
        return identity
    return f"sha256:{hashlib.sha256(written).hexdigest()}"
