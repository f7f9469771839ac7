import time

import pytest

from sealward.policy.scopes import (
    InvalidScope,
    ScopeKind,
    ScopeTable,
    parse_repository,
    parse_scope,
)

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
PLACE = ("123456789012", "us-east-1")


def table(*scopes: str) -> ScopeTable[str]:
    return ScopeTable((parse_scope(scope), scope) for scope in scopes)


def test_the_closest_scope_wins() -> None:
    scopes = table(
        "*", HOST, f"{HOST}/prod/*", f"{HOST}/prod/pay/*", f"{HOST}/prod/pay/api"
    )
    found = {
        name: scopes.find(*PLACE, name)
        for name in ("prod/pay/api", "prod/pay/web", "prod/web", "dev/web")
    }
    assert found == {
        "prod/pay/api": f"{HOST}/prod/pay/api",
        "prod/pay/web": f"{HOST}/prod/pay/*",
        "prod/web": f"{HOST}/prod/*",
        "dev/web": HOST,
    }
    assert scopes.find("210987654321", "us-east-1", "prod/web") == "*"
    assert scopes.find("123456789012", "eu-west-1", "prod/web") == "*"


def test_a_prefix_is_whole_path_segments() -> None:
    scopes = table(f"{HOST}/prod/*")
    assert scopes.find(*PLACE, "prod/api/v2") == f"{HOST}/prod/*"
    assert scopes.find(*PLACE, "prod-test/api") is None
    assert scopes.find(*PLACE, "production") is None
    assert scopes.find(*PLACE, "prod") is None
    assert scopes.find(*PLACE, "dev/prod/api") is None


@pytest.mark.parametrize("scope", [HOST, f"{HOST}/*"])
def test_a_registry_has_two_spellings(scope: str) -> None:
    assert parse_scope(scope).kind is ScopeKind.REGISTRY
    assert parse_scope(scope) == parse_scope(HOST)


@pytest.mark.parametrize(
    "host",
    [
        "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
        "123456789012.dkr-ecr.us-east-1.on.aws",
        "123456789012.dkr-ecr-fips.us-east-1.on.aws",
    ],
)
def test_fips_and_dual_stack_hosts_are_the_same_registry(host: str) -> None:
    assert parse_scope(f"{host}/prod/api") == parse_scope(f"{HOST}/prod/api")


@pytest.mark.parametrize(
    ("region", "suffix"),
    [
        ("cn-north-1", ".ecr.….amazonaws.com.cn"),
        ("cn-north-1", "-ecr.….on.amazonwebservices.com.cn"),
        ("us-gov-west-1", ".ecr.….amazonaws.com"),
        ("eusc-de-east-1", ".ecr.….amazonaws.eu"),
        ("us-isob-east-1", ".ecr.….sc2s.sgov.gov"),
    ],
)
def test_hosts_of_other_partitions_are_registries(region: str, suffix: str) -> None:
    host = f"123456789012.dkr{suffix.replace('…', region)}"
    scope = parse_scope(f"{host}/prod/api")
    assert scope.account == "123456789012"
    assert scope.region == region


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ("", "host of an Amazon ECR registry"),
        ("prod/*", "host of an Amazon ECR registry"),
        ("ghcr.io/prod/api", "host of an Amazon ECR registry"),
        (f"{HOST}/", "not a repository name"),
        (f"{HOST}/a", "not a repository name"),
        (f"{HOST}/prod/api:1.0", "not a repository name"),
        (f"{HOST}/prod/api@sha256:00", "not a repository name"),
        (f"{HOST}/Prod/api", "not a repository name"),
        (f"{HOST}/prod//api", "not a repository name"),
        (f"{HOST}/prod/../api", "not a repository name"),
        (f"{HOST}/prod%2fapi", "not a repository name"),
        (f"{HOST}/prod/api\n", "not a repository name"),
        (f"{HOST}/{'a' * 257}", "not a repository name"),
        (f"{HOST}/pro*", "not its whole last path segment"),
        (f"{HOST}/*/api", "not its whole last path segment"),
        (f"{HOST}/Prod/*", "the prefix of"),
        (f"{HOST}/*/*", "the prefix of"),
        (f"{HOST}//*", "the prefix of"),
        (f"{HOST}/{'a' * 255}/*", "the prefix of"),
    ],
)
def test_anything_else_is_an_error_that_says_what_to_write(
    scope: str, says: str
) -> None:
    with pytest.raises(InvalidScope, match=says) as raised:
        parse_scope(scope)
    assert raised.value.remedy.startswith("write ")


def test_the_first_of_two_equal_scopes_stays() -> None:
    scopes = table(f"{HOST}/prod/*")
    other = parse_scope("123456789012.dkr-ecr.us-east-1.on.aws/prod/*")
    assert scopes.add(other, "second") == f"{HOST}/prod/*"
    assert scopes.find(*PLACE, "prod/api") == f"{HOST}/prod/*"


def test_a_name_that_would_backtrack_is_refused_at_once() -> None:
    begin = time.process_time()
    with pytest.raises(InvalidScope):
        parse_repository("a" * 255 + "!")
    with pytest.raises(InvalidScope):
        parse_repository("a-" * 100_000 + "/")
    assert time.process_time() - begin < 0.5


def test_a_look_up_costs_as_much_with_ten_thousand_scopes_as_with_ten() -> None:
    class Counting(dict[object, str]):
        asked = 0

        def get(self, key: object, default: str | None = None) -> str | None:  # type: ignore[override]
            Counting.asked += 1
            return super().get(key, default)

    counts = []
    for size in (10, 10_000):
        scopes = table(*(f"{HOST}/prod/team{one}/*" for one in range(size)))
        scopes._paths = Counting(scopes._paths)  # type: ignore[arg-type,assignment]
        Counting.asked = 0
        assert scopes.find(*PLACE, "prod/team9/a/b/c") == f"{HOST}/prod/team9/*"
        counts.append(Counting.asked)
    assert counts[0] == counts[1] <= 5
