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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.asked_model import OPEN, Asked
from tests.facts import (
    ACTIVATING,
    ACTIVE,
    ARCHIVED,
    Delivery,
    Rules,
    Signature,
    Standing,
)
from tests.grace_model import Graces, grace_of
from tests.image_model import (
    DAY,
    DELETE,
    FOR_HOURS,
    HOUR,
    NOTHING,
    PUSHED_AGAIN,
    RESTORE,
    Hold,
    Image,
    Judged,
    Moment,
)
from tests.proposal_model import (
    QUARANTINE,
    RELEASE,
    Proposal,
    cause_of,
)
from tests.signature_model import Signatures

SWEPT = timedelta(minutes=5)
"""From a new bundle to the looks that it asks for."""
FAILING = ("unsigned", "untrusted")


@dataclass(slots=True, kw_only=True)
class Model(Asked):
    """Reads a history, one fact after the other."""

    acts: bool = True
    """Whether the stack may change the registry at all."""
    deletes: bool = False
    """Whether it may delete images, and keeps the evidence that this takes."""
    archived_readable: bool = False
    """Whether the registry gives the manifests of archived artifacts."""
    out: set[tuple[str, str]] = field(default_factory=set)
    """Images that somebody else took out of reach: no business of the gate's."""
    late: list[str] = field(default_factory=list)
    """Looks that came later than the gate promises."""
    _signatures: Signatures = field(default_factory=Signatures)
    _flawed: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)
    _rules: Mapping[str, Rules] = field(default_factory=dict)
    _graces: Graces = field(default_factory=Graces)

    def named(self, digest: str) -> None:
        """Learn that ``digest`` is an image."""
        self._names.add(digest)

    def flawed(self, digest: str) -> None:
        """Learn that an image's own manifest can be read in two ways."""
        self._flawed.add(digest)

    def signed(self, digest: str, signature: Signature) -> None:
        """Learn what ``digest`` is a signature of, and what it is worth."""
        self._signatures.known[digest] = signature

    def listed(self, digest: str, signatures: Sequence[str]) -> None:
        """Learn that ``digest`` is an index of nothing but these signatures."""
        self._signatures.indexes[digest] = tuple(signatures)

    def taken_out(self, repository: str, digest: str) -> None:
        """Learn that somebody archived an image."""
        self.out.add((repository, digest))

    def back(self, repository: str, digest: str) -> None:
        """Learn that somebody restored, pushed or deleted an image."""
        self.out.discard((repository, digest))

    def ruled(self, rules: Mapping[str, Rules], at: datetime) -> None:
        """From ``at`` these policies are in force; other repositories have none."""
        self._rules = dict(rules)
        for (repository, _), image in self.images.items():
            now = rules[repository].statement if repository in rules else ""
            same = image.gone or image.blind or image.statement == now
            image.sweep_by = None if same else at + SWEPT

    def delivered(self, message: Delivery) -> tuple[str, str]:
        """Read a delivery; return what the gate is to ask of the registry: of whom."""
        message = replace(message, digest=self._signatures.first_of(message))
        image: str | None = message.digest
        if image not in self._names:
            image = self._signatures.leads_to(
                message, self.images, archived_readable=self.archived_readable
            )
        if image not in self._names:
            self._lost(message)  # or it signs what is no image
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
            for by in (image.look_by, image.sweep_by):
                if by is not None and at > by + slack:
                    self.late.append(f"{key}: to be looked at by {by}, not yet")

    def _known(self, repository: str) -> set[str]:
        return {digest for name, digest in self.images if name == repository}

    def _lost(self, message: Delivery) -> None:
        """Meet the deletion of a signature: what it made trusted is looked at."""
        signature = self._signatures.known.get(message.digest)
        rules = self._rules.get(message.repository)
        if signature is None or rules is None or message.digest in message.before:
            return
        image = self.images.get((message.repository, signature.image))
        named = signature.anchored and signature.signer in rules.signers
        if image is None or image.gone or rules.level == "skip":
            return
        if image.trusted_by == message.digest and named:
            image.look_by = min(image.look_by or message.at, message.at)

    # -- a look ---------------------------------------------------------------------

    def _look(self, digest: str, message: Delivery, named: str | None) -> str:
        key = (message.repository, digest)
        here, at = message.before.get(digest), message.at
        image = self.images.get(key)
        if here is None:
            if image is not None:
                self._gone(image, message)
            return NOTHING
        if image is not None:
            self._on_time(key, image, at)
        readable = here.status == ACTIVE or self.archived_readable
        if (image is None or image.blind) and not readable:
            return self._unreadable(key, here, at)
        if image is None:
            image = Image(first_seen=at, begin=at)
            self.images[key] = image
        image.blind = image.gone = image.deleted = False
        image.begin = min(image.begin, here.pushed_at)
        image.replicated |= message.replicated and message.digest == digest
        if message.asked_for and image.verdict == "pending":
            image.signing_failed = message.signing_failed
        rules = self._rules.get(message.repository)
        judged = self._judge(image, digest, message, rules, named)
        verdict, label = judged.verdict, judged.label
        status = here.status
        window = min(rules.grace, grace_of(image, rules)) if rules else None
        image.meet(status, window, at)
        let_go = verdict not in (*FAILING, *OPEN)
        image.lent = image.released(at) and not let_go
        release = image.release
        broken_glass = image.lent and release is not None and release.kind == FOR_HOURS
        if broken_glass:
            verdict, label = "exempt", "HIGH"
        judged = replace(judged, verdict=verdict)
        step = self._act(image, judged, rules, message, digest)
        image.verdict = verdict
        image.statement = rules.statement if rules else ""
        image.waits_until = self.waits(image, step, message.repository, at)
        if image.waits_until is not None:
            step = NOTHING
        if step == DELETE:
            image.delete(at)
        acts = self._acts(rules) or broken_glass
        together = image.hold is None and (
            not acts or bool(image.proposal) or verdict == "inconclusive"
        )
        # What nothing is done about is told of its repository, not of the image.
        self._tell(image, "" if together else label if acts else label and "LOW")
        image.look_by, image.sweep_by = self._look_by(image, rules, at), None
        return step

    def _gone(self, image: Image, message: Delivery) -> None:
        at, rules = message.at, self._rules.get(message.repository)
        if rules and self._acts(rules) and image.settled_at is None and not image.gone:
            self._graces.count(message.repository, image, rules, at)
        told = image.gone and bool(image.finding)
        # Nobody else has a reason to delete what is held, or back for a while.
        lent = image.released(at)
        release = image.release
        pushed = lent and release is not None and release.kind == PUSHED_AGAIN
        state = image.hold.state if image.hold and image.ours else ""
        removed = state in ("holding", "held") or (bool(state) and pushed)
        removed = removed and not image.deleted
        if image.gone:
            removed = told
        if image.hold is not None and image.hold.state == "releasing" and not lent:
            image.hold = None
        elif image.hold is not None and not image.gone:
            # Held by its digest, should that come back.
            before = image.hold.pushed_at
            image.hold, image.held_since = Hold(state="held", pushed_at=before), at
        image.gone = True
        image.proposed = None
        # Deleted within its grace, never judged: that it was there is told, and stays.
        vanished = (image.verdict == "pending" or removed) and (
            told or self._acts(rules)
        )
        self._tell(image, "HIGH" if vanished else "")
        if not vanished:
            image.finding = None if image.finding is None else ""
        image.look_by, image.sweep_by = image.held_look(at), None

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
    ) -> Judged:
        """Return the verdict and how loud it is where the policy acts."""
        if rules is None:
            return Judged("ungoverned")
        if rules.level == "skip":
            return Judged("exempt")
        if digest in self._flawed:
            return Judged("untrusted", "HIGH")  # whatever signs it, whoever can read it
        at = message.at
        there = self._signatures.of(digest, message.before)
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
            return Judged("trusted")
        self._graces.meet(
            message.repository, image, rules, at, asked_for=message.asked_for
        )
        if image.trusted_by is not None and image.trusted_by not in within:
            return Judged(
                "inconclusive", "HIGH"
            )  # lost: says nothing against the image
        wrong = any(rules.wrongly_signed(each) for each in within.values())
        if rules.fail_fast and wrong:
            return Judged("untrusted", "CRITICAL")
        unsettled = image.verdict not in ("trusted", *FAILING)
        if unsettled and at < image.begin + grace_of(image, rules):
            # Told before it is held: whoever pushed it can still sign it.
            return Judged("pending", "MEDIUM" if image.signing_failed else "")
        if not there:
            return Judged("unsigned", "HIGH")
        # What came furthest explains most: right signer, but too late.
        expired = any(
            each.anchored and each.signer in rules.signers for each in within.values()
        )
        loud = wrong and not expired
        return Judged("untrusted", "CRITICAL" if loud else "HIGH", expired=expired)

    def _acts(self, rules: Rules | None) -> bool:
        return self.acts and rules is not None and rules.quarantine

    # -- what is done ---------------------------------------------------------------

    def _act(
        self,
        image: Image,
        judged: Judged,
        rules: Rules | None,
        message: Delivery,
        digest: str,
    ) -> str:
        """Move the hold on; return what to ask of the registry."""
        at, repository = message.at, message.repository
        here = message.before[digest]
        moment = Moment(
            at=at,
            status=here.status,
            after=message.after[digest].status if digest in message.after else "",
            doubtful=not self.archived_readable
            and any(
                message.before[name].status != ACTIVE
                for name in self._signatures.of(digest, message.before)
            ),
            pushed_at=here.pushed_at,
            judged=judged,
            rules=rules,
            first=image.settled_at is None,
            before=image.proposed,
            approved=self.approved(
                repository, digest, image, rules.statement if rules else "", at
            ),
        )
        verdict = judged.verdict
        if rules and self._acts(rules) and moment.first and verdict in FAILING:
            self._graces.count(repository, image, rules, at)
        if moment.first and verdict not in OPEN and not image.lent:
            image.settled_at = at
        image.proposed = None
        deletable = self._deletes(moment.rules)
        if image.hold is None:
            step = self._hold(image, moment)
            image.learn_whether_deletable(at, deletable=deletable)
            return step
        image.learn_whether_deletable(at, deletable=deletable)
        return self._move(image, moment)

    def _hold(self, image: Image, moment: Moment) -> str:
        """Hold what fails: if it is new, or a person said so."""
        rules = moment.rules
        image.came_back = False
        failing = moment.judged.verdict in FAILING and self._acts(rules)
        if image.lent or not failing or rules is None:
            return NOTHING
        new = rules.enforce_from is None or image.begin >= rules.enforce_from
        if not (moment.first and new) and not moment.approved:
            _propose(QUARANTINE, image, moment)
            return NOTHING
        step = image.keep(moment.status, moment.after, moment.pushed_at, moment.at)
        image.approved, image.doubtful = moment.approved, moment.doubtful
        return step

    def _move(self, image: Image, moment: Moment) -> str:
        """Keep what is held, or let it go."""
        verdict, status, at = moment.judged.verdict, moment.status, moment.at
        if self.acts and image.lent:
            return image.lend(status, moment.pushed_at, at)
        releasing = image.hold and image.hold.state == "releasing" and verdict in OPEN
        if self.acts and (verdict in ("trusted", "exempt") or releasing):
            return image.let_go(status, moment.after, at)
        if self._acts(moment.rules):
            step = image.keep(status, moment.after, moment.pushed_at, at)
            image.doubtful |= moment.doubtful
            condemned = verdict in FAILING and image.is_condemned(status, at)
            if image.doubtful and moment.after:
                return step
            return DELETE if self._deletes(moment.rules) and condemned else step
        if status != ACTIVE and image.ours:
            _propose(RELEASE, image, moment)
            if moment.approved and self.acts:
                return image.let_go(status, moment.after, at)
        image.leave(status, at)
        return NOTHING

    def _deletes(self, rules: Rules | None) -> bool:
        return self.deletes and rules is not None and rules.deletes

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
                deadline = image.begin + grace_of(image, rules) if rules else at
                promised += [at + HOUR, deadline]
            case "inconclusive":
                promised.append(at + HOUR)
            case "trusted":
                signature = self._signatures.known[str(image.trusted_by)]
                expires = signature.expires
                promised.append(expires if expires and expires > at else None)
            case "unsigned" | "untrusted" if image.hold is None:
                day = (image.settled_at or at) + DAY
                promised.append(at + HOUR if at + HOUR < day else None)
        return min((each for each in promised if each is not None), default=None)

    def _on_time(self, key: tuple[str, str], image: Image, at: datetime) -> None:
        slack = timedelta(minutes=5)
        for by in (image.look_by, image.sweep_by):
            if by is not None and at > by + slack:
                self.late.append(f"{key}: to be looked at by {by}, was at {at}")


def _rests(before: tuple[object, ...] | None, after: tuple[object, ...] | None) -> bool:
    """Return whether a look may leave an outcome so until the next that is due.

    That a bad signature went, no event tells. A held image is looked at daily; another
    one that fails, and has for a day, when there is news: it fails all the same.
    """
    if before is None or after is None:
        return before == after
    failing = before[0] in FAILING and after[0] in FAILING
    told = bool(before[3]) is bool(after[3])  # how loudly says its verdict
    rest = (*before[1:3], *before[4:]) == (*after[1:3], *after[4:])
    return before == after or (failing and told and rest)


def _propose(action: str, image: Image, moment: Moment) -> None:
    """Propose an action; what was proposed before under the same policy stays."""
    before = moment.before
    statement = moment.rules.statement if moment.rules else ""
    if before and (before.action, before.statement) == (action, statement):
        image.proposed = before
        return
    cause = cause_of(
        action,
        image.verdict,
        accepted=image.trusted_by is not None,
        same_statement=image.statement == statement,
        expired=moment.judged.expired,
    )
    image.proposed = Proposal(
        action=action, cause=cause, statement=statement, since=moment.at
    )
