"""Events: only four values count, and each forgery is put aside."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from sealward.events import (
    EventProblem,
    Hint,
    MalformedEvent,
    UnknownEvent,
    look_again,
    parse_events,
)
from tests.unit.sealward.stand import ACCOUNT, REGION

DIGEST = "sha256:" + "ab" * 32


def event(**changes: Any) -> dict[str, Any]:
    """Return a push event; ``changes`` replace fields of its detail."""
    return {
        "version": "0",
        "id": "13cde686-328b-6117-af20-0e5566167482",
        "source": "aws.ecr",
        "detail-type": "ECR Image Action",
        "account": ACCOUNT,
        "region": REGION,
        "time": "2026-06-01T00:00:00Z",
        "resources": [],
        "detail": {
            "result": "SUCCESS",
            "repository-name": "prod/app",
            "image-digest": DIGEST,
            "action-type": "PUSH",
            "image-tag": "",
            **changes,
        },
    }


def hints(payload: object) -> tuple[Hint, ...]:
    return parse_events(payload, account=ACCOUNT, region=REGION)


HINT = Hint(account=ACCOUNT, region=REGION, repository="prod/app", digest=DIGEST)


@pytest.mark.parametrize("kind", ["ECR Image Action", "ECR Referrer Action"])
@pytest.mark.parametrize("action", ["PUSH", "DELETE", "UPDATE_STORAGE_CLASS"])
def test_image_and_referrer_events_are_hints(kind: str, action: str) -> None:
    payload = event(**{"action-type": action}) | {"detail-type": kind}
    assert hints(payload) == (HINT,)


def replicated(**detail: Any) -> dict[str, Any]:
    return event(
        **{
            "action-type": "REPLICATE",
            "source-account": "999999999999",
            "source-region": "eu-west-1",
        }
        | detail
    ) | {"detail-type": "ECR Replication Action"}


def test_a_replication_event_is_a_hint_at_the_copy_and_says_where_from() -> None:
    expected = replace(HINT, origin="999999999999/eu-west-1")
    assert hints(replicated()) == (expected,)
    assert hints(look_again(expected)) == (expected,)


@pytest.mark.parametrize(
    ("account", "region"),
    [
        ("99999999999", "eu-west-1"),
        ("999999999999", "eu-west-1; rm -rf"),
        ("999999999999/eu-west-1", "eu-west-1"),
        (999999999999, "eu-west-1"),
        ("\uff19" * 12, "eu-west-1"),
    ],
)
def test_a_source_that_is_no_place_is_left_out(account: object, region: object) -> None:
    payload = replicated(**{"source-account": account, "source-region": region})
    assert hints(payload) == (HINT,)


def test_a_look_again_message_is_a_hint() -> None:
    assert hints(look_again(HINT)) == (HINT,)
    anew = replace(HINT, anew=True)
    assert hints(look_again(anew)) == (anew,)


def test_a_failed_push_is_no_hint() -> None:
    assert hints(event(result="FAILED")) == ()


def test_nothing_else_of_the_event_counts() -> None:
    payload = event(
        **{
            "subject": "sha256:" + "cd" * 32,
            "verdict": "trusted",
            "source-account": "999999999999",
            "manifest-media-type": {"not": "a string"},
        }
    )
    payload |= {"resources": ["arn:aws:ecr:eu-west-1:999999999999:repository/other"]}
    assert hints(payload) == (HINT,)


def without(name: str) -> dict[str, Any]:
    payload = copy.deepcopy(event())
    (payload if name in payload else payload["detail"]).pop(name)
    return payload


@pytest.mark.parametrize(
    ("payload", "problem", "where"),
    [
        (None, EventProblem.NOT_AN_OBJECT, ""),
        ([event()], EventProblem.NOT_AN_OBJECT, ""),
        ("{}", EventProblem.NOT_AN_OBJECT, ""),
        ({}, EventProblem.MISSING_FIELD, "/source"),
        (event() | {"account": "999999999999"}, EventProblem.OTHER_ACCOUNT, "/account"),
        (event() | {"account": 123456789012}, EventProblem.MISSING_FIELD, "/account"),
        (event() | {"region": "eu-west-1"}, EventProblem.OTHER_REGION, "/region"),
        (event() | {"source": "attacker"}, EventProblem.UNKNOWN_KIND, "/detail-type"),
        (
            event() | {"detail-type": "ECR Image Scan"},
            EventProblem.UNKNOWN_KIND,
            "/detail-type",
        ),
        (
            event() | {"source": "sealward"},
            EventProblem.UNKNOWN_KIND,
            "/detail-type",
        ),
        (
            event(**{"action-type": "REPLICATE"}),
            EventProblem.UNKNOWN_KIND,
            "/detail/action-type",
        ),
        (event() | {"detail": "text"}, EventProblem.MISSING_FIELD, "/detail"),
        (without("image-digest"), EventProblem.MISSING_FIELD, "/detail/image-digest"),
        (
            without("repository-name"),
            EventProblem.MISSING_FIELD,
            "/detail/repository-name",
        ),
        (without("result"), EventProblem.MISSING_FIELD, "/detail/result"),
        (event(result="MAYBE"), EventProblem.BAD_RESULT, "/detail/result"),
    ],
)
def test_a_malformed_event_says_what_and_where(
    payload: object, problem: EventProblem, where: str
) -> None:
    with pytest.raises(MalformedEvent) as caught:
        hints(payload)
    assert (caught.value.reason, caught.value.where) == (problem, where)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "Prod/app",
        "prod/../app",
        "prod//app",
        "/prod",
        "prod/",
        "prod/app:v1",
        "prod/app@sha256:00",
        "prod%2Fapp",
        "prod app",
        "prod/app\n",
        "pr\u043ed/app",  # a Cyrillic letter
        "prod/\u0661",  # a digit, but not an ASCII one
        "-prod",
        "prod-",
        "a..b",
        "a" * 257,
    ],
)
def test_a_name_ecr_could_not_have_is_refused_never_normalised(name: str) -> None:
    with pytest.raises(MalformedEvent) as caught:
        hints(event(**{"repository-name": name}))
    assert caught.value.reason is EventProblem.BAD_REPOSITORY


@pytest.mark.parametrize("name", ["ab", "a1/b.c_d__e--f/g", "a" * 256])
def test_names_ecr_allows_are_taken(name: str) -> None:
    assert hints(event(**{"repository-name": name}))[0].repository == name


@pytest.mark.parametrize(
    "digest",
    [
        "sha256:" + "AB" * 32,
        "sha256:" + "ab" * 31,
        "sha256:" + "ab" * 33,
        "sha512:" + "ab" * 64,
        "ab" * 32,
        "latest",
        "sha256:" + "ab" * 32 + "\n",
        "sha256:" + "\u0661" * 64,
    ],
)
def test_a_digest_ecr_could_not_have_is_refused(digest: str) -> None:
    with pytest.raises(MalformedEvent) as caught:
        hints(event(**{"image-digest": digest}))
    assert caught.value.reason is EventProblem.BAD_DIGEST


def test_hostile_text_is_shown_short_and_in_ascii() -> None:
    with pytest.raises(MalformedEvent) as caught:
        hints(event(**{"repository-name": "\x1b[2J\u202e" + "x" * 10_000}))
    assert len(str(caught.value)) < 250
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


def test_a_name_made_to_backtrack_is_refused_quickly() -> None:
    with pytest.raises(MalformedEvent):
        hints(event(**{"repository-name": "a" + "-a" * 126 + "!"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"detail-type": "ECR Artifact Action"},
        {"detail-type": "ECR Scan Resource Change"},
        {"detail": event()["detail"] | {"action-type": "TELEPORT"}},
    ],
)
def test_what_ecr_may_tell_one_day_is_unknown_and_not_malformed(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(UnknownEvent):
        parse_events(event() | changes, account=ACCOUNT, region=REGION)


def test_what_a_pull_through_cache_brought_is_looked_at() -> None:
    detail = {
        "sync-status": "SUCCESS",
        "repository-name": "docker-hub/alpine",
        "image-digest": DIGEST,
    }
    cached = event() | {
        "detail-type": "ECR Pull Through Cache Action",
        "detail": detail,
    }
    (hint,) = parse_events(cached, account=ACCOUNT, region=REGION)
    assert (hint.repository, hint.digest) == ("docker-hub/alpine", DIGEST)
    for change in ({"sync-status": "FAILED"}, {"image-digest": None}):
        changed = {
            name: value
            for name, value in (detail | change).items()
            if value is not None
        }
        assert not parse_events(
            cached | {"detail": changed}, account=ACCOUNT, region=REGION
        )
