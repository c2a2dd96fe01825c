"""The steps for the platforms as data: whole, harmless, and with no placeholder left in what is printed."""

import re

import pytest

from probe.remedies.install import KINDS, platforms, read

GOOD = 'platform = "One"\nanchors = ["root"]\nrefuses = "It wants the root."\n[[steps]]\ndo = "Do it."\ncommands = ["load {pem}"]\n'


def test_all_platforms_that_users_have_are_there() -> None:
    names = " ".join(one.platform for one in platforms())
    for word in ("Java", "Debian", "RHEL", "Windows", "nginx", "slapd", "mosquitto", "Node", "Python", "curl", "NEXUSe2e", "Matrix42"):
        assert word in names
    assert [one.order for one in platforms()] == sorted(one.order for one in platforms())


@pytest.mark.parametrize("one", platforms(), ids=lambda one: one.id)
def test_a_platform_says_what_it_takes(one: object) -> None:
    platform = next(each for each in platforms() if each is one)
    assert "root" in platform.anchors and platform.steps
    assert set(platform.anchors) == set(KINDS) or platform.refuses.endswith((".", ").", ")."))
    assert all(step.do.endswith(".") and "{" not in step.do.replace("{pem}", "").replace("{alias}", "") for step in platform.steps)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("{pem}", "{missing}", "not allowed"),
        ("do =", "does =", "unknown field"),
        ('anchors = ["root"]', 'anchors = ["roots"]', "unknown kind"),
        ('refuses = "It wants the root."\n', "", "refuses does not say"),
        ("platform =", "platform", "platforms.*toml|install/one.toml"),
    ],
)
def test_a_wrong_file_is_told_by_name(before: str, after: str, says: str) -> None:
    assert read("one", GOOD).steps[0].commands == ("load {pem}",)
    with pytest.raises(ValueError, match=re.compile(rf"remedies/install/one\.toml.*({says})|{says}", re.DOTALL)):
        read("one", GOOD.replace(before, after))
