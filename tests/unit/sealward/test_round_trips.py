"""How many AWS calls wait for one another, counted on a clock that only calls move."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from sealward.ledger import Verdict
from sealward.subjects import NOTARY_SIGNATURE
from simulator.in_process.evidence import InProcessEvidence
from tests import forge
from tests.unit.sealward.family import push_index, strict
from tests.unit.sealward.stand import REPOSITORY, Stand, as_json, bundle
from tests.unit.sealward.trips import Trips, counted_stand


@dataclass(frozen=True)
class CountedEvidence:
    """The evidence store and its quota, each call a round trip."""

    store: InProcessEvidence
    trips: Trips

    def keep(self, key: str, content: bytes) -> None:
        self.trips.take("keep")
        self.store.keep(key, content)

    def read(self, key: str, *, limit: int) -> bytes:
        self.trips.take("read")
        return self.store.read(key, limit=limit)

    def keys(self, prefix: str) -> Sequence[str]:
        return self.store.keys(prefix)

    def spent(self, repository: str, day: date) -> int:
        self.trips.take("quota")
        return self.store.spent(repository, day)

    def take(self, repository: str, day: date, size: int) -> None:
        self.trips.take("quota", 2)
        self.store.take(repository, day, size)


@pytest.fixture
def trips() -> Trips:
    return Trips()


@pytest.fixture
def stand(trips: Trips) -> Stand:
    return counted_stand(trips)


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
    stand.gate = replace(stand.gate, evidence=None)  # its config is a layer as well
    image = stand.push()
    for number in range(4):
        stand.junk(image, number)
    result = stand.look(image)
    assert (result.verdict, result.candidates) == (Verdict.UNTRUSTED, 4)
    assert trips.at["envelope"] == 4


def test_evidence_takes_five_round_trips_between_the_verdict_and_the_archive() -> None:
    def archived_at(*, evidence: bool) -> int:
        trips = Trips()
        stand = counted_stand(trips)
        stand.bundles.current = bundle(grace="0s")
        store = CountedEvidence(stand.evidence, trips) if evidence else None
        stand.gate = replace(stand.gate, evidence=store, evidence_quota=store)
        image = stand.push()
        for number in range(4):
            stand.junk(image, number)
        stand.look(image)
        assert stand.status(image) == "ARCHIVED"
        return trips.at["archive"]

    # The config's address and bytes, all pieces beside what counts them, the dossier.
    # With 20 ms each that is 0.1 s of the two that exposure may last.
    assert archived_at(evidence=True) - archived_at(evidence=False) == 5


def test_cose_envelopes_take_no_more(stand: Stand, trips: Trips) -> None:
    image = stand.push()
    signature = stand.attach(image, media_type=forge.COSE)
    result = stand.gate.look(stand.hint(signature.digest, repository=REPOSITORY))
    assert result.verdict is Verdict.TRUSTED
    assert trips.taken == 4


def test_a_covered_child_takes_six_round_trips(stand: Stand, trips: Trips) -> None:
    stand.bundles.current = strict()
    child = stand.push()
    index = push_index(stand, [child])
    stand.attach(index)
    assert stand.look(index).verdict is Verdict.TRUSTED
    stand.clock.advance(timedelta(minutes=1))
    trips.at.clear()
    trips.taken = 0
    assert stand.look(child).verdict is Verdict.COVERED
    # What is known and seen of it; of its index; the index's signature; the record.
    assert trips.at["envelope"] == 5
    assert trips.taken == 6
    trips.taken = 0
    stand.clock.advance(timedelta(minutes=1))
    assert stand.look(child).verdict is Verdict.COVERED
    assert trips.taken == 5


def test_an_index_takes_one_more_for_what_it_lists(stand: Stand, trips: Trips) -> None:
    stand.bundles.current = strict()
    index = push_index(stand, [stand.push()])
    assert stand.look(index).verdict is Verdict.PENDING
    assert trips.taken == 3
