"""The tables of a profile about files: ``[renewal]`` and ``[request]``."""

import pytest

from probe.cli.main import run
from probe.profiles import blank, load, shipped
from probe.profiles.read import read

BEGIN = 'schema = 1\nid = "one"\ntitle = "One"\n[variables.new]\ntype = "file"\nrequired = false\n[endpoints.one]\nhost = "one.example"\nport = 443\n'


def test_both_are_read() -> None:
    found = read(
        BEGIN
        + '[renewal]\nnew = "{new}"\nupload = "Here"\nmissing_text = "Gone!"\n'
        + '[request]\nkey = ["RSA", "EC"]\nleast_bits = 3072\nsame_subject = true\nverified = false\nsource = "hearsay"\n'
        + 'subject_rules = [{ attribute = "C", regex = "[A-Z]{2}" }]\n',
        "one.toml",
    )
    assert found.profile and not found.faults
    rules, request = found.profile.renewal, found.profile.request
    assert rules and (rules.new, rules.upload, rules.missing_text, rules.own) == ("{new}", "Here", "Gone!", "")
    assert request and (request.key, request.least_bits, request.same_subject, request.verified) == (("RSA", "EC"), 3072, True, False)
    assert request.subject_rules[0].regex == "[A-Z]{2}"


@pytest.mark.parametrize(
    ("table", "line", "says"),
    [
        ('[renewal]\nupload = "Here"', 10, "field 'new' is missing"),
        ('[renewal]\nnew = "{old}"', 11, "uses the variable 'old'"),
        ('[renewal]\nnew = "{new}"\nuplaod = "Here"', 12, "did you mean 'upload'?"),
        ('[request]\nkey = ["DSA"]', 11, "key is 'DSA'"),
        ("[request]\nleast_bits = 2048.5", 11, "least_bits is to be a whole number"),
        ('[request]\nsubject_rules = [{ attribute = "CN" }]', 11, "either equals or regex"),
    ],
)
def test_faults_have_their_line(table: str, line: int, says: str) -> None:
    found = read(BEGIN + table + "\n", "one.toml")
    assert found.profile is None and any(one.startswith(f"one.toml line {line}: ") and says in one for one in found.faults), found.faults


def test_the_commented_tables_of_a_new_profile_can_be_used() -> None:
    lines = blank("mine").splitlines()
    begin = next(number for number, line in enumerate(lines) if line == "# [request]")
    opened = [line[2:] if begin <= number <= begin + 5 else line for number, line in enumerate(lines)]
    found = read("\n".join(opened), "mine.toml")
    assert found.profile and found.profile.request and found.profile.request.least_bits == 2048, found.faults


def test_what_is_shown_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profiles", "show", "nexuse2e-partner"]) == 0
    shown = capsys.readouterr().out
    assert "probe trust --profile nexuse2e-partner --var partner_certificate=FILE" in shown and "key RSA" in shown
    assert run(["profiles", "show", "hubject-emp"]) == 0
    shown = capsys.readouterr().out
    assert "a renewal keeps the whole subject" in shown and "Request was not verified (source: " in shown


def test_only_what_facts_give_is_a_rule() -> None:
    known = {name: load(name).request for name in shipped()}
    assert {name for name, one in known.items() if one} == {"hubject-emp", "hubject-cpo", "nexuse2e-partner"}
    assert all(one.source for one in known.values() if one)
