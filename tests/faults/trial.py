"""A trial: a use case with one fault, held against the same use case without any."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sealward.decisions.verdict import GONE, NOT_AN_IMAGE
from sealward.ledger import Record, Verdict, from_item
from tests.faults.forks import Forks
from tests.faults.ground import PLACE, Ground
from tests.faults.scenes import bundle
from tests.faults.use_cases import UseCase

LASTS: Final = timedelta(seconds=80)
"""How long a fault that befalls all calls goes on."""
AFTERWARDS: Final = timedelta(minutes=85)
"""SQS brings back what failed after ten minutes, an undelivered finding is sent again
after an hour."""
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
    told: frozenset[tuple[str, str]]
    """Subjects and verdicts the event bus heard of."""
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
    ground.live(AFTERWARDS)
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
    ):
        yield from _differences(what, wanted, there)
    for subject, verdict in sorted(right.end.told - found.end.told):
        yield f"the bus never heard that {subject} is {verdict}"
    for name in found.end.twice:
        yield f"a second finding: {name}"
    if set(found.end.set_aside) != set(right.end.set_aside):
        yield f"set aside: {len(found.end.set_aside)}, not {len(right.end.set_aside)}"


def _wrong_meanwhile(right: Course, found: Course) -> Iterator[str]:
    for subject, known in found.meanwhile.items():
        allowed = {
            each.verdict
            for each in (right.before.get(subject), right.meanwhile.get(subject))
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
    )


def _end(ground: Ground) -> End:
    registry = ground.aws.registry(PLACE)
    held: list[Mapping[str, Any]] = ground.aws.call(
        "securityhub", "GetFindings", {}, place=PLACE
    )["Findings"]
    active = [each for each in held if each["RecordState"] == "ACTIVE"]
    ids = [each["Id"] for each in active]
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
        told=frozenset(
            (f"{each['repository']}@{each['digest']}", each["verdict"])
            for each in ground.services.told
        ),
        findings={
            each["Id"]: (each["Title"], each["Severity"]["Label"]) for each in active
        },
        twice=tuple(
            name
            for names in (ids, subjects)
            for name in sorted(set(names))
            if names.count(name) > 1
        ),
        set_aside=tuple(ground.dead_letters()),
    )
