"""Regular expressions of profiles: a small language whose worst case is known before one is used.

Allowed are characters, classes, groups, alternatives, anchors and quantifiers. Not allowed are back references, looking around, and a quantifier around
anything that may itself match in several ways: those are what takes forever on a text that almost fits.
"""

import re
from functools import lru_cache

LONGEST = 256
"""Characters of a pattern."""
INPUT = 512
"""Characters of a name that a pattern is compared with."""
BODY = 4096
"""Characters of an answer that a pattern is looked for in."""
WORK = 20_000_000
"""The most steps that a pattern may take on its longest input."""
GREATEST = 1000
_QUANTIFIER = re.compile(r"\*|\+|\?|\{(\d{1,4})(,(\d{0,4}))?\}")
_FLAGS = re.compile(r"\(\?([a-z]{1,4})\)")
_ESCAPES = set("dDwWsSbBAZnrtfv")


class Unfit(ValueError):
    """The pattern is not one that may be used; the text says why."""


@lru_cache(maxsize=1024)
def fault(pattern: str, longest: int = INPUT) -> str:
    """Say in half a sentence what speaks against a pattern for inputs of ``longest`` characters; "" when it may be used."""
    if len(pattern) > LONGEST:
        return f"the regular expression is longer than {LONGEST} characters"
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"it is no regular expression ({error})"
    try:
        work = _Reading(pattern, longest).work()
    except Unfit as unfit:
        return str(unfit)
    return "the regular expression may take too long: use fewer open quantifiers, or begin it with ^" if work > WORK else ""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that has no fault, for names: letters of either case are the same where the pattern says (?i)."""
    return re.compile(pattern)


def found(pattern: str, text: str, longest: int = INPUT) -> bool:
    """Whether a pattern is found in the first ``longest`` characters; never for one that may not be used, as a saved file may hold."""
    return not fault(pattern, longest) and compiled(pattern).search(text[:longest]) is not None


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern matches a whole text of at most ``INPUT`` characters."""
    return len(text) <= INPUT and not fault(pattern) and compiled(pattern).fullmatch(text) is not None


class _Reading:
    """Goes through a pattern once and multiplies the ways in which its parts can match."""

    def __init__(self, pattern: str, longest: int) -> None:
        self.text = pattern
        self.longest = longest
        self.at = 0
        if flags := _FLAGS.match(pattern):
            if set(flags[1]) - set("ims"):
                raise Unfit("of flags only (?i), (?m) and (?s) are allowed")
            self.at = flags.end()
        self.anchored = pattern.startswith(("^", r"\A"), self.at) and "m" not in pattern[: self.at]

    def work(self) -> int:
        ways, _ = self._alternatives(0)
        if self.at < len(self.text):
            raise Unfit("a bracket is closed that was not opened")
        return ways * (1 if self.anchored else self.longest)

    def _alternatives(self, depth: int) -> tuple[int, bool]:
        """The ways of all alternatives together, and whether there is more than one."""
        if depth > 8:
            raise Unfit("groups are nested too deeply")
        ways, several = self._sequence(depth), False
        while self.at < len(self.text) and self.text[self.at] == "|":
            if depth == 0:
                self.anchored = False
            self.at += 1
            several = True
            ways += self._sequence(depth)
        return ways, several

    def _sequence(self, depth: int) -> int:
        ways = 1
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            ways = min(ways * self._quantified(depth), WORK * 10)
        return ways

    def _quantified(self, depth: int) -> int:
        ways, several = self._atom(depth)
        quantifier = _QUANTIFIER.match(self.text, self.at)
        if not quantifier:
            return ways
        self.at = quantifier.end()
        if self.text[self.at : self.at + 1] in ("?", "+"):
            self.at += 1
        least, most = self._bounds(quantifier)
        if most > 1 and (ways > 1 or several):
            raise Unfit("a quantifier stands around something that can itself match in several ways")
        return ways * (most - least + 1)

    def _bounds(self, quantifier: re.Match[str]) -> tuple[int, int]:
        sign = quantifier[0][0]
        if sign != "{":
            return (0, 1) if sign == "?" else (0, self.longest)
        least = int(quantifier[1])
        most = least if quantifier[2] is None else int(quantifier[3] or self.longest)
        if max(least, most) > GREATEST:
            raise Unfit(f"a quantifier goes beyond {GREATEST}")
        return least, max(least, most)

    def _atom(self, depth: int) -> tuple[int, bool]:
        sign = self.text[self.at]
        if sign == "[":
            return self._class()
        if sign == "\\":
            following = self.text[self.at + 1 : self.at + 2]
            if following.isalnum() and following not in _ESCAPES:
                raise Unfit(f"\\{following} is not allowed in a regular expression here")
            self.at += 2
            return 1, False
        if sign == "(":
            if self.text.startswith("(?", self.at):
                if not self.text.startswith("(?:", self.at):
                    raise Unfit("of groups only (...) and (?:...) are allowed")
                self.at += 2
            self.at += 1
            inner = self._alternatives(depth + 1)
            self.at += 1
            return inner
        self.at += 1
        return 1, False

    def _class(self) -> tuple[int, bool]:
        self.at += 1
        if self.text.startswith("^", self.at):
            self.at += 1
        if self.text.startswith("]", self.at):
            self.at += 1
        while self.text[self.at] != "]":
            self.at += 2 if self.text[self.at] == "\\" else 1
        self.at += 1
        return 1, False
