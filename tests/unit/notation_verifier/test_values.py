"""Values: our lazy dataclasses against the standard library's, on the same classes."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from notation_verifier.values import dataclass


def _classes(decorator: Callable[..., Any]) -> tuple[Any, Any]:
    @decorator(frozen=True, slots=True, kw_only=True, order=True)
    class Point:
        """A point."""

        x: int
        y: int = 2
        names: tuple[str, ...] = ()
        extra: list[int] = dataclasses.field(default_factory=list, compare=False)
        hidden: str = dataclasses.field(default="h", repr=False)

        @property
        def total(self) -> int:
            return self.x + self.y

    @decorator(frozen=True, slots=True)
    class Plain:
        """By position."""

        x: int
        y: int = 5
        both: int = dataclasses.field(init=False, repr=False)

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError("negative")
            object.__setattr__(self, "both", self.x + self.y)

    return Point, Plain


OURS, THEIRS = _classes(dataclass), _classes(dataclasses.dataclass)
BOTH = pytest.mark.parametrize("classes", [OURS, THEIRS], ids=["ours", "theirs"])


@BOTH
def test_a_value_is_what_it_was_made_of(classes: tuple[Any, Any]) -> None:
    point, plain = classes[0](x=1), classes[1](3)
    assert (point.x, point.y, point.names, point.extra, point.total) == (
        1,
        2,
        (),
        [],
        3,
    )
    assert (plain.x, plain.y, plain.both) == (3, 5, 8)
    assert classes[0](x=1).extra is not point.extra
    assert repr(point).endswith("Point(x=1, y=2, names=(), extra=[])")
    assert repr(plain).endswith("Plain(x=3, y=5)")


@BOTH
def test_equality_hash_and_order_are_of_the_fields(classes: tuple[Any, Any]) -> None:
    point = classes[0]
    assert point(x=1, extra=[1]) == point(x=1, extra=[2])
    assert hash(point(x=1, extra=[1])) == hash(point(x=1, extra=[2]))
    assert point(x=1) != point(x=1, hidden="other")
    assert point(x=1) != (1, 2, (), "h")
    assert sorted([point(x=3), point(x=1, y=9), point(x=1)]) == [
        point(x=1),
        point(x=1, y=9),
        point(x=3),
    ]
    assert point(x=1) <= point(x=1)
    assert not point(x=1) > point(x=1)
    with pytest.raises(TypeError):
        point(x=1) < classes[1](1)  # noqa: B015 - that it raises
    with pytest.raises(TypeError):
        classes[1](1) < classes[1](2)  # noqa: B015 - the same


@BOTH
def test_nothing_of_a_value_changes(classes: tuple[Any, Any]) -> None:
    point = classes[0](x=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError, AttributeError)):
        point.other = 2
    assert not hasattr(point, "__dict__")


@BOTH
def test_wrong_arguments_are_refused(classes: tuple[Any, Any]) -> None:
    point, plain = classes
    cases: Any = (((), {}), ((1,), {}), ((), {"x": 1, "z": 2}))
    for positional, named in cases:
        with pytest.raises(TypeError):
            point(*positional, **named)
    with pytest.raises(ValueError, match="negative"):
        plain(-1)


@BOTH
def test_it_is_a_dataclass(classes: tuple[Any, Any]) -> None:
    point: Any = classes[0](x=1)
    assert dataclasses.is_dataclass(type(point))
    assert [each.name for each in dataclasses.fields(classes[0])] == [
        "x",
        "y",
        "names",
        "extra",
        "hidden",
    ]
    assert dataclasses.replace(point, y=7) == classes[0](x=1, y=7)
    assert dataclasses.asdict(point)["y"] == 2
    with pytest.raises(ValueError, match="negative"):
        dataclasses.replace(classes[1](1), x=-1)
    assert copy.copy(point) == copy.deepcopy(point) == point


@BOTH
def test_its_fields_are_matched_in_order(classes: tuple[Any, Any]) -> None:
    assert (classes[0].__match_args__, classes[1].__match_args__) == ((), ("x", "y"))
    assert classes[1].__slots__ == ("x", "y", "both")
    assert classes[1].__qualname__.endswith("_classes.<locals>.Plain")


def test_fields_are_described_once_whoever_asks() -> None:
    """A second description would find no factory any more."""
    for _ in range(20):
        point = _classes(dataclass)[0]
        with ThreadPoolExecutor(4) as pool:
            points = list(pool.map(lambda x, of=point: of(x=x), range(4)))
        assert [each.extra for each in points] == [[]] * 4
        assert dataclasses.fields(point)[3].default_factory is list


def test_what_dataclasses_says_against_a_field_is_said_at_first_use() -> None:
    made: Any = dataclass

    @made(frozen=True, slots=True)
    class Wrong:
        x: list[int] = []  # noqa: RUF012 - that it is refused

    with pytest.raises(ValueError, match="mutable default"):
        Wrong()


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """At module level: pickle finds it."""

    x: int
    y: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Base):
    """With a field more."""

    z: int = 3


def test_a_value_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(Derived(x=1, y=(2,)))) == Derived(x=1, y=(2,))


def test_a_derived_value_has_all_fields_whichever_is_made_first() -> None:
    derived, base = Derived(x=1), Base(x=1)
    assert (derived.x, derived.y, derived.z) == (1, (), 3)
    assert derived != base
    with pytest.raises(TypeError):
        Base(x=1, z=3)  # type: ignore[call-arg]


def _mutable(decorator: Callable[..., Any]) -> tuple[Any, Any, Any]:
    @decorator(slots=True, kw_only=True)
    class Counted:
        """Counts."""

        name: str
        count: int = 0
        seen: list[int] = dataclasses.field(default_factory=list)
        asked: int = dataclasses.field(default=7, init=False, repr=False)
        heard: list[int] = dataclasses.field(
            default_factory=list, init=False, repr=False
        )

        @property
        def more(self) -> int:
            return self.count + 1

    @decorator(frozen=True, slots=True, eq=False)
    class Unlike:
        """Equal to itself only."""

        x: int

    @decorator(slots=True, eq=False)
    class Alone:
        x: int

    return Counted, Unlike, Alone


CHANGING = pytest.mark.parametrize(
    "classes",
    [_mutable(dataclass), _mutable(dataclasses.dataclass)],
    ids=["ours", "theirs"],
)


@CHANGING
def test_what_is_not_frozen_changes(classes: tuple[Any, Any, Any]) -> None:
    counted, _, alone = classes
    value = counted(name="a")
    value.count += 2
    value.seen.append(1)
    assert (value.count, value.more, value.seen) == (2, 3, [1])
    assert value == counted(name="a", count=2, seen=[1])
    assert value != counted(name="a")
    assert counted(name="b").seen == []
    assert (value.asked, value.heard) == (7, [])
    assert counted(name="b").heard is not value.heard
    value.asked += 1
    assert value != counted(name="a", count=2, seen=[1])
    with pytest.raises(TypeError):
        counted(name="a", asked=1)
    assert repr(value).endswith("Counted(name='a', count=2, seen=[1])")
    with pytest.raises(TypeError, match="unhashable"):
        hash(value)
    with pytest.raises(AttributeError):
        value.other = 1
    with pytest.raises(AttributeError):
        value.more = 1
    del value.count
    assert not hasattr(value, "count")
    other = alone(1)
    other.x = 2
    assert other.x == 2


@CHANGING
def test_without_equality_a_value_equals_itself_only(
    classes: tuple[Any, Any, Any],
) -> None:
    for cls in classes[1:]:
        one, other = cls(1), cls(1)
        assert one == one  # noqa: PLR0124 - that it does
        assert one != other
        assert len({one, other}) == 2
        assert repr(one).endswith("(x=1)")
        assert [each.name for each in dataclasses.fields(cls)] == ["x"]
        assert dataclasses.replace(one, x=3).x == 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        classes[1](1).x = 2


@dataclass(slots=True)
class Kept:
    """At module level: pickle finds it."""

    x: int


@dataclass(frozen=True, slots=True, eq=False)
class KeptUnlike:
    """The same."""

    x: int


def test_these_survive_pickling_and_copying() -> None:
    for value in (Kept(1), KeptUnlike(1)):
        for again in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
            assert (type(again), again.x) == (type(value), 1)


def test_a_class_that_is_none_of_these_is_the_standard_librarys() -> None:
    @dataclass(kw_only=True)
    class Mutable:
        x: int

    value = Mutable(x=1)
    value.x = 2
    assert value == Mutable(x=2)
    assert "__init__" in vars(Mutable)
    assert "__eq__" in vars(Mutable)
    made: Any = dataclass
    with pytest.raises(ValueError, match="eq must be true if order is true"):

        @made(slots=True, order=True, eq=False)
        class Wrong:
            x: int


@pytest.mark.parametrize(
    "options", [{"frozen": True, "slots": True}, {"slots": True}, {}]
)
def test_no_signature_is_written_into_a_docstring(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, bool]
) -> None:
    """It takes longer than making the class."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a signature is made")

    monkeypatch.setattr("inspect.signature", never)
    made: Any = dataclass

    @made(**options)
    class Silent:
        x: int

    silent: Any = Silent
    assert (silent.__doc__, silent(3).x) == ("Silent", 3)
