"""Values: frozen dataclasses whose methods are made when they are first needed.

``dataclasses.dataclass`` writes and compiles six methods of every class while it is
imported. Over a hundred classes that is a third of what a function's start takes beyond
its clients (docs/performance.md). Here all classes share their methods, and a class's
own ``__init__`` is compiled when it is first called. Fields, ``replace``, ``fields``,
equality, hash, order and ``repr`` are as those of dataclasses.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        cls: type | None = None, /, **options: bool
    ) -> type | Callable[[type], type]:
        """Do as ``dataclasses.dataclass``: lazily for a frozen class with slots."""
        lazy = dict(options)
        frozen, slots = lazy.pop("frozen", False), lazy.get("slots", False)
        order = lazy.pop("order", False)
        if not (frozen and slots) or lazy.keys() - {"slots", "kw_only"}:

            def as_ever(plain: type) -> type:
                return dataclasses.dataclass(_documented(plain), **options)

            return as_ever if cls is None else as_ever(cls)

        def made(plain: type) -> type:
            own = _documented(plain).__dict__
            value = dataclasses.dataclass(
                plain, init=False, repr=False, eq=False, **lazy
            )
            for name, method in (_METHODS | _ORDER if order else _METHODS).items():
                if name not in own:
                    setattr(value, name, method)
            return value

        return made if cls is None else made(cls)


__all__ = ["dataclass"]


def _documented(cls: type) -> type:
    """Return ``cls`` with a docstring, if need be its name.

    dataclasses would write the signature there, which takes longer than all the rest.
    """
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__
    return cls


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
        # Past the __setattr__ that refuses, and faster than object's.
        scope[f"set{number}"] = getattr(cls, each.name).__set__
        if each.default is not dataclasses.MISSING:
            scope[f"default{number}"] = each.default
            parameter = f"{each.name}=default{number}"
        elif each.default_factory is not dataclasses.MISSING:
            scope[f"default{number}"] = each.default_factory
            parameter = f"{each.name}=missing"
            value = f"default{number}() if {each.name} is missing else {each.name}"
        if each.init:
            (keyword if each.kw_only else plain).append(parameter)
            body.append(f"set{number}(self, {value})")
        elif f"default{number}" in scope:
            raise TypeError(f"{cls}.{each.name}: not given, and yet with a default")
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


_METHODS: Final[dict[str, Callable[..., Any]]] = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
_ORDER: Final = {
    name: _ordering(name) for name in ("__lt__", "__le__", "__gt__", "__ge__")
}
