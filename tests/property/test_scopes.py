"""Scopes against a matcher that was written apart from them (scope confusion).

The matcher below imports nothing of ours and uses no regular expression: it reads a
scope character by character, as ECR's documentation words the rules.
"""

import random
import string
from dataclasses import dataclass

import pytest

from sealward.policy.scopes import (
    InvalidScope,
    ScopeTable,
    parse_repository,
    parse_scope,
)

PAIRS = 10_000
ACCOUNT, REGION = "123456789012", "us-east-1"
HOSTS = (
    "123456789012.dkr.ecr.us-east-1.amazonaws.com",
    "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
    "123456789012.dkr-ecr.us-east-1.on.aws",
    "123456789012.dkr-ecr-fips.us-east-1.on.aws",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com.cn",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    "210987654321.dkr.ecr.us-east-1.amazonaws.com",
    "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com",
)
WRONG_HOSTS = (
    "123456789012.DKR.ecr.us-east-1.amazonaws.com",
    "12345678901.dkr.ecr.us-east-1.amazonaws.com",
    "1234567890123.dkr.ecr.us-east-1.amazonaws.com",
    "12345678901２.dkr.ecr.us-east-1.amazonaws.com",  # noqa: RUF001 - full width
    "123456789012.dkr.ecr.us-east-1",
    "123456789012.dkr.ecr.us-east-1.com",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com.",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com:443",
    "123456789012.dkr.ecr.us-east-1.amazonaws..com",
    "123456789012.dkr.ecr.us-eаst-1.amazonaws.com",  # noqa: RUF001 - a Cyrillic a
    "123456789012.dkr.ecr.US-EAST-1.amazonaws.com",
    "123456789012.dkr.ecr-dev.us-east-1.amazonaws.com",
    "123456789012xdkr.ecr.us-east-1.amazonaws.com",
    "https://123456789012.dkr.ecr.us-east-1.amazonaws.com",
    "public.ecr.aws",
    "docker.io",
    "",
    " ",
)
SEGMENTS = ("prod", "prod-test", "prod_x", "a", "api", "a.b", "a__b", "a--b", "x1", "0")
WRONG_SEGMENTS = (
    *("", "..", ".", "Prod", "pröd", "рrod", "prod%2fapi", "prod%2e", "-a", "a-"),  # noqa: RUF001 - a Cyrillic r
    *("a..b", "a___b", "a._b", "prod\n", "prod ", "prod\\api", "pro*", "*", "prod\0"),
    *("ｐrod", "prod:1", "prod@sha256", "ﬁle", "ı"),  # noqa: RUF001 - look-alikes
)
LOWER = frozenset(string.ascii_lowercase + string.digits)
DIGITS = frozenset(string.digits)


@dataclass(frozen=True)
class Read:
    """A scope as the independent matcher reads it."""

    rank: int
    """0 everything, 1 registry, 2 + n a prefix of n segments, 1,000,000 exact."""
    account: str = ""
    region: str = ""
    segments: tuple[str, ...] = ()


def segment_is_allowed(text: str) -> bool:
    """Letters and digits, parted by one of . _ __ or any number of -."""
    run = ""
    if not text or text[0] not in LOWER or text[-1] not in LOWER:
        return False
    for one in text:
        if one in LOWER:
            if run not in ("", ".", "_", "__") and set(run) != {"-"}:
                return False
            run = ""
        elif one in "._-":
            run += one
        else:
            return False
    return True


def path_is_allowed(segments: list[str], shortest: int) -> bool:
    length = sum(map(len, segments)) + len(segments) - 1
    return shortest <= length <= 256 and all(map(segment_is_allowed, segments))


def region_is_allowed(text: str) -> bool:
    words = text.split("-")
    return (
        3 <= len(words) <= 5
        and 1 <= len(words[-1]) <= 2
        and set(words[-1]) <= DIGITS
        and all(
            2 <= len(word) <= (16 if place else 8)
            and set(word) <= set(string.ascii_lowercase)
            for place, word in enumerate(words[:-1])
        )
    )


def registry_of(host: str) -> tuple[str, str] | None:
    labels = host.split(".")
    account, rest = labels[0], labels[1:]
    if len(account) != 12 or not set(account) <= DIGITS:
        return None
    if rest[:2] in (["dkr", "ecr"], ["dkr", "ecr-fips"]):
        rest = rest[2:]
    elif rest[:1] in (["dkr-ecr"], ["dkr-ecr-fips"]):
        rest = rest[1:]
    else:
        return None
    if not 3 <= len(rest) <= 5 or not region_is_allowed(rest[0]):
        return None
    for label in rest[1:]:
        inside = LOWER | {"-"}
        if not label or not set(label) <= inside or "-" in (label[0], label[-1]):
            return None
    return account, rest[0]


def read(scope: str) -> Read | None:
    """Return what a scope covers, or None for no scope."""
    if scope == "*":
        return Read(0)
    host, *segments = scope.split("/")
    registry = registry_of(host)
    if registry is None or segments in ([], ["*"]):
        return registry and Read(1, *registry)
    if segments[-1] == "*":
        segments = segments[:-1]
        if not path_is_allowed(segments, 1) or len("/".join(segments)) > 254:
            return None
        return Read(2 + len(segments), *registry, tuple(segments))
    if not path_is_allowed(segments, 2):
        return None
    return Read(1_000_000, *registry, tuple(segments))


def matches(scope: Read, repository: str) -> bool:
    if scope.rank == 0:
        return True
    if (scope.account, scope.region) != (ACCOUNT, REGION):
        return False
    if scope.rank == 1:
        return True
    asked = tuple(repository.split("/"))
    if scope.rank == 1_000_000:
        return asked == scope.segments
    return len(asked) > len(scope.segments) and all(
        one == other for one, other in zip(scope.segments, asked, strict=False)
    )


def generated(seed: int) -> tuple[list[str], str]:
    """Return some scopes and a repository; most are near each other, some are wrong."""
    choose = random.Random(seed)

    def path(most: int) -> list[str]:
        wrong = choose.random() < 0.15
        found = [choose.choice(SEGMENTS) for _ in range(choose.randint(1, most))]
        if wrong:
            found[choose.randrange(len(found))] = choose.choice(WRONG_SEGMENTS)
        return found

    repository = path(4)
    scopes = []
    for _ in range(choose.randint(1, 6)):
        host = choose.choice(HOSTS[:4] if choose.random() < 0.7 else HOSTS)
        if choose.random() < 0.1:
            host = choose.choice(WRONG_HOSTS)
        near = repository if choose.random() < 0.6 else path(4)
        near = near[: choose.randint(1, len(near))]
        form = choose.randrange(8)
        if form == 0:
            scopes.append(choose.choice(["*", host, f"{host}/*", f"{host}/", "**"]))
        elif form < 5:
            scopes.append("/".join([host, *near, "*"]))
        else:
            scopes.append("/".join([host, *near]))
    return scopes, "/".join(repository)


def ours(scope: str) -> bool:
    try:
        parse_scope(scope)
    except InvalidScope:
        return False
    return True


def test_ten_thousand_pairs_match_as_the_independent_matcher_says() -> None:
    seen = {"pairs": 0, "covered": 0, "invalid scope": 0, "invalid name": 0}
    seed = 0
    while seen["pairs"] < PAIRS:
        seed += 1
        scopes, repository = generated(seed)
        allowed = path_is_allowed(repository.split("/"), 2)
        for scope in scopes:
            expected = read(scope)
            seen["pairs"] += 1
            seen["invalid scope"] += expected is None
            assert ours(scope) is (expected is not None), (seed, scope)
            if expected is not None and allowed:
                covered = parse_scope(scope).covers(ACCOUNT, REGION, repository)
                seen["covered"] += covered
                assert covered is matches(expected, repository), (scope, repository)
        valid = [(scope, found) for scope in scopes if (found := read(scope))]
        table = ScopeTable((parse_scope(scope), found.rank) for scope, found in valid)
        if not allowed:
            seen["invalid name"] += 1
            with pytest.raises(InvalidScope):
                table.find(ACCOUNT, REGION, repository)
            continue
        best = max(
            (found.rank for _, found in valid if matches(found, repository)),
            default=None,
        )
        assert table.find(ACCOUNT, REGION, repository) == best, (seed, repository)
    # The generator must reach every branch, or the comparison says little.
    assert min(seen.values()) > 500, seen


@pytest.mark.parametrize("host", HOSTS)
def test_every_wrong_segment_is_an_error_and_never_cleaned(host: str) -> None:
    for segment in WRONG_SEGMENTS:
        for scope in (f"{host}/a/{segment}/b", f"{host}/a/{segment}/*"):
            assert not ours(scope), scope
        with pytest.raises(InvalidScope):
            parse_repository(f"a/{segment}/b")


@pytest.mark.parametrize("host", WRONG_HOSTS)
def test_every_wrong_host_is_an_error(host: str) -> None:
    assert not ours(f"{host}/prod")
    assert not ours(f"{host}/prod/*")
    assert not ours(f"{host}/*")
