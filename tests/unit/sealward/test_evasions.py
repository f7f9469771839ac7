"""Evasions: what a hostile pusher tries to be overlooked, released or forgotten."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.decisions import Unknown
from sealward.ledger import HoldState, Verdict
from sealward.look.reading.hints import INDEX_BATCH
from sealward.ports.registry import Manifest
from sealward.signatures.retrieval import LARGE_IN_ALL
from sealward.subjects import NOTARY_SIGNATURE, classify, signature_manifest
from sealward.subjects.manifests import ManifestProblem
from simulator.behaviours import ArchivedManifest, Behaviours
from simulator.errors import ServiceError
from simulator.faults import Fault
from simulator.in_process.registry import InProcessRegistry
from tests.unit.sealward.stand import (
    EMPTY,
    IMAGE_CONFIG,
    IMAGE_MANIFEST,
    REPOSITORY,
    Stand,
    as_json,
    bundle,
)

MINUTE = timedelta(minutes=1)
OCI_INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture
def stand() -> Stand:
    """A stand whose policy gives no grace: what is bad is held at the first look."""
    return Stand(current=bundle(grace="0s"))


def disguised_index(stand: Stand, *entries: Descriptor) -> Descriptor:
    """Push an index whose entries all call themselves signatures."""
    return stand.push_document(
        {
            "mediaType": OCI_INDEX,
            "manifests": [
                {**as_json(entry), "artifactType": NOTARY_SIGNATURE}
                for entry in entries
            ],
        }
    )


def test_a_signature_of_an_image_disguised_as_an_index_of_signatures_excuses_nothing(
    stand: Stand,
) -> None:
    index = disguised_index(stand, stand.push())
    result = stand.look(stand.junk(index))
    assert (result.digest, result.verdict) == (index.digest, Verdict.UNTRUSTED)
    assert result.hold is HoldState.HELD


def test_a_pending_index_of_images_stays_so_when_junk_refers_to_it() -> None:
    stand = Stand()
    index = disguised_index(stand, stand.push())
    stand.look(index)
    stand.clock.advance(MINUTE)
    stand.look(stand.junk(index))
    record = stand.record(index)
    assert record.verdict is Verdict.PENDING
    assert record.due is not None


def test_a_signature_of_an_index_of_signatures_is_of_no_image(stand: Stand) -> None:
    index = disguised_index(stand, stand.attach(stand.push()))
    result = stand.look(stand.junk(index))
    assert (result.verdict, result.reason) == (None, "not-a-subject")


def test_an_index_is_read_no_further_than_what_shows_that_it_is_an_image(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stand.push("evil")
    entries = [
        stand.attach(image, b"%d" % number, annotations={"padding": "x" * 70_000})
        for number in range(60)
    ]
    index = disguised_index(stand, *entries)
    read: list[str] = []
    manifests = InProcessRegistry.manifests

    def counted(
        registry: InProcessRegistry,
        repository: str,
        digests: Sequence[str],
        **more: Any,
    ) -> Mapping[str, Manifest]:
        read.extend(digests)
        return manifests(registry, repository, digests, **more)

    monkeypatch.setattr(InProcessRegistry, "manifests", counted)
    assert stand.look(index).verdict is Verdict.UNSIGNED
    # Each entry may have 4 MiB: a function that holds all of them dies, every time.
    assert len(read) <= 1 + INDEX_BATCH


def test_an_ambiguous_image_is_not_released_by_a_signature_found_while_it_is_held(
    stand: Stand,
) -> None:
    pusher = stand.pusher()
    image = stand.push_document(
        {
            "mediaType": IMAGE_MANIFEST,
            "config": pusher.layer(b'{"a": 1}', IMAGE_CONFIG),
            "layers": [pusher.layer(b"layer")],
            "manifests": [],
        }
    )
    assert stand.look(image).hold is HoldState.HELD
    stand.clock.advance(MINUTE)
    result = stand.look(stand.attach(image))
    assert (result.verdict, result.reason, result.hold) == (
        Verdict.UNTRUSTED,
        ManifestProblem.AMBIGUOUS,
        HoldState.HELD,
    )


def test_an_image_archived_before_its_first_look_is_found_when_it_comes_back(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.gate.registry.archive("prod/app", image.digest)
    assert stand.look(image).verdict is None
    stand.gate.registry.restore("prod/app", image.digest)
    assert stand.status(image) == "ACTIVATING"
    stand.clock.advance(timedelta(seconds=1))
    # The event that says so is the last one: nothing names it when it is ACTIVE.
    assert stand.look(image).verdict is Verdict.INCONCLUSIVE
    stand.aws.events.drain()
    stand.pass_time(timedelta(hours=2))
    assert stand.record(image).verdict is Verdict.UNSIGNED
    assert stand.status(image) == "ARCHIVED"


def test_an_image_seen_only_while_it_was_restored_is_no_other_artifact(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.gate.registry.archive("prod/app", image.digest)
    stand.gate.registry.restore("prod/app", image.digest)
    stand.clock.advance(timedelta(seconds=1))
    assert stand.look(image).verdict is Verdict.INCONCLUSIVE
    stand.gate.registry.archive("prod/app", image.digest)
    result = stand.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        "manifest-unreadable",
    )
    assert "cannot be pulled" in result.detail
    assert stand.record(image).due is None
    # It comes back, and is judged as from the start.
    stand.gate.registry.restore("prod/app", image.digest)
    stand.pass_time(timedelta(minutes=30))
    stand.look(image)
    assert stand.record(image).verdict is Verdict.UNSIGNED


def test_large_envelopes_are_read_up_to_a_bound_and_the_good_one_before_them(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    blob = InProcessRegistry.blob

    def counted(
        registry: InProcessRegistry, repository: str, digest: str, *, limit: int
    ) -> bytes:
        content = blob(registry, repository, digest, limit=limit)
        sizes.append(len(content))
        return content

    monkeypatch.setattr(InProcessRegistry, "blob", counted)
    image = stand.push()
    newest = {"org.opencontainers.image.created": "2999-01-01T00:00:00Z"}
    for number in range(20):
        junk = b"%020d" % number * 50_000
        stand.attach(image, junk, annotations=newest)
    result = stand.look(image)
    assert (result.verdict, result.candidates) == (Verdict.UNTRUSTED, 20)
    # Judging 100 of a mebibyte each would outlast the function, at every attempt.
    assert sum(sizes) <= LARGE_IN_ALL
    signature = stand.attach(image)
    stand.clock.advance(MINUTE)
    result = stand.look(image)
    assert (result.verdict, stand.record(image).signature) == (
        Verdict.TRUSTED,
        signature.digest,
    )


@pytest.mark.parametrize("where", ["artifactType", "config", "layer"])
@pytest.mark.parametrize("value", [[], {}, ["x"], {"x": 1}, 1, True])
def test_a_media_type_that_is_no_text_is_a_bad_signature_and_ends_no_look(
    stand: Stand, where: str, value: object
) -> None:
    image = stand.push()
    pusher = stand.pusher()
    config = pusher.layer(b"{}", EMPTY)
    layer = pusher.layer(b"junk", "application/jose+json")
    document = {
        "mediaType": IMAGE_MANIFEST,
        "artifactType": value if where == "artifactType" else NOTARY_SIGNATURE,
        "config": {**config, "mediaType": value} if where == "config" else config,
        "layers": [{**layer, "mediaType": value} if where == "layer" else layer],
        "subject": as_json(image),
    }
    manifest = {"schemaVersion": 2, **document}
    assert signature_manifest(manifest, IMAGE_MANIFEST) is None
    classify(json.dumps(manifest).encode(), IMAGE_MANIFEST)


def test_an_archived_signature_counts_no_more_because_an_event_names_it() -> None:
    readable = Behaviours(
        archived_manifest=ArchivedManifest.READABLE, archived_layers_inaccessible=False
    )
    stand = Stand(current=bundle(grace="0s"), behaviours=readable)
    image = stand.push()
    signature = stand.attach(image)
    stand.gate.registry.archive(REPOSITORY, signature.digest)
    assert stand.look(image).reason == "signature-archived"
    stand.clock.advance(MINUTE)
    result = stand.look(signature)
    assert (result.verdict, result.hold) == (Verdict.UNTRUSTED, HoldState.HELD)
    assert stand.status(image) == "ARCHIVED"


def test_an_ambiguous_image_stays_so_through_an_outage_longer_than_unknown_for(
    stand: Stand,
) -> None:
    pusher = stand.pusher()
    image = stand.push_document(
        {
            "mediaType": IMAGE_MANIFEST,
            "config": pusher.layer(b'{"a": 1}', IMAGE_CONFIG),
            "layers": [pusher.layer(b"layer")],
            "manifests": [],
        }
    )
    assert stand.look(image).hold is HoldState.HELD
    stand.attach(image)
    outage = stand.aws.faults.add(
        Fault(
            operation="ListImageReferrers",
            error=ServiceError("ThrottlingException", "Rate exceeded"),
        )
    )
    stand.pass_time(timedelta(hours=3))
    assert stand.record(image).reason == Unknown.REGISTRY_UNAVAILABLE
    stand.aws.faults.remove(outage)
    result = stand.look(image)
    assert (result.verdict, result.reason, result.hold) == (
        Verdict.UNTRUSTED,
        ManifestProblem.AMBIGUOUS,
        HoldState.HELD,
    )
    assert stand.status(image) == "ARCHIVED"
