"""What is said of one step: a state, a sentence, and what to do next."""

from collections.abc import Iterable
from enum import StrEnum

from probe.facts.noun import noun


class State(StrEnum):
    """How a step stands."""

    OK = "ok"  # looked at, and as it must be
    NOTE = "note"  # worth to know, stops nothing
    DONE = "done"  # something was made or sent
    PROBLEM = "problem"  # found, and somebody has to act
    OPEN = "open"  # could not be found out


@noun
class Remark:
    """One sentence about one step."""

    state: State
    says: str
    next_step: str = ""


def ok(says: str) -> Remark:
    """Looked at, and as it must be."""
    return Remark(state=State.OK, says=says)


def note(says: str, next_step: str = "") -> Remark:
    """Worth to know; stops nothing."""
    return Remark(state=State.NOTE, says=says, next_step=next_step)


def done(says: str, next_step: str = "") -> Remark:
    """Something was made or sent."""
    return Remark(state=State.DONE, says=says, next_step=next_step)


def problem(says: str, next_step: str = "") -> Remark:
    """Something is wrong."""
    return Remark(state=State.PROBLEM, says=says, next_step=next_step)


def unknown(says: str, next_step: str = "") -> Remark:
    """It could not be found out."""
    return Remark(state=State.OPEN, says=says, next_step=next_step)


def stopped(remarks: Iterable[Remark]) -> bool:
    """Whether something was found that the next step must not be taken with."""
    return any(one.state is State.PROBLEM for one in remarks)
