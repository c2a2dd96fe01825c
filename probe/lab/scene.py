"""What a scenario sets up, and what a check of it should say."""

from probe.facts.noun import noun


@noun
class Expects:
    """What a check of a scene says: the verdict, what the finding of the scenario's code does, and the exit code of the command."""

    verdict: str = "fails"
    effect: str = "breaks"
    exit: int = 1


FAILS = Expects()
"""Every client stack refuses, and the scenario's code is the primary cause."""
UNKNOWN_HOST = Expects(exit=2)
"""The only name asked for does not exist, as after a typing error."""
WORKS = Expects(verdict="works", effect="", exit=0)
"""Nothing is wrong: no finding that breaks anything, and none of the scenario's code."""
RISK = Expects(verdict="works", effect="risks", exit=0)
"""It works, but the scenario's code is among the findings."""
NOTE = Expects(verdict="works", effect="note", exit=0)
"""It works; the scenario's code is worth a note."""
DEPENDS = Expects(verdict="depends", effect="breaks", exit=1)
"""Some client stacks refuse for the scenario's code, others accept."""
UNDECIDED = Expects(verdict="undecided", effect="breaks", exit=3)
"""The facts do not decide."""
UNUSABLE = Expects(verdict="", effect="", exit=2)
"""The command refuses to begin, because what the user gave cannot be used."""


@noun
class Scene:
    """An endpoint that is open now, or files. ``arguments`` are what a user types after ``probe check`` (or another ``command``).

    ``note`` says what is worth to know about it.
    """

    arguments: tuple[str, ...]
    note: str = ""
    expects: Expects = FAILS
    command: str = "check"
