import re
from dataclasses import replace

import pytest

from probe.render import terminal
from probe.render.visible import cells
from probe.report import RemedyStep, Report, Verdict
from tests.render.renew import FOLDER, golden
from tests.render.sample import ALL, HEALTHY, HOSTILE, LONG, MISSING, poisoned, report

SGR = re.compile(r"\x1b\[(?:0|1|2|1;3[1236])m")
WIDTHS = (80, 100, 120)
HARMLESS = ("healthy", "missing", "expired", "undecided", "several", "empty")


@pytest.mark.parametrize("name", golden())
def test_golden_texts_are_as_last_approved(name: str) -> None:
    assert golden()[name] == (FOLDER / name).read_text(encoding="utf-8"), "wanted? then: python -m tests.render.renew"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ALL)
def test_nothing_but_text_line_feeds_and_our_own_colours(name: str, width: int) -> None:
    coloured, plain = terminal.render(ALL[name], colour=True, width=width), terminal.render(ALL[name], colour=False, width=width)
    assert SGR.sub("", coloured) == plain
    assert all(line.isprintable() for line in plain.split("\n"))
    assert plain.endswith("\n")
    assert not plain.endswith("\n\n")
    assert all(line == line.rstrip() for line in plain.split("\n"))
    assert plain.encode("utf-8")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ALL)
def test_lines_fit_except_commands_to_copy(name: str, width: int) -> None:
    commands = {text for one in ALL[name].results for text in (one.repeat, *(remedy.check for remedy in one.remedies))}
    commands |= {command for one in ALL[name].results for found in one.findings for command in found.commands}
    too_long = [line for line in terminal.render(ALL[name], colour=False, width=width).split("\n") if cells(line) > width]
    if name in HARMLESS:
        assert all(line.strip() in commands for line in too_long)
    else:
        assert all(line.startswith("    ") for line in too_long)


@pytest.mark.parametrize("width", [-1, 0, 10, 79])
def test_a_narrow_terminal_gets_eighty_columns(width: int) -> None:
    assert terminal.render(ALL["missing"], colour=False, width=width) == terminal.render(ALL["missing"], colour=False, width=80)
    assert terminal.render(ALL["missing"], colour=False, width=500) == terminal.render(ALL["missing"], colour=False, width=120)


def test_the_verdict_is_a_word_on_the_first_line() -> None:
    words = {Verdict.WORKS: "WORKS", Verdict.FAILS: "FAILS", Verdict.DEPENDS: "DEPENDS ON THE CLIENT", Verdict.UNDECIDED: "UNDECIDED"}
    for verdict, word in words.items():
        assert terminal.render(report(replace(MISSING, verdict=verdict)), colour=False, width=80).startswith(f"{word}  https://shop.example.test")


@pytest.mark.parametrize("poison", ["", "plain", HOSTILE, LONG])
def test_works_is_short_whatever_is_in_it(poison: str) -> None:
    """Sentences of ours are short; none is cut, and hostile ones fill ten lines at most."""
    crowded = replace(HEALTHY, findings=MISSING.findings * 20, not_observed=MISSING.not_observed * 20, defects=("x: y",) * 9)
    text = terminal.render(report(poisoned(crowded, poison) if poison else crowded), colour=True, width=80)
    assert len(text.splitlines()) < (15 if poison in ("", "plain") else 130)
    assert poison not in ("", "plain") or "..." not in text
    assert "57 more findings" in text
    assert "40 causes not looked at" in text


def test_a_finding_that_does_not_fit_is_named() -> None:
    """Four risks, of which three are shown: the fourth is no bare number."""
    crowded = replace(HEALTHY, findings=(*MISSING.findings[1:2] * 3, replace(MISSING.findings[2], code="endpoint.last")))
    assert "1 more finding (endpoint.last)" in " ".join(terminal.render(report(crowded), colour=False, width=80).split())


def test_a_remark_on_the_client_files_is_seen_when_all_is_well() -> None:
    healthy = replace(HEALTHY, client=(("In short", "asked for and required; the one that was sent was accepted"), ("Remark", "one is DER"), ("Remark", "so")))
    said = " ".join(terminal.render(report(healthy), colour=False, width=80).split())
    assert "Remark one is DER (1 more remark: --format html or json)" in said


def test_risks_come_before_notes_in_a_short_answer() -> None:
    text = terminal.render(report(replace(HEALTHY, findings=(MISSING.findings[2], MISSING.findings[1]))), colour=False, width=80)
    assert text.index("Risk") < text.index("Note")


def test_the_order_is_answer_action_proof() -> None:
    text = terminal.render(ALL["missing"], colour=False, width=80)
    headings = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert headings[1:] == [
        "Cause",
        "It could also be",
        "What to do",
        "What each client says",
        "The chain, from the server's certificate (top) towards the root",
        "Also found",
        "Follows from the above",
        "Evidence",
        "See for yourself, without the probe",
        "Not looked at",
        "How this was looked at",
    ]
    places = [text.index(one) for one in ("FAILS", "Who acts", "  1. Let the server", "OpenSSL 3: refuses", "MISSING", "Evidence", "To repeat")]
    assert places == sorted(places)


def test_commands_stay_on_one_line() -> None:
    text = terminal.render(ALL["missing"], colour=False, width=80)
    for step in MISSING.remedies[0].steps:
        for command in step.commands:
            assert f" {command}\n" in text
    assert f" {MISSING.remedies[0].check}\n" in text


def test_how_to_see_it_without_the_probe_stands_with_the_evidence() -> None:
    text = terminal.render(ALL["missing"], colour=False, width=120)
    part = text[text.index("See for yourself") : text.index("Not looked at")]
    assert "First save the PEM text of certificate 3 as root.pem (the HTML report has it)." in part
    assert "First save the PEM text of certificates 1, 2 as certificate.pem" in part
    first = MISSING.findings[0]
    assert all(f"    {command}\n" in part for command in first.commands) and first.shows in part
    bare = replace(MISSING, certificates=tuple(replace(one, pem="") for one in MISSING.certificates))
    assert "left out of this report" in terminal.render(report(bare), colour=False, width=120)


def test_a_forecast_is_seen_where_it_works_and_where_clients_disagree() -> None:
    later = "Works until 2027-09-17 19:32:05 UTC, then Java 17 fails because the server's certificate ends."
    works = terminal.render(report(replace(HEALTHY, forecast=later)), colour=False, width=80)
    assert "  Forecast    Works until 2027-09-17 19:32:05 UTC" in works
    depends = terminal.render(report(replace(MISSING, verdict=Verdict.DEPENDS, forecast=later)), colour=False, width=120)
    assert f"  {later}" in depends[: depends.index("Cause")]


def test_many_platforms_are_named_in_one_line() -> None:
    steps = tuple(RemedyStep(platform=f"Platform {number}", do="Do it.", commands=(f"command-{number}",)) for number in range(6))
    text = terminal.render(report(replace(MISSING, remedies=(replace(MISSING.remedies[0], steps=steps),))), colour=False, width=80)
    assert "command-2" in text and "command-3" not in text
    assert "also for Platform 3, Platform 4, Platform 5: probe causes" in text
    few = terminal.render(report(replace(MISSING, remedies=(replace(MISSING.remedies[0], steps=steps[:4]),))), colour=False, width=80)
    assert "command-3" in few and "also for" not in few


def test_several_results_end_in_a_table() -> None:
    text = terminal.render(ALL["several"], colour=False, width=80)
    table = text[text.index("Summary of 4 targets") :].splitlines()[1:]
    assert [line.split()[:2] for line in table] == [
        ["WORKS", "https://shop.example.test"],
        ["FAILS", "https://shop.example.test"],
        ["DEPENDS", "ldaps://dc1.example.test"],
        ["UNDECIDED", "https://silent.example.test:8443"],
    ]
    assert table[1].endswith("chain.intermediate-missing")


def test_endless_lists_are_cut_and_say_so() -> None:
    many = replace(MISSING, candidates=MISSING.candidates * 500, findings=MISSING.findings * 500, chain=MISSING.chain * 100, remedies=MISSING.remedies * 100)
    text = terminal.render(report(many), colour=False, width=80)
    assert "460 more entries" in text
    assert len(text.splitlines()) < 1500


def test_no_result_is_a_sentence() -> None:
    assert terminal.render(Report(results=(), made_by=""), colour=False, width=80) == "Nothing was checked.\n"
