"""What the account that replicates here is told, and what it is not."""

from typing import Any

import pytest

from sealward.notices.replica_answers import ReplicaAnswers
from tests.unit.sealward.asked import ALICE, Asked
from tests.unit.sealward.stand import REPOSITORY
from tests.unit.sealward.two_accounts import MINUTE, SOURCE, TwoAccounts

UNKNOWN = {"refused": "nothing is known of such an image replicated from your account"}


def answers(
    pair: TwoAccounts, source: str = SOURCE.account, *repositories: str
) -> ReplicaAnswers:
    return ReplicaAnswers(
        ledger=pair.there.ledger,
        source=source,
        repositories=repositories or ("prod/*",),
    )


def asked(image: Any, repository: str = REPOSITORY) -> dict[str, Any]:
    return {"repository": repository, "digest": image.digest}


@pytest.fixture
def pair() -> TwoAccounts:
    return TwoAccounts()


def test_an_image_of_its_own_is_told_of(pair: TwoAccounts) -> None:
    image = pair.push()
    pair.sign(image)
    pair.pass_time(2 * MINUTE)
    told = answers(pair).of(asked(image))
    assert (told["verdict"], told["cause"]) == ("trusted", "")


def test_why_it_is_not_trusted_is_told_too(pair: TwoAccounts) -> None:
    image = pair.push()
    pair.pass_time(12 * MINUTE)
    told = answers(pair).of(asked(image))
    assert (told["verdict"], told["hold"]) == ("unsigned", "held")
    assert told["cause"] == "replica-signature-missing"


def test_what_did_not_come_from_there_is_not(pair: TwoAccounts) -> None:
    local = pair.there.push()
    pair.there.look(local)
    assert answers(pair).of(asked(local)) == UNKNOWN


def test_another_account_is_told_nothing(pair: TwoAccounts) -> None:
    image = pair.push()
    pair.pass_time(2 * MINUTE)
    for source in ("111122223333", "", SOURCE.account[:-1]):
        assert answers(pair, source).of(asked(image)) == UNKNOWN


@pytest.mark.parametrize("repositories", ["pro/*", "prod", "prod/ap", "dev/*", "*"])
def test_other_repositories_are_not_told_of(
    pair: TwoAccounts, repositories: str
) -> None:
    image = pair.push()
    pair.pass_time(2 * MINUTE)
    assert answers(pair, SOURCE.account, repositories).of(asked(image)) == UNKNOWN


@pytest.mark.parametrize(
    "request_",
    [
        None,
        [],
        {},
        {"repository": REPOSITORY},
        {"repository": REPOSITORY, "digest": "sha256:aa"},
        {"repository": "../prod/app", "digest": "sha256:" + "a" * 64},
        {"repository": ["prod/app"], "digest": "sha256:" + "a" * 64},
        {"repository": REPOSITORY, "digest": "sha256:" + "a" * 64, "role": "x"},
    ],
)
def test_what_is_no_request_is_refused(pair: TwoAccounts, request_: object) -> None:
    assert "refused" in answers(pair).of(request_)


def test_who_broke_the_glass_there_and_why_is_not_told(pair: TwoAccounts) -> None:
    image = pair.push()
    pair.pass_time(12 * MINUTE)
    assert Asked(pair.there).break_glass(image.digest)["done"]
    pair.there.work()
    pair.there.look(image)
    record = pair.there.record(image)
    assert (record.reason, ALICE in record.detail) == ("break-glass", True)
    told = answers(pair).of(asked(image))
    assert told["verdict"] == "exempt"
    assert ALICE not in str(told)
    assert "checkout is down" not in str(told)


def test_all_that_is_not_told_of_looks_the_same(pair: TwoAccounts) -> None:
    """Another's image, one pushed here, one nobody knows, a repository not given."""
    replica, local = pair.push(), pair.there.push("local")
    pair.there.look(local)
    pair.pass_time(2 * MINUTE)
    answer = answers(pair)
    elsewhere = answers(pair, "111122223333")
    found = [
        elsewhere.of(asked(replica)),
        answer.of(asked(local)),
        answer.of({"repository": REPOSITORY, "digest": f"sha256:{'0' * 64}"}),
        answer.of(asked(replica, "dev/app")),
        answer.of(asked(replica, "prod-app")),
        answers(pair, SOURCE.account, "prod/other").of(asked(replica)),
    ]
    assert found == [UNKNOWN] * len(found)
    assert answer.of(asked(replica))["verdict"] == "pending"
