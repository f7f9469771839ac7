"""Contract: overrides, in memory and in the table, remembered for ever."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.overrides import Overrides, Pause, Pauses, Used
from sealward.ports.failures import Conflict, Refused
from sealward.subjects import SubjectKey
from simulator.in_process.ledger import InProcessLedger
from tests.ledger_on_moto import ledger_on_moto

NOW = datetime(2027, 1, 15, 3, tzinfo=UTC)
KEY = SubjectKey(repository="prod/api", digest=f"sha256:{'a' * 64}")
PAUSE = Pause(
    repository="prod/api",
    by="arn:aws:iam::123456789012:user/alice",
    reason="a bad policy",
    at=NOW,
    until=NOW + timedelta(hours=2),
    request="0" * 32,
)


@pytest.fixture(params=["memory", "table"])
def overrides(request: pytest.FixtureRequest) -> Iterator[Overrides]:
    if request.param == "memory":
        yield InProcessLedger()
        return
    with ledger_on_moto() as client:
        yield LedgerTable("ledger", client)


def test_pauses_are_kept_as_they_are(overrides: Overrides) -> None:
    assert overrides.pauses() == Pauses()
    kept = Pauses(version=1, pauses=(PAUSE,))
    overrides.keep_pauses(kept)
    assert overrides.pauses() == kept
    overrides.keep_pauses(Pauses(version=2))
    assert overrides.pauses() == Pauses(version=2)


def test_two_writers_of_pauses_do_not_lose_one(overrides: Overrides) -> None:
    overrides.keep_pauses(Pauses(version=1, pauses=(PAUSE,)))
    with pytest.raises(Conflict):
        overrides.keep_pauses(Pauses(version=1))
    with pytest.raises(Conflict):
        overrides.keep_pauses(Pauses(version=3))
    assert overrides.pauses().pauses == (PAUSE,)


def test_a_request_is_used_once_and_kept(overrides: Overrides) -> None:
    used = Used(nonce="0" * 32, by=PAUSE.by, at=NOW, request='{"schema": 1}')
    assert overrides.used(used.nonce) is None
    overrides.use(used)
    assert overrides.used(used.nonce) == used
    with pytest.raises(Conflict):
        overrides.use(used)


def test_releases_of_a_digest_are_counted_to_the_limit(overrides: Overrides) -> None:
    other = SubjectKey(repository="prod/other", digest=KEY.digest)
    numbers = [overrides.use_release(KEY, f"{n:032x}", limit=3) for n in range(3)]
    assert numbers == [1, 2, 3]
    with pytest.raises(Refused):
        overrides.use_release(KEY, "f" * 32, limit=3)
    assert overrides.use_release(other, "e" * 32, limit=3) == 1
