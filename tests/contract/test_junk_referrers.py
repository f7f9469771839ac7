"""A hundred junk referrers and one good signature, at the price of real calls."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.ledger import Verdict
from tests import forge
from tests.contract.faces import FACES, face
from tests.unit.sealward.counting import FUTURE
from tests.unit.sealward.stand import (
    IMAGE_MANIFEST,
    NOTARY_SIGNATURE,
    Stand,
    as_json,
    bundle,
)


class Real(Stand):
    """A stand on one face of the local AWS, which counts what it is asked."""

    calls: Counter[str]

    def price(self, image: Descriptor) -> int:
        """Look at ``image``, which is trusted; return the calls that took."""
        self.calls.clear()
        assert self.look(image).verdict is Verdict.TRUSTED
        return self.calls.total()


@pytest.fixture(params=FACES)
def real(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Real]:
    with face(request.param) as found:
        stand = Real(
            current=bundle(grace="0s"), registry=lambda _in_process: found.registry
        )
        stand.aws, stand.calls = found.aws, Counter()
        call, layer = found.aws.call, found.aws.layer

        def counted_call(service: str, operation: str, *args: Any, **more: Any) -> Any:
            stand.calls[operation] += 1
            return call(service, operation, *args, **more)

        def counted_layer(*args: Any) -> Any:
            stand.calls["layer"] += 1
            return layer(*args)

        monkeypatch.setattr(found.aws, "call", counted_call)
        monkeypatch.setattr(found.aws, "layer", counted_layer)
        yield stand


@pytest.fixture
def clean(real: Real) -> int:
    """The calls of a look at an image with one signature and nothing else."""
    image = real.push("clean")
    real.attach(image)
    return real.price(image)


def test_junk_that_the_listing_betrays(real: Real, clean: int) -> None:
    image = real.push()
    for each in range(100):
        real.attach(
            image, b"%d" % each, annotations={**FUTURE, "padding": "x" * 70_000}
        )
    real.attach(image)
    assert real.price(image) <= 2 * clean
    assert real.calls["layer"] == 1


def test_junk_that_the_manifest_betrays(real: Real, clean: int) -> None:
    image = real.push()
    for each in range(100):
        # One layer too many: neither shape of a signature.
        layer = real.pusher().layer(b"%d" % each, forge.JWS)
        real.push_document(
            {
                "mediaType": IMAGE_MANIFEST,
                "config": real.pusher().layer(b"{}", NOTARY_SIGNATURE),
                "layers": [layer, layer],
                "subject": as_json(image),
                "annotations": FUTURE,
            }
        )
    real.attach(image)
    assert real.price(image) <= 2 * clean
    assert real.calls["layer"] == 1


def test_decoys_cost_two_calls_each(real: Real, clean: int) -> None:
    image = real.push()
    for each in range(100):
        real.attach(image, b"decoy %d" % each, annotations=FUTURE)
    real.attach(image)
    # Beside them: two more pages of the listing, one more batch of manifests.
    assert real.price(image) <= clean + 2 * 100 + 3
    report = real.ledger.history(real.record(image).key)[-1].report
    reported = len(report["candidates"]) + sum(
        map(len, report["candidates_more"].values())
    )
    assert reported == report["candidates_total"] == 101
