"""Inquiries: what one look asks about revocation, and what it learns by it.

``Revocations`` lives as long as a warm function, an ``Inquiry`` as long as a look. The
ledger's memory is read beside a look's first round, at most once a minute; what a look
learns is written beside its record, and kept here until it is written.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from notation_verifier import Fetch, FetchError, Verification
from notation_verifier.values import dataclass
from sealward.ledger.revocation_items import bounded
from sealward.policy.revocation import RevocationPolicy
from sealward.ports.failures import PortError
from sealward.ports.reads import Read
from sealward.ports.revocation import RevocationLedger, RevocationSources
from sealward.revocation.answers import Answer, Answers, Question

if TYPE_CHECKING:
    from notation_verifier.revocation import (
        Attempt,
        ChainRevocation,
        RevocationMemory,
        RevocationSettings,
        SideBySide,
    )

FRESH_FOR: Final = timedelta(minutes=1)
"""How long the ledger's memory is used without reading it again."""


class Revocations:
    """What a warm function keeps: the ledger's memory, and answers while fresh.

    Args:
        sources: makes what asks the web; called once, by the first look that asks.
        ledger: where knowledge outlives a function; None keeps it in memory alone.
        side_by_side: runs the checks of a chain's certificates, as ``Executor.map``;
            not on the threads that looks themselves run on.
    """

    def __init__(
        self,
        sources: Callable[[], RevocationSources],
        ledger: RevocationLedger | None = None,
        *,
        side_by_side: "SideBySide" = map,
    ) -> None:
        self._make = sources
        self._sources: RevocationSources | None = None
        self.side_by_side = side_by_side
        self.answers = Answers()
        self._ledger = ledger
        self._memory: RevocationMemory | None = None
        self._unwritten: RevocationMemory | None = None
        self._recalled: datetime | None = None

    @property
    def sources(self) -> RevocationSources:
        """What asks the web."""
        if self._sources is None:
            self._sources = self._make()
        return self._sources

    @property
    def memory(self) -> "RevocationMemory":
        """All that is known."""
        if self._memory is None:
            # A twentieth of a cold start: for looks only that ask.
            from notation_verifier.revocation import RevocationMemory  # noqa: PLC0415

            self._memory = RevocationMemory()
        return self._memory

    def begin(self, now: datetime, *, part_of: "Inquiry | None" = None) -> "Inquiry":
        """Return the inquiry of a look that begins at ``now``.

        ``part_of`` is that of the look it is part of: what it asks counts there.
        """
        return Inquiry(kept=self, now=now, part_of=part_of)

    def recall(self, now: datetime) -> None:
        """Read the ledger's memory where it was not read within ``FRESH_FOR``.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        if self._ledger is None:
            return
        if self._recalled is not None and now - self._recalled < FRESH_FOR:
            return
        found = self._ledger.recall()
        self._recalled = now
        self.answers.drop_expired(now)
        if found is not None:
            # What is not written yet stays known: two memories merge in any order.
            self._advance(bounded(found.merged(self.memory)))

    def learn(self, memory: "RevocationMemory") -> None:
        """Keep what a check taught."""
        news = memory.beyond(self.memory)
        if not news:
            return
        self._advance(self.memory.merged(news))
        self._unwritten = (
            news if self._unwritten is None else self._unwritten.merged(news)
        )

    def _advance(self, memory: "RevocationMemory") -> None:
        """Know ``memory``, and forget the answers that it shows to be overtaken."""
        before, self._memory = self.memory, memory
        self.answers.drop_of(memory.overtaken(before))

    def write(self) -> None:
        """Write what the ledger does not know yet, where there is any.

        Raises:
            Unavailable, Denied: the ledger did not take it; it goes with the next look.
        """
        if self._ledger is None or self._unwritten is None:
            return
        self._ledger.learn(self._unwritten)
        self._unwritten = None

    @property
    def unwritten(self) -> bool:
        """Whether there is something the ledger does not know yet."""
        return self._ledger is not None and self._unwritten is not None


@dataclass(slots=True, kw_only=True)
class Inquiry:
    """What one look asks."""

    kept: Revocations
    now: datetime
    part_of: "Inquiry | None" = None
    """Whose way to ask is used, and whose one deadline; None: its own."""
    recall: Read[None] = field(init=False)
    """To be run beside the look's first round."""
    _heard: dict[Question, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _fetch: Fetch | None = None
    """Made by the look's first question; the look's one deadline is its."""
    _deaf: str = ""
    """Why no answer may be believed; empty where there is no reason."""

    def __post_init__(self) -> None:
        """Prepare the read."""
        self.recall = Read(lambda: self.kept.recall(self.now))

    def fetch(self, policy: RevocationPolicy) -> Fetch:
        """Return the look's way to ask under ``policy``: one deadline for all of it."""

        def ask(url: str, *, body: bytes | None = None) -> bytes:
            if self._deaf:
                raise FetchError(self._deaf)
            question = (url, body)
            heard = self._heard.get(question) or self.kept.answers.get(
                question, now=self.now, max_age=policy.max_age
            )
            if heard is None:
                heard = self._asking(policy)(url, body=body)
            self._heard[question] = heard
            return heard

        return ask

    def _asking(self, policy: RevocationPolicy) -> Fetch:
        if self.part_of is not None:
            return self.part_of._asking(policy)  # noqa: SLF001 - of its own kind
        with self._lock:
            if self._fetch is None:
                self._fetch = self.kept.sources.fetch(policy.hosts)
            return self._fetch

    def settings(self, policy: RevocationPolicy) -> "Callable[[], RevocationSettings]":
        """Return what makes the settings, for the moment somebody is asked.

        Where what is known cannot be read, nobody is believed who clears a certificate:
        it may be known to be revoked.
        """

        def make() -> "RevocationSettings":
            from notation_verifier.revocation import (  # noqa: PLC0415 - as above
                RevocationSettings,
            )

            try:
                self.recall.answer()
            except PortError as error:
                self._deaf = f"what is known of revocation cannot be read: {error}"
                return RevocationSettings(memory=self.kept.memory)
            return RevocationSettings(
                memory=self.kept.memory,
                max_age=policy.max_age,
                crls=policy.crls,
                side_by_side=self.kept.side_by_side,
            )

        return make

    def hear(self, verifications: Iterable[Verification]) -> None:
        """Learn from the reports of the look: what to keep, and what to remember."""
        attempts: list[Attempt] = []
        for found in _answers(verifications):
            self.kept.learn(found.memory)
            for certificate in found.certificates:
                attempts += certificate.attempts
        for question, body in self._heard.items():
            about = [one for one in attempts if _asks(one, question)]
            answer = _relied_on(about, body)
            if answer is not None:
                self.kept.answers.keep(question, answer)
            elif about:
                # Kept before, refused now: whoever is asked next must be the source.
                self.kept.answers.drop(question)

    def write(self) -> bool:
        """Write what was learnt; return whether the ledger knows all of it now."""
        try:
            self.kept.write()
        except PortError:
            return False
        return True


def _answers(verifications: Iterable[Verification]) -> "Iterable[ChainRevocation]":
    for verification in verifications:
        if verification.revocation is not None:
            yield verification.revocation
        stamp = verification.timestamp
        if stamp is not None and stamp.revocation is not None:
            yield stamp.revocation


def _asks(attempt: "Attempt", question: Question) -> bool:
    """Return whether an attempt may be the one that asked ``question``.

    A responder is asked below its URL (RFC 6960 appendix A.1). Two questions to one
    responder are not told apart: both answers must have been relied on.
    """
    url, _ = question
    return url == attempt.url or url.startswith(attempt.url.rstrip("/") + "/")


def _relied_on(attempts: "list[Attempt]", body: bytes) -> Answer | None:
    """Return the answer to keep, if all attempts that may have used it relied on it."""
    ends = [one.fresh_until for one in attempts if one.fresh_until is not None]
    updates = [one.this_update for one in attempts if one.this_update is not None]
    if not attempts or not len(attempts) == len(ends) == len(updates):
        return None
    return Answer(body=body, this_update=min(updates), fresh_until=min(ends))
