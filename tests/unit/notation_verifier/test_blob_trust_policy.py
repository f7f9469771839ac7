"""Trust policy documents for blobs: strict reading, selection by name or global."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notation_verifier import (
    BlobTrustPolicyDocument,
    InvalidTrustPolicy,
    TrustPolicyDocument,
)


def statement(**changes: Any) -> dict[str, Any]:
    return {
        "name": "releases",
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:acme"],
        "trustedIdentities": ["*"],
        **changes,
    }


def document(*statements: object, **changes: object) -> bytes:
    return json.dumps(
        {"version": "1.0", "trustPolicies": list(statements), **changes}
    ).encode()


SKIPPED = {
    "name": "skipped",
    "signatureVerification": {"level": "skip"},
}


def test_selection_by_name_and_global() -> None:
    found = BlobTrustPolicyDocument.parse(
        document(statement(), statement(name="any", globalPolicy=True), SKIPPED)
    )
    by_name = {name: found.statement_for(name) for name in ("releases", "any")}
    assert {name: each and each.name for name, each in by_name.items()} == {
        "releases": "releases",
        "any": "any",
    }
    assert found.statement_for(None) is by_name["any"]
    skipped = found.statement_for("skipped")
    assert skipped is not None
    assert skipped.level.name == "skip"
    for name in ("Releases", "releases ", "", " ", "*", "other"):
        assert found.statement_for(name) is None


def test_without_a_global_statement_nobody_is_chosen_unnamed() -> None:
    found = BlobTrustPolicyDocument.parse(document(statement(globalPolicy=False)))
    assert found.statement_for(None) is None


def test_null_is_absent() -> None:
    found = BlobTrustPolicyDocument.parse(document(statement(globalPolicy=None)))
    assert [each.global_policy for each in found.statements] == [False]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (document(statement(), version="1.1"), "version"),
        (document(statement(), version=None), "version"),
        (document(), "at least one statement"),
        (document("releases"), r"trustPolicies\[0\] is no object"),
        (document(statement(name="")), "name is missing"),
        (document(statement(), statement()), "two statements"),
        (document(statement(registryScopes=["*"])), "registryScopes"),
        (document(statement(globalpolicy=True)), "globalpolicy"),
        (document(statement(globalPolicy="true")), "neither true nor false"),
        (document(statement(globalPolicy=1)), "neither true nor false"),
        (
            document(
                statement(globalPolicy=True), statement(name="b", globalPolicy=True)
            ),
            "'releases' and 'b' both have globalPolicy",
        ),
        (document({**SKIPPED, "globalPolicy": True}), "level skip"),
        (document(statement(trustStores=[])), "must both be given"),
        (document(statement(trustStores=["ca"])), "'releases'"),
        (document({**SKIPPED, "trustStores": ["ca:a"]}), "leave trustStores"),
        (document(statement(trustedIdentities=["*", "x509.subject: C=US"])), "'\\*'"),
        (
            document(
                statement(
                    signatureVerification={
                        "level": "strict",
                        "override": {"integrity": "log"},
                    }
                )
            ),
            "integrity",
        ),
        (document(statement()) + b"{}", "not usable"),
        (b"\xef\xbb\xbf" + document(statement()), "not usable"),
        (b'{"version":"1.0","version":"1.0"}', "occurs twice"),
        (b" " * (4 * 1024 * 1024 + 1), "are read"),
    ],
)
def test_what_is_refused(wrong: bytes, said: str) -> None:
    with pytest.raises(InvalidTrustPolicy, match=said):
        BlobTrustPolicyDocument.parse(wrong)


def test_a_policy_for_images_is_none_for_blobs_nor_the_other_way() -> None:
    images = document(statement(registryScopes=["*"]))
    TrustPolicyDocument.parse(images)
    with pytest.raises(InvalidTrustPolicy):
        BlobTrustPolicyDocument.parse(images)
    with pytest.raises(InvalidTrustPolicy):
        TrustPolicyDocument.parse(document(statement()))


_VALUES = st.sampled_from(
    [None, True, False, 0, 1, 1.5, "", "*", "a", [], ["*"], ["ca:a"], [1], {}]
    + [{"level": level} for level in ("strict", "skip", "audit", "", 1)]
)
_FIELDS = st.sampled_from(
    [
        "name",
        "signatureVerification",
        "trustStores",
        "trustedIdentities",
        "globalPolicy",
        "level",
    ]
)


@given(
    st.lists(
        st.dictionaries(_FIELDS, _VALUES, max_size=3).map(
            lambda some: statement(**some)
        ),
        max_size=3,
    )
)
@settings(deadline=None)
def test_any_document_is_read_or_refused(statements: list[dict[str, Any]]) -> None:
    try:
        found = BlobTrustPolicyDocument.parse(document(*statements))
    except InvalidTrustPolicy:
        return
    assert [each.name for each in found.statements] == [
        each["name"] for each in statements
    ]
    chosen = [each for each in found.statements if each.global_policy]
    assert found.statement_for(None) == (chosen[0] if chosen else None)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(InvalidTrustPolicy):
        BlobTrustPolicyDocument.parse(data)
