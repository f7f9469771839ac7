"""Answers kept: until they run out, and no more of them than fit."""

from datetime import UTC, datetime, timedelta

from sealward.revocation.answers import Answer, Answers

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def answer(body: bytes = b"body", *, hours: float = 1, age: float = 0) -> Answer:
    return Answer(
        body=body, this_update=NOW - age * HOUR, fresh_until=NOW + hours * HOUR
    )


def got(
    answers: Answers, url: str, *, after: float = 0, max_age: timedelta | None = None
) -> bytes | None:
    return answers.get((url, None), now=NOW + after * HOUR, max_age=max_age)


def test_an_answer_is_kept_until_it_runs_out_and_dropped_then() -> None:
    answers = Answers()
    answers.keep(("a", None), answer())
    assert got(answers, "a", after=0.99) == b"body"
    assert got(answers, "a", after=1) is None
    assert (len(answers), answers.size) == (0, 0)


def test_a_post_is_another_question_than_a_get() -> None:
    answers = Answers()
    answers.keep(("a", b"request"), answer())
    assert got(answers, "a") is None


def test_a_policys_maximum_age_passes_over_it_and_leaves_it_to_others() -> None:
    answers = Answers()
    answers.keep(("a", None), answer(age=3))
    assert got(answers, "a", max_age=2 * HOUR) is None
    assert got(answers, "a", max_age=4 * HOUR) == b"body"


def test_the_longest_unused_goes_first() -> None:
    answers = Answers(most=2)
    for url in ("a", "b"):
        answers.keep((url, None), answer())
    got(answers, "a")
    answers.keep(("c", None), answer())
    assert [got(answers, url) for url in ("a", "b", "c")] == [b"body", None, b"body"]


def test_bytes_are_bounded() -> None:
    answers = Answers(most_bytes=10)
    for number in range(5):
        answers.keep((str(number), None), answer(b"four"))
        assert answers.size <= 10
    assert len(answers) == 2
    answers.keep(("big", None), answer(b"x" * 11))
    assert got(answers, "big") is None
    assert len(answers) == 2


def test_the_same_question_holds_one_answer() -> None:
    answers = Answers()
    answers.keep(("a", None), answer(b"old"))
    answers.keep(("a", None), answer(b"new!"))
    assert got(answers, "a") == b"new!"
    assert answers.size == 4


def test_what_has_run_out_is_dropped_together() -> None:
    answers = Answers()
    answers.keep(("short", None), answer(hours=1))
    answers.keep(("long", None), answer(hours=3))
    answers.drop_expired(NOW + 2 * HOUR)
    assert len(answers) == 1
    assert got(answers, "long") == b"body"
