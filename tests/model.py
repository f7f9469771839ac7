"""The model: what the gate should do and end in, read from a history alone.

Imports nothing of what it judges, nor of tests that do (an architecture test asserts
it). A history is facts: which signature is whose and until when, what the policies said
and from when, when a message reached the gate, and what the registry held just then.
From these the model says, for every digest of every repository, which verdict holds,
whether the image is held, what was to be asked of the registry, and which finding is
open. It knows the rules of docs/how-it-decides.md and nothing of how they are carried
out: no record, no version, no due time.

Where order matters it goes by the order of the history. The first settled verdict falls
when a message arrives, under the policy of that moment; what fails later is a proposal.
"""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.facts import (
    ACTIVATING,
    ACTIVE,
    ARCHIVED,
    Delivery,
    Rules,
    Signature,
    Standing,
)
from tests.image_model import (
    DAY,
    FOR_HOURS,
    HOUR,
    NOTHING,
    PUSHED_AGAIN,
    RESTORE,
    RESTORING,
    TO_SIGN,
    Hold,
    Image,
    Release,
)

FAILING = ("unsigned", "untrusted")
OPEN = ("pending", "inconclusive")
RELEASES = 3
"""Of one digest, to be signed."""


@dataclass(slots=True, kw_only=True)
class Model:
    """Reads a history, one fact after the other."""

    acts: bool = True
    """Whether the stack may change the registry at all."""
    archived_readable: bool = False
    """Whether the registry gives the manifests of archived artifacts."""
    images: dict[tuple[str, str], Image] = field(default_factory=dict)
    """By repository and digest."""
    out: set[tuple[str, str]] = field(default_factory=set)
    """Images that somebody else took out of reach: no business of the gate's."""
    late: list[str] = field(default_factory=list)
    """Looks that came later than the gate promises."""
    _signatures: dict[str, Signature] = field(default_factory=dict)
    _indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _flawed: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)
    _rules: Mapping[str, Rules] = field(default_factory=dict)
    _unread: set[tuple[str, str]] = field(default_factory=set)
    """Signatures that were met while nobody could tell what they are."""
    _pauses: dict[str, datetime] = field(default_factory=dict)
    """Ends of pauses, by repository; of the whole account where that is empty."""
    _to_sign: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Releases to be signed, by repository and digest."""

    def named(self, digest: str) -> None:
        """Learn that ``digest`` is an image."""
        self._names.add(digest)

    def flawed(self, digest: str) -> None:
        """Learn that an image's own manifest can be read in two ways."""
        self._flawed.add(digest)

    def signed(self, digest: str, signature: Signature) -> None:
        """Learn what ``digest`` is a signature of, and what it is worth."""
        self._signatures[digest] = signature

    def listed(self, digest: str, signatures: Sequence[str]) -> None:
        """Learn that ``digest`` is an index of nothing but these signatures."""
        self._indexes[digest] = tuple(signatures)

    def taken_out(self, repository: str, digest: str) -> None:
        """Learn that somebody archived an image."""
        self.out.add((repository, digest))

    def back(self, repository: str, digest: str) -> None:
        """Learn that somebody restored, pushed or deleted an image."""
        self.out.discard((repository, digest))

    def ruled(self, rules: Mapping[str, Rules]) -> None:
        """From now on these policies are in force; other repositories have none."""
        self._rules = dict(rules)

    def paused(self, repository: str, until: datetime) -> None:
        """Learn that a person paused a repository; where it is empty, the account."""
        self._pauses[repository] = until

    def resumed(self, repository: str, at: datetime) -> bool:
        """Learn that a person ended a pause; return whether there is one to be ended.

        What waited for its end is looked at again at once.
        """
        if self._pauses.get(repository, at) <= at:
            return False
        self._pauses[repository] = at
        for (name, _), image in self.images.items():
            if repository in ("", name) and image.waits_until is not None:
                image.look_by = at
        return True

    def released(
        self, repository: str, digest: str, kind: str, lasts: timedelta, at: datetime
    ) -> bool:
        """Learn that a person releases an image; return whether that may be."""
        image = self.images.get((repository, digest))
        if image is None or image.gone:
            return False
        if kind == TO_SIGN:
            away = image.hold is not None and image.hold.state in ("held", "holding")
            if not away or self._to_sign[repository, digest] >= RELEASES:
                return False
            self._to_sign[repository, digest] += 1
            until = at + RESTORING + lasts
        else:
            held = image.hold is not None or image.verdict in OPEN
            if not held and not image.released(at):
                return False
            until = at + lasts
        image.release = Release(kind=kind, lasts=lasts, until=until)
        image.look_by = at
        return True

    def delivered(self, message: Delivery) -> tuple[str, str]:
        """Read a delivery; return what the gate is to ask of the registry: of whom."""
        if message.digest in self._indexes and message.digest in message.before:
            # It stands for its first entry; all are of one image.
            message = replace(message, digest=self._indexes[message.digest][0])
        image = self._leads_to(message)
        if image is None:
            return NOTHING, ""
        signature = message.digest if message.digest != image else None
        step = self._look(image, message, signature)
        if step == RESTORE:
            self.back(message.repository, image)
        return step, image

    def restless(
        self, at: datetime, repository: str, standing: Mapping[str, Standing]
    ) -> Iterator[str]:
        """Yield the images that another look would change: the gate is not done."""
        for digest in sorted(self._names & set(standing) | self._known(repository)):
            imagined = copy.deepcopy(self)
            key = (repository, digest)
            before = self.images[key].outcome if key in self.images else None
            asked, _ = imagined.delivered(
                Delivery(
                    at=at,
                    repository=repository,
                    digest=digest,
                    before=standing,
                    after=standing,
                )
            )
            after = imagined.images[key].outcome if key in imagined.images else None
            # A hold is asked for again and again, as long as it does not stand.
            if not _rests(before, after) or asked:
                yield f"{repository}@{digest}: {before}, a look would make it {after}"

    def check_promptness(self, at: datetime, slack: timedelta) -> None:
        """Note every image whose look is overdue by more than ``slack``."""
        for key, image in self.images.items():
            if image.look_by is not None and at > image.look_by + slack:
                self.late.append(f"{key}: to be looked at by {image.look_by}, not yet")

    def _known(self, repository: str) -> set[str]:
        return {digest for name, digest in self.images if name == repository}

    # -- where a message leads ------------------------------------------------------

    def _leads_to(self, message: Delivery) -> str | None:
        """Return the image the message is about, if any."""
        if message.digest in self._names:
            return message.digest
        signature = self._signatures.get(message.digest)
        here = message.before.get(message.digest)
        if signature is None or here is None:
            return None  # a deleted signature says nothing about what it signed
        key = (message.repository, message.digest)
        if here.status != ACTIVE and not self.archived_readable:
            # Its subject gets a message of its own.
            if here.status == ACTIVATING:
                self._unread.add(key)
            else:
                self._unread.discard(key)
            return None
        if key in self._unread:
            self._unread.discard(key)
            return None
        subject = message.before.get(signature.image)
        return signature.image if subject is not None or self._met(message) else None

    def _met(self, message: Delivery) -> bool:
        image = self._signatures[message.digest].image
        return (message.repository, image) in self.images

    # -- a look ---------------------------------------------------------------------

    def _look(self, digest: str, message: Delivery, named: str | None) -> str:
        key = (message.repository, digest)
        here, at = message.before.get(digest), message.at
        image = self.images.get(key)
        if here is None:
            if image is not None:
                self._gone(image, self._rules.get(message.repository), at)
            return NOTHING
        if image is not None:
            self._on_time(key, image, at)
        readable = here.status == ACTIVE or self.archived_readable
        if (image is None or image.blind) and not readable:
            return self._unreadable(key, here, at)
        if image is None:
            image = Image(first_seen=at, begin=at)
            self.images[key] = image
        image.blind = image.gone = False
        image.begin = min(image.begin, here.pushed_at)
        rules = self._rules.get(message.repository)
        verdict, label = self._judge(image, digest, message, rules, named)
        status = here.status
        image.meet(status, rules.grace if rules else None, at)
        let_go = verdict not in (*FAILING, *OPEN)
        image.lent = image.released(at) and not let_go
        release = image.release
        broken_glass = image.lent and release is not None and release.kind == FOR_HOURS
        if broken_glass:
            verdict, label = "exempt", "HIGH"
        step = self._act(image, verdict, rules, message, digest)
        image.verdict = verdict
        image.waits_until = self._pause(image, step, message.repository, at)
        if image.waits_until is not None:
            step = NOTHING
        acts = self._acts(rules) or broken_glass
        together = image.hold is None and (
            not acts or bool(image.proposal) or verdict == "inconclusive"
        )
        # What nothing is done about is told of its repository, not of the image.
        self._tell(image, "" if together else label if acts else label and "LOW")
        image.look_by = self._look_by(image, rules, at)
        return step

    def _gone(self, image: Image, rules: Rules | None, at: datetime) -> None:
        told = image.gone and bool(image.finding)
        # Nobody else has a reason to delete what is held, or back for a while.
        lent = image.released(at)
        release = image.release
        pushed = lent and release is not None and release.kind == PUSHED_AGAIN
        state = image.hold.state if image.hold and image.ours else ""
        removed = state in ("holding", "held") or (bool(state) and pushed)
        if image.gone:
            removed = told
        if image.hold is not None and image.hold.state == "releasing" and not lent:
            image.hold = None
        elif image.hold is not None and not image.gone:
            # Held by its digest, should that come back.
            before = image.hold.pushed_at
            image.hold, image.held_since = Hold(state="held", pushed_at=before), at
        image.gone = True
        image.proposal = ""
        # Deleted within its grace, never judged: that it was there is told, and stays.
        vanished = (image.verdict == "pending" or removed) and (
            told or self._acts(rules)
        )
        self._tell(image, "HIGH" if vanished else "")
        if not vanished:
            image.finding = None if image.finding is None else ""
        image.look_by = image.held_look(at)

    def _unreadable(self, key: tuple[str, str], here: Standing, at: datetime) -> str:
        """Meet what was archived before anybody saw it: no one can pull it."""
        if here.status == ACTIVATING and key not in self.images:
            self.images[key] = Image(first_seen=at, begin=at, look_by=at + HOUR)
        elif here.status == ARCHIVED and key in self.images:
            # Nothing to decide about, until it is back.
            self.images[key].verdict = "exempt"
            self.images[key].look_by = None
        return NOTHING

    def _judge(  # noqa: PLR0911 - one return for each rule, in their order
        self,
        image: Image,
        digest: str,
        message: Delivery,
        rules: Rules | None,
        named: str | None,
    ) -> tuple[str, str]:
        """Return the verdict and how loud it is where the policy acts."""
        if rules is None:
            return "ungoverned", ""
        if rules.level == "skip":
            return "exempt", ""
        if digest in self._flawed:
            return "untrusted", "HIGH"  # whatever signs it, and whoever can read it
        at = message.at
        there = {
            name: signature
            for name, signature in self._signatures.items()
            if signature.image == digest and name in message.before
        }
        within = {
            name: signature
            for name, signature in there.items()
            if message.before[name].status == ACTIVE
        }
        good = [name for name in within if rules.satisfied_by(within[name], at)]
        if good:
            first = [name for name in (named, image.trusted_by) if name in good]
            image.trusted_by = (
                first[0] if first else max(good, key=lambda name: within[name].made)
            )
            return "trusted", ""
        if image.trusted_by is not None and image.trusted_by not in within:
            return "inconclusive", "HIGH"  # lost: says nothing against the image
        wrong = any(rules.wrongly_signed(each) for each in within.values())
        if rules.fail_fast and wrong:
            return "untrusted", "CRITICAL"
        unsettled = image.verdict not in ("trusted", *FAILING)
        if unsettled and at < image.begin + rules.grace:
            return "pending", ""
        if not there:
            return "unsigned", "HIGH"
        # What came furthest explains most: right signer, but too late.
        expired = any(
            each.anchored and each.signer in rules.signers for each in within.values()
        )
        return "untrusted", "CRITICAL" if wrong and not expired else "HIGH"

    def _acts(self, rules: Rules | None) -> bool:
        return self.acts and rules is not None and rules.quarantine

    # -- what is done ---------------------------------------------------------------

    def _act(  # noqa: PLR0911 - one return for each rule, in their order
        self,
        image: Image,
        verdict: str,
        rules: Rules | None,
        message: Delivery,
        digest: str,
    ) -> str:
        """Move the hold on; return what to ask of the registry."""
        first = image.settled_at is None
        if first and verdict not in OPEN and not image.lent:
            image.settled_at = message.at
        acts = self._acts(rules)
        status = message.before[digest].status
        after = message.after[digest].status
        image.proposal = ""
        pushed_at = message.before[digest].pushed_at
        if image.hold is None:
            image.came_back = False
            if image.lent or verdict not in FAILING or not acts:
                return NOTHING
            new = rules is not None and (
                rules.enforce_from is None or image.begin >= rules.enforce_from
            )
            if not (first and new):
                image.proposal = "quarantine"
                return NOTHING
            return image.keep(status, after, pushed_at, message.at)
        if self.acts and image.lent:
            return image.lend(status, pushed_at, message.at)
        releasing = image.hold.state == "releasing" and verdict in OPEN
        if self.acts and (verdict in ("trusted", "exempt") or releasing):
            return image.let_go(status, after, message.at)
        if acts:
            return image.keep(status, after, pushed_at, message.at)
        image.proposal = "release" if status != ACTIVE and image.ours else ""
        image.leave(status, message.at)
        return NOTHING

    def _pause(
        self, image: Image, step: str, repository: str, at: datetime
    ) -> datetime | None:
        """Return the end of the pause that ``step`` waits for."""
        ends = [self._pauses.get(where, at) for where in ("", repository)]
        release = image.release
        asked_for = release is not None and release.kind != PUSHED_AGAIN
        if step == RESTORE and asked_for and image.released(at):
            return None  # by name
        return max(ends) if step and max(ends) > at else None

    # -- what is told, and when it is looked at again -------------------------------

    def _tell(self, image: Image, label: str) -> None:
        if label:
            image.finding = label
        elif image.hold is None and image.finding is not None:
            image.finding = ""

    def _look_by(
        self, image: Image, rules: Rules | None, at: datetime
    ) -> datetime | None:
        """Return by when the next look is promised; None where only news brings one."""
        promised = [image.held_look(at)]
        if image.lent and image.release is not None:
            promised = [image.release.until]
        if image.waits_until is not None:
            promised.append(image.waits_until)
        match image.verdict:
            case "pending":
                deadline = image.begin + rules.grace if rules else at
                promised += [at + HOUR, deadline]
            case "inconclusive":
                promised.append(at + HOUR)
            case "trusted":
                signature = self._signatures[str(image.trusted_by)]
                expires = signature.expires
                promised.append(expires if expires and expires > at else None)
            case "unsigned" | "untrusted" if image.hold is None:
                day = (image.settled_at or at) + DAY
                promised.append(at + HOUR if at + HOUR < day else None)
        return min((each for each in promised if each is not None), default=None)

    def _on_time(self, key: tuple[str, str], image: Image, at: datetime) -> None:
        slack = timedelta(minutes=5)
        if image.look_by is not None and at > image.look_by + slack:
            self.late.append(f"{key}: to be looked at by {image.look_by}, was at {at}")


def _rests(before: tuple[object, ...] | None, after: tuple[object, ...] | None) -> bool:
    """Return whether a look may leave an outcome so until the next that is due.

    A held image is looked at daily: that its bad signature went is met then.
    """
    if before is None or after is None or before[1] is None:
        return before == after
    failing = before[0] in FAILING and after[0] in FAILING
    told = bool(before[3]) is bool(after[3])  # how loudly says its verdict
    rest = (*before[1:3], *before[4:]) == (*after[1:3], *after[4:])
    return before == after or (failing and told and rest)
