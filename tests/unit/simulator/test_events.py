"""The `aws.ecr` events, and what may happen to them on their way."""

from typing import Any

import pytest


def test_a_push_has_the_real_shape(bench: Any) -> None:
    image = bench.push.image("a", tag="v1")
    (event,) = bench.aws.events.drain()
    assert event.pop("id")
    assert event == {
        "version": "0",
        "detail-type": "ECR Image Action",
        "source": "aws.ecr",
        "account": "123456789012",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {
            "result": "SUCCESS",
            "repository-name": "app",
            "image-digest": image["digest"],
            "action-type": "PUSH",
            "manifest-media-type": "application/vnd.oci.image.manifest.v1+json",
            "artifact-media-type": "application/vnd.oci.image.config.v1+json",
            "image-tag": "v1",
        },
    }


def test_archiving_and_restoring_have_the_real_shape(benches: Any) -> None:
    bench = benches()
    image = bench.push.image("a", tag="v1")
    bench.events()
    bench.store(image, "ARCHIVE")
    ((kind, detail),) = bench.events()
    assert kind == "ECR Image Action"
    assert detail["action-type"] == "UPDATE_STORAGE_CLASS"
    assert detail["target-storage-class"] == "ARCHIVE"
    assert "image-tag" not in detail
    bench.store(image, "STANDARD")
    assert bench.events() == []
    bench.clock.advance(bench.aws.behaviours.restore_delay)
    bench.aws.settle()
    ((_, detail),) = bench.events()
    assert detail["target-storage-class"] == "STANDARD"
    assert detail["last-activated-at"] == "2026-01-01T00:20:00.000Z"


def test_a_referrer_has_its_own_detail_type_and_no_subject(bench: Any) -> None:
    image = bench.push.image("a")
    bench.events()
    signature = bench.referrer(image)
    bench.store(signature, "ARCHIVE")
    (pushed, detail), (archived, _) = bench.events()
    assert pushed == archived == "ECR Referrer Action"
    assert detail["image-digest"] == signature["digest"]
    assert detail["artifact-media-type"] == "application/vnd.cncf.notary.signature"
    assert image["digest"] not in str(detail)


def test_a_fallback_tag_is_an_image_action(bench: Any) -> None:
    image = bench.push.image("a")
    signature = bench.referrer(image)
    bench.events()
    tag = image["digest"].replace(":", "-")
    bench.push.index([signature], tag=tag)
    ((kind, detail),) = bench.events()
    assert (kind, detail["image-tag"]) == ("ECR Image Action", tag)
    assert "artifact-media-type" not in detail


def test_a_delete_says_which_tag_went(bench: Any) -> None:
    image = bench.push.image("a", tag="v1")
    bench.repeat(image, "v2")
    bench.events()
    bench.delete(imageTag="v1")
    bench.delete(imageDigest=image["digest"])
    told = [(x["action-type"], x["image-tag"]) for _, x in bench.events()]
    assert told == [("DELETE", "v1"), ("DELETE", "v2")]


def test_what_is_refused_emits_nothing(bench: Any) -> None:
    image = bench.push.image("a", tag="v1")
    bench.push.index([image])
    bench.events()
    bench.delete(imageDigest=image["digest"])
    bench.error(
        "UpdateImageStorageClass",
        imageId={"imageDigest": image["digest"]},
        targetStorageClass="ARCHIVE",
    )
    assert bench.events() == []


def test_events_are_dropped_repeated_and_reordered(bench: Any) -> None:
    pushed = [bench.push.image(str(number))["digest"] for number in range(4)]
    events = bench.aws.events

    def digest(event: dict[str, Any]) -> str:
        return str(event["detail"]["image-digest"])

    assert digest(events.take(2)) == pushed[2]
    events.drop(0)
    assert digest(events.take(keep=True)) == pushed[1]
    assert [digest(event) for event in events] == [pushed[1], pushed[3]]
    assert [digest(event) for event in events.drain()] == [pushed[1], pushed[3]]
    assert len(events) == 0
    assert [digest(event) for event in events.emitted] == pushed
    with pytest.raises(IndexError):
        events.take()


def test_the_same_history_makes_the_same_events(benches: Any) -> None:
    def history() -> list[dict[str, Any]]:
        bench = benches()
        image = bench.push.image("a", tag="v1")
        bench.referrer(image)
        bench.store(image, "ARCHIVE")
        return list(bench.aws.events.drain())

    assert history() == history()
