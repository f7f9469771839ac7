import base64
import hashlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notation_verifier import SIGNER_ROOTS, STRICT
from sealward.policy.bundle import (
    BUNDLE_LIMIT,
    Enforcement,
    InvalidBundle,
    Policy,
    PolicyBundle,
    Standing,
    load_bundle,
)
from sealward.policy.scopes import InvalidScope

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
PLACE = ("123456789012", "us-east-1")
NOW = datetime(2027, 1, 1, tzinfo=UTC)

Document = dict[str, Any]
Encode = Callable[[Document], bytes]


def problems(document: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidBundle) as raised:
        load_bundle(document)
    assert all(one.remedy for one in raised.value.problems)
    return [(one.pointer, one.message) for one in raised.value.problems]


def test_a_sound_bundle_loads_with_the_defaults(
    document: Document, encode: Encode
) -> None:
    written = encode(document)
    bundle = load_bundle(written)
    assert bundle.serial == 7
    assert bundle.digest == "sha256:" + hashlib.sha256(written).hexdigest()
    assert bundle.audience == ("123456789012",)
    assert bundle.signer_roots == SIGNER_ROOTS
    (policy,) = bundle.policies
    assert policy.statement.level is STRICT
    assert policy.enforcement is Enforcement.REPORT
    assert policy.grace == timedelta(minutes=10)
    assert policy.untagged_grace == timedelta(hours=1)
    assert policy.unknown_for == timedelta(hours=1)
    assert (policy.hold_unknown, policy.fail_fast) == (False, False)
    assert (policy.enforce_from, policy.owner, policy.environment) == (None, None, "")


def test_every_setting_is_read(document: Document, encode: Encode) -> None:
    document["notBefore"] = "2026-12-01T00:00:00Z"
    document["expires"] = "2027-12-01T00:00:00.5Z"
    document["signerRoots"] = {"demo": "ab" * 32}
    document["policies"][0] |= {
        "enforcement": "quarantine",
        "grace": "90s",
        "untaggedGrace": "3h",
        "unknownFor": "2d",
        "holdUnknown": True,
        "failFast": True,
        "enforceFrom": "2027-01-15T00:00:00Z",
        "owner": {"team": "payments", "contact": "#payments"},
        "environment": "production",
        "userMetadata": {"release": "stable", "empty": ""},
    }
    bundle = load_bundle(encode(document))
    assert bundle.not_before == datetime(2026, 12, 1, tzinfo=UTC)
    assert bundle.expires == datetime(2027, 12, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert bundle.signer_roots == {"ab" * 32}
    (policy,) = bundle.policies
    assert policy == Policy(
        statement=policy.statement,
        statement_hash=policy.statement_hash,
        enforcement=Enforcement.QUARANTINE,
        grace=timedelta(seconds=90),
        untagged_grace=timedelta(hours=3),
        unknown_for=timedelta(days=2),
        hold_unknown=True,
        fail_fast=True,
        enforce_from=datetime(2027, 1, 15, tzinfo=UTC),
        owner={"team": "payments", "contact": "#payments"},
        environment="production",
        user_metadata={"release": "stable", "empty": ""},
    )


@pytest.mark.parametrize(
    ("environment", "said", "held"),
    [
        ("production", None, True),
        ("Prod", None, True),
        ("production", False, False),
        ("staging", None, False),
        ("staging", True, True),
        ("", None, False),
    ],
)
def test_what_stays_unknown_is_held_in_production_unless_the_policy_says_otherwise(
    document: Document,
    encode: Encode,
    environment: str,
    said: bool | None,  # noqa: FBT001 - what the bundle says
    held: bool,  # noqa: FBT001
) -> None:
    written = {"environment": environment, "holdUnknown": said}
    document["policies"][0] |= written
    (policy,) = load_bundle(encode(document)).policies
    assert policy.hold_unknown is held


def put(path: str, value: object) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        *parents, last = [int(one) if one.isdigit() else one for one in path.split("/")]
        target: Any = document
        for step in parents:
            target = target[step]
        target[last] = value

    return change


STATEMENT = "policies/0/statement"
WRONG = [
    ("schema", 2, "/schema", "schema 2 is not known"),
    ("schema", True, "/schema", "wrong type"),
    ("schema", None, "/schema", "missing"),
    ("serial", 0, "/serial", "0 is below 1"),
    ("serial", 1.0, "/serial", "wrong type"),
    ("serial", "7", "/serial", "wrong type"),
    ("audience", [], "/audience", "meant for nobody"),
    ("audience", "*", "/audience", "wrong type"),
    ("audience", ["*", "123456789012"], "/audience/0", "not an account id"),
    ("audience", ["12345678901٢"], "/audience/0", "not an account id"),
    ("notBefore", "2027-01-01", "/notBefore", "not an instant"),
    ("notBefore", "2027-02-30T00:00:00Z", "/notBefore", ""),
    ("expires", "2027-01-01T00:00:00+01:00", "/expires", "not an instant"),
    ("policies", [], "/policies", "no policy"),
    ("policies", {}, "/policies", "wrong type"),
    ("policies", ["x"], "/policies/0", "not an object"),
    ("policies/0/escalation", "delete", "/policies/0/escalation", "does not delete"),
    ("policies/0/enforcement", "Report", "/policies/0/enforcement", "no enforcement"),
    ("policies/0/grace", "10", "/policies/0/grace", "not a duration"),
    ("policies/0/grace", "-1m", "/policies/0/grace", "not a duration"),
    ("policies/0/grace", "1.5m", "/policies/0/grace", "not a duration"),
    ("policies/0/grace", "366d", "/policies/0/grace", "longer than 365 days"),
    ("policies/0/grace", 600, "/policies/0/grace", "wrong type"),
    ("policies/0/untaggedGrace", "1y", "/policies/0/untaggedGrace", "not a duration"),
    ("policies/0/unknownFor", "0s", "/policies/0/unknownFor", "no time at all"),
    ("policies/0/holdUnknown", "yes", "/policies/0/holdUnknown", "wrong type"),
    ("policies/0/holdUnknown", 1, "/policies/0/holdUnknown", "wrong type"),
    ("policies/0/enforceFrom", "soon", "/policies/0/enforceFrom", "not an instant"),
    ("policies/0/owner", {"name": "x"}, "/policies/0/owner/name", "unknown field"),
    ("policies/0/owner", "payments", "/policies/0/owner", "wrong type"),
    ("policies/0/userMetadata", ["a"], "/policies/0/userMetadata", "wrong type"),
    ("policies/0/userMetadata", {"": "b"}, "/policies/0/userMetadata", "key is empty"),
    ("policies/0/userMetadata", {"a/b": 1}, "/policies/0/userMetadata/a~1b", "no text"),
    (
        "policies/0/userMetadata",
        {str(number): "" for number in range(51)},
        "/policies/0/userMetadata",
        "more than 50 pairs",
    ),
    ("policies/0/graceful", "1m", "/policies/0/graceful", "unknown field"),
    ("trustStores", None, "/trustStores", "missing"),
    ("trustStores/x509", {}, "/trustStores/x509", "unknown type"),
    ("trustStores/ca", [], "/trustStores/ca", "not an object"),
    ("trustStores/ca/..", ["AAAA"], "/trustStores/ca/..", "not a name"),
    ("trustStores/ca/a b", ["AAAA"], "/trustStores/ca/a b", "not a name"),
    ("trustStores/ca/payments", [], "/trustStores/ca/payments", "not a list"),
    ("trustStores/ca/payments", ["@@"], "/trustStores/ca/payments/0", "not base64"),
    ("trustStores/ca/payments", [7], "/trustStores/ca/payments/0", "not base64"),
    ("trustStores/ca/payments", ["AAAA"], "/trustStores/ca/payments/0", ""),
    ("signerRoots", {}, "/signerRoots", "no root"),
    ("signerRoots", {"x": "AB" * 32}, "/signerRoots/x", "not a fingerprint"),
    ("signerRoots", ["ab" * 32], "/signerRoots", "wrong type"),
    (f"{STATEMENT}/name", "", f"/{STATEMENT}", "name is missing"),
    (f"{STATEMENT}/globalPolicy", True, f"/{STATEMENT}", "unknown member"),
    (f"{STATEMENT}/trustStores", ["ca:x"], f"/{STATEMENT}/trustStores", "ca:x is not"),
    (f"{STATEMENT}/trustStores", ["CA:payments"], f"/{STATEMENT}", "CA"),
    (f"{STATEMENT}/trustStores", [], f"/{STATEMENT}", "trustStores"),
    (f"{STATEMENT}/trustedIdentities", ["*", "x"], f"/{STATEMENT}", ""),
    (f"{STATEMENT}/trustedIdentities", ["x509.subject: CN=x"], f"/{STATEMENT}", ""),
    (f"{STATEMENT}/signatureVerification", {"level": "lax"}, f"/{STATEMENT}", "level"),
    (
        f"{STATEMENT}/signatureVerification",
        {"level": "strict", "override": {"expiry": "skip"}},
        f"/{STATEMENT}",
        "skip",
    ),
    (f"{STATEMENT}/registryScopes", [], f"/{STATEMENT}", "registryScopes"),
    (f"{STATEMENT}/registryScopes", ["*", HOST], f"/{STATEMENT}", "beside"),
    (
        f"{STATEMENT}/registryScopes",
        [f"{HOST}/prod", f"{HOST}/Prod"],
        f"/{STATEMENT}/registryScopes/1",
        "not a repository name",
    ),
]


@pytest.mark.parametrize(("path", "value", "where", "says"), WRONG)
def test_what_is_wrong_is_named_with_its_place(
    document: Document, encode: Encode, path: str, value: object, where: str, says: str
) -> None:
    put(path, value)(document)
    found = problems(encode(document))
    assert any(place == where and says in message for place, message in found), found


def test_all_problems_are_listed_at_once(document: Document, encode: Encode) -> None:
    document["serial"] = 0
    document["surplus"] = 1
    document["policies"][0]["grace"] = "soon"
    document["policies"][0]["statement"]["trustStores"] = ["ca:missing"]
    assert {place for place, _ in problems(encode(document))} == {
        "/serial",
        "/surplus",
        "/policies/0/grace",
        "/policies/0/statement/trustStores",
    }


def test_a_document_of_nothing_but_problems_is_not_read_for_ever() -> None:
    document = {"schema": 1, "policies": [1] * 100_000}
    found = problems(json.dumps(document).encode())
    assert len(found) == 101
    assert "more than 99 problems" in found[-1][1]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"{} {}",
        b"{",
        b'{"serial": NaN}',
        b'{"serial": Infinity}',
        b'{"schema": 1' + b"0" * 5_000 + b"}",
        b'{"a":' * 200_000,
        b"[" * 200_000,
        b'{"\\ud800": 1}',
        b" " * (BUNDLE_LIMIT + 1),
    ],
    ids=lambda text: text[:20].decode("latin-1"),
)
def test_what_is_no_bundle_is_refused(text: bytes) -> None:
    assert problems(text)


def test_any_depth_is_refused_and_no_other_error_escapes() -> None:
    # Around the depth at which the decoder gives up, and far beyond it.
    for depth in (*range(1, 1_100), 5_000, 100_000):
        nested = "[" * depth + "]" * depth
        assert problems(f'{{"serial": {nested}, "policies": {nested}}}'.encode())


@pytest.mark.parametrize("escape", [r"\ud800", r"\uDFFF", r"x\ud83d"])
def test_half_a_character_is_refused(
    document: Document, encode: Encode, escape: str
) -> None:
    document["policies"][0]["environment"] = "ENVIRONMENT"
    text = encode(document).replace(b"ENVIRONMENT", escape.encode())
    assert problems(text) == [("/policies/0/environment", "half a character")]
    whole = encode(document).replace(b"ENVIRONMENT", rb"\ud83d\ude00")
    assert load_bundle(whole).policies[0].environment == "\U0001f600"


def test_an_entry_of_a_store_is_one_certificate(
    document: Document, encode: Encode
) -> None:
    stores = document["trustStores"]["ca"]
    der = base64.b64decode(stores["payments"][0])
    stores["payments"] = [base64.b64encode(der + der).decode()]
    assert problems(encode(document)) == [
        ("/trustStores/ca/payments", "an entry is not one certificate in DER")
    ]


def test_a_name_written_twice_is_refused(document: Document, encode: Encode) -> None:
    text = encode(document).replace(
        b'"level": "strict"', b'"level": "strict", "level": "skip"'
    )
    assert problems(text)[0][0] == "/policies/0/statement/signatureVerification"


def test_an_unsound_trust_store_is_named(document: Document, encode: Encode) -> None:
    sound = document["trustStores"]["ca"]["payments"]
    der = bytearray(base64.b64decode(sound[0]))
    der[-1] ^= 1  # still a CA's certificate, no longer signed by itself
    document["trustStores"]["tsa"] = {"clock": [base64.b64encode(der).decode()]}
    assert [place for place, _ in problems(encode(document))] == [
        "/trustStores/tsa/clock"
    ]


@pytest.mark.parametrize(
    "scope",
    [
        f"{HOST}/prod/payments/*",
        "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/prod/payments/*",
        "123456789012.dkr-ecr.us-east-1.on.aws/prod/payments/*",
    ],
)
def test_a_scope_may_stand_once_in_a_bundle(
    document: Document, encode: Encode, scope: str
) -> None:
    statement = document["policies"][0]["statement"]
    other = {**statement, "name": "other", "registryScopes": [scope]}
    document["policies"].append({"statement": other})
    assert problems(encode(document)) == [
        (
            "/policies/1/statement/registryScopes/0",
            "covers the same repositories as /policies/0/statement/registryScopes/0",
        )
    ]


def test_a_name_may_stand_once_in_a_bundle(document: Document, encode: Encode) -> None:
    statement = document["policies"][0]["statement"]
    document["policies"].append({"statement": {**statement, "registryScopes": ["*"]}})
    ((where, message),) = problems(encode(document))
    assert where == "/policies/1/statement/name"
    assert "also the name of /policies/0" in message


def names(bundle: PolicyBundle, *repositories: str) -> list[str | None]:
    found = [bundle.policy_for(*PLACE, one) for one in repositories]
    return [None if one is None else one.statement.name for one in found]


def test_the_closest_scope_governs(document: Document, encode: Encode) -> None:
    statement = document["policies"][0]["statement"]
    for name, scope in (
        ("api", f"{HOST}/prod/payments/api"),
        ("prod", f"{HOST}/prod/*"),
        ("registry", HOST),
    ):
        other = {**statement, "name": name, "registryScopes": [scope]}
        document["policies"].append({"statement": other})
    bundle = load_bundle(encode(document))
    assert names(
        bundle, "prod/payments/api", "prod/payments/x", "prod/x", "production"
    ) == ["api", "payments", "prod", "registry"]
    assert bundle.policy_for("210987654321", "us-east-1", "prod/x") is None
    governing = bundle.governing(*PLACE, "prod/x")
    assert governing is not None
    assert governing.scope == f"{HOST}/prod/*"


def test_a_name_that_ecr_does_not_allow_is_an_error_not_ungoverned(
    document: Document, encode: Encode
) -> None:
    with pytest.raises(InvalidScope):
        load_bundle(encode(document)).policy_for(*PLACE, "prod/payments/../x")


def test_the_audience_and_the_times_are_judged(
    document: Document, encode: Encode
) -> None:
    document["notBefore"] = "2027-01-01T00:00:00Z"
    document["expires"] = "2027-01-02T00:00:00Z"
    bundle = load_bundle(encode(document))
    account, second = "123456789012", timedelta(seconds=1)
    assert bundle.in_force(account, NOW - second) is Standing.NOT_YET
    assert bundle.in_force(account, NOW) is Standing.IN_FORCE
    assert bundle.in_force(account, NOW + timedelta(days=1)) is Standing.EXPIRED
    with pytest.raises(InvalidBundle, match="not meant for account 210987654321"):
        bundle.in_force("210987654321", NOW)


def test_a_bundle_for_any_account_is_in_force_anywhere(
    document: Document, encode: Encode
) -> None:
    document["audience"] = ["*"]
    bundle = load_bundle(encode(document))
    assert bundle.in_force("210987654321", NOW) is Standing.IN_FORCE


def test_expires_must_follow_not_before(document: Document, encode: Encode) -> None:
    document["notBefore"] = document["expires"] = "2027-01-01T00:00:00Z"
    assert problems(encode(document)) == [("/expires", "not after notBefore")]


def test_the_statement_hash_changes_with_what_a_verdict_depends_on(
    document: Document, encode: Encode, payments_root: bytes
) -> None:
    def hashed(*changes: Callable[[Document], None]) -> str:
        copy = json.loads(encode(document))
        for change in changes:
            change(copy)
        return load_bundle(encode(copy)).policies[0].statement_hash

    def reordered(copy: Document) -> None:
        statement = copy["policies"][0]["statement"]
        copy["policies"][0]["statement"] = dict(reversed(statement.items()))

    same = [
        put("serial", 8),
        put("audience", ["*"]),
        put("policies/0/grace", "600s"),
        put("policies/0/owner", {"team": "x"}),
        put("policies/0/environment", "staging"),
        put("policies/0/userMetadata", {}),
        put("signerRoots", {"demo": "ab" * 32}),
        reordered,
    ]
    assert {hashed(change) for change in same} == {hashed()}
    another = base64.b64encode(payments_root).decode()
    different = [
        put("policies/0/grace", "1s"),
        put("policies/0/enforcement", "quarantine"),
        put("policies/0/failFast", value=True),
        put("policies/0/environment", "production"),
        put("policies/0/untaggedGrace", "2h"),
        put("policies/0/unknownFor", "2h"),
        put("policies/0/userMetadata", {"release": "stable"}),
        put("policies/0/userMetadata", {"release": "beta"}),
        put("policies/0/enforceFrom", "2027-01-15T00:00:00Z"),
        put(f"{STATEMENT}/signatureVerification/level", "audit"),
        put(f"{STATEMENT}/trustedIdentities", ["*"]),
    ]
    hashes = [hashed(change) for change in different]
    assert len({*hashes, hashed()}) == len(different) + 1

    arn = put(
        f"{STATEMENT}/trustedIdentities",
        ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/x"],
    )
    roots = put("signerRoots", {"demo": "ab" * 32})
    assert hashed(arn) != hashed(arn, roots)
    twice = put("trustStores/ca/payments", [another, another])
    assert hashed(twice) == hashed()


def test_another_certificate_in_a_store_changes_the_hash(
    document: Document, encode: Encode
) -> None:
    before = load_bundle(encode(document)).policies[0].statement_hash
    stores = document["trustStores"]["ca"]
    der = bytearray(base64.b64decode(stores["payments"][0]))
    der[-1] ^= 1  # a CA all the same
    stores["payments"].append(base64.b64encode(der).decode())
    assert load_bundle(encode(document)).policies[0].statement_hash != before


def test_ten_thousand_scopes_load_in_under_a_second(
    document: Document, encode: Encode
) -> None:
    statement = document["policies"][0]["statement"]
    document["policies"] = [
        {
            "statement": {
                **statement,
                "name": f"team{team}",
                "registryScopes": [
                    f"{HOST}/prod/team{team}/service{one}/*" for one in range(10)
                ],
            }
        }
        for team in range(1_000)
    ]
    written = encode(document)
    seconds = []
    for _ in range(3):
        begin = time.process_time()
        bundle = load_bundle(written)
        seconds.append(time.process_time() - begin)
    assert min(seconds) < 1.0, seconds
    assert names(bundle, "prod/team999/service9/api") == ["team999"]
