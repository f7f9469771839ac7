"""Ends: how a history ended, held against what the model expects."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from tests.converge.faces import ports
from tests.converge.families import FamilyWorld, generate_family
from tests.converge.generation import generate
from tests.converge.history import History
from tests.converge.observed import expected_of, seen
from tests.converge.policies import BEGIN
from tests.converge.world import SLACK, Restless, World

REST = timedelta(days=2)
"""Longer than the day of hourly looks, and one daily look more."""
SHORT_REST = timedelta(hours=3)
"""Longer than every deadline but a day's."""
FAMILIES = 5
"""One history in so many is about multi-arch images."""
_LONG = 8
"""Every so many histories rest long: hourly looks take most of the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What became of a history."""

    wrong: tuple[str, ...]
    """Where the gate and the model differ; empty if nowhere."""
    counts: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)


def run(history: History, *, http: bool) -> End:
    """Run ``history`` to its end and hold it against the model."""
    with ports(http=http, behaviours=history.switches) as faces:
        world = FamilyWorld(history, faces) if history.family else World(history, faces)
        try:
            world.run()
            world.pass_time(timedelta(hours=3))
            if world.needs_sweep:
                world.sweep()
            cleaned = bool(history.behaviours.get("deleted_subject_cleans_referrers"))
            short = history.number % _LONG and not (cleaned or history.deletes)
            world.pass_time(SHORT_REST if short else REST)
            if world.needs_sweep:
                # Time, too, brings what nobody tells: ECR removes referrers.
                world.sweep()
                world.pass_time(timedelta(hours=1))
        except Restless as error:
            world.wrong.append(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, a counter-example
            world.wrong.append(f"{type(error).__name__}: {error}")
        wrong = (*world.wrong, *_differences(world))
        verdicts = Counter(
            "gone" if record.reason == "gone" else record.verdict.value
            for record in world.ledger.records.values()
        )
        return End(
            wrong=wrong,
            counts=world.counts,
            events=world.post.carried,
            verdicts=verdicts,
        )


def generated(seed: int, number: int) -> History:
    """Return history ``number`` of ``seed``; one in ``FAMILIES`` is a family's."""
    return (generate if number % FAMILIES else generate_family)(seed, number)


def run_generated(job: tuple[int, tuple[int, ...], bool]) -> list[tuple[History, End]]:
    """Run histories of a seed, by their numbers, in process or over HTTP."""
    seed, numbers, http = job
    return [
        (history, run(history, http=http))
        for history in (generated(seed, number) for number in numbers)
    ]


def _differences(world: World) -> Iterator[str]:
    if isinstance(world, FamilyWorld):
        yield from world.differences()
        return
    model = world.model
    model.check_promptness(world.clock.now, SLACK)
    yield from model.late
    for repository in BEGIN:
        standing = world.standing(repository)
        yield from model.restless(world.clock.now, repository, standing)
        for (name, digest), image in model.images.items():
            if name != repository:
                continue
            status = standing[digest].status if digest in standing else None
            expected = expected_of(world, repository, digest, image)
            if image.gone or image.deleted:
                expected["status"] = None
            observed = seen(world, repository, digest, status)
            for what, value in expected.items():
                if observed[what] != value:
                    yield (
                        f"{repository}@{digest[7:15]}: {what} is {observed[what]!r}, "
                        f"not {value!r}"
                    )
