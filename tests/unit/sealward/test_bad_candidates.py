"""Candidates that cannot be examined: reported, and never in the way of a good one."""

from datetime import timedelta

import pytest

from notation_verifier import Descriptor
from sealward.ledger import Verdict
from sealward.signatures.candidates import Rejection
from tests import forge
from tests.unit.sealward.stand import (
    IMAGE_MANIFEST,
    NOTARY_SIGNATURE,
    REPOSITORY,
    Stand,
    as_json,
)

GRACE = timedelta(minutes=10)


def attach_bad(stand: Stand, image: Descriptor, how: str) -> None:
    match how:
        case "junk":
            stand.junk(image)
        case "oversized-manifest":
            stand.attach(image, b"x", annotations={"padding": "x" * 70_000})
        case "missing-blob":
            stand.attach(image, b"to be lost")
            change_layer(stand, b"to be lost", None)
        case "wrong-digest":
            stand.attach(image, b"to be changed")
            change_layer(stand, b"to be changed", b"changed")
        case "oversized-envelope":
            stand.attach(image, b"x" * (1024 * 1024 + 1))
        case "two-layers":
            pusher = stand.pusher()
            stand.push_document(
                {
                    "mediaType": IMAGE_MANIFEST,
                    "config": pusher.layer(b"{}", NOTARY_SIGNATURE),
                    "layers": [
                        pusher.layer(b"1", forge.JWS),
                        pusher.layer(b"2", forge.JWS),
                    ],
                    "subject": as_json(image),
                }
            )
        case _:
            raise AssertionError(how)


def change_layer(stand: Stand, before: bytes, after: bytes | None) -> None:
    """Reach into the registry: what no client could do."""
    layers = stand.aws.registry(stand.place).repositories[REPOSITORY].layers
    (digest,) = (digest for digest, content in layers.items() if content == before)
    if after is None:
        del layers[digest]
    else:
        layers[digest] = after


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("junk", Rejection.ENVELOPE_MALFORMED),
        ("oversized-manifest", Rejection.MANIFEST_TOO_LARGE),
        ("missing-blob", Rejection.ENVELOPE_MISSING),
        ("wrong-digest", Rejection.ENVELOPE_MISSING),
        ("oversized-envelope", Rejection.ENVELOPE_TOO_LARGE),
        ("two-layers", Rejection.MANIFEST_INVALID),
    ],
)
def test_a_bad_candidate_is_reported_and_skipped_and_the_good_one_counts(
    stand: Stand, how: str, reason: Rejection
) -> None:
    image = stand.push()
    attach_bad(stand, image, how)
    stand.clock.advance(GRACE)
    alone = stand.look(image)
    assert (alone.verdict, alone.reason) == (Verdict.UNTRUSTED, reason)
    history = stand.ledger.history(stand.record(image).key)
    assert history[-1].report["candidates"][0]["rejected"] == reason

    signature = stand.attach(image)
    assert stand.look(signature).verdict is Verdict.TRUSTED


def test_a_good_signature_is_found_among_bad_ones_whatever_the_order(
    at_once: Stand,
) -> None:
    image = at_once.push()
    for number in range(6):
        at_once.junk(image, number)
    at_once.attach(image)
    for number in range(6, 12):
        at_once.junk(image, number)
    assert at_once.look(image).verdict is Verdict.TRUSTED
