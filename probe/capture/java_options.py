"""The settings of a JVM among the arguments and variables with which it was started, in the order in which it obeys them. Sans I/O but for argument files."""

import shlex
from collections import deque
from collections.abc import Callable

from probe.facts.noun import noun

WANTED = ("trustStore", "trustStoreType", "trustStoreProvider", "trustStorePassword")
PREFIX = "-Djavax.net.ssl."
_WITH_VALUE = frozenset(
    ("-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path", "--add-modules", "--limit-modules", "--add-opens")
    + ("--add-exports", "--add-reads", "--patch-module", "--enable-native-access", "-d", "--describe-module", "--source")
)
"""Options of the java program whose value is the next argument (JDK 17 and 25, java(1))."""
_BEFORE, _AFTER = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"), ("_JAVA_OPTIONS",)


@noun
class Setting:
    """One property: its value and what sets it ("the command line", "JAVA_TOOL_OPTIONS")."""

    value: str
    by: str


def settings(
    arguments: list[str], environment: dict[str, str], launched: bool, expand: Callable[[str], str] = lambda _path: ""
) -> tuple[dict[str, Setting], bool]:
    """The properties of ``WANTED`` that hold, and whether one was given behind the class or file to run, where it has no effect.

    The last one counts: JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, the command line, _JAVA_OPTIONS. ``launched``: the program is ``java`` itself, whose options
    end at the class or file; other programs pass theirs on as they like. ``expand`` reads an argument file (``@FILE``).
    """
    own, late = _options(arguments[1:], expand) if launched else (arguments[1:], [])
    parts = [(name, _split(environment.get(name, ""))) for name in _BEFORE] + [("the command line", own)]
    parts += [(name, _split(environment.get(name, ""))) for name in _AFTER]
    found: dict[str, Setting] = {}
    for by, options in parts:
        for one in options:
            name, _, value = one.removeprefix(PREFIX).partition("=")
            if one.startswith(PREFIX) and name in WANTED:
                found[name] = Setting(value=value, by=by)
    return found, any(one.startswith(f"{PREFIX}trustStore") for one in late)


def _options(arguments: list[str], expand: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """The options before the class or file to run, and what follows."""
    waiting = deque((one, True) for one in arguments)
    found: list[str] = []
    expanding = True
    while waiting:
        one, may_expand = waiting.popleft()
        if expanding and may_expand and one.startswith("@") and not one.startswith("@@"):
            # What stands in such a file is not expanded again.
            waiting.extendleft((word, False) for word in reversed(_split(expand(one[1:]))))
        elif one == "--disable-@files":
            expanding = False
        elif one in _WITH_VALUE:
            if waiting:
                waiting.popleft()
        elif one in ("-jar", "-m", "--module"):
            return found, [word for word, _ in waiting][1:]
        elif one.startswith("-"):
            found.append(one)
        else:
            return found, [word for word, _ in waiting]
    return found, []


def _split(text: str) -> list[str]:
    """Words as the JVM takes them apart, at white space and with quotes."""
    try:
        return shlex.split(text, comments="\n" in text)
    except ValueError:
        return text.split()
