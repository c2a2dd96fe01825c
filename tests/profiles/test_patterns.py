"""No regular expression of a profile can take long, and those that people write are taken."""

import time

import pytest

from probe.profiles import load, shipped
from probe.profiles.patterns import BODY, INPUT, fault, fits, found


@pytest.mark.parametrize(
    "pattern", ["^[A-Z]{2}[-*]?[A-Z0-9]{3}$", "(^|,)DC=V2G(,|$)", "(?i)test ca", "^CN=.*,O=Example$", r"^\d{1,5}$", "[^a]b]", "(?:ab)*c", "a|b|c", ""]
)
def test_usual_patterns_may_be_used(pattern: str) -> None:
    assert fault(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*b",
        "(a|ab)+c",
        "((a?){20}){20}b",
        "a*a*a*b",
        ".*x.*y",
        "(.{0,64}){9}x",
        "(?=a)a",
        "(?<=a)b",
        r"(a)\1",
        "(?P<n>a)",
        "x{1,5000}",
        "(",
        "*",
        "a" * 300,
    ],
)
def test_dangerous_or_broken_patterns_may_not(pattern: str) -> None:
    assert fault(pattern)
    assert not found(pattern, "aaaa") and not fits(pattern, "aaaa")


@pytest.mark.parametrize(("pattern", "longest"), [(".*x", BODY), ("a*b", BODY), ("^.*x.*y", INPUT), ("[^>]*>", BODY), ("(?:ab)*c", BODY)])
def test_what_may_be_used_is_quick_at_its_worst(pattern: str, longest: int) -> None:
    assert fault(pattern, longest) == ""
    for text in ("a" * 100_000, "ab" * 50_000, "x" * 100_000):
        began = time.perf_counter()
        found(pattern, text, longest)
        assert time.perf_counter() - began < 1


def test_every_shipped_pattern_is_used_on_bounded_text() -> None:
    patterns = [one.pattern for name in shipped() for one in load(name).variables if one.pattern]
    assert patterns
    assert not [one for one in patterns if fits(one, "A" * 10_000)]
