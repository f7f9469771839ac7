"""The committed seeds are what forge makes, and the targets see what they are for."""

import base64
from pathlib import Path

import pytest

from tests.fuzz import material, seeds
from tests.fuzz.signatures import believed
from tests.fuzz.targets import TARGETS

MADE = seeds.corpus()
ALL = [(target, name) for target, made in MADE.items() for name in made]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_making_the_seeds_again_changes_nothing() -> None:
    assert contents(material.MATERIAL) == seeds.material()
    assert {one.name for one in material.CORPUS.iterdir()} == set(MADE)
    for target, made in MADE.items():
        assert material.seeds(target) == made, "run make generated"


def test_every_target_has_seeds_of_both_kinds() -> None:
    assert set(TARGETS) == set(MADE)
    for target, made in MADE.items():
        kinds = {name.startswith("good") for name in made}
        # A header without its own signature holds no timestamp of it.
        assert kinds == ({False} if target == "jws-parts" else {True, False}), target


def test_the_corpus_is_small() -> None:
    assert sum(len(seed) for made in MADE.values() for seed in made.values()) < 300_000


@pytest.mark.parametrize(("target", "name"), ALL, ids=map("/".join, ALL))
def test_a_seed_is_judged_as_its_name_says(target: str, name: str) -> None:
    with believed():
        accepted = TARGETS[target](MADE[target][name])
    assert accepted is name.startswith("good")


@pytest.mark.parametrize("target", ["jws", "cose", "timestamp", "ocsp", "crl"])
def test_belief_is_what_lets_a_changed_signature_through(target: str) -> None:
    good = next(seed for name, seed in MADE[target].items() if name.startswith("good"))
    judge = TARGETS[target]
    assert judge(good)
    changed = _changed(good)
    assert not judge(changed)
    with believed():
        assert judge(changed)
    assert not judge(changed)


def _changed(seed: bytes) -> bytes:
    """Change the last byte of a signature: the leaf's where there is one."""
    leaf = material.ders("envelope")[0]
    other = leaf[:-1] + bytes((leaf[-1] ^ 1,))
    for encode in (bytes, base64.b64encode):
        if encode(leaf) in seed:
            return seed.replace(encode(leaf), encode(other))
    return seed[:-1] + bytes((seed[-1] ^ 1,))
