"""The password of a trust store: from an environment variable or a prompt, never from an argument. It goes nowhere but into the readers of stores."""

import os
from collections.abc import Callable
from pathlib import Path

from probe.facts.unusable import Unusable

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
        """The password of the variable, ``None`` when none was named. Raises ``Unusable`` when it is not set."""
        if not self._variable:
            return None
        value = os.environ.get(self._variable)
        if value is None:
            says = f"The environment variable {self._variable}, named by --trust-password-env, is not set."
            raise Unusable(says, "Set it for this command, or leave it out.")
        return value

    def ask(self, path: Path) -> str | None:
        """Ask a person; ``None`` when nobody is there."""
        return self._prompt(f"the trust store {path}") if self._prompt else None

    def __repr__(self) -> str:
        return "StorePassword(hidden)"
