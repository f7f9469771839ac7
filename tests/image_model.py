"""The model's image: how one image stands, and how its hold moves on.

Imports the standard library and facts only, as ``tests.model`` does, which decides what
is wished of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.facts import ACTIVE, ARCHIVED, Rules
from tests.proposal_model import Proposal

ARCHIVE, RESTORE, DELETE, NOTHING = "archive", "restore", "delete", ""
TO_SIGN, FOR_HOURS, PUSHED_AGAIN = "to-sign", "for-hours", "pushed-again"
SIGNING = timedelta(minutes=15)
"""Longest time for a signature after a held image was pushed again."""
RESTORING = timedelta(minutes=30)
"""Longest time that a release to be signed waits for the image to be back."""
SETTLING = timedelta(minutes=5)
"""How long an archiving that was asked for may still happen."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Hold:
    """An image kept out of reach, or on its way there or back."""

    state: str
    """``holding``, ``held``, ``releasing`` or ``released``."""
    coming_since: datetime | None = None
    """Since when an archiving nobody wants any more is waited for."""
    pushed_at: datetime | None = None
    """Its push, as the registry dated it when it was kept; not of what was archived."""

    def still_coming(self, at: datetime) -> bool:
        """Return whether an archiving that nobody wants may still happen."""
        return self.coming_since is not None and at - self.coming_since < SETTLING


@dataclass(slots=True, kw_only=True)
class Release:
    """A held image that may be pulled for a while."""

    kind: str
    lasts: timedelta
    until: datetime
    started: bool = False
    """Whether it was seen to be there, from when its time counts."""

    def serve(self, at: datetime) -> None:
        """Learn that the registry serves the image: it may be signed from now on."""
        if self.kind != FOR_HOURS and not self.started:
            self.until = min(self.until, at + self.lasts)
        self.started = True


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and how loud it is where the policy acts."""

    verdict: str
    label: str = ""
    expired: bool = False
    """Whether its signature was good once, and ran out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a look at an image knows when it acts."""

    at: datetime
    status: str
    after: str
    """What the registry says when the look is done; empty where it is gone by then."""
    doubtful: bool
    """Whether a signature is there that cannot be read."""
    pushed_at: datetime
    judged: Judged
    rules: Rules | None
    first: bool
    """Whether no verdict was settled before."""
    before: Proposal | None
    """What waited for a person until now."""
    approved: bool
    """Whether a person said yes to that."""


@dataclass(slots=True, kw_only=True)
class Image:
    """How one image stands."""

    first_seen: datetime
    begin: datetime
    """When its grace began: the earlier of its push and of when it was first seen."""
    verdict: str = "inconclusive"
    settled_at: datetime | None = None
    """When the first settled verdict fell."""
    trusted_by: str | None = None
    """The signature that last made it trusted."""
    hold: Hold | None = None
    came_back: bool = False
    """Whether it was active, or on its way, though held, and not let go for that."""
    release: Release | None = None
    """Its last one."""
    window_spent: bool = False
    """Whether it was let go because a push brought it back: once."""
    lent: bool = False
    """Whether it was refused at its last look, and let go for a while all the same."""
    waits_until: datetime | None = None
    """End of the pause that its last look met; None: nothing waits for one."""
    ours: bool = False
    """Whether the gate ever asked for it to be archived: else it is not its to undo."""
    held_since: datetime | None = None
    approved: bool = False
    """Whether it is held because a person said so: then it is never deleted."""
    deletable_since: datetime | None = None
    """Since when, as its looks found it, policy and stack would delete it."""
    condemned_at: datetime | None = None
    """When its deletion was last asked for, under the same hold."""
    doubtful: bool = False
    """Whether a signature of it was in the archive while it was held: then its evidence
    may not be whole, and without that nothing is deleted."""
    deleted: bool = False
    """Whether the gate deleted it, and it was not there since."""
    proposed: Proposal | None = None
    """What waits for a person."""
    statement: str = ""
    """That its last look was under; empty where no policy was."""
    replicated: bool = False
    signing_failed: bool = False
    """Whether the registry's own signing was last heard to have failed."""
    spent: bool = False
    """Whether its grace is what its repository had left of one."""
    finding: str | None = None
    """Label of the open finding; empty where it is resolved; None if there is none."""
    blind: bool = True
    """Whether its manifest was never read."""
    gone: bool = False
    look_by: datetime | None = None
    """By when it is to be looked at again."""
    sweep_by: datetime | None = None
    """By when it is, because another statement governs it than at its last look."""

    @property
    def proposal(self) -> str:
        """Return what waits for a person; empty where nothing does."""
        return self.proposed.action if self.proposed else ""

    @property
    def outcome(self) -> tuple[object, ...]:
        """Return what an owner sees of it."""
        state = self.hold.state if self.hold else None
        return (self.verdict, state, self.proposal, self.finding, self.gone)

    def released(self, at: datetime) -> bool:
        """Return whether a release is in force."""
        return self.release is not None and at < self.release.until

    def meet(self, status: str, grace: timedelta | None, at: datetime) -> None:
        """Move its release on, before it is decided: the registry says ``status``.

        Once a digest that is held because nothing signs it comes back, it may be
        signed; ``grace`` is the policy's, None where there is none.
        """
        if self.release is not None and self.released(at):
            if status == ACTIVE:
                self.release.serve(at)
            return
        held = self.hold is not None and self.hold.state == "held" and self.ours
        first = held and self.verdict == "unsigned" and not self.window_spent
        if first and status == ACTIVE and not self.came_back and grace:
            lasts = min(grace, SIGNING)
            self.release = Release(
                kind=PUSHED_AGAIN, lasts=lasts, until=at + lasts, started=True
            )
            self.window_spent = True

    def lend(self, status: str, pushed_at: datetime, at: datetime) -> str:
        """Let it go for a while; it stays held in the end."""
        hold = self.hold
        if status == ACTIVE and hold is not None:
            hold.pushed_at = pushed_at
            if hold.state == "holding":
                hold.state, hold.coming_since = "releasing", at
                self.held_since = at
            if not hold.still_coming(at) and hold.state != "released":
                self.hold = Hold(state="released", pushed_at=pushed_at)
                self.held_since = at
            return NOTHING
        self.hold = Hold(state="releasing", pushed_at=hold.pushed_at if hold else None)
        return RESTORE if status == ARCHIVED else NOTHING

    def keep(self, status: str, after: str, pushed_at: datetime, at: datetime) -> str:
        """Keep it out of reach; return what to ask of the registry."""
        hold = self.hold
        if hold is None:
            self.approved, self.condemned_at, self.doubtful = False, None, False
        self.ours = status != ARCHIVED or (hold is not None and self.ours)
        before = hold.pushed_at if hold else None
        if status == ARCHIVED:
            self.held_since = self.held_since if hold else at
            self.hold = Hold(state="held", pushed_at=before)
            return NOTHING
        newer = before is not None and pushed_at > before
        again = hold is not None and (
            hold.state == "held" or (newer and hold.state != "released")
        )
        if again:
            self.came_back = True  # a push after that is not the first
        if again or hold is None or hold.state != "holding":
            self.held_since = at
        self.hold = Hold(
            state="held" if after == ARCHIVED else "holding",
            pushed_at=pushed_at if again or hold is None else before,
        )
        return ARCHIVE

    def let_go(self, status: str, after: str, at: datetime) -> str:
        """Let it go for good; return what to ask of the registry."""
        hold = self.hold
        if status == ACTIVE and hold is not None:
            if hold.state == "holding":
                hold.state, hold.coming_since = "releasing", at
                self.held_since = at
            if not hold.still_coming(at):
                self.hold = None
            return NOTHING
        if not self.ours:
            self.hold = None  # somebody else's doing
            return NOTHING
        self.hold = Hold(state="releasing", pushed_at=hold.pushed_at if hold else None)
        if status != ARCHIVED:
            return NOTHING
        if after == ACTIVE:
            self.hold = None
        return RESTORE

    def leave(self, status: str, at: datetime) -> None:
        """The policy acts no more: what somebody brings back is held no more."""
        hold = self.hold
        if hold is None or status != ACTIVE:
            return
        if hold.state == "holding" and hold.coming_since is None:
            hold.coming_since = self.held_since = at
        if hold.state != "holding" or not hold.still_coming(at):
            self.hold = None

    def is_condemned(self, status: str, at: datetime) -> bool:
        """Return whether it was out of reach for a day and may be deleted now.

        Never what was ever good, what somebody else archived, and what a person had
        taken out of reach or is asked about.
        """
        asked = self.condemned_at
        return (
            self.hold is not None
            and self.hold.state == "held"
            and status == ARCHIVED
            and self.held_since is not None
            and self.deletable_since is not None
            and at - max(self.held_since, self.deletable_since) >= DAY
            and self.ours
            and not self.approved
            and self.trusted_by is None
            and not self.proposed
            and (asked is None or at - asked > HOUR)
        )

    def learn_whether_deletable(self, at: datetime, *, deletable: bool) -> None:
        """Learn at a look whether policy and stack would delete what is held."""
        if self.hold is None or not deletable:
            self.deletable_since = None
        elif self.deletable_since is None:
            self.deletable_since = at

    def delete(self, at: datetime) -> None:
        """Learn that the gate deleted it: it stays held by its digest."""
        self.condemned_at = self.held_since = at
        self.deleted = True

    def held_look(self, at: datetime) -> datetime | None:
        """Return by when the next look at its hold is promised."""
        if self.hold is None:
            return None
        since = self.held_since or at
        return at + (HOUR if at - since < DAY - HOUR else DAY)
