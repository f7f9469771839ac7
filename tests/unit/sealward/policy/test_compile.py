import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier.signer import SignerReach
from sealward.policy.bundle import Enforcement, load_bundle
from sealward.policy.compile import (
    Settings,
    TrustPolicySource,
    compile_bundle,
    read_trust_policy,
)
from sealward.policy.document import duration, duration_text
from sealward.policy.problems import InvalidBundle

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
Document = dict[str, Any]


@pytest.fixture
def trust_policy(sound: Document) -> Document:
    statement = copy.deepcopy(sound["policies"][0]["statement"])
    other = {**statement, "name": "other", "registryScopes": [f"{HOST}/other"]}
    return {"version": "1.0", "trustPolicies": [statement, other]}


def source(trust_policy: Document) -> TrustPolicySource:
    return read_trust_policy(json.dumps(trust_policy).encode())


def pointers(refused: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidBundle) as raised:
        refused()
    return [problem.pointer for problem in raised.value.problems]


def test_an_existing_trust_policy_compiles_as_it_is(
    trust_policy: Document, payments_root: bytes
) -> None:
    read = source(trust_policy)
    assert read.stores == ("ca:payments",)
    assert read.left_out == ()
    document = compile_bundle(read, {"ca:payments": [payments_root]}, Settings())
    bundle = load_bundle(document)
    assert [one.statement.name for one in bundle.policies] == ["payments", "other"]
    assert {one.enforcement for one in bundle.policies} == {Enforcement.REPORT}
    assert bundle.audience == ("*",)
    written = json.loads(document)
    statements = [policy["statement"] for policy in written["policies"]]
    assert statements == trust_policy["trustPolicies"]


def test_equal_input_gives_equal_bytes(
    trust_policy: Document, payments_root: bytes
) -> None:
    stores = {"ca:payments": [payments_root], "ca:another": [payments_root]}
    backwards = dict(reversed(stores.items()))
    settings = Settings(signer_roots={"b": "0" * 64, "a": "1" * 64})
    again = Settings(signer_roots={"a": "1" * 64, "b": "0" * 64})
    read = source(trust_policy)
    assert compile_bundle(read, stores, settings) == compile_bundle(
        read, backwards, again
    )


def test_settings_go_to_the_statements_they_name(
    trust_policy: Document, payments_root: bytes
) -> None:
    settings = Settings(
        serial=9,
        audience=("123456789012",),
        enforcement={"": "quarantine", "other": "report"},
        grace={"other": "90s"},
    )
    bundle = load_bundle(
        compile_bundle(source(trust_policy), {"ca:payments": [payments_root]}, settings)
    )
    payments, other = bundle.policies
    assert (payments.enforcement, payments.grace) == (
        Enforcement.QUARANTINE,
        timedelta(minutes=10),
    )
    assert (other.enforcement, other.grace) == (
        Enforcement.REPORT,
        timedelta(seconds=90),
    )
    assert (bundle.serial, bundle.audience) == (9, ("123456789012",))


def test_the_reach_of_signers_revocations_goes_to_the_statements_named(
    trust_policy: Document, payments_root: bytes
) -> None:
    stores = {"ca:payments": [payments_root]}
    settings = Settings(signer_reach={"other": "all"})
    document = compile_bundle(source(trust_policy), stores, settings)
    payments, other = load_bundle(document).policies
    assert payments.revocation.signer is SignerReach.EFFECTIVE
    assert other.revocation.signer is SignerReach.ALL
    assert "revocation" not in json.loads(document)["policies"][0]
    wrong = Settings(signer_reach={"": "none"})
    with pytest.raises(InvalidBundle, match="is neither"):
        compile_bundle(source(trust_policy), stores, wrong)


def test_a_setting_for_a_statement_that_is_not_there_is_refused(
    trust_policy: Document, payments_root: bytes
) -> None:
    settings = Settings(grace={"payment": "1m"})
    with pytest.raises(InvalidBundle, match='no statement is named "payment"'):
        compile_bundle(source(trust_policy), {"ca:payments": [payments_root]}, settings)


def test_scopes_of_other_registries_are_left_out_and_named(
    trust_policy: Document, payments_root: bytes
) -> None:
    first, second = trust_policy["trustPolicies"]
    foreign = {**first, "name": "foreign", "registryScopes": ["ghcr.io/team/app"]}
    second["registryScopes"] = ["registry.example.com:5000/a/b", f"{HOST}/other"]
    trust_policy["trustPolicies"] = [foreign, first, second]
    read = source(trust_policy)
    assert read.left_out == ("ghcr.io/team/app", "registry.example.com:5000/a/b")
    bundle = load_bundle(
        compile_bundle(read, {"ca:payments": [payments_root]}, Settings())
    )
    scopes = [one.statement.registry_scopes for one in bundle.policies]
    assert scopes == [(f"{HOST}/prod/payments/*",), (f"{HOST}/other",)]


@pytest.mark.parametrize(
    "misspelt",
    [
        "123456789012.dkr.ecr.us-east-1/prod",
        "12345678901.dkr.ecr.us-east-1.amazonaws.com/prod",
        "123456789012.DKR.ecr.us-east-1.amazonaws.com/prod",
        f"{HOST}/Prod",
        f"{HOST}/prod:1.0",
        "ghcr.io/Team/app",
        "localhost/app",
        "app",
    ],
)
def test_a_misspelt_scope_is_an_error_where_it_stands(
    trust_policy: Document, payments_root: bytes, misspelt: str
) -> None:
    trust_policy["trustPolicies"].insert(
        0,
        {
            **trust_policy["trustPolicies"][0],
            "name": "foreign",
            "registryScopes": ["ghcr.io/team/app"],
        },
    )
    trust_policy["trustPolicies"][2]["registryScopes"] = ["ghcr.io/a/b", misspelt]
    stores = {"ca:payments": [payments_root]}
    assert pointers(
        lambda: compile_bundle(source(trust_policy), stores, Settings())
    ) == ["/trustPolicies/2/registryScopes/1"]


def test_problems_of_statements_point_into_the_trust_policy(
    trust_policy: Document, payments_root: bytes
) -> None:
    trust_policy["trustPolicies"][0]["trustStores"] = ["ca:missing"]
    trust_policy["trustPolicies"][1]["signatureVerification"] = {"level": "lax"}
    stores = {"ca:payments": [payments_root]}
    settings = Settings(grace={"payments": "soon"})
    assert pointers(lambda: compile_bundle(source(trust_policy), stores, settings)) == [
        "/trustPolicies/0/trustStores",
        "/policies/0/grace",
        "/trustPolicies/1",
    ]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (b"", ""),
        (b"[]", ""),
        (b'{"version": "1.0", "trustPolicies": []}', "/trustPolicies"),
        (b'{"version": "2.0", "trustPolicies": [{}]}', "/version"),
        (b'{"version": "1.0", "trustPolicies": [{}], "x": 1}', "/x"),
        (b'{"version": "1.0", "trustPolicies": [7]}', "/trustPolicies/0"),
        (
            b'{"version":"1.0","trustPolicies":[{"registryScopes":["ghcr.io/a/b"]}]}',
            "/trustPolicies",
        ),
    ],
)
def test_what_is_no_trust_policy_is_refused(document: bytes, pointer: str) -> None:
    assert pointer in pointers(lambda: read_trust_policy(document))


@pytest.mark.parametrize("text", ["0s", "1s", "90s", "10m", "36h", "2d", "365d"])
def test_a_duration_is_written_as_it_is_read(text: str) -> None:
    assert duration_text(duration(text)) == text
