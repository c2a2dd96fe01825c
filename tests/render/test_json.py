import json as standard
import subprocess
import sys

import pytest

from probe.facts.codec import load
from probe.facts.observation import Observation
from probe.render import FORMATS, json
from tests.render.sample import ALL, HOSTILE, MISSING, observation, report

KEYS = [
    *("target", "verdict", "forecast", "revocation", "client_certificate", "profile", "checks", "cause", "candidates"),
    *("findings", "explained", "not_observed", "remedies", "stacks", "observation"),
]


@pytest.mark.parametrize("name", ALL)
def test_is_ascii_parses_and_is_always_the_same(name: str) -> None:
    text = json.render(ALL[name])
    assert text.isascii()
    assert text.endswith("}\n")
    assert set(text) - {"\n"} <= set(map(chr, range(32, 127)))
    document = standard.loads(text)
    assert list(document) == ["schema", "results"]
    assert document["schema"] == 1
    assert [list(one) for one in document["results"]] == [KEYS] * len(ALL[name].results)
    assert json.render(ALL[name]) == text


def test_the_document_says_what_the_report_says() -> None:
    result = standard.loads(json.render(report(MISSING)))["results"][0]
    assert result["verdict"] == "fails"
    assert list(result["cause"]) == ["code", "title", "certainty", "owner", "summary"]
    assert result["cause"]["owner"] == "server"
    assert list(result["candidates"][0]) == ["code", "why"]
    assert [list(one) for one in result["findings"]] == [["code", "effect", "certainty", "about", "evidence", "shown_by", "shows", "files"]] * 3
    assert result["findings"][0]["about"] == [MISSING.certificates[0].sha256]
    assert result["findings"][0]["evidence"] == [{"says": "The Certificate message holds one certificate.", "at": "/attempts/0/steps/1/messages/0"}]
    assert result["findings"][0]["shown_by"][1] == "dig -q shop.example.test A"
    assert result["findings"][0]["files"][0] == {"name": "root.pem", "certificates": [MISSING.certificates[2].sha256]}
    assert result["explained"][0]["code"] == "chain.issuer-unknown"
    assert list(result["not_observed"][0]) == ["code", "why"]
    assert list(result["remedies"][0]) == ["action", "text", "proof"]
    assert [(one["stack"], one["accepts"]) for one in result["stacks"]] == [("openssl", False), ("java", False)]


def test_the_observation_comes_back_whole() -> None:
    result = standard.loads(json.render(report(MISSING)))["results"][0]
    assert load(Observation, result["observation"]) == observation()


def test_hostile_text_comes_back_as_it_was() -> None:
    result = standard.loads(json.render(ALL["hostile"]))["results"][0]
    assert result["cause"]["summary"] == HOSTILE
    assert result["observation"]["vantage"]["host"] == HOSTILE


def test_no_cause_is_null() -> None:
    assert standard.loads(json.render(ALL["healthy"]))["results"][0]["cause"] is None


def test_formats_write_text() -> None:
    assert list(FORMATS) == ["terminal", "json", "html", "markdown", "junit"]
    starts = {name: one(ALL["missing"]).split("\n", 1)[0][:15] for name, one in FORMATS.items()}
    assert starts == {"terminal": "FAILS  https://", "json": "{", "html": "<!DOCTYPE html>", "markdown": "# Fails: https:", "junit": '<?xml version="'}


def test_only_the_page_pays_for_the_template_engine() -> None:
    code = "import sys, probe.render, probe.render.terminal, probe.render.json; print(sorted({'jinja2', 'markupsafe', 'rich'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout == "[]\n"
