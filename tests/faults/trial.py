"""A trial: a use case with one fault, held against the same use case without any."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sealward.decisions.judgement import GONE, NOT_AN_IMAGE
from sealward.evidence import check, dossiers_of
from sealward.ledger import Record, Verdict, from_item
from simulator.in_process.evidence import InProcessEvidence
from tests.faults.faults import Fault, Kind
from tests.faults.forks import Forks
from tests.faults.ground import PLACE, Ground
from tests.faults.scenes import bundle
from tests.faults.use_case import UseCase

LASTS: Final = timedelta(seconds=80)
"""How long a fault that befalls all calls goes on."""
Words = tuple[str, ...]
"""Of what, what was said of it, and why."""
BUS: Final = "events:PutEvents"
TOPIC: Final = "sns:Publish"
_OWNERS_TELLERS: Final = (BUS, TOPIC, "dynamodb:GetItem", "dynamodb:PutItem")
"""What telling an owner takes, with the count of messages: where one of these fails,
bus and owner are told again."""
_UNDECIDED: Final = frozenset({Verdict.INCONCLUSIVE, Verdict.PENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger holds of a subject."""

    verdict: str
    reason: str
    hold: str
    proposal: str
    ever_trusted: bool
    finding: str
    looked_again: bool
    has_evidence: bool

    @property
    def at_rest(self) -> bool:
        """Whether it is what is left of a digest that turned out to be no image.

        A look that could read nothing has to remember the digest it was asked about,
        and a record is never deleted. So it may stay, where nothing follows from it.
        """
        open_ends = self.hold or self.finding or self.proposal or self.looked_again
        return self.reason == NOT_AN_IMAGE and not open_ends


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How things stand."""

    images: Mapping[str, str]
    """Status by repository and digest."""
    ledger: Mapping[str, Known]
    findings: Mapping[str, tuple[str, ...]]
    """State and severity by id, of those that are not resolved."""
    twice: tuple[str, ...]
    """Ids and subjects that Security Hub holds more than one open finding of."""
    policies: Mapping[str, str]
    """Who may pull, by repository."""
    told: tuple[Words, ...]
    """Subjects and verdicts the event bus heard of, in order."""
    messages: tuple[Words, ...]
    """Topics and subject lines that owners heard, likewise."""
    evidence: Mapping[str, str]
    """By subject, of those that any is kept of: whole, or what is wrong with it."""
    set_aside: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Course:
    """What became of a trial."""

    before: Mapping[str, Known] = field(default_factory=dict)
    meanwhile: Mapping[str, Known] = field(default_factory=dict)
    """Right after what happened while calls failed."""
    end: End | None = None
    changes: frozenset[tuple[str, str]] = frozenset()
    """Digests, and the storage class each was moved to."""
    calls: tuple[tuple[str, int], ...] = ()
    """Of the functions, from first to last."""
    while_failing: int = 0
    """How many of them each failed in some trial."""
    struck: int = 0
    fault: Fault | None = None
    came_again: bool = False
    """Whether a message came again, as one does whose look failed or died."""
    lost: tuple[str, ...] = ()

    @property
    def stands(self) -> tuple[str, ...]:
        """Verdict and hold of every subject in the end, sorted."""
        ledger = self.end.ledger.values() if self.end else ()
        return tuple(sorted(f"{each.verdict} {each.hold}".strip() for each in ledger))


def course(ground: Ground, use_case: UseCase, forks: Forks) -> Course:
    """Run a use case; in each child of ``forks`` with a fault, else without any."""
    ground.renew()
    ground.publish(bundle(ground))
    found = Course()
    happen = use_case.stage(ground)
    found.before = _ledger(ground)
    emitted = len(ground.aws.events.emitted)
    ground.dead_letters()
    ground.lost.clear()
    ground.wire.begin()
    ground.wire.fork = forks
    happen()
    ground.wire.fork = None
    found.meanwhile = _ledger(ground)
    found.while_failing = len(ground.wire.calls)
    if forks.fault is not None and forks.fault.number is not None:
        ground.wire.heal()
    ground.live(LASTS)
    found.struck = ground.wire.struck
    ground.wire.heal()
    ground.live(use_case.afterwards)
    found.fault, found.came_again = forks.fault, ground.came_again
    found.end = _end(ground)
    found.calls = tuple(ground.wire.calls)
    found.lost = tuple(ground.lost)
    found.changes = frozenset(
        (event["detail"]["image-digest"], event["detail"]["target-storage-class"])
        for event in ground.aws.events.emitted[emitted:]
        if event["detail"].get("action-type") == "UPDATE_STORAGE_CLASS"
    )
    return found


def wrongs(right: Course, found: Course) -> Iterator[str]:
    """Yield what a trial did that the same without a fault does not do."""
    if right.end is None or found.end is None:
        raise ValueError("a course that did not end")
    if not found.struck:
        yield "the fault befell no call"
    for body in found.lost:
        yield f"received too often, a dead letter: {body[:200]}"
    for digest, change in sorted(found.changes - right.changes):
        yield f"wrong action: {digest[:19]} to {change}"
    yield from _wrong_meanwhile(right, found)
    for what, wanted, there in (
        ("image", right.end.images, found.end.images),
        ("record", right.end.ledger, _without_leftovers(right.end, found.end)),
        ("finding", right.end.findings, found.end.findings),
        ("policy of", right.end.policies, found.end.policies),
        ("evidence of", right.end.evidence, found.end.evidence),
    ):
        yield from _differences(what, wanted, there)
    yield from _untold(right.end, found)
    for name in found.end.twice:
        yield f"a second finding: {name}"
    if set(found.end.set_aside) != set(right.end.set_aside):
        yield f"set aside: {len(found.end.set_aside)}, not {len(right.end.set_aside)}"


def _untold(right: End, found: Course) -> Iterator[str]:
    """Yield what was not told, and what was said again without need."""
    if found.end is None or found.fault is None:
        raise ValueError("a course that did not end, or without a fault")
    befell = found.fault.operation
    # A topic that does not let us in is a person's to mend: nothing waits for it.
    shut = befell == TOPIC and found.fault.kind is Kind.DENIED
    for teller, wanted, heard in (
        (BUS, right.told, found.end.told),
        (TOPIC, right.messages, found.end.messages),
    ):
        lost = teller == TOPIC and shut
        unheard = {words[:2] for words in wanted} - {words[:2] for words in heard}
        for words in sorted(unheard) if not lost else ():
            yield f"{teller} never told {' '.join(words)}"
        tellers = _OWNERS_TELLERS if right.messages else (BUS,)
        if befell in tellers or found.came_again:
            continue  # nobody knows what was heard: said again rather than never
        for words, more in sorted((_again(heard) - _again(wanted)).items()):
            yield f"{teller} told {more} times more: {' '.join(words)}"


def _again(heard: Sequence[Words]) -> Counter[Words]:
    """Return what was said of a subject right after the same."""
    again: Counter[Words] = Counter()
    last: dict[str, Words] = {}
    for words in heard:
        again[words] += last.get(words[0]) == words
        last[words[0]] = words
    return again


def _evidence(ground: Ground) -> Iterator[tuple[str, str]]:
    """Yield each subject with evidence, and what is wrong with any of it."""
    store = InProcessEvidence()
    store.objects.update(ground.services.buckets.kept)
    for subject in _ledger(ground):
        repository, _, digest = subject.partition("@")
        prefix = dossiers_of(PLACE.account, PLACE.region, repository, digest)
        dossiers = store.keys(prefix)
        if dossiers:
            names = [each.removeprefix(prefix) for each in dossiers]
            problems = {
                problem
                for name in names
                for problem in check(store, prefix, name, beside=None).problems
            }
            yield subject, "; ".join(sorted(problems)) or "whole"


def _wrong_meanwhile(right: Course, found: Course) -> Iterator[str]:
    for subject, known in found.meanwhile.items():
        allowed = {
            each.verdict
            for each in (
                right.before.get(subject),
                right.meanwhile.get(subject),
                right.end.ledger.get(subject) if right.end else None,
            )
            if each is not None
        } | _UNDECIDED
        if subject not in right.meanwhile and known.at_rest:
            continue
        if known.verdict not in allowed:
            yield f"meanwhile {subject[:40]} is {known.verdict}, not {sorted(allowed)}"


def _without_leftovers(right: End, found: End) -> dict[str, Known]:
    return {
        subject: known
        for subject, known in found.ledger.items()
        if subject in right.ledger or not known.at_rest
    }


def _differences(
    what: str, wanted: Mapping[str, object], there: Mapping[str, object]
) -> Iterator[str]:
    for name in sorted({*wanted, *there}):
        if wanted.get(name) != there.get(name):
            yield f"{what} {name[:60]}: {there.get(name)}, not {wanted.get(name)}"


def _ledger(ground: Ground) -> dict[str, Known]:
    records = [from_item(item) for item in ground.items() if _is_record(item)]
    return {
        str(record.key): _known(record)
        for record in records
        if record.key.repository != "sealward"
    }


def _is_record(item: Mapping[str, Any]) -> bool:
    return item["sk"] == "current" and "@" in item["pk"]


def _known(record: Record) -> Known:
    finding = record.finding
    return Known(
        verdict="gone" if record.reason == GONE else record.verdict,
        reason=record.reason,
        hold=record.hold.state if record.hold else "",
        proposal=record.proposal,
        ever_trusted=record.ever_trusted,
        finding=f"{finding.status} {'' if finding.delivered else 'un'}delivered"
        if finding and finding.status == "open"
        else "",
        looked_again=record.due is not None,
        has_evidence=bool(record.hold and record.hold.evidence),
    )


def _id(finding: Mapping[str, Any]) -> str:
    """Return a finding's Id; when the breaker tripped is no part: a fault puts it off.

    A second trip would be a second finding of one Id.
    """
    name, _, instant = str(finding["Id"]).rpartition("/")
    return name if name.endswith("/breaker") else f"{name}/{instant}"


def _end(ground: Ground) -> End:
    registry = ground.aws.registry(PLACE)
    held: list[Mapping[str, Any]] = ground.aws.call(
        "securityhub", "GetFindings", {}, place=PLACE
    )["Findings"]
    active = [each for each in held if each["RecordState"] == "ACTIVE"]
    ids = [_id(each) for each in active]
    subjects = [str(each["Resources"][0]["Id"]) for each in active]
    return End(
        images={
            f"{name}@{digest}": image.status.value
            for name, repository in registry.repositories.items()
            for digest, image in repository.images.items()
        },
        ledger=_ledger(ground),
        policies={
            name: repository.policy or ""
            for name, repository in registry.repositories.items()
        },
        told=tuple(
            (
                f"{each['repository']}@{each['digest']}",
                each["verdict"],
                each["reason"],
            )
            for each in ground.services.told
        ),
        messages=tuple(ground.services.messages),
        evidence=dict(_evidence(ground)),
        findings={
            _id(each): (each["Title"], each["Severity"]["Label"]) for each in active
        },
        twice=tuple(
            name
            for names in (ids, subjects)
            for name in sorted(set(names))
            if names.count(name) > 1
        ),
        set_aside=tuple(ground.dead_letters()),
    )
