"""Whoever works with the stack: what a command answers, and asking it again."""

import sys
from pathlib import Path

import pytest

from demo.person import TRIES, UNANSWERED, Person, Ran


def test_what_was_not_answered_is_asked_again_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[int] = []

    def sealward(person: Person, *arguments: str) -> Ran:
        del person
        assert arguments == ("pause", "--account")
        return Ran(status=answers.pop(0), said="")

    monkeypatch.setattr(Person, "sealward", sealward)
    none = [UNANSWERED] * TRIES
    for statuses, last in (([0], 0), ([1], 1), ([UNANSWERED, 0], 0), (none, 2)):
        answers.extend(statuses)
        assert Person(environment={}).ask("pause", "--account").status == last
        assert not answers


def test_a_command_has_the_persons_own_environment_and_no_other(tmp_path: Path) -> None:
    script = "import os, sys; print(sorted(os.environ)); print('but', file=sys.stderr)"
    person = Person(environment={"WHO": "alice"})
    ran = person.run([sys.executable, "-S", "-c", script], WHERE=str(tmp_path))
    assert "WHO" in ran.said
    assert "WHERE" in ran.said
    assert "HOME" not in ran.said
    assert (ran.status, ran.remarked) == (0, "but")
    assert Ran(status=2, said="", remarked="sealward: no\nmore").first == "sealward: no"
