"""Our vectors are what their functions make, in their published form, and hold."""

import json
from typing import Any

import pytest

from tests.json_schema import problems
from tests.vectors.own import judges
from tests.vectors.own.collection import CASES, FILE, document
from tests.vectors.own.vector import described

VECTORS = judges.read(FILE)
NAMES = [vector["name"] for vector in VECTORS]


def test_making_them_again_changes_nothing() -> None:
    assert FILE.read_text() == document(), "run make generated"


def test_they_have_the_published_form() -> None:
    assert problems(json.loads(FILE.read_text()), "vectors.schema.json") == []


def test_another_form_is_a_problem() -> None:
    changed = [{**VECTORS[0], "verdict": "perhaps"}]
    assert problems({"schema": 1, "vectors": changed}, "vectors.schema.json")


def test_every_vector_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(CASES)


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_our_verifier_gives_what_the_vector_says(vector: dict[str, Any]) -> None:
    found = judges.ours(vector)
    assert found == {member: vector[member] for member in found}


@pytest.mark.parametrize(
    "name", ["p256-in-jws", "signing-authority-in-cose", "ocsp-good-by-the-issuer"]
)
def test_a_vector_that_says_otherwise_is_noticed(name: str) -> None:
    """The same case, its trust or its answer taken away."""
    vector = VECTORS[NAMES.index(name)]
    other = VECTORS[NAMES.index("ocsp-forged-by-another-key")]
    if vector["kind"] == "ocsp-response":
        assert judges.ours({**vector, "response": other["response"]}) == {
            "status": "unknown"
        }
    else:
        stores = {store: [other["chain"][-1]] for store in vector["trustStores"]}
        assert judges.ours({**vector, "trustStores": stores}) == {
            "verdict": "refused",
            "failed": ["authenticity"],
        }


def test_a_case_without_its_clause_is_no_case() -> None:
    def bare() -> Any:
        """A title alone."""

    with pytest.raises(ValueError, match="bare"):
        described(bare)
