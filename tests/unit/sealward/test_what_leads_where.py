"""What a digest leads to: an image, what a signature signs, or nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from sealward.ledger import HoldState, Verdict
from sealward.ports.failures import Unavailable
from sealward.subjects.manifests import ManifestProblem
from tests.unit.sealward.family import INDEX
from tests.unit.sealward.stand import (
    EMPTY,
    IMAGE_CONFIG,
    IMAGE_MANIFEST,
    NOTARY_SIGNATURE,
    Stand,
    as_json,
    bundle,
)


def test_a_signature_leads_to_its_subject(stand: Stand) -> None:
    image = stand.push()
    signature = stand.attach(image)
    result = stand.look(signature)
    assert (result.digest, result.verdict) == (image.digest, Verdict.TRUSTED)
    assert len(stand.ledger.records) == 1


def test_a_fallback_index_leads_to_the_subjects_of_its_entries(stand: Stand) -> None:
    images = [stand.push("one"), stand.push("two")]
    entries = [
        {**as_json(stand.attach(image)), "artifactType": NOTARY_SIGNATURE}
        for image in images
    ]
    index = stand.push_document(
        {
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": entries,
        }
    )
    assert stand.look(index).digest == images[0].digest
    stand.work()
    assert {key.digest for key in stand.ledger.records} == {
        image.digest for image in images
    }
    assert {record.verdict for record in stand.ledger.records.values()} == {
        Verdict.TRUSTED
    }


def test_a_subject_only_the_index_names_is_not_lost_when_the_queue_refuses(
    stand: Stand,
) -> None:
    """The ledger knows nothing of it: its message must come again."""
    entries = [
        {
            **as_json(stand.attach(stand.push(each))),
            "artifactType": NOTARY_SIGNATURE,
        }
        for each in ("one", "two")
    ]
    index = stand.push_document(
        {
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": entries,
        }
    )
    stand.queue.failure = Unavailable("SendMessage: throttled")
    with pytest.raises(Unavailable, match="throttled"):
        stand.look(index)
    stand.queue.failure = None
    stand.look(index)
    stand.work()
    assert len(stand.ledger.records) == 2


def test_an_index_with_an_image_among_signatures_is_a_subject(at_once: Stand) -> None:
    image = at_once.push()
    signature = at_once.attach(image)
    index = at_once.push_document(
        {
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [
                {**as_json(each), "artifactType": NOTARY_SIGNATURE}
                for each in (signature, image)
            ],
        }
    )
    result = at_once.look(index)
    assert (result.digest, result.verdict) == (index.digest, Verdict.UNSIGNED)


def test_another_artifact_is_no_subject(stand: Stand) -> None:
    pusher = stand.pusher()
    chart = stand.push_document(
        {
            "mediaType": IMAGE_MANIFEST,
            "artifactType": "application/vnd.cncf.helm.chart",
            "config": pusher.layer(b"{}", EMPTY),
            "layers": [pusher.layer(b"chart")],
        }
    )
    result = stand.look(chart)
    assert (result.verdict, result.reason) == (None, "not-a-subject")
    assert stand.ledger.records == {}


def test_a_runnable_image_disguised_as_a_signature_is_judged_as_an_image(
    at_once: Stand,
) -> None:
    good = at_once.push("good")
    at_once.attach(good)
    disguised = at_once.push(
        "evil", artifactType=NOTARY_SIGNATURE, subject=as_json(good)
    )
    result = at_once.look(disguised)
    assert (result.digest, result.verdict) == (disguised.digest, Verdict.UNSIGNED)
    assert result.hold is HoldState.HELD


def test_an_ambiguous_manifest_is_untrusted_even_when_signed(stand: Stand) -> None:
    pusher = stand.pusher()
    image = stand.push_document(
        {
            "mediaType": IMAGE_MANIFEST,
            "config": pusher.layer(b'{"a": 1}', IMAGE_CONFIG),
            "layers": [pusher.layer(b"layer")],
            "manifests": [],
        }
    )
    stand.attach(image)
    result = stand.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.UNTRUSTED,
        ManifestProblem.AMBIGUOUS,
    )


def test_a_digest_the_registry_does_not_have_leaves_no_trace(stand: Stand) -> None:
    stand.push()
    result = stand.look("sha256:" + "0" * 64)
    assert (result.verdict, result.reason) == (None, "gone")
    assert stand.ledger.records == {}


def test_an_index_of_signatures_that_lacks_one_is_held_and_hides_no_other() -> None:
    lacking: set[str] = set()

    class Lacking:
        """A registry that lost what an index lists."""

        def __init__(self, inner: Any) -> None:
            self.account, self.region = inner.account, inner.region
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def manifests(self, repository: str, digests: Any, **how: Any) -> Any:
            found = self._inner.manifests(repository, digests, **how)
            return {one: found[one] for one in found if one not in lacking}

    wrap: Callable[[Any], Any] = Lacking
    stand = Stand(current=bundle(grace="0s"), registry=wrap)
    image = stand.push()
    first = stand.attach(image)
    second = stand.attach(image, annotations={"n": "2"})
    entries = [
        as_json(each) | {"artifactType": NOTARY_SIGNATURE} for each in (first, second)
    ]
    index = stand.push_document({"mediaType": INDEX, "manifests": entries})
    lacking.add(second.digest)
    stand.look(index)
    assert stand.record(index).verdict is Verdict.UNSIGNED
    assert stand.status(index) == "ARCHIVED"
    assert stand.look(image).verdict is Verdict.TRUSTED
