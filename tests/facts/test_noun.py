"""The form of all facts: what it promises to those who write and those who read nouns."""

import copy
import pickle
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from typing import Any

import pytest

from probe.facts.noun import noun


@noun
class Pair:
    """Two fields, one with a default."""

    left: int
    right: str = "r"

    @property
    def both(self) -> str:
        """Something derived."""
        return f"{self.left}{self.right}"


@noun
class Kept(Pair):
    """A noun made of another one, with a field that must not be shown."""

    secret: bytes = field(default=b"s", repr=False)


@noun
class Nothing:
    """No field at all."""


@noun
class Own:
    """Compares in its own way."""

    text: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and other.text.lower() == self.text.lower()

    def __hash__(self) -> int:
        return hash(self.text.lower())


def test_fields_are_given_by_name_and_defaults_fill_in() -> None:
    made = Pair(left=1)
    assert (made.left, made.right, made.both) == (1, "r", "1r")
    assert [one.name for one in fields(Kept(left=1))] == ["left", "right", "secret"]
    assert is_dataclass(made)


@pytest.mark.parametrize(("given", "says"), [({}, "'left' is missing"), ({"left": 1, "middle": 2}, "no field 'middle'")])
def test_missing_and_unknown_fields_are_named(given: dict[str, Any], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        Pair(**given)


def test_a_field_cannot_be_given_by_place() -> None:
    make: Any = Pair
    with pytest.raises(TypeError, match="positional"):
        make(1)


@pytest.mark.parametrize("name", ["left", "other"])
def test_nothing_can_be_assigned_or_deleted(name: str) -> None:
    made = Pair(left=1)
    with pytest.raises(FrozenInstanceError, match=name):
        setattr(made, name, 2)
    with pytest.raises(FrozenInstanceError, match=name):
        delattr(made, name)
    assert made == Pair(left=1)
    assert not hasattr(made, "__dict__")


def test_equal_is_same_kind_and_same_values() -> None:
    assert Pair(left=1) == Pair(left=1, right="r")
    assert hash(Pair(left=1)) == hash(Pair(left=1, right="r"))
    assert Pair(left=1) != Pair(left=2)
    assert Pair(left=1) != Kept(left=1)
    assert Nothing() == Nothing()
    other: object = Pair(left=1)
    assert Nothing() != other
    assert len({Pair(left=1), Pair(left=1), Nothing(), Nothing()}) == 2


def test_methods_of_the_class_are_kept() -> None:
    assert Own(text="A") == Own(text="a")
    assert len({Own(text="A"), Own(text="a")}) == 1


def test_the_text_form_names_the_fields_and_hides_what_must_not_be_shown() -> None:
    assert repr(Pair(left=1)) == "Pair(left=1, right='r')"
    assert repr(Kept(left=1)) == "Kept(left=1, right='r')"
    assert repr(Nothing()) == "Nothing()"


@pytest.mark.parametrize("made", [Pair(left=1), Kept(left=2, secret=b"x"), Nothing()])
def test_copies_and_pickles_are_equal(made: object) -> None:
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made  # noqa: S301  # our own bytes


def test_a_changed_copy_leaves_the_first_alone() -> None:
    first = Kept(left=1)
    second = replace(first, left=2)
    assert (first.left, second.left, second.secret) == (1, 2, b"s")


def test_a_factory_is_refused() -> None:
    with pytest.raises(TypeError, match="default_factory"):

        @noun
        class Made:
            """Would share or hide a list."""

            many: list[int] = field(default_factory=list)


def test_work_after_making_is_refused() -> None:
    with pytest.raises(TypeError, match="__post_init__"):

        @noun
        class Worked:
            """Would change what was given."""

            one: int

            def __post_init__(self) -> None: ...
