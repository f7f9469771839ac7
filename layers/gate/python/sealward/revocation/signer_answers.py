"""AWS Signer's answers: kept for minutes in a warm function, asked for once a look.

Signer answers 100 questions a second for an account and Region. An answer, good or
revoked, is kept briefly; that Signer did not answer is never kept beyond the look.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from notation_verifier.signer_service import (
    SignerQuestion,
    SignerService,
    SignerServiceError,
)

KEPT_FOR: Final = timedelta(minutes=5)
"""How long an answer stands in; a good one not beyond a revocation that is known."""
MOST: Final = 1_000
"""Answers kept; the oldest makes way."""
PATIENCE: Final = timedelta(seconds=2)
"""Lost to failures in one look, after which no other Region is asked."""


class _Key(NamedTuple):
    profile_version: str
    job: str
    certificate_hashes: tuple[str, ...]
    as_of: datetime | None
    """None: the present, which is another instant each time."""


class _Answer(NamedTuple):
    revoked: tuple[str, ...]
    asked_at: datetime


class SignerAnswers:
    """A ``SignerService`` that remembers what another one answered.

    Safe to share between threads.

    Args:
        ask: is asked what is not known.
        now: returns the time, an aware datetime.
        kept_for: how long an answer stands in.
        most: how many are kept.
    """

    def __init__(
        self,
        ask: SignerService,
        now: Callable[[], datetime],
        *,
        kept_for: timedelta = KEPT_FOR,
        most: int = MOST,
    ) -> None:
        self._ask = ask
        self._now = now
        self._kept_for = kept_for
        self._most = most
        self._answers: dict[_Key, _Answer] = {}
        self._lock = threading.Lock()

    def __call__(self, question: SignerQuestion) -> Sequence[str]:
        """See ``SignerService``."""
        return self._answered(question, None)

    def since(self, instant: datetime) -> SignerService:
        """Return the same without good answers up to ``instant``.

        Something was revoked then. What was revoked before stays so: whoever attaches
        many revoked signatures has Signer asked no more often.
        """
        return lambda question: self._answered(question, instant)

    def _answered(
        self, question: SignerQuestion, since: datetime | None
    ) -> Sequence[str]:
        key, now = _key(question), self._now()
        with self._lock:
            known = self._answers.get(key)
        if (
            known is not None
            and now < known.asked_at + self._kept_for
            and (known.revoked or since is None or known.asked_at > since)
        ):
            return known.revoked
        answer = _Answer(tuple(self._ask(question)), now)
        with self._lock:
            self._answers.pop(key, None)
            self._answers[key] = answer
            while len(self._answers) > self._most:
                del self._answers[next(iter(self._answers))]
        return answer.revoked


def _key(question: SignerQuestion) -> _Key:
    return _Key(
        profile_version=question.profile_version,
        job=question.job,
        certificate_hashes=question.certificate_hashes,
        as_of=None if question.present else question.as_of,
    )


class OneLook:
    """A ``SignerService`` for one look: where Signer failed, it is not asked again.

    Else an image with many signatures by one profile would wait for every time-out.
    Other Regions are asked, unless failures have taken too long together: then nobody
    is, and a look waits for no more than one call that uses up its attempts.

    Args:
        ask: is asked the rest.
        now: returns the time, an aware datetime.
    """

    def __init__(self, ask: SignerService, now: Callable[[], datetime]) -> None:
        self._ask = ask
        self._now = now
        self._failed: dict[tuple[str, str], str] = {}
        self._lost = timedelta(0)

    def __call__(self, question: SignerQuestion) -> Sequence[str]:
        """See ``SignerService``."""
        where = question.partition, question.region
        said = self._failed.get(where)
        if said is None and self._lost >= PATIENCE:
            said = f"not asked in {question.region}: it did not answer elsewhere"
        if said is not None:
            raise SignerServiceError(said)
        begun = self._now()
        try:
            return self._ask(question)
        except SignerServiceError as error:
            self._failed[where] = str(error)
            self._lost += self._now() - begun
            raise
