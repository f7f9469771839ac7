"""How many AWS calls wait for one another, counted on a clock that only calls move."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from sealward.ledger import Verdict
from sealward.ports import (
    HistoryEntry,
    ImageDetail,
    Intent,
    Ledger,
    Manifest,
    Referrer,
    Registry,
)
from sealward.records import Record
from sealward.subjects import NOTARY_SIGNATURE, SubjectKey
from tests import forge
from tests.unit.sealward.stand import REPOSITORY, Stand, as_json, bundle


@dataclass
class Trips:
    """Round trips that wait for one another; what runs beside takes the longest."""

    taken: int = 0
    at: dict[str, int] = field(default_factory=dict)
    """When each call had ended, at the latest."""

    def take(self, name: str, number: int = 1) -> None:
        self.taken += number
        self.at[name] = max(self.taken, self.at.get(name, 0))

    def beside(self, calls: Sequence[Callable[[], None]], /) -> None:
        start, end = self.taken, self.taken
        for call in calls:
            self.taken = start
            call()
            end = max(end, self.taken)
        self.taken = end


class CountedRegistry:
    def __init__(self, registry: Registry, trips: Trips) -> None:
        self.account, self.region = registry.account, registry.region
        self._registry, self._trips = registry, trips

    def describe(self, repository: str, digest: str) -> ImageDetail:
        self._trips.take("describe")
        return self._registry.describe(repository, digest)

    def manifests(
        self, repository: str, digests: Sequence[str]
    ) -> Mapping[str, Manifest]:
        self._trips.take("manifests")
        return self._registry.manifests(repository, digests)

    def referrers(
        self, repository: str, digest: str, *, limit: int
    ) -> Sequence[Referrer]:
        self._trips.take("referrers")
        return self._registry.referrers(repository, digest, limit=limit)

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:
        self._trips.take("envelope", 2)  # its address, then its bytes
        return self._registry.blob(repository, digest, limit=limit)

    def archive(self, repository: str, digest: str) -> None:
        self._trips.take("archive")
        self._registry.archive(repository, digest)

    def restore(self, repository: str, digest: str) -> None:
        self._trips.take("restore")
        self._registry.restore(repository, digest)


class CountedLedger:
    def __init__(self, ledger: Ledger, trips: Trips) -> None:
        self._ledger, self._trips = ledger, trips

    def current(self, key: SubjectKey) -> Record | None:
        self._trips.take("ledger")
        return self._ledger.current(key)

    def write(
        self,
        record: Record,
        *,
        expected: int,
        report: Mapping[str, Any] | None = None,
        intent: Intent | None = None,
    ) -> None:
        self._trips.take("write")
        self._ledger.write(record, expected=expected, report=report, intent=intent)

    def history(self, key: SubjectKey) -> Sequence[HistoryEntry]:
        return self._ledger.history(key)

    def due(self, before: Any, *, limit: int) -> Sequence[SubjectKey]:
        return self._ledger.due(before, limit=limit)


@pytest.fixture
def trips() -> Trips:
    return Trips()


@pytest.fixture
def stand(trips: Trips) -> Stand:
    return Stand(
        registry=lambda registry: CountedRegistry(registry, trips),
        run_beside=trips.beside,
        wrap_ledger=lambda ledger: CountedLedger(ledger, trips),
    )


def test_an_image_event_takes_four_round_trips_to_the_envelope_and_five_in_all(
    stand: Stand, trips: Trips
) -> None:
    image = stand.push()
    stand.attach(image)
    assert stand.look(image).verdict is Verdict.TRUSTED
    assert trips.at["envelope"] <= 4
    assert trips.taken <= 6
    assert (trips.at["envelope"], trips.taken) == (4, 5)


def test_a_referrer_event_takes_three_round_trips_to_the_envelope_and_four_in_all(
    stand: Stand, trips: Trips
) -> None:
    image = stand.push()
    signature = stand.attach(image)
    assert stand.look(signature).verdict is Verdict.TRUSTED
    assert trips.at["envelope"] <= 4
    assert trips.taken <= 6
    assert (trips.at["envelope"], trips.taken) == (3, 4)


def test_a_fallback_tag_event_takes_four_round_trips_to_the_envelope_and_five_in_all(
    stand: Stand, trips: Trips
) -> None:
    image = stand.push()
    signature = stand.attach(image)
    index = stand.push_document(
        {
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [{**as_json(signature), "artifactType": NOTARY_SIGNATURE}],
        }
    )
    assert stand.look(index).digest == image.digest
    assert trips.at["envelope"] <= 5
    assert trips.taken <= 7
    assert (trips.at["envelope"], trips.taken) == (4, 5)


def test_an_unsigned_image_takes_two_round_trips(stand: Stand, trips: Trips) -> None:
    image = stand.push()
    assert stand.look(image).verdict is Verdict.PENDING
    assert trips.taken == 2


def test_the_same_look_again_writes_nothing(stand: Stand, trips: Trips) -> None:
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    stand.clock.advance(timedelta(minutes=1))
    trips.at.clear()
    trips.taken = 0
    assert stand.look(image).verdict is Verdict.TRUSTED
    assert "write" not in trips.at
    assert trips.taken == 4


def test_a_record_as_young_as_the_look_has_the_registry_asked_once_more(
    stand: Stand, trips: Trips
) -> None:
    image = stand.push()
    stand.look(image)
    trips.at.clear()
    trips.taken = 0
    stand.look(image)
    assert trips.at["ledger"] == 1
    assert trips.at["describe"] == 2
    assert trips.at["referrers"] == 2


def test_four_bad_envelopes_are_read_beside_each_other(
    stand: Stand, trips: Trips
) -> None:
    stand.bundles.current = bundle(grace="0s")
    image = stand.push()
    for number in range(4):
        stand.junk(image, number)
    result = stand.look(image)
    assert (result.verdict, result.candidates) == (Verdict.UNTRUSTED, 4)
    assert trips.at["envelope"] == 4


def test_cose_envelopes_take_no_more(stand: Stand, trips: Trips) -> None:
    image = stand.push()
    signature = stand.attach(image, media_type=forge.COSE)
    result = stand.gate.look(stand.hint(signature.digest, repository=REPOSITORY))
    assert result.verdict is Verdict.TRUSTED
    assert trips.taken == 4
