"""Hostile names from a real handshake do nothing in any output."""

import json
import re
from dataclasses import replace

import pytest

from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.lab.pki import AUTHORITY, authority
from probe.lab.shop import credentials, open_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits
from probe.render import FORMATS
from probe.render.terminal import render
from probe.report import Report
from probe.report.compose import compose

NAMES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b]0;title\x07",
    "nul\x00byte",
    "\u202egnp.exe",
    "{{7*7}}{% raw %}",
    "'; rm -rf ~ #",
    "$(reboot)",
    "a" * 10_000,
    "line\nbreak\r\n",
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def told(name: str) -> tuple[Diagnosis, Report]:
    short = name[:64]
    root = authority(short, replace(AUTHORITY, organization=short))
    leaf = root.issue(*(["other.example"] if name == short else [name, "other.example"]), traits=Traits(common_name=short, organization=short))
    with Stage() as stage:
        scene = open_shop(stage, credentials(leaf, root), authority("Other Root"))
        found = diagnose(observed(scene.arguments))
    return found, compose((found,))


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name[:24]) for name in NAMES])
def test_a_hostile_name_is_shown_and_does_nothing(name: str) -> None:
    found, report = told(name)
    assert found.verdict == "fails" and not found.defects
    assert {one.code for one in found.findings} >= {"name.mismatch"}
    text = render(report, colour=False, width=100)
    assert not CONTROL.search(text.replace("\n", ""))
    assert max(map(len, text.splitlines())) < 5_000
    page = FORMATS["html"](report)
    assert not CONTROL.search(page.replace("\n", ""))
    assert "<script" not in page.lower() and "<img" not in page.lower()
    assert not re.search(r"<[a-z]+[^>]*\son[a-z]+=", page)
    assert json.loads(FORMATS["json"](report))["results"][0]["verdict"] == "fails"
    for remedy in report.results[0].remedies:
        for command in (*(command for step in remedy.steps for command in step.commands), remedy.check):
            assert "reboot" not in command and "rm -rf" not in command and "script" not in command.replace("nscript", "")
