"""Every file of events/ through the real handler."""

import json
from collections.abc import Iterator

import pytest

from tests.functions.event_files import CASES, EVENTS, files, function_of, texts
from tests.functions.world import World, world

IMAGES = {
    image["digest"]: image["expect"]
    for case in json.loads(CASES.read_text())["cases"]
    for image in case["images"]
}
SUBJECTS = {
    digest: case["images"][0]["digest"]
    for case in json.loads(CASES.read_text())["cases"]
    for digest in case["signatures"]
}


@pytest.fixture(scope="module")
def everything_pushed() -> Iterator[World]:
    with world() as made:
        for case in json.loads(CASES.read_text())["cases"]:
            made.push(case["name"])
        yield made


def test_the_files_are_those_of_the_demo() -> None:
    wanted = dict(texts())
    found = {path: path.read_text() for path in EVENTS.glob("*.json")}
    assert found == wanted, "run make generated"


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, event in files().items()
        if "detail" in event and function_of(name) == "VerifyPushFunction"
    ],
)
def test_an_event_ends_as_its_case_says(everything_pushed: World, name: str) -> None:
    event = json.loads((EVENTS / name).read_text())
    if "malformed" in name:
        answer = everything_pushed.look(event)
        assert answer["malformed"] == "event-bad-repository"
        return
    if "failed" in name:
        assert everything_pushed.look(event) == {"reason": "nothing-happened"}
        return
    named = event["detail"]["image-digest"]
    digest = SUBJECTS.get(named, named)
    answer = everything_pushed.look(event)
    assert answer["digest"] == digest
    assert answer["verdict"] == IMAGES[digest]["verdict"], answer
    json.dumps(answer)  # what Lambda must be able to send


@pytest.mark.parametrize(
    "name", [name for name in files() if function_of(name) == "SweepFunction"]
)
def test_a_revocation_is_taken_by_the_sweep(
    everything_pushed: World, name: str
) -> None:
    answer = everything_pushed.sweep(json.loads((EVENTS / name).read_text()))
    assert answer["failure"] == ""
    json.dumps(answer)
