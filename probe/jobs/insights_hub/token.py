"""The bearer token: from an environment variable or a file, never from an argument; it goes into one header field and nowhere else."""

import re
import shlex
from datetime import datetime
from pathlib import Path

from probe.capture.files import load
from probe.capture.variable import value_of
from probe.case.registration.bearer import LONGEST, ends, unsendable
from probe.facts.unusable import Unusable

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,100}")
WORD = "Bearer "
STEP = "Name the environment variable that holds it with --token-env NAME, or a file with --token-file FILE. A token is never an argument."


class Token:
    """A token, and the word that stands for it wherever a request is shown. Nothing of it is in its ``repr``, and it cannot be pickled."""

    __slots__ = ("_value", "shown")

    def __init__(self, value: str, shown: str) -> None:
        self._value = value
        self.shown = shown

    @property
    def value(self) -> str:
        """The token itself, for the header field alone."""
        return self._value

    @property
    def ends(self) -> datetime | None:
        """When it says that it ends; ``None`` when it does not say."""
        return ends(self._value)

    def __repr__(self) -> str:
        return f"Token({self.shown!r}, hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a token stays in memory")


def token(variable: str | None, file: Path | None) -> Token:
    """Read the token. Raises ``Unusable``, without a letter of it."""
    if variable and file:
        raise Unusable("--token-env and --token-file exclude each other.", "Give one of them.")
    if file is not None:
        return _checked(_of_file(file), f"$(cat {shlex.quote(str(file))})", f"The file named by --token-file, {file},")
    if not variable:
        raise Unusable("No token is given.", STEP)
    if not VARIABLE.fullmatch(variable):
        raise Unusable("--token-env takes the name of an environment variable, and what was given is none.", STEP)
    return _checked(value_of(variable, "--token-env", "token"), f"${variable}", "The environment variable named by --token-env")


def placeholder() -> Token:
    """What stands in for a token where requests are only shown."""
    return Token("", "$TOKEN")


def _of_file(file: Path) -> str:
    try:
        return load(file, 4 * LONGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"The file named by --token-file, {file}, is not text.", "Put the token alone into it, as one line.") from None


def _checked(value: str, shown: str, what: str) -> Token:
    value = value.strip()
    # Who copies the whole header field has the word in front of it.
    value = value[len(WORD) :].strip() if value[: len(WORD)].lower() == WORD.lower() else value
    if why := unsendable(value):
        raise Unusable(f"{what} {why}.", "Put the token alone into it, as one line.")
    return Token(value, shown)
