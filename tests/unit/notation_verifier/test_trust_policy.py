"""Trust policy documents: what is refused says which statement and which field."""

import json
import time
from typing import Any

import pytest

from notation_verifier import (
    LEVELS,
    STRICT,
    Action,
    InvalidTrustPolicy,
    TrustPolicyDocument,
    VerifyTimestamp,
    check_registry_scope,
    parse_statement,
)

STATEMENT: dict[str, Any] = {
    "name": "prod",
    "registryScopes": ["registry.example.com/prod/web"],
    "signatureVerification": {"level": "strict"},
    "trustStores": ["ca:acme"],
    "trustedIdentities": ["x509.subject: C=US, ST=WA, O=acme"],
}
SKIP: dict[str, Any] = {
    "name": "skipped",
    "registryScopes": ["*"],
    "signatureVerification": {"level": "skip"},
}


def document(*statements: dict[str, Any], **members: Any) -> bytes:
    return json.dumps(
        {"version": "1.0", "trustPolicies": list(statements), **members}
    ).encode()


def verification(**members: Any) -> dict[str, Any]:
    return {**STATEMENT, "signatureVerification": {"level": "strict", **members}}


def test_a_document_is_read() -> None:
    found = TrustPolicyDocument.parse(document(STATEMENT, SKIP))
    prod, skipped = found.statements
    assert prod.name == "prod"
    assert prod.level is STRICT
    assert prod.verify_timestamp is VerifyTimestamp.ALWAYS
    assert [str(store) for store in prod.trust_stores] == ["ca:acme"]
    assert found.statement_for("registry.example.com/prod/web") is prod
    assert found.statement_for("registry.example.com/prod/web2") is skipped
    assert found.statement_for("registry.example.com/Prod/web") is None
    assert found.statement_for("registry.example.com/prod/web:v1") is None
    assert found.statement_for("registry.example.com/prod/web@sha256:00") is None
    assert found.statement_for("*") is None
    assert TrustPolicyDocument.parse(document(STATEMENT)).statement_for("a/b") is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"[]", "object is wanted"),
        (b"\xef\xbb\xbf" + document(STATEMENT), "not JSON"),
        (document(STATEMENT) + b"x", "not JSON"),
        (document(STATEMENT)[:-1], "not JSON"),
        (document(), "at least one"),
        (document(STATEMENT, version=""), "version"),
        (document(STATEMENT, version=1.0), "version"),
        (document(STATEMENT, Version="1.0"), "unknown member 'Version'"),
        (b'{"version":"1.0","version":"1.0","trustPolicies":[]}', "twice"),
        (document(STATEMENT, STATEMENT), "the name 'prod'"),
        (document(STATEMENT, {**STATEMENT, "name": "b"}), "'prod/web' is also|also in"),
        (document(SKIP, {**SKIP, "name": "b"}), "also in 'skipped'"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "nested"),
        (b" " * (5 * 1024 * 1024), "bytes"),
    ],
    ids=range(15),
)
def test_a_document_that_notation_would_refuse(data: bytes, message: str) -> None:
    with pytest.raises(InvalidTrustPolicy, match=message):
        TrustPolicyDocument.parse(data)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ([], "is no object"),
        ({**STATEMENT, "name": ""}, "name is missing"),
        ({**STATEMENT, "name": 1}, "name is missing"),
        ({**STATEMENT, "overide": {}}, "unknown member 'overide'"),
        ({**STATEMENT, "registryScopes": []}, "'prod': registryScopes"),
        ({**STATEMENT, "registryScopes": "*"}, "registryScopes is no list"),
        ({**STATEMENT, "registryScopes": ["*", "a/b"]}, "beside other scopes"),
        ({**STATEMENT, "registryScopes": ["a/b", "a/b"]}, "a scope twice"),
        ({**STATEMENT, "registryScopes": ["a/b:v1"]}, "is no repository"),
        ({**STATEMENT, "registryScopes": ["a/prod/*"]}, "wildcard"),
        ({**STATEMENT, "signatureVerification": "strict"}, "no object"),
        ({**STATEMENT, "signatureVerification": {}}, "level is missing"),
        (verification(level="Strict"), "level is 'Strict'"),
        (verification(level=["strict"]), "level is a list"),
        (verification(verifyTimestamp="never"), "verifyTimestamp is 'never'"),
        (verification(verifyTimeStamp="always"), "unknown member"),
        (verification(override=[]), "override is no object"),
        (verification(override={"integrity": "log"}), "integrity cannot"),
        (verification(override={"authenticity": "skip"}), "only revocation"),
        (verification(override={"expiry": "skip"}), "only revocation"),
        (verification(override={"Expiry": "log"}), "override.Expiry"),
        (verification(override={"expiry": "warn"}), "override.expiry is 'warn'"),
        (verification(override={"expiry": []}), "override.expiry is a list"),
        ({**STATEMENT, "trustStores": []}, "must both be given"),
        ({**STATEMENT, "trustedIdentities": None}, "must both be given"),
        ({**STATEMENT, "trustStores": ["acme"]}, "no trust store"),
        ({**STATEMENT, "trustStores": ["CA:acme"]}, "no trust store type"),
        ({**STATEMENT, "trustStores": ["ca:"]}, "a name is of letters"),
        ({**STATEMENT, "trustStores": ["ca:.."]}, "a name is of letters"),
        ({**STATEMENT, "trustStores": ["ca:a/b"]}, "a name is of letters"),
        ({**STATEMENT, "trustStores": ["ca:a\n"]}, "a name is of letters"),
        ({**STATEMENT, "trustStores": [1]}, "trustStores is no list"),
        ({**STATEMENT, "trustedIdentities": ["*", "a:b"]}, "alone"),
        ({**SKIP, "trustStores": ["ca:a"]}, "level skip"),
        (
            {
                **SKIP,
                "signatureVerification": {
                    "level": "skip",
                    "override": {"expiry": "log"},
                },
            },
            "cannot be overridden",
        ),
    ],
    ids=range(35),
)
def test_a_statement_that_is_refused_says_what_and_where(
    statement: Any, message: str
) -> None:
    with pytest.raises(InvalidTrustPolicy, match=message) as raised:
        parse_statement(statement)
    if (
        isinstance(statement, dict)
        and statement["name"] == "prod"
        and "overide" not in statement
    ):
        assert "statement 'prod'" in str(raised.value)


@pytest.mark.parametrize("level", LEVELS)
def test_the_levels_are_notations(level: str) -> None:
    value = {**SKIP, "signatureVerification": {"level": level}}
    if level != "skip":
        value |= {"trustStores": ["ca:a"], "trustedIdentities": ["*"]}
    assert parse_statement(value).level is LEVELS[level]


def test_an_override_makes_a_custom_level() -> None:
    statement = verification(override={"expiry": "log", "revocation": "skip"})
    level = parse_statement(statement).level
    assert level.name == "custom"
    assert (level.expiry, level.revocation) == (Action.LOG, Action.SKIP)
    assert level.authenticity is Action.ENFORCE
    assert parse_statement(verification(override={})).level is STRICT


def test_an_empty_timestamp_setting_is_the_default() -> None:
    statement = parse_statement(verification(verifyTimestamp=""))
    assert statement.verify_timestamp is VerifyTimestamp.ALWAYS
    statement = parse_statement(verification(verifyTimestamp="afterCertExpiry"))
    assert statement.verify_timestamp is VerifyTimestamp.AFTER_CERT_EXPIRY


def test_a_caller_may_know_wider_scopes() -> None:
    seen: list[str] = []
    value = {**STATEMENT, "registryScopes": ["registry/prod/*"]}
    found = parse_statement(value, check_scope=seen.append)
    assert found.registry_scopes == ("registry/prod/*",)
    assert seen == ["registry/prod/*"]


@pytest.mark.parametrize(
    "scope",
    [
        "*",
        "a/b",
        "localhost:5000/a",
        "10.0.0.1:80/a-b/c__d/e.f",
        "A-b.C/a--b",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app",
    ],
)
def test_scopes(scope: str) -> None:
    check_registry_scope(scope)


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "a",
        "a/",
        "/a",
        "a//b",
        "a/b/",
        "a/B",
        "a/b:v1",
        "a/b@sha256:00",
        "https://a/b",
        "-a/b",
        "a-/b",
        "a./b",
        "a/b\n",
        "a/.b",
        "a/b.",
        "a/b..c",
        "a/b___c",
        "a/b*",
        "a:b/c",
        "[::1]/a",
        "a/\u00e9",
        "a/\u0661",
        "a/..",
        "a/%2e",
    ],
)
def test_what_is_no_scope(scope: str) -> None:
    with pytest.raises(InvalidTrustPolicy, match="registry scope"):
        check_registry_scope(scope)


def test_no_scope_takes_long_to_judge() -> None:
    start = time.process_time()
    for scope in (
        "a/" + "a" * 100_000 + "!",
        "a/" + "a-" * 250 + "!",
        "a" * 500 + "-/a",
    ):
        with pytest.raises(InvalidTrustPolicy):
            check_registry_scope(scope)
    assert time.process_time() - start < 1


def test_a_large_document_loads_quickly_and_finds_at_once() -> None:
    statements = [
        {
            **STATEMENT,
            "name": str(n),
            "registryScopes": [f"r/{n}/{m}" for m in range(10)],
        }
        for n in range(1000)
    ]
    start = time.process_time()
    found = TrustPolicyDocument.parse(document(*statements))
    assert time.process_time() - start < 5
    assert found.statement_for("r/999/9") is found.statements[999]
