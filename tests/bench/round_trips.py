"""Round trips: AWS calls of one look that wait for one another. Counts, not times."""

from dataclasses import dataclass

from notation_verifier import Descriptor
from sealward.ledger import Verdict
from sealward.subjects import NOTARY_SIGNATURE
from tests.figures import Figures
from tests.unit.sealward.stand import Stand, as_json
from tests.unit.sealward.trips import Trips, counted_stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The round trips of a look at a signed image, by what its event named."""

    event: str
    to_envelope: int
    in_all: int


TARGETS = {"image": (4, 6), "referrer": (4, 6), "fallback_tag": (5, 7)}
"""By event: to the envelope, in all with the ledger and revocation."""


def measure(figures: Figures) -> None:
    """Count, and judge against the targets."""
    for counted in count():
        envelope, in_all = TARGETS[counted.event]
        name = f"round_trips_{counted.event}"
        figures.add(f"{name}_to_envelope", counted.to_envelope, most=envelope)
        figures.add(f"{name}_in_all", counted.in_all, most=in_all)


def count() -> list[Counted]:
    """Look at a signed image by each kind of event.

    Raises:
        RuntimeError: a look did not end trusted, so that it counts nothing.
    """
    return [_count(event) for event in TARGETS]


def _count(event: str) -> Counted:
    trips = Trips()
    stand = counted_stand(trips)
    image = stand.push()
    signature = stand.attach(image)
    hinted = {
        "image": lambda: image,
        "referrer": lambda: signature,
        "fallback_tag": lambda: _fallback_index(stand, signature),
    }[event]()
    result = stand.look(hinted)
    if result.verdict is not Verdict.TRUSTED:
        raise RuntimeError(f"{event}: {result.verdict}, {result.detail}")
    return Counted(event=event, to_envelope=trips.at["envelope"], in_all=trips.taken)


def _fallback_index(stand: Stand, signature: Descriptor) -> Descriptor:
    """Push the index that Notation tags where a registry lists no referrers."""
    return stand.push_document(
        {
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [{**as_json(signature), "artifactType": NOTARY_SIGNATURE}],
        }
    )
