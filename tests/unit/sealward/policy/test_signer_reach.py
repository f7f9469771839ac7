"""How far AWS Signer's revocations reach, as a policy writes it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from notation_verifier.signer import SignerReach
from sealward.policy.bundle import InvalidBundle, Policy, load_bundle

Encode = Callable[[dict[str, Any]], bytes]


def policy(document: dict[str, Any], encode: Encode, said: Any) -> Policy:
    written = json.loads(json.dumps(document))
    if said is not None:
        written["policies"][0]["revocation"] = said
    (found,) = load_bundle(encode(written)).policies
    return found


@pytest.mark.parametrize(
    ("said", "reach"),
    [
        (None, SignerReach.EFFECTIVE),
        ({}, SignerReach.EFFECTIVE),
        ({"signer": "effective"}, SignerReach.EFFECTIVE),
        ({"signer": "all"}, SignerReach.ALL),
    ],
    ids=["nothing", "empty", "effective", "all"],
)
def test_what_a_policy_says(
    document: dict[str, Any], encode: Encode, said: Any, reach: SignerReach
) -> None:
    assert policy(document, encode, said).revocation.signer is reach


def test_it_is_part_of_the_statement_hash(
    document: dict[str, Any], encode: Encode
) -> None:
    hashes = {
        policy(document, encode, said).statement_hash
        for said in (None, {"signer": "all"}, {"signer": "effective"})
    }
    assert len(hashes) == 3


@pytest.mark.parametrize("word", ["ALL", "none", "", 1, True, ["all"]])
def test_any_other_word_is_refused(
    document: dict[str, Any], encode: Encode, word: Any
) -> None:
    with pytest.raises(InvalidBundle) as caught:
        policy(document, encode, {"signer": word})
    (problem,) = caught.value.problems
    assert problem.pointer == "/policies/0/revocation/signer"
    assert "effective" in problem.remedy
