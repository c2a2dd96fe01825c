import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from math import inf, nan

import pytest
from markupsafe import Markup

from probe.render import chain_picture, timeline_picture, words
from probe.render.svg import icon, tag
from probe.report import TimelineBar, TimelineEvent, TimelineRow
from tests.render.sample import EXPIRED, HOSTILE, LONG, MISSING, NOW, poisoned


def read(picture: Markup) -> ET.Element:
    return ET.fromstring(str(picture))  # noqa: S314 -- what we have just written


def texts(picture: Markup) -> list[str]:
    return [one.text or "" for one in read(picture).iter("text")]


@pytest.mark.parametrize("poison", ["plain", HOSTILE, LONG, ""])
def test_pictures_are_well_formed_whatever_they_show(poison: str) -> None:
    chain = read(chain_picture.draw(poisoned(MISSING.chain, poison), "r1"))
    time = read(timeline_picture.draw(poisoned(MISSING.timeline, poison), "r1"))
    for picture in (chain, time):
        assert {one.tag for one in picture.iter()} <= {"svg", "title", "desc", "g", "rect", "path", "circle", "line", "text"}
        assert picture.attrib["role"] == "img"
        assert picture.find("title") is not None
        assert float(picture.attrib["height"]) < 2000


def test_text_from_outside_is_escaped_in_attributes_and_content() -> None:
    assert tag("text", "<b>&\x1b", x='"><script>') == '<text x="&#34;&gt;&lt;script&gt;">&lt;b&gt;&amp;[U+001B]</text>'
    assert tag("g", tag("path", stroke_width=1.005, class_="a")) == '<g><path stroke-width="1" class="a"></path></g>'


def test_the_chain_shows_titles_places_and_edges_from_the_server_down() -> None:
    shown = texts(chain_picture.draw(MISSING.chain, "r1"))
    assert [one for one in shown if one[:1].isdigit()] == ["1. shop.example.test", "2. Example Issuing CA G2", "3. Example Root CA"]
    assert shown.count("signed by") == 2
    assert "found nowhere above" in texts(chain_picture.draw(EXPIRED.chain, "r1"))


def test_the_chain_is_told_in_words_too() -> None:
    said = chain_picture.describe(MISSING.chain)
    assert said.startswith("ok: shop.example.test, sent as number 1")
    assert "MISSING: Example Issuing CA G2, not sent by the server" in said


def test_a_long_title_is_cut_and_whole_in_the_title() -> None:
    name = "very-long-label." * 12 + "example.test"
    picture = chain_picture.draw((replace(MISSING.chain[0], title=name),), "r1")
    assert any(one.endswith("...") for one in texts(picture))
    assert name in str(picture)


@pytest.mark.parametrize("kind", ["good", "bad", "warn", "missing"])
def test_each_tone_has_a_sign_of_its_own(kind: str) -> None:
    assert icon(kind, 0, 0) not in {icon(one, 0, 0).replace(one, kind) for one in ("good", "bad", "warn", "missing") if one != kind}
    assert kind in words.TONES


def test_an_unknown_tone_is_a_warning() -> None:
    assert words.tone("x onload=") == "warn"


@pytest.mark.parametrize("whole", [0.001, 0.0099, 0.01, 0.061, 0.5, 1.0, 3.3, 9.99, 10.0, 30.0, 86400.0, 2e6])
def test_the_axis_has_few_round_ticks(whole: float) -> None:
    ticks = timeline_picture.ticks(whole)
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= 6
    assert all(before < after <= whole for before, after in zip(ticks, ticks[1:], strict=False))


@pytest.mark.parametrize("number", [nan, inf, -inf, -5.0, 1e308, 0.0])
def test_numbers_of_a_broken_file_do_no_harm(number: float) -> None:
    event = TimelineEvent(at=number, says="x", sent=True, tone="good")
    rows = (TimelineRow(title="x", bars=(TimelineBar(label="x", started=number, took=number, tone="good", says="", events=(event,)),)),)
    picture = read(timeline_picture.draw(rows, "r1"))
    places = [float(value.rstrip("%")) for one in picture.iter() for key, value in one.attrib.items() if key in ("x", "x1", "width") and value.endswith("%")]
    assert all(0 <= one <= 100 for one in places)


def test_no_attempt_is_an_empty_axis() -> None:
    assert texts(timeline_picture.draw((), "r1"))[0] == "0"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "0 ms"),
        (0.0004, "0.4 ms"),
        (0.009, "9 ms"),
        (0.03, "30 ms"),
        (0.25, "250 ms"),
        (1.0, "1 s"),
        (1.254, "1.25 s"),
        (30.0, "30 s"),
        (4000.2, "4000 s"),
    ],
)
def test_durations_have_few_digits(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_moments_are_in_utc_and_never_fail() -> None:
    assert words.moment(NOW) == "2026-11-21 19:32:05 UTC"
    assert words.moment(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))) == "2025-12-31 23:00:00 UTC"
    assert words.moment(None) == "not readable"
    assert words.moment(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2)))) == "0001-01-01 00:00:00 UTC"
    assert words.moment(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)) == "9999-12-31 23:59:59 UTC"


@pytest.mark.parametrize(
    ("days", "said"), [(0.0, "less than a day left"), (-0.5, "less than a day ago"), (1.0, "1 day left"), (-21.0, "21 days ago"), (4000.0, "4,000 days left")]
)
def test_days_left(days: float, said: str) -> None:
    assert words.remaining(NOW + timedelta(days=days), NOW) == said
    assert words.remaining(None, NOW) == ""
