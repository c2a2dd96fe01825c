"""The passwords of files and trust stores: from an environment variable or a prompt, never from an argument. They go nowhere but into the readers."""

from collections.abc import Callable

from probe.capture.variable import value_of

USUAL = "changeit"
"""The password of Java's own store, and of most that were made after its example."""
UNCHECKED = f"its integrity was not checked, as no password was given and {USUAL} does not fit"
"""What is said of a store that can be read without its password: whether it was altered nobody knows."""
Prompt = Callable[[str], str | None]
"""Asks a person for the password of what is named; ``None`` when nobody is there to be asked."""


class Passwords:
    """Gives the password of a file: from the variable that was named, else from whoever sits at the terminal. ``option`` is the one that names the variable."""

    __slots__ = ("_option", "_prompt", "_variable")

    def __init__(self, variable: str = "", prompt: Prompt | None = None, option: str = "--password-env") -> None:
        self._variable = variable
        self._prompt = prompt
        self._option = option

    def given(self) -> str | None:
        """The password of the variable, ``None`` when none was named. Raises ``Unusable`` when there is no such variable."""
        if not self._variable:
            return None
        return value_of(self._variable, self._option)

    def ask(self, what: str) -> str | None:
        """Ask a person; ``None`` when nobody is there."""
        return self._prompt(what) if self._prompt else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(hidden)"


class StorePassword(Passwords):
    """The password of a trust store."""

    __slots__ = ()

    def __init__(self, variable: str = "", prompt: Prompt | None = None) -> None:
        super().__init__(variable, prompt, "--trust-password-env")

    def ask(self, what: str) -> str | None:
        """Ask a person for the password of the store at this path; ``None`` when nobody is there."""
        return super().ask(f"the trust store {what}")
