"""Both formats, six algorithms, chains of one to four; and what is not one of them."""

from dataclasses import replace
from typing import Any

import pytest

from notation_verifier import (
    CheckName,
    Conclusion,
    Failed,
    MalformedEnvelope,
    Passed,
    Reason,
    UnsupportedEnvelope,
    verify,
)
from tests import forge

MEDIA_TYPES = {"jws": forge.JWS, "cose": forge.COSE}
FORMATS = pytest.mark.parametrize("format_", ["jws", "cose"])


def failures(arguments: dict[str, Any]) -> dict[CheckName, Reason]:
    return {check.name: failed.reason for check, failed in verify(**arguments).failures}


@FORMATS
@pytest.mark.parametrize("length", [1, 2, 3, 4])
@pytest.mark.parametrize("algorithm", forge.ALGORITHMS)
def test_a_right_signature_is_satisfied(
    algorithm: str, length: int, format_: str
) -> None:
    signer = forge.chain(length, algorithm=algorithm, ca_algorithm="ES256")
    envelope = forge.sign(forge.descriptor(), signer, format_)
    report = verify(**forge.case(envelope, signer, media_type=MEDIA_TYPES[format_]))
    assert report.conclusion() is Conclusion.SATISFIED
    assert [check.name for check in report.checks] == list(CheckName)
    assert all(isinstance(check.outcome, Passed) for check in report.checks)
    assert report.algorithm == algorithm
    assert report.signing_time == forge.SIGNING_TIME
    assert [link.sha256 for link in report.chain][-1] == signer.root_fingerprint
    assert len(report.chain) == length
    assert report.anchor == "ca:acme"
    assert report.identity == "*"


@FORMATS
@pytest.mark.parametrize("algorithm", ["PS256", "ES256", "ES384", "ES512"])
def test_another_keys_signature_is_a_mismatch(algorithm: str, format_: str) -> None:
    signer = forge.chain(2, algorithm=algorithm, ca_algorithm="ES256")
    other = forge.private_key(algorithm, "someone else")
    envelope = forge.sign(forge.descriptor(), signer, format_, key=other)
    found = failures(forge.case(envelope, signer, media_type=MEDIA_TYPES[format_]))
    assert found == {CheckName.SIGNATURE: Reason.SIGNATURE_MISMATCH}


@FORMATS
def test_an_algorithm_that_is_not_the_keys_is_a_mismatch(format_: str) -> None:
    signer = forge.chain(2, algorithm="ES384")
    envelope = forge.sign(
        forge.descriptor(), signer, format_, algorithm="ES256", header_algorithm="ES256"
    )
    found = failures(forge.case(envelope, signer, media_type=MEDIA_TYPES[format_]))
    assert found == {CheckName.SIGNATURE: Reason.ALGORITHM_MISMATCH}


@FORMATS
@pytest.mark.parametrize("salt", [0, 20, 64])
def test_a_salt_that_is_not_as_long_as_the_hash_is_a_mismatch(
    format_: str, salt: int
) -> None:
    signer = forge.chain(1, algorithm="PS256")
    envelope = forge.sign(forge.descriptor(), signer, format_, salt_length=salt)
    found = failures(forge.case(envelope, signer, media_type=MEDIA_TYPES[format_]))
    assert found == {CheckName.SIGNATURE: Reason.SIGNATURE_MISMATCH}


def test_an_ecdsa_signature_in_der_is_a_mismatch() -> None:
    signer = forge.chain(1, algorithm="ES256")
    envelope = forge.cose_envelope(
        forge.payload_of(forge.descriptor()),
        signer,
        members={3: b"\x30\x06" + b"\1" * 70},
    )
    found = failures(forge.case(envelope, signer, media_type=forge.COSE))
    assert found == {CheckName.SIGNATURE: Reason.SIGNATURE_MISMATCH}


@FORMATS
@pytest.mark.parametrize(
    "change",
    [
        {"digest": "sha256:" + "0" * 64},
        {"size": 3},
        {"media_type": "application/vnd.oci.image.index.v1+json"},
    ],
)
def test_a_signature_of_another_subject_is_refused(
    format_: str, change: dict[str, Any]
) -> None:
    signer = forge.chain(2)
    envelope = forge.sign(forge.descriptor(), signer, format_)
    other = replace(forge.descriptor(), **change)
    arguments = forge.case(
        envelope, signer, media_type=MEDIA_TYPES[format_], subject=other
    )
    assert failures(arguments) == {CheckName.PAYLOAD: Reason.SUBJECT_MISMATCH}


@FORMATS
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"targetArtifact":null}',
        b'{"targetArtifact":{}}',
        b'{"TargetArtifact":{}}',
        b'{"targetArtifact":{},"targetArtifact":{}}',
        b'{"targetArtifact":{"mediaType":"a","digest":"sha256:00","size":1}}',
        b'{"targetArtifact":{"mediaType":"a","digest":"sha256:%s","size":1.0}}'
        % (b"0" * 64),
        b'{"targetArtifact":{"mediaType":"a","digest":"sha256:%s","size":true}}'
        % (b"0" * 64),
        b'{"targetArtifact":{"mediaType":"a","digest":"sha256:%s","size":-1}}'
        % (b"0" * 64),
        b'{"targetArtifact":{"mediaType":"a","digest":"sha256:%s","Size":1}}'
        % (b"0" * 64),
        b'{"targetArtifact":{"mediaType":"a","digest":"SHA256:%s","size":1}}'
        % (b"0" * 64),
        b'{"targetArtifact":{"mediaType":"","digest":"sha256:%s","size":1}}'
        % (b"0" * 64),
        b"\xff{}",
    ],
)
def test_a_payload_that_names_no_artifact_is_malformed(
    format_: str, payload: bytes
) -> None:
    signer = forge.chain(1)
    envelope = forge.sign(forge.descriptor(), signer, format_, payload=payload)
    found = failures(forge.case(envelope, signer, media_type=MEDIA_TYPES[format_]))
    assert found == {CheckName.PAYLOAD: Reason.PAYLOAD_MALFORMED}


@FORMATS
def test_signed_annotations_are_no_obstacle(format_: str) -> None:
    signer = forge.chain(1)
    envelope = forge.sign(
        forge.descriptor(), signer, format_, annotations={"Size": "1", "build": "[[{"}
    )
    assert not failures(forge.case(envelope, signer, media_type=MEDIA_TYPES[format_]))


@FORMATS
@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/vnd.cncf.notary.payload.v1+JSON", " ", "a;b=c"],
)
def test_another_content_type_is_refused(format_: str, content_type: str) -> None:
    signer = forge.chain(1)
    envelope = forge.sign(
        forge.descriptor(), signer, format_, content_type=content_type
    )
    found = failures(forge.case(envelope, signer, media_type=MEDIA_TYPES[format_]))
    assert found == {CheckName.PAYLOAD: Reason.PAYLOAD_CONTENT_TYPE}


@pytest.mark.parametrize(
    "media_type",
    ["", "application/json", "application/JOSE+json", "application/cose; a=b"],
)
def test_another_media_type_is_unsupported(media_type: str) -> None:
    signer = forge.chain(1)
    envelope = forge.sign(forge.descriptor(), signer)
    with pytest.raises(UnsupportedEnvelope, match="media type"):
        verify(**forge.case(envelope, signer, media_type=media_type))


@pytest.mark.parametrize(("format_", "said"), [("jws", "cose"), ("cose", "jws")])
def test_the_media_type_decides_the_format(format_: str, said: str) -> None:
    signer = forge.chain(1)
    envelope = forge.sign(forge.descriptor(), signer, format_)
    with pytest.raises(MalformedEnvelope):
        verify(**forge.case(envelope, signer, media_type=MEDIA_TYPES[said]))


def test_now_must_have_a_zone() -> None:
    signer = forge.chain(1)
    arguments = forge.case(forge.sign(forge.descriptor(), signer), signer)
    arguments["now"] = forge.NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        verify(**arguments)


def test_a_failed_check_leaves_the_other_checks_their_answers() -> None:
    signer = forge.chain(3)
    envelope = forge.sign(
        forge.descriptor(b"other"),
        signer,
        key=forge.private_key("ES384", "someone else"),
        critical={"com.example.unknown": 1},
    )
    report = verify(**forge.case(envelope, signer))
    assert [check.name for check, _ in report.failures] == [
        CheckName.SIGNATURE,
        CheckName.PAYLOAD,
        CheckName.CRITICAL_ATTRIBUTES,
    ]
    assert isinstance(report.check(CheckName.AUTHENTICITY).outcome, Passed)
    assert not isinstance(report.check(CheckName.EXPIRY).outcome, Failed)
