"""Settings beside a trust policy: any field of a policy, by its statement."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sealward.policy.bundle import Enforcement, PolicyBundle, load_bundle
from sealward.policy.compile import Settings, compile_bundle, read_trust_policy
from sealward.policy.problems import InvalidBundle
from sealward.policy.settings_file import LIMIT, read_settings

Document = dict[str, Any]
Compile = Callable[..., PolicyBundle]


@pytest.fixture
def compiled(sound: Document, payments_root: bytes) -> Compile:
    statement = sound["policies"][0]["statement"]
    host = statement["registryScopes"][0].partition("/")[0]
    other = {**statement, "name": "other", "registryScopes": [f"{host}/other"]}
    source = read_trust_policy(
        json.dumps({"version": "1.0", "trustPolicies": [statement, other]}).encode()
    )

    def compile_(written: object, **more: Any) -> PolicyBundle:
        fields = read_settings(json.dumps(written).encode())
        settings = Settings(policies=fields, **more)
        return load_bundle(
            compile_bundle(source, {"ca:payments": [payments_root]}, settings)
        )

    return compile_


def problems(refused: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidBundle) as raised:
        refused()
    return [(one.pointer, one.message) for one in raised.value.problems]


def test_a_statement_has_its_own_settings_and_the_others_theirs(
    compiled: Compile,
) -> None:
    bundle = compiled(
        {
            "payments": {
                "userMetadata": {"release": "stable"},
                "environment": "production",
                "identitiesRequired": 1,
                "revocation": {"maxAge": "7d"},
            },
            "*": {"enforcement": "quarantine"},
        }
    )
    payments, other = bundle.policies
    assert payments.user_metadata == {"release": "stable"}
    assert payments.environment == "production"
    assert payments.revocation.max_age is not None
    assert payments.enforcement is Enforcement.REPORT
    assert (other.user_metadata, other.enforcement) == ({}, Enforcement.QUARANTINE)


def test_an_option_counts_before_the_file(compiled: Compile) -> None:
    bundle = compiled(
        {"*": {"enforcement": "quarantine", "revocation": {"maxAge": "7d"}}},
        enforcement={"other": "report"},
        signer_reach={"": "all"},
    )
    assert [one.enforcement for one in bundle.policies] == [
        Enforcement.QUARANTINE,
        Enforcement.REPORT,
    ]
    assert {one.revocation.max_age is None for one in bundle.policies} == {False}


def test_what_is_wrong_is_named_with_its_place_in_the_file(compiled: Compile) -> None:
    found = problems(
        lambda: compiled(
            {
                "payments": {"grace": "soon", "userMetadata": {"a": 1}},
                "*": {"gracious": "1m"},
            }
        )
    )
    assert [place for place, _ in found] == [
        "settings:/payments/grace",
        "settings:/payments/userMetadata/a",
        "settings:/*/gracious",
    ]


def test_a_statement_that_is_not_there_is_an_error(compiled: Compile) -> None:
    [(_, message)] = problems(lambda: compiled({"paymnts": {}}))
    assert "paymnts" in message


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (b"[]", ""),
        (b"{", ""),
        (b'{"a": 1}', "/a"),
        (b'{"a": {}, "a": {}}', ""),
        (b'{"a/b": {"statement": {}}}', "/a~1b/statement"),
        (b" " * (LIMIT + 1), ""),
    ],
)
def test_what_is_no_settings_file_is_refused(document: bytes, place: str) -> None:
    found = problems(lambda: read_settings(document))
    assert place in [at for at, _ in found]
