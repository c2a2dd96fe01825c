"""The one form in which every fact of this project is written down."""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def noun(cls: type[T]) -> type[T]:
    """Make ``cls`` a frozen, slotted dataclass whose fields are given by name; ``fields``, ``replace``, pickling and copying work as with any other.

    Raises ``TypeError`` for a ``default_factory`` and for ``__post_init__``: a fact is only what was given.
    """
    # dataclass would compile the text of eight methods for each class, which cost a fifth of a whole check. Closures cost next to nothing.
    made = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)
    parts = fields(made)  # type: ignore[arg-type]  # a dataclass since the line above
    if hasattr(made, "__post_init__") or any(one.default_factory is not MISSING for one in parts):
        raise TypeError(f"{cls.__name__}: a noun has neither __post_init__ nor default_factory")
    for method in (*_making(made, parts), *_comparing(parts), *_state(made, parts), _shown(parts), __setattr__, __delattr__):
        if method.__name__ not in cls.__dict__:
            setattr(made, method.__name__, method)
    return made


def _making(made: type[Any], parts: tuple[Field[Any], ...]) -> tuple[Callable[..., None]]:
    each = tuple((one.name, getattr(made, one.name).__set__, one.default) for one in parts)

    def __init__(self: Any, /, **given: Any) -> None:
        take = given.pop
        for name, put, default in each:
            value = take(name, default)
            if value is MISSING:
                raise TypeError(f"{made.__name__}: the field {name!r} is missing")
            put(self, value)
        if given:
            raise TypeError(f"{made.__name__} has no field {next(iter(given))!r}")

    return (__init__,)


def _comparing(parts: tuple[Field[Any], ...]) -> tuple[Callable[[Any, Any], Any], Callable[[Any], int]]:
    names = [one.name for one in parts if one.compare]
    values: Callable[[Any], Any] = attrgetter(*names) if names else type

    def __eq__(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or values(self) == values(other)

    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __eq__, __hash__


def _state(made: type[Any], parts: tuple[Field[Any], ...]) -> tuple[Callable[[Any], tuple[Any, ...]], Callable[[Any, tuple[Any, ...]], None]]:
    """How pickle and copy take a noun apart and fill a new one, past the guard of its fields."""
    names = tuple(one.name for one in parts)
    puts = tuple(getattr(made, one).__set__ for one in names)

    def __getstate__(self: Any) -> tuple[Any, ...]:
        return tuple(getattr(self, one) for one in names)

    def __setstate__(self: Any, state: tuple[Any, ...]) -> None:
        for put, value in zip(puts, state, strict=True):
            put(self, value)

    return __getstate__, __setstate__


def _shown(parts: tuple[Field[Any], ...]) -> Callable[[Any], str]:
    names = tuple(one.name for one in parts if one.repr)

    def __repr__(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{one}={getattr(self, one)!r}' for one in names)})"

    return __repr__


def __setattr__(self: Any, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
