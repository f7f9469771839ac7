"""Requests: what is asked is read strictly, for one function, once, for minutes."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sealward.operate.proofs import HEADER, hashed, read_proof
from sealward.operate.requests import BadRequest, Command, request_text
from tests.unit.sealward.asked import FUNCTION, PROOF, Asked
from tests.unit.sealward.stand import REPOSITORY, Stand

DIGEST = f"sha256:{'a' * 64}"


@pytest.fixture
def asked(stand: Stand) -> Asked:
    return Asked(stand)


def sound(asked: Asked, **members: Any) -> dict[str, Any]:
    request = asked.request(Command.PAUSE, repository="", seconds=60, reason="r")
    return request | members


def test_a_sound_one_is_done(asked: Asked) -> None:
    assert asked.send(sound(asked))["done"]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"schema": True},
        {"audience": "arn:aws:lambda:us-east-1:123456789012:function:another"},
        {"audience": ""},
        {"command": "delete"},
        {"command": None},
        {"nonce": "short"},
        {"nonce": "A" * 32},
        {"nonce": 1},
        {"notBefore": "2099-01-01T00:00:00Z"},
        {"notAfter": "2099-01-01T00:00:00Z"},
        {"notAfter": "tomorrow"},
        {"repository": "../prod"},
        {"repository": "PROD"},
        {"repository": None},
        {"seconds": 0},
        {"seconds": -1},
        {"seconds": 1.5},
        {"seconds": True},
        {"seconds": "60"},
        {"seconds": 24 * 3600 + 1},
        {"reason": ""},
        {"reason": "  "},
        {"reason": "a\x1b[31mb"},
        {"reason": "x" * 301},
        {"by": "arn:aws:iam::123456789012:root"},
    ],
    ids=str,
)
def test_one_member_wrong_and_nothing_is_done(
    asked: Asked, change: dict[str, Any]
) -> None:
    answer = asked.send(sound(asked, **change))
    assert (answer["done"], answer["code"]) == (False, "bad-request")
    assert answer["said"]
    assert asked.stand.ledger.pauses().version == 0
    (line,) = asked.journal
    assert line[:2] == ("refused", False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "nonsense",
        '{"schema": 1, "schema": 1}',
        '{"schema": NaN}',
        "[" * 100_000,
        "x" * 200_000,
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_strict_json_is_refused(asked: Asked, text: str) -> None:
    assert asked.send(text)["code"] == "bad-request"


@pytest.mark.parametrize("member", ["schema", "audience", "nonce", "seconds", "reason"])
def test_a_missing_member_is_refused(asked: Asked, member: str) -> None:
    request = sound(asked)
    del request[member]
    assert asked.send(request)["code"] == "bad-request"


def test_it_is_good_for_minutes_only(asked: Asked) -> None:
    request = sound(asked)
    asked.stand.clock.advance(timedelta(minutes=5))
    assert asked.send(request)["code"] == "bad-request"


def test_a_release_needs_a_digest_and_to_sign_no_more_than_an_hour(
    asked: Asked,
) -> None:
    members: dict[str, Any] = {"repository": REPOSITORY, "digest": "latest"}
    short = asked.request(Command.SIGN, seconds=60, **members)
    assert asked.send(short)["code"] == "bad-request"
    members["digest"] = DIGEST
    long = asked.request(Command.SIGN, seconds=3601, **members)
    assert asked.send(long)["code"] == "bad-request"


def test_a_request_is_taken_once(asked: Asked) -> None:
    request = sound(asked)
    assert asked.send(request)["done"]
    assert asked.send(request)["code"] == "replayed"
    used = asked.stand.ledger.used(request["nonce"])
    assert used is not None
    assert json.loads(used.request) == request


def test_a_person_of_another_account_is_refused(stand: Stand) -> None:
    asked = Asked(stand, arn="arn:aws:iam::999999999999:user/mallory")
    answer = asked.send(sound(asked))
    assert (answer["done"], answer["code"]) == (False, "not-proven")
    assert stand.ledger.pauses().version == 0


def authorization(**parts: str) -> str:
    said = {
        "algorithm": "AWS4-HMAC-SHA256",
        "scope": "20270115/us-east-1/sts/aws4_request",
        "signed": "content-type;host;x-amz-date;x-sealward-request",
        "signature": "0" * 64,
        **parts,
    }
    return (
        f"{said['algorithm']} Credential=AKIDEXAMPLEEXAMPLE/{said['scope']}, "
        f"SignedHeaders={said['signed']}, Signature={said['signature']}"
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {**PROOF, "host": "sts.evil.example"},
        {**PROOF, "date": "2027-01-15"},
        {**PROOF, "date": "20270116T030000Z"},
        {**PROOF, "authorization": authorization(scope="20270115/eu-west-1/sts/x")},
        {
            **PROOF,
            "authorization": authorization(
                scope="20270115/us-east-1/dynamodb/aws4_request"
            ),
        },
        # What ties the signature to the text is not signed: it could be of any call.
        {
            **PROOF,
            "authorization": authorization(signed="content-type;host;x-amz-date"),
        },
        {**PROOF, "authorization": authorization(signed="x-sealward-request")},
        {**PROOF, "token": "a token that is not signed"},
        {**PROOF, "authorization": authorization() + "\r\nHost: sts.evil.example"},
        {**PROOF, "authorization": authorization(signature="0" * 63)},
    ],
    ids=str,
)
def test_a_proof_that_is_not_of_this_text_in_this_region_is_none(value: object) -> None:
    with pytest.raises(BadRequest):
        read_proof(value, region="us-east-1")


def test_the_header_that_ties_it_to_the_text_is_made_here_and_never_taken() -> None:
    proof = read_proof(PROOF, region="us-east-1")
    assert proof.headers("one")[HEADER] == hashed("one")
    assert proof.headers("two")[HEADER] != proof.headers("one")[HEADER]
    assert "Host" not in proof.headers("one")


@pytest.mark.parametrize(
    ("ahead", "taken"),
    [(59, True), (61, False), (-239, True), (-241, False)],
)
def test_a_clock_that_is_wrong_is_borne_for_a_minute_and_four(
    asked: Asked, ahead: int, *, taken: bool
) -> None:
    """Ahead, or behind, as the command line of such a machine writes the request."""
    now = asked.stand.clock.now
    text = request_text(
        Command.PAUSE,
        {"repository": "", "seconds": 60, "reason": "r"},
        function=FUNCTION,
        nonce="c1" * 16,
        now=now + timedelta(seconds=ahead),
    )
    answer = asked.send(text)
    assert answer["done"] is taken
    assert taken or "set your clock" in answer["said"]
