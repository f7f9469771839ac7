"""Signed images of a repository, as the ledger knows them: found by who signed them.

For what is asked seldom: what a deleted signature had made trusted, and what a tag
stood for before somebody moved it to an image that is held. Nothing is written for
either when an image becomes trusted. Read up to a bound: of what lies beyond it the
deletion is found by the image's next look or the daily walk, and the tag is not named.
"""

from collections.abc import Sequence
from typing import Final

from notation_verifier.values import dataclass
from sealward.ledger.records import Record, Verdict
from sealward.policy.bundle import Policy
from sealward.ports.ledger import Ledger
from sealward.ports.reads import Read, RunBeside, ask
from sealward.subjects import SubjectKey

IMAGES: Final = 300
"""Records read for one question."""
_IDENTITIES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedImages:
    """Reads the signed images of repositories."""

    ledger: Ledger
    beside: RunBeside | None

    def made_trusted_by(
        self, repository: str, signature: str, policy: Policy | None
    ) -> tuple[str, ...]:
        """Return the digests of what ``signature`` made trusted.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        return tuple(
            record.key.digest
            for record in self._records(repository, policy)
            if signature in record.made_by
        )

    def last_trusted(self, image: Record, policy: Policy | None) -> str:
        """Return which trusted image had a tag of ``image`` before, as a reader wants.

        Empty where none is known.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        before = [
            (record.pushed_at or record.first_seen, tag, record.key.digest)
            for record in self._records(image.key.repository, policy)
            if record.verdict is Verdict.TRUSTED and record.key != image.key
            for tag in image.tags
            if tag in (*record.tags, *record.former_tags)
        ]
        if not before:
            return ""
        _, tag, digest = max(before)
        return f"{tag} was last the trusted {digest}"

    def _records(self, repository: str, policy: Policy | None) -> Sequence[Record]:
        if policy is None:
            return ()
        keys: dict[SubjectKey, None] = {}
        for identity in policy.statement.trusted_identities[:_IDENTITIES]:
            left = IMAGES - len(keys)
            if left > 0:
                keys |= dict.fromkeys(
                    self.ledger.signed(repository, identity, limit=left)
                )
        reads = [_current(self.ledger, key) for key in keys]
        ask(reads, self.beside)
        return [record for read in reads if (record := read.answer()) is not None]


def _current(ledger: Ledger, key: SubjectKey) -> Read[Record | None]:
    return Read(lambda: ledger.current(key))
