"""A policy's ``userMetadata``: images need a signature that says so."""

from typing import Any

from notation_verifier import Reason
from sealward.ledger import Verdict
from tests import forge
from tests.unit.sealward.stand import Stand, bundle, signer

REQUIRED = {"environment": "production", "release": "stable"}


def stand(**settings: Any) -> Stand:
    return Stand(current=bundle(grace="0s", userMetadata=REQUIRED, **settings))


def test_a_signature_that_says_so_is_trusted() -> None:
    place = stand()
    image = place.push()
    signed = {**REQUIRED, "commit": "8c1f2a"}
    place.attach(image, forge.sign(image, signer(), annotations=signed))
    assert place.look(image).verdict is Verdict.TRUSTED


def test_a_signature_for_another_place_is_not() -> None:
    place = stand()
    image = place.push()
    staging = {**REQUIRED, "environment": "staging"}
    place.attach(image, forge.sign(image, signer(), annotations=staging))
    result = place.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.UNTRUSTED,
        Reason.USER_METADATA_MISMATCH,
    )


def test_annotations_of_the_manifest_are_nobodys_word() -> None:
    """Whoever may push a referrer writes them; only the payload is signed."""
    place = stand()
    image = place.push()
    place.attach(image, annotations=REQUIRED)
    assert place.look(image).reason == Reason.USER_METADATA_MISMATCH


def test_it_does_not_end_the_grace_of_one_that_fails_fast() -> None:
    """The right signer may still attach the right signature."""
    place = Stand(current=bundle(grace="10m", failFast=True, userMetadata=REQUIRED))
    image = place.push()
    place.attach(image)
    assert place.look(image).verdict is Verdict.PENDING
    place.attach(image, forge.sign(image, signer(), annotations=REQUIRED))
    assert place.look(image).verdict is Verdict.TRUSTED
