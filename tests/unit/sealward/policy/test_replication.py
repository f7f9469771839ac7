"""``replication`` of a policy: sources, their grace, and whom to ask over there."""

from datetime import timedelta
from typing import Any

import pytest

from sealward.policy.bundle import InvalidBundle
from tests.unit.sealward.stand import bundle

VERDICTS = {
    "place": "222233334444/eu-west-1",
    "role": "arn:aws:iam::222233334444:role/path/VerdictRole-1A",
    "externalId": "a-pair-of-accounts",
    "function": "arn:aws:lambda:eu-west-1:222233334444:function:Verdict-1A",
}


def problems(**replication: Any) -> list[str]:
    with pytest.raises(InvalidBundle) as refused:
        bundle(replication=replication)
    return [problem.pointer for problem in refused.value.problems]


def test_a_source_that_is_named_has_half_an_hour() -> None:
    (policy,) = bundle(replication={"sources": ["111122223333/eu-west-1"]}).policies
    said = policy.replication
    ten = timedelta(minutes=10)
    assert said.grace_of("111122223333/eu-west-1", ten) == timedelta(minutes=30)
    assert said.grace_of("111122223333/eu-west-2", ten) == ten
    assert said.grace_of("", ten) == ten


def test_it_never_shortens_the_policys_own() -> None:
    source = "111122223333/eu-west-1"
    (policy,) = bundle(replication={"sources": [source], "grace": "1m"}).policies
    hour = timedelta(hours=1)
    assert policy.replication.grace_of(source, hour) == hour


def test_whom_to_ask_is_read() -> None:
    (policy,) = bundle(replication={"verdicts": [VERDICTS]}).policies
    (entry,) = policy.replication.verdicts
    assert (entry.place, entry.role, entry.function, entry.external_id) == (
        VERDICTS["place"],
        VERDICTS["role"],
        VERDICTS["function"],
        VERDICTS["externalId"],
    )


def test_only_what_a_verdict_rests_on_changes_the_hash() -> None:
    def hashed(**replication: Any) -> str:
        return bundle(replication=replication or None).policies[0].statement_hash

    assert hashed(verdicts=[VERDICTS]) == hashed()
    assert hashed(sources=["111122223333/eu-west-1"]) != hashed()


@pytest.mark.parametrize("source", ["111122223333", "111122223333/*", 7, "*/eu-west-1"])
def test_what_is_no_source_is_refused(source: object) -> None:
    assert problems(sources=[source]) == ["/policies/0/replication/sources/0"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"role": "arn:aws:iam::999999999999:role/VerdictRole"}, "role"),
        ({"role": "arn:aws:iam::222233334444:user/somebody"}, "role"),
        ({"role": "arn:aws:iam::222233334444:role/*"}, "role"),
        (
            {"function": "arn:aws:lambda:eu-west-1:999999999999:function:Verdict"},
            "function",
        ),
        (
            {"function": "arn:aws:lambda:us-east-1:222233334444:function:Verdict"},
            "function",
        ),
        ({"externalId": ""}, "externalId"),
        ({"externalId": "with a space"}, "externalId"),
    ],
)
def test_a_role_or_function_of_another_account_is_refused(
    changes: dict[str, str], where: str
) -> None:
    found = problems(verdicts=[VERDICTS | changes])
    assert found == [f"/policies/0/replication/verdicts/0/{where}"]


def test_a_place_stands_once() -> None:
    found = problems(verdicts=[VERDICTS, VERDICTS])
    assert found == ["/policies/0/replication/verdicts/1/place"]


def test_an_unknown_field_is_refused() -> None:
    assert problems(source=[]) == ["/policies/0/replication/source"]
