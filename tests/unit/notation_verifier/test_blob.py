"""Signatures of blobs: which digest counts, what is compared, what is required."""

import hashlib
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from notation_verifier import (
    Blob,
    CheckName,
    Conclusion,
    Descriptor,
    Passed,
    Reason,
    Verification,
    read_envelope,
    verify,
)
from notation_verifier.blob_trust_policy import parse_blob_statement
from notation_verifier.explanation import Explanation
from tests import forge

CONTENT = b"a release asset" * 999
MEDIA_TYPE = "application/octet-stream"
DIGESTS = {"256": "sha256", "384": "sha384", "512": "sha512"}
STATEMENT = parse_blob_statement(
    {
        "name": "releases",
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:acme"],
        "trustedIdentities": ["*"],
    }
)


def signed(algorithm: str, content: bytes = CONTENT) -> Descriptor:
    name = DIGESTS[algorithm[2:]]
    digest = hashlib.new(name, content).hexdigest()
    return Descriptor(
        media_type=MEDIA_TYPE, digest=f"{name}:{digest}", size=len(content)
    )


def report(
    blob: Blob,
    *,
    algorithm: str = "ES384",
    subject: Descriptor | None = None,
    form: str = "jws",
    **more: Any,
) -> Verification:
    signer = forge.chain(2, algorithm=algorithm, ca_algorithm="ES256")
    envelope = forge.sign(subject or signed(algorithm), signer, form)
    arguments = forge.case(
        envelope,
        signer,
        subject=blob,
        policy=STATEMENT,
        media_type=forge.COSE if form == "cose" else forge.JWS,
    )
    return verify(**arguments, **more)


def failed(found: Verification) -> dict[CheckName, Reason]:
    return {check.name: outcome.reason for check, outcome in found.failures}


@pytest.mark.parametrize("form", ["jws", "cose"])
@pytest.mark.parametrize("algorithm", forge.ALGORITHMS)
def test_the_algorithm_of_the_signature_chooses_the_digest(
    algorithm: str, form: str
) -> None:
    only = DIGESTS[algorithm[2:]]
    blob = Blob.of([CONTENT], algorithms=[only])
    found = report(blob, algorithm=algorithm, form=form)
    assert found.conclusion() is Conclusion.SATISFIED
    assert found.check(CheckName.PAYLOAD).outcome == Passed(
        f"of {only}:{blob.digests[only]}"
    )


@pytest.mark.parametrize("other", ["ES256", "ES512"])
def test_a_digest_of_another_algorithm_is_not_the_signatures(other: str) -> None:
    found = report(Blob.of([CONTENT]), algorithm="ES384", subject=signed(other))
    assert failed(found) == {CheckName.PAYLOAD: Reason.SUBJECT_MISMATCH}


def test_the_envelope_tells_which_digest_is_wanted() -> None:
    signer = forge.chain(2, algorithm="ES512")
    envelope = read_envelope(forge.sign(signed("ES512"), signer), forge.JWS)
    assert envelope.algorithm.digest_algorithm == "sha512"


def test_a_digest_that_the_caller_did_not_make_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="sha384"):
        report(Blob.of([CONTENT], algorithms=["sha256"]))


@pytest.mark.parametrize(
    "blob",
    [
        Blob.of([CONTENT[:-1]]),
        Blob.of([CONTENT + b"\n"]),
        Blob.of([]),
        replace(Blob.of([CONTENT]), size=len(CONTENT) + 1),
        Blob.of([CONTENT], media_type="text/plain"),
        Blob.of([CONTENT], media_type=""),
        Blob.of([CONTENT], media_type=MEDIA_TYPE.upper()),
    ],
)
def test_what_is_not_the_signed_blob(blob: Blob) -> None:
    assert failed(report(blob)) == {CheckName.PAYLOAD: Reason.SUBJECT_MISMATCH}


def test_a_media_type_counts_only_where_one_is_asked_for() -> None:
    assert not failed(report(Blob.of([CONTENT])))
    assert not failed(report(Blob.of([CONTENT], media_type=MEDIA_TYPE)))


def test_a_blob_is_the_same_however_it_is_cut() -> None:
    cuts = random.Random(7)
    places = sorted(cuts.randrange(len(CONTENT)) for _ in range(20))
    chunks = [
        CONTENT[begin:end]
        for begin, end in zip([0, *places], [*places, len(CONTENT)], strict=True)
    ]
    assert Blob.of(chunks) == Blob.of([CONTENT])


def test_an_image_signature_is_none_of_a_blob_with_the_same_bytes_elsewhere() -> None:
    """A manifest kept in a file is the same content: its type can tell them apart."""
    found = report(
        Blob.of([b"{}"], media_type=MEDIA_TYPE),
        algorithm="ES256",
        subject=forge.descriptor(b"{}"),
    )
    assert failed(found) == {CheckName.PAYLOAD: Reason.SUBJECT_MISMATCH}


def test_required_metadata_of_a_blob() -> None:
    found = report(Blob.of([CONTENT]), user_metadata={"release": "1.0"})
    assert failed(found) == {CheckName.PAYLOAD: Reason.USER_METADATA_MISMATCH}


def test_an_explanation_speaks_of_blobs() -> None:
    explained = Explanation(
        verification=report(Blob.of([CONTENT])),
        statement=STATEMENT,
        subject=signed("ES384"),
        at=forge.NOW,
    )
    assert explained.sentence.startswith("Blobs under releases must be signed by any")
    assert explained.as_json()["statement"]["registryScopes"] == []


def test_the_documented_example_runs() -> None:
    root = Path(__file__).parents[3]
    text = (root / "docs/verification.md").read_text(encoding="utf-8")
    section = text.split("\n## Blobs\n")[1].split("\n## ")[0]
    [example] = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    signer = forge.chain(2)
    statement = {
        "name": "releases",
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:acme"],
        "trustedIdentities": ["*"],
    }
    case = forge.case(
        forge.sign(signed("ES384"), signer, annotations={"release": "stable"}), signer
    )
    names = {
        **case,
        "chunks": [CONTENT],
        "document": json.dumps(
            {"version": "1.0", "trustPolicies": [statement]}
        ).encode(),
    }
    exec(compile(example, "docs/verification.md", "exec"), names)
    assert names["report"].conclusion() is Conclusion.SATISFIED
