"""Whatever a bundle's bytes are: a bundle, or InvalidBundle with something to do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sealward.policy.bundle import InvalidBundle, load_bundle
from sealward.policy.compile import read_trust_policy

DEMO = Path(__file__).parents[2] / "demo" / "policy"
SOUND: dict[str, Any] = json.loads((DEMO / "bundle.json").read_bytes())
TRUST_POLICY: dict[str, Any] = json.loads((DEMO / "trustpolicy.json").read_bytes())

Path_ = tuple[str | int, ...]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from(["*", "10m", "ca:payments", "x509.subject: C=US,ST=WA,O=a", "="]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: object, here: Path_ = ()) -> list[Path_]:
    found = [here]
    if isinstance(value, dict):
        for name, member in value.items():
            found += places(member, (*here, name))
    if isinstance(value, list):
        for index, member in enumerate(value):
            found += places(member, (*here, index))
    return found


def changed(value: Any, place: Path_, new: object) -> Any:
    if not place:
        return new
    step, rest = place[0], place[1:]
    if isinstance(value, list):
        copy = list(value)
        copy[int(step)] = changed(value[int(step)], rest, new)
        return copy
    return {**value, step: changed(value[step], rest, new)}


def problem(read: Callable[[bytes], object], document: bytes) -> InvalidBundle | None:
    """Return why ``document`` is refused; anything else that is raised escapes."""
    try:
        read(document)
    except InvalidBundle as error:
        return error
    return None


def check(refused: InvalidBundle | None) -> None:
    """A refusal says what to do, in text that every output can carry."""
    if refused is not None:
        assert refused.problems
        assert all(one.message and one.remedy for one in refused.problems)
        assert str(refused).encode()


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(places(SOUND)), new=json_values)
def test_any_value_in_any_place_is_loaded_or_refused(place: Path_, new: object) -> None:
    check(problem(load_bundle, json.dumps(changed(SOUND, place, new)).encode()))


@settings(max_examples=200, deadline=None)
@given(
    at=st.integers(0, len(json.dumps(SOUND))),
    cut=st.integers(0, 40),
    new=st.binary(max_size=20),
)
def test_any_bytes_anywhere_are_loaded_or_refused(
    at: int, cut: int, new: bytes
) -> None:
    text = json.dumps(SOUND).encode()
    check(problem(load_bundle, text[:at] + new + text[at + cut :]))


@settings(max_examples=100, deadline=None)
@given(document=st.binary(max_size=200))
def test_noise_is_refused(document: bytes) -> None:
    refused = problem(load_bundle, document)
    assert refused is not None
    check(refused)


@settings(max_examples=200, deadline=None)
@given(place=st.sampled_from(places(TRUST_POLICY)), new=json_values)
def test_any_trust_policy_is_read_or_refused(place: Path_, new: object) -> None:
    text = json.dumps(changed(TRUST_POLICY, place, new)).encode()
    check(problem(read_trust_policy, text))
