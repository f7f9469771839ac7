"""The model of multi-arch images: how families of indexes and images should end.

As ``tests.model`` it reads facts only and imports nothing of what it judges. It says
less: not what happens at each message, but how all stands in the end, and what may
never be asked of the registry. Where it depends on when somebody looked whether an
image was ever accepted, it allows both: held, or proposed to a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.facts import ACTIVE, Delivery, Rules, Signature, Standing

DEPTH = 3
"""Indexes above one another that may cover an image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How an image may stand in the end: each a set of what is allowed."""

    verdicts: frozenset[str]
    held: frozenset[bool]
    proposals: frozenset[str]
    findings: frozenset[bool]
    """Whether it has an open finding of its own, or is told of with its repository."""
    reachable: frozenset[bool]
    """Whether the registry serves it."""


@dataclass(slots=True, kw_only=True)
class FamilyModel:
    """Reads the history of one repository, one fact after the other."""

    repository: str
    acts: bool = True
    late: list[str] = field(default_factory=list)
    """Always empty: it says nothing about when."""
    _rules: Rules | None = None
    _signatures: dict[str, Signature] = field(default_factory=dict)
    _lists: dict[str, frozenset[str]] = field(default_factory=dict)
    """What each index lists."""
    _names: set[str] = field(default_factory=set)
    _accepted: set[str] = field(default_factory=set)
    """What was good at some moment, whether or not anybody looked."""
    _proven: set[str] = field(default_factory=set)
    """Indexes the gate looked at while they were good."""

    def named(self, digest: str) -> None:
        """Learn that ``digest`` is an image."""
        self._names.add(digest)

    def lists(self, digest: str, children: Sequence[str]) -> None:
        """Learn that ``digest`` is an index of these images or indexes."""
        self._lists[digest] = frozenset(children)

    def signed(self, digest: str, signature: Signature) -> None:
        """Learn what ``digest`` is a signature of, and what it is worth."""
        self._signatures[digest] = signature

    def listed(self, digest: str, signatures: Sequence[str]) -> None:
        """Learn of a fallback tag: nothing depends on it here."""

    def taken_out(self, repository: str, digest: str) -> None:
        """Learn that somebody archived an image: not part of these histories."""
        raise AssertionError(f"{repository}@{digest}")

    def back(self, repository: str, digest: str) -> None:
        """Learn that somebody brought an image back."""

    def ruled(self, rules: Mapping[str, Rules]) -> None:
        """From now on this policy is in force."""
        self._rules = rules[self.repository]

    def happened(self, at: datetime, standing: Mapping[str, Standing]) -> None:
        """Note what is good at this moment."""
        # One that went and came back has to be looked at again.
        self._proven &= set(standing)
        for digest in self._names & set(standing):
            if self._trusted(digest, at, standing) or self._covered(
                digest, at, standing
            ):
                self._accepted.add(digest)

    def may_ask(self, what: str, digest: str, message: Delivery) -> bool:
        """Return whether the gate may ask this of the registry at a delivery."""
        before = message.before
        if what == "restore":
            return any(
                self._trusted(each, message.at, before)
                or self._covered(each, message.at, before)
                for each in (digest, *self._lists)
                if each in before
            )
        if self._trusted(digest, message.at, before):
            return False
        return not any(
            index in self._proven for index in self._good_above(digest, message)
        )

    def looked(self, message: Delivery) -> None:
        """Note that the gate looked at what a message named."""
        signature = self._signatures.get(message.digest)
        image = signature.image if signature else message.digest
        if image in self._lists and self._trusted(image, message.at, message.before):
            self._proven.add(image)

    def ends(
        self, at: datetime, standing: Mapping[str, Standing]
    ) -> Iterator[tuple[str, End]]:
        """Yield how each image that is there may stand."""
        for digest in sorted(self._names & set(standing)):
            yield digest, self._end(digest, at, standing)

    def _end(self, digest: str, at: datetime, standing: Mapping[str, Standing]) -> End:
        trusted = self._trusted(digest, at, standing)
        covered = self._covered(digest, at, standing)
        if trusted or covered:
            # What is covered is looked at daily: a signature of its own whose event
            # was lost is not met before.
            return End(
                verdicts=frozenset(
                    ({"trusted"} if trusted else set())
                    | ({"covered"} if covered else set())
                ),
                held=frozenset({False}),
                proposals=frozenset({""}),
                findings=frozenset({False}),
                reachable=frozenset({True}),
            )
        own = any(
            each.image == digest and name in standing
            for name, each in self._signatures.items()
        )
        # Once accepted: proposed. Or held, where nobody looked just then; and what an
        # index that was accepted lists, ECR does not archive.
        accepted = digest in self._accepted or any(
            above in self._accepted for above in self._above(digest, standing)
        )
        always = not self.acts
        return End(
            verdicts=frozenset({"untrusted" if own else "unsigned"}),
            held=frozenset(
                {False} if always else {True, False} if accepted else {True}
            ),
            proposals=frozenset({""} if always or not accepted else {"", "quarantine"}),
            findings=frozenset({True, False} if always or accepted else {True}),
            reachable=frozenset(
                {True} if always else {True, False} if accepted else {False}
            ),
        )

    def _trusted(
        self, digest: str, at: datetime, standing: Mapping[str, Standing]
    ) -> bool:
        """Return whether a signature of its own makes it trusted."""
        rules = self._rules
        return rules is not None and any(
            signature.image == digest
            and name in standing
            and standing[name].status == ACTIVE
            and rules.satisfied_by(signature, at)
            for name, signature in self._signatures.items()
        )

    def _covered(
        self, digest: str, at: datetime, standing: Mapping[str, Standing]
    ) -> bool:
        return any(
            self._trusted(index, at, standing)
            for index in self._above(digest, standing)
        )

    def _good_above(self, digest: str, message: Delivery) -> list[str]:
        return [
            index
            for index in self._above(digest, message.before)
            if self._trusted(index, message.at, message.before)
        ]

    def _above(self, digest: str, standing: Mapping[str, Standing]) -> set[str]:
        """Return the active indexes that list it, or list one that does."""
        found: set[str] = set()
        level = {digest}
        for _ in range(DEPTH):
            level = {
                index
                for index, children in self._lists.items()
                if children & level
                and index in standing
                and standing[index].status == ACTIVE
            }
            found |= level
        return found
