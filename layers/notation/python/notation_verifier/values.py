"""Values: dataclasses with slots that are made ready when they are first needed.

``dataclasses.dataclass`` writes and compiles six methods of every class while it is
imported, and looks at each of its fields. Over a hundred classes that is a third of
what a function's start takes beyond its clients (docs/performance.md). Here all classes
share their methods, a class's own ``__init__`` is compiled when it is first called, and
its fields are described when somebody asks. Fields, ``replace``, ``fields``, equality,
hash, order and ``repr`` are as those of dataclasses; what dataclasses would say against
a field, it says then. There is no ``ClassVar``, ``InitVar`` or ``KW_ONLY`` here.
"""

import dataclasses
from collections.abc import Callable
from itertools import chain
from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        cls: type | None = None, /, **options: bool
    ) -> type | Callable[[type], type]:
        """Do as ``dataclasses.dataclass``: lazily for a class with slots."""
        lazy = dict(options)
        frozen, slots = lazy.pop("frozen", False), lazy.pop("slots", False)
        eq, order = lazy.pop("eq", True), lazy.pop("order", False)
        if not slots or (order and not eq) or lazy.keys() - {"kw_only"}:

            def as_ever(plain: type) -> type:
                return dataclasses.dataclass(_documented(plain), **options)

            return as_ever if cls is None else as_ever(cls)

        methods: dict[str, Any] = dict(_METHODS)
        if eq:
            methods |= _EQUALITY if frozen else {**_EQUALITY, "__hash__": None}
        if frozen:
            methods |= _FROZEN
        if order:
            methods |= _ORDER

        def made(plain: type) -> type:
            return _with_slots(_documented(plain), methods, lazy)

        return made if cls is None else made(cls)


__all__ = ["dataclass"]


def _documented(cls: type) -> type:
    """Return ``cls`` with a docstring, if need be its name.

    dataclasses would write the signature there, which takes longer than all the rest.
    """
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__
    return cls


def _with_slots(plain: type, methods: dict[str, Any], options: dict[str, bool]) -> type:
    """Return ``plain`` made anew, with slots for its fields, and ``methods``.

    Slots cannot be given to a class that is there: dataclasses makes it twice as well.
    """
    names = plain.__annotations__
    inherited = {
        *chain.from_iterable(
            base.__dict__.get("__slots__", ()) for base in plain.__mro__[1:-1]
        )
    }
    members = {
        **methods,
        **{name: _Described(plain, options) for name in _DESCRIPTION},
        **plain.__dict__,
        "__qualname__": plain.__qualname__,
        "__slots__": tuple(name for name in names if name not in inherited),
    }
    for name in (*names, "__dict__", "__weakref__"):
        members.pop(name, None)  # a default: dataclasses finds it in ``plain``
    return type(plain)(plain.__name__, plain.__bases__, members)


_DESCRIPTION: Final = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
_DESCRIBING: Final = RLock()
"""Held while dataclasses describes a class: it can do so once only."""


class _Described:
    """What dataclasses says of a class's fields, who is asked at first use."""

    def __init__(self, plain: type, options: dict[str, bool]) -> None:
        self._plain = plain
        self._options = options

    def __set_name__(self, value: type, name: str) -> None:
        self._value = value
        self._name = name

    def __get__(self, _instance: object, _owner: type | None = None) -> Any:  # noqa: ANN401 (any of them)
        value, plain = self._value, self._plain
        with _DESCRIBING:
            if value.__dict__[self._name] is self:
                dataclasses.dataclass(
                    plain, init=False, repr=False, eq=False, **self._options
                )
                for name in _DESCRIPTION:
                    setattr(value, name, plain.__dict__[name])
        return value.__dict__[self._name]


_KEYS: Final[dict[type, Callable[[Any], Any]]] = {}
"""By class: what of a value is compared and hashed."""


def _key(value: object) -> Any:  # noqa: ANN401 - of any fields
    cls = type(value)
    if cls not in _KEYS:
        _KEYS[cls] = _made_key(cls)
    return _KEYS[cls](value)


def _made_key(cls: type[Any]) -> Callable[[Any], Any]:
    names = [each.name for each in dataclasses.fields(cls) if each.compare]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _init(self: object, *args: Any, **values: Any) -> None:  # noqa: ANN401 (any fields)
    for cls in type(self).__mro__:
        if cls.__dict__.get("__init__") is _init:
            made = _made_init(cls)
            setattr(cls, "__init__", made)  # noqa: B010 - mypy knows no such assignment
            made(self, *args, **values)
            return


def _made_init(cls: type[Any]) -> Callable[..., None]:
    """Compile the ``__init__`` that dataclasses would have."""
    scope: dict[str, Any] = {"missing": dataclasses.MISSING}
    plain: list[str] = []
    keyword: list[str] = []
    body: list[str] = []
    for number, each in enumerate(dataclasses.fields(cls)):
        parameter = value = each.name
        kept = ""  # what a field holds that nobody gives
        # Past the __setattr__ that refuses, and faster than object's.
        scope[f"set{number}"] = getattr(cls, each.name).__set__
        if each.default is not dataclasses.MISSING:
            scope[f"default{number}"] = each.default
            parameter, kept = f"{each.name}=default{number}", f"default{number}"
        elif each.default_factory is not dataclasses.MISSING:
            scope[f"default{number}"] = each.default_factory
            parameter, kept = f"{each.name}=missing", f"default{number}()"
            value = f"{kept} if {each.name} is missing else {each.name}"
        if each.init:
            (keyword if each.kw_only else plain).append(parameter)
            body.append(f"set{number}(self, {value})")
        elif kept:
            body.append(f"set{number}(self, {kept})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join(["self", *plain, *(["*", *keyword] if keyword else [])])
    # The names are those of a class's own fields: identifiers of our source.
    exec(f"def __init__({parameters}): {'; '.join(body or ['pass'])}", scope)  # noqa: S102
    init: Callable[..., None] = scope["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _repr(self: Any) -> str:  # noqa: ANN401 - a dataclass
    shown = ", ".join(
        f"{each.name}={getattr(self, each.name)!r}"
        for each in dataclasses.fields(self)
        if each.repr
    )
    return f"{type(self).__qualname__}({shown})"


def _eq(self: object, other: object) -> Any:  # noqa: ANN401 - NotImplemented too
    if type(other) is not type(self):
        return NotImplemented
    return _key(self) == _key(other)


def _hash(self: object) -> int:
    return hash(_key(self))


def _setattr(_self: object, name: str, _value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:  # noqa: ANN401 - a dataclass
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:  # noqa: ANN401 - a dataclass
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


def _ordering(name: str) -> Callable[[object, object], Any]:
    def compared(self: object, other: object) -> Any:  # noqa: ANN401 - as above
        if type(other) is not type(self):
            return NotImplemented
        return getattr(_key(self), name)(_key(other))

    return compared


_METHODS: Final = {"__init__": _init, "__repr__": _repr}
_EQUALITY: Final = {"__eq__": _eq, "__hash__": _hash}
_FROZEN: Final = {
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
_ORDER: Final = {
    name: _ordering(name) for name in ("__lt__", "__le__", "__gt__", "__ge__")
}
