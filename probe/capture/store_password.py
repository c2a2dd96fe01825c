"""The password of a trust store: from an environment variable or a prompt, never from an argument. It goes nowhere but into the readers of stores."""

from collections.abc import Callable
from pathlib import Path

from probe.capture.variable import value_of

USUAL = "changeit"
"""The password of Java's own store, and of most that were made after its example."""
Prompt = Callable[[str], str | None]
"""Asks a person for the password of what is named; ``None`` when nobody is there to be asked."""


class StorePassword:
    """Gives the password of a trust store when one is needed: from the variable that was named, else from whoever sits at the terminal."""

    __slots__ = ("_prompt", "_variable")

    def __init__(self, variable: str = "", prompt: Prompt | None = None) -> None:
        self._variable = variable
        self._prompt = prompt

    def given(self) -> str | None:
        """The password of the variable, ``None`` when none was named. Raises ``Unusable`` when there is no such variable."""
        if not self._variable:
            return None
        return value_of(self._variable, "--trust-password-env")

    def ask(self, path: Path) -> str | None:
        """Ask a person; ``None`` when nobody is there."""
        return self._prompt(f"the trust store {path}") if self._prompt else None

    def __repr__(self) -> str:
        return "StorePassword(hidden)"
