"""Overrides, in memory."""

from sealward.overrides import Pauses, Used
from sealward.ports.failures import Conflict, Refused
from sealward.subjects import SubjectKey


class InProcessOverrides:
    """``sealward.overrides.Overrides`` in memory."""

    def __init__(self) -> None:
        self._pauses = Pauses()
        self._used: dict[str, Used] = {}
        self._released: dict[SubjectKey, list[str]] = {}

    def pauses(self) -> Pauses:
        """See the port."""
        self._fail()
        return self._pauses

    def keep_pauses(self, pauses: Pauses) -> None:
        """See the port."""
        self._fail()
        if pauses.version != self._pauses.version + 1:
            raise Conflict(f"the pauses are at version {self._pauses.version}")
        self._pauses = pauses

    def use(self, used: Used) -> None:
        """See the port."""
        self._fail()
        if used.nonce in self._used:
            raise Conflict(f"request {used.nonce} was taken before")
        self._used[used.nonce] = used

    def used(self, nonce: str) -> Used | None:
        """See the port."""
        self._fail()
        return self._used.get(nonce)

    def use_release(self, key: SubjectKey, nonce: str, *, limit: int) -> int:
        """See the port."""
        self._fail()
        given = self._released.setdefault(key, [])
        if len(given) >= limit:
            raise Refused(f"{key} was released to be signed {limit} times")
        given.append(nonce)
        return len(given)

    def _fail(self) -> None:
        """Raise what the ledger is told to."""
