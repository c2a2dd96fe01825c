"""Passwords from environment variables. Who gives the password itself in place of a variable's name must not find it in a complaint or a log."""

import os

from probe.facts.unusable import Unusable


def value_of(name: str, option: str, what: str = "password") -> str:
    """The value of the environment variable that ``option`` names. Raises ``Unusable``, without the name, when there is no such variable.

    ``what`` is meant to be in it.
    """
    value = os.environ.get(name)
    if value is None:
        raise Unusable(
            f"The environment variable named by {option} does not exist.",
            f"{option} takes the name of a variable, not the {what} itself. Set the variable for this command, or leave the option out.",
        )
    return value
