"""Signer's answers: kept for minutes, errors never, one failure a look."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from notation_verifier.signer_service import SignerQuestion, SignerServiceError
from sealward.revocation.signer_answers import KEPT_FOR, OneLook, SignerAnswers
from simulator.clock import ManualClock
from tests import forge

SERVICE = forge.SignerService()
QUESTION = SignerQuestion(
    as_of=forge.NOW,
    profile_version=SERVICE.profile_version_arn("payments"),
    job=SERVICE.job_arn(),
    certificate_hashes=("ab" * 96,),
)


class Service:
    """Answers as told, counting; fails while ``down``."""

    def __init__(self, *revoked: str) -> None:
        self.revoked = revoked
        self.down = False
        self.asked = 0

    def __call__(self, question: SignerQuestion) -> Sequence[str]:
        self.asked += 1
        if self.down:
            raise SignerServiceError(f"no answer in {question.region}")
        return self.revoked


@pytest.mark.parametrize("revoked", [(), ("arn:job",)], ids=["good", "revoked"])
def test_an_answer_stands_in_for_minutes(revoked: tuple[str, ...]) -> None:
    service, clock = Service(*revoked), ManualClock()
    answers = SignerAnswers(service, clock)
    assert answers(QUESTION) == answers(QUESTION) == revoked
    clock.advance(KEPT_FOR - timedelta(microseconds=1))
    answers(QUESTION)
    assert service.asked == 1
    clock.advance(timedelta(microseconds=1))
    service.revoked = ("arn:new",)
    assert answers(QUESTION) == ("arn:new",)
    assert service.asked == 2


def test_a_good_answer_from_before_does_not_count_and_a_revocation_does() -> None:
    service, clock = Service(), ManualClock()
    answers = SignerAnswers(service, clock)
    answers(QUESTION)
    clock.advance(timedelta(seconds=1))
    service.revoked = ("arn:job",)
    assert answers(QUESTION) == ()
    assert answers.since(clock())(QUESTION) == ("arn:job",)
    assert answers(QUESTION) == ("arn:job",)
    clock.advance(timedelta(seconds=1))
    assert answers.since(clock())(QUESTION) == ("arn:job",)
    assert service.asked == 2


def test_a_good_answer_since_then_stands_in() -> None:
    service, clock = Service(), ManualClock()
    asked = SignerAnswers(service, clock).since(clock())
    clock.advance(timedelta(seconds=1))
    for _ in range(2):
        assert asked(QUESTION) == ()
    assert service.asked == 1


def test_an_error_is_never_kept() -> None:
    service = Service()
    answers = SignerAnswers(service, ManualClock())
    service.down = True
    for _ in range(2):
        with pytest.raises(SignerServiceError):
            answers(QUESTION)
    service.down = False
    assert answers(QUESTION) == ()
    assert service.asked == 3


def test_an_error_does_not_stand_in_for_an_answer_that_was_had() -> None:
    service, clock = Service("arn:job"), ManualClock()
    answers = SignerAnswers(service, clock)
    answers(QUESTION)
    clock.advance(KEPT_FOR)
    service.down = True
    with pytest.raises(SignerServiceError):
        answers(QUESTION)


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, job=SERVICE.job_arn("another")),
        replace(QUESTION, profile_version=SERVICE.profile_version_arn("other")),
        replace(QUESTION, certificate_hashes=("cd" * 96,)),
        replace(QUESTION, as_of=forge.NOW + timedelta(seconds=1)),
        replace(QUESTION, present=True),
    ],
    ids=["job", "profile", "certificates", "instant", "present"],
)
def test_another_question_is_asked(other: SignerQuestion) -> None:
    service = Service()
    answers = SignerAnswers(service, ManualClock())
    answers(QUESTION)
    answers(other)
    assert service.asked == 2


def test_the_present_moves_on_and_is_one_question_all_the_same() -> None:
    service = Service()
    answers = SignerAnswers(service, ManualClock())
    for seconds in range(3):
        at = forge.NOW + timedelta(seconds=seconds)
        answers(replace(QUESTION, present=True, as_of=at))
    assert service.asked == 1


def test_so_many_are_kept_and_the_oldest_makes_way() -> None:
    service = Service()
    answers = SignerAnswers(service, ManualClock(), most=2)
    first, second, third = (
        replace(QUESTION, job=SERVICE.job_arn(name)) for name in "abc"
    )
    for question in (first, second, third, second, third):
        answers(question)
    assert service.asked == 3
    answers(first)
    assert service.asked == 4


def test_where_signer_failed_a_look_does_not_ask_again() -> None:
    service = Service()
    service.down = True
    look = OneLook(service, ManualClock())
    for _ in range(200):
        with pytest.raises(SignerServiceError, match="us-east-1"):
            look(QUESTION)
    assert service.asked == 1


def test_another_region_is_asked_all_the_same_and_so_is_the_next_look() -> None:
    service = Service()
    service.down = True
    look = OneLook(service, ManualClock())
    elsewhere = replace(
        QUESTION,
        profile_version=QUESTION.profile_version.replace("us-east-1", "eu-west-1"),
    )
    for question in (QUESTION, elsewhere):
        with pytest.raises(SignerServiceError):
            look(question)
    assert service.asked == 2
    service.down = False
    assert OneLook(service, ManualClock())(QUESTION) == ()


def test_failures_that_take_long_end_the_asking_everywhere() -> None:
    clock = ManualClock()
    asked = []

    def slow(question: SignerQuestion) -> Sequence[str]:
        asked.append(question.region)
        clock.advance(timedelta(seconds=12))
        if question.region == "eu-west-1":
            return ()
        raise SignerServiceError("timed out")

    def at(region: str) -> SignerQuestion:
        arn = QUESTION.profile_version.replace("us-east-1", region)
        return replace(QUESTION, profile_version=arn)

    look = OneLook(slow, clock)
    assert look(at("eu-west-1")) == ()  # slow, but it answered
    with pytest.raises(SignerServiceError, match="timed out"):
        look(at("us-east-1"))
    for region in ("us-west-2", "eu-west-1"):
        with pytest.raises(SignerServiceError, match="not answer elsewhere"):
            look(at(region))
    assert asked == ["eu-west-1", "us-east-1"]
