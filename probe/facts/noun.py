"""The one form in which every fact of this project is written down."""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")
Parts = tuple[Field[Any], ...]
Methods = dict[str, Callable[..., Any]]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def noun(cls: type[T]) -> type[T]:
    """Make ``cls`` a frozen, slotted dataclass whose fields are given by name; ``fields``, ``replace``, copying and pickling work as with any other.

    Methods that the class defines itself are kept. Raises ``TypeError`` for ``default_factory`` and ``__post_init__``: a fact is only what was given.
    """
    # dataclass compiles the text of eight methods for each class; with a hundred classes that was a quarter of a whole check. Closures cost next to nothing.
    made = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)
    parts: Parts = fields(made)  # type: ignore[arg-type]  # a dataclass since the line above
    if hasattr(made, "__post_init__") or any(one.default_factory is not MISSING for one in parts):
        raise TypeError(f"{cls.__name__}: a noun has neither __post_init__ nor default_factory")
    for name, method in {**_making(made, parts), **_comparing(parts), **_state(made, parts), **_showing(parts), **_GUARDS}.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _making(made: type[Any], parts: Parts) -> Methods:
    # The slots' own setters are past the guard against assignment.
    each = tuple((one.name, getattr(made, one.name).__set__, one.default) for one in parts)

    def make(self: Any, /, **given: Any) -> None:
        take = given.pop
        for name, put, default in each:
            value = take(name, default)
            if value is MISSING:
                raise TypeError(f"{made.__name__}: the field {name!r} is missing")
            put(self, value)
        if given:
            raise TypeError(f"{made.__name__} has no field {next(iter(given))!r}")

    return {"__init__": make}


def _comparing(parts: Parts) -> Methods:
    names = [one.name for one in parts if one.compare]
    values: Callable[[Any], Any] = attrgetter(*names) if names else type

    def same(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or values(self) == values(other)

    def digest(self: Any) -> int:
        return hash(values(self))

    return {"__eq__": same, "__hash__": digest}


def _state(made: type[Any], parts: Parts) -> Methods:
    """How copy and pickle take a noun apart and fill a new one."""
    names = tuple(one.name for one in parts)
    puts = tuple(getattr(made, one).__set__ for one in names)

    def state(self: Any) -> tuple[Any, ...]:
        return tuple(getattr(self, one) for one in names)

    def restore(self: Any, state: tuple[Any, ...]) -> None:
        for put, value in zip(puts, state, strict=True):
            put(self, value)

    return {"__getstate__": state, "__setstate__": restore}


def _showing(parts: Parts) -> Methods:
    names = tuple(one.name for one in parts if one.repr)

    def show(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{one}={getattr(self, one)!r}' for one in names)})"

    return {"__repr__": show}


def _refuse_change(_self: Any, name: str, _value: object = None) -> NoReturn:
    raise FrozenInstanceError(f"the field {name!r} of a noun does not change")


_GUARDS: Methods = {"__setattr__": _refuse_change, "__delattr__": _refuse_change}
