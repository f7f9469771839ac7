"""Coverage over random indexes: the rule, its bounds, and the gate that applies it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from notation_verifier import Descriptor
from sealward.decisions import Unknown, Unseen, first_record
from sealward.events import Hint, parse_events
from sealward.ledger.records import Hold, HoldState, Record, Verdict
from sealward.policy.bundle import Policy
from sealward.subjects import SubjectKey
from sealward.verifications.coverage import DEPTH, NODES, Parent, cover
from tests import forge
from tests.unit.sealward.family import entry, push_index, strict, strict_stand
from tests.unit.sealward.stand import ACCOUNT, HOST, REGION, Stand

RIGHT, SIZE, TYPE = "right", "size", "type"
COVERING = "trusted"
WORDS = (
    COVERING,
    "trusted by another policy",
    "covered",
    "pending",
    "pending and held",
    "unsigned",
    "untrusted",
    "inconclusive",
    "exempt",
    "unknown",
)


@cache
def policy() -> Policy:
    found = strict().policy_for(ACCOUNT, REGION, "prod/app")
    assert found is not None, HOST
    return found


def descriptor(number: int) -> Descriptor:
    return Descriptor(media_type="index", digest=f"sha256:{number:064x}", size=number)


def record(number: int, word: str) -> Record | None:
    """Return the record that ``word`` says."""
    if word == "unknown":
        return None
    blank = first_record(
        SubjectKey(repository="prod/app", digest=descriptor(number).digest),
        Unseen(reason=Unknown.REGISTRY_UNAVAILABLE, detail=""),
        forge.NOW,
    )
    hold = Hold(state=HoldState.HELD, since=forge.NOW, applied=1)
    return replace(
        blank,
        verdict=Verdict(word.partition(" ")[0]),
        statement_hash="" if word.endswith("policy") else policy().statement_hash,
        hold=hold if word.endswith("held") else None,
    )


@dataclass(frozen=True)
class Indexes:
    """Indexes by number; the image is number 0."""

    edges: Mapping[int, Mapping[int, str]]
    """What each index lists, and how rightly."""
    words: Mapping[int, str]

    def parents_of(self, digests: Iterable[str]) -> Iterator[Parent]:
        """Yield every index that mentions one of ``digests``, rightly or not."""
        wanted = set(digests)
        for number, listed in self.edges.items():
            if wanted & {descriptor(each).digest for each in listed}:
                yield Parent(
                    descriptor=descriptor(number),
                    lists=frozenset(_listed(each, how) for each, how in listed.items()),
                    record=record(number, self.words[number]),
                    prove=lambda: True,
                )

    def paths(self, node: int, steps: int) -> Iterator[int]:
        """Yield where every way up from ``node`` leads in at most ``steps``."""
        if steps == 0:
            return
        for number, listed in self.edges.items():
            if listed.get(node) == RIGHT:
                yield number
                yield from self.paths(number, steps - 1)


def _listed(number: int, how: str) -> Descriptor:
    right = descriptor(number)
    match how:
        case "size":
            return replace(right, size=right.size + 1)
        case "type":
            return replace(right, media_type="another")
        case _:
            return right


@st.composite
def indexes(draw: st.DrawFn, *, cycles: bool = False) -> Indexes:
    count = draw(st.integers(1, 9))
    how = st.sampled_from([RIGHT] * 6 + [SIZE, TYPE])
    edges = {}
    for number in range(1, count + 1):
        below = st.integers(0, count if cycles else number - 1)
        edges[number] = draw(st.dictionaries(below, how, min_size=1, max_size=4))
    words = {number: draw(st.sampled_from(WORDS)) for number in edges}
    return Indexes(edges=edges, words=words)


@given(indexes())
@settings(max_examples=200, deadline=None)
def test_random_indexes_cover_what_the_rule_says(found: Indexes) -> None:
    above = set(found.paths(0, DEPTH))
    coverage = cover(descriptor(0), found.parents_of, policy())
    covering = {
        descriptor(number).digest for number in above if found.words[number] == COVERING
    }
    assert (coverage.by in covering) if covering else coverage.by is None
    if coverage.by is None:
        assert coverage.listed is bool(above)
        words = {found.words[each] for each in above}
        undecided = {"unknown", "inconclusive", "trusted by another policy"}
        assert coverage.awaited is bool(words & {"pending", *undecided})
        assert (coverage.undecided is None) is not bool(words & undecided)


@given(indexes(cycles=True))
@settings(max_examples=200, deadline=None)
def test_indexes_that_list_each_other_end(found: Indexes) -> None:
    coverage = cover(descriptor(0), found.parents_of, policy())
    above = set(found.paths(0, DEPTH))
    covering = {
        descriptor(number).digest for number in above if found.words[number] == COVERING
    }
    assert (coverage.by in covering) if covering else coverage.by is None


def test_a_thousand_indexes_are_considered_and_no_more() -> None:
    read = 0

    def parents_of(trusted: int) -> Iterator[Parent]:
        nonlocal read
        for number in range(1, 5 * NODES):
            read += 1
            yield Parent(
                descriptor=descriptor(number),
                lists=frozenset({descriptor(0)}),
                record=record(number, COVERING if number == trusted else "pending"),
                prove=lambda: True,
            )

    last = cover(descriptor(0), lambda _: parents_of(NODES), policy())
    assert last.by == descriptor(NODES).digest
    read = 0
    beyond = cover(descriptor(0), lambda _: parents_of(NODES + 1), policy())
    assert beyond.by is None
    assert beyond.awaited is True
    assert read == NODES + 1


# -- the same on the gate


@st.composite
def families(draw: st.DrawFn) -> tuple[Sequence[Sequence[tuple[int, bool]]], set[int]]:
    """Return what each index lists (images are 0 and 1), and which are signed."""
    count = draw(st.integers(1, 5))
    entries = [
        draw(
            st.lists(
                st.tuples(st.integers(0, number + 1), st.booleans()),
                min_size=1,
                max_size=3,
                unique_by=lambda each: each[0],
            )
        )
        for number in range(count)
    ]
    signed = draw(st.sets(st.integers(0, count + 1), max_size=2))
    return entries, signed


@given(families(), st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=40, deadline=None)
def test_random_families_end_as_the_rule_says(
    family: tuple[Sequence[Sequence[tuple[int, bool]]], set[int]],
    random: object,
    quarantines: bool,  # noqa: FBT001 - drawn
) -> None:
    entries, signed = family
    stand = strict_stand(enforcement="quarantine" if quarantines else "report")
    nodes = [stand.push("first"), stand.push("second")]
    rightly: dict[int, set[int]] = {}
    for number, listed in enumerate(entries, start=2):
        rightly[number] = {each for each, right in listed if right}
        members = [
            entry(nodes[each], **({} if right else {"size": nodes[each].size + 1}))
            for each, right in listed
        ]
        # Its number makes each index one of its own.
        nodes.append(push_index(stand, members, annotations={"n": str(number)}))
    for number in signed:
        if number < len(nodes):
            stand.attach(nodes[number])
    _deliver(stand, random)
    stand.pass_time(timedelta(hours=6))
    for number, node in enumerate(nodes):
        covered = bool(_above(number, rightly, DEPTH) & signed)
        expected = (
            "trusted" if number in signed else "covered" if covered else "unsigned"
        )
        assert stand.record(node).verdict.value == expected
    if quarantines:
        _held(stand, nodes, entries)


def _held(
    stand: Stand,
    nodes: Sequence[Descriptor],
    entries: Sequence[Sequence[tuple[int, bool]]],
) -> None:
    """Assert that what fails is archived unless an accepted index lists its digest."""
    accepted = {
        number
        for number, node in enumerate(nodes)
        if stand.record(node).verdict.value != "unsigned"
    }
    kept = set(accepted)
    for _ in nodes:
        kept |= {
            each
            for number, listed in enumerate(entries, start=2)
            if number in kept
            for each, _ in listed
        }
    for number, node in enumerate(nodes):
        assert stand.status(node) == ("ACTIVE" if number in kept else "ARCHIVED")


def _above(node: int, rightly: Mapping[int, set[int]], steps: int) -> set[int]:
    if steps == 0:
        return set()
    found = {number for number, listed in rightly.items() if node in listed}
    return found.union(*(_above(each, rightly, steps - 1) for each in found))


def _deliver(stand: Stand, random: object) -> None:
    """Look at what the events name, shuffled."""
    hints: list[Hint] = [
        hint
        for event in stand.aws.events.drain()
        if event["source"] == "aws.ecr"
        for hint in parse_events(event, account=ACCOUNT, region=REGION)
    ]
    random.shuffle(hints)  # type: ignore[attr-defined]
    for hint in hints:
        stand.gate.look(hint)
