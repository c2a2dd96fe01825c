"""Profiles are data with closed vocabularies: what is shipped is complete, and every fault of a file is told with its line."""

from collections.abc import Callable

import pytest

from probe.lab.shown import CODES
from probe.profiles import blank, document, load, shipped
from probe.profiles.agree import unverified
from probe.profiles.checks import BEFORE, CAUSES
from probe.profiles.lines import lines
from probe.profiles.read import LIMIT, read, read_marks

EXPECTED = (
    *("active-directory", "generic-https", "generic-ldaps", "generic-mqtts", "hubject-cpo", "hubject-emp", "hubject-partner-endpoint"),
    *("insights-hub-mqtt", "matrix42-native-connector", "nexuse2e-partner"),
)
SMALL = """schema = 1
id = "small"
title = "Small"

[variables.who]
type = "id"

[variables.token]
type = "secret-env"

[endpoints.one]
host = "shop.example"
port = 443
"""


def test_the_shipped_profiles_are_all_there() -> None:
    assert shipped() == EXPECTED


@pytest.mark.parametrize("name", EXPECTED)
def test_a_shipped_profile_is_complete(name: str) -> None:
    one = load(name)
    assert one.id == name and one.sources and one.endpoints and one.checks and one.golive
    assert all(variable.help for variable in one.variables)
    assert all(check.title for check in one.checks)
    assert all(check.safe or check.side_effects for check in one.checks)
    used = {row.text for check in one.checks for row in check.expect if row.text}
    assert used == {text.id for text in one.texts if text.cause not in BEFORE}


def test_causes_of_rows_are_codes_of_the_catalogue() -> None:
    assert {*CAUSES, *BEFORE} <= set(CODES)


def test_what_the_facts_call_unverified_is_marked() -> None:
    emp = " ".join(unverified(load("hubject-emp")))
    assert "qa-service.hubject.com" in emp and "expect 403" in emp
    assert not [mark for one in load("hubject-emp").environments for mark in one.marks.anchor_sha256], "no fingerprint of Hubject is published"
    assert not [mark for one in load("hubject-emp").environments for mark in one.marks.issuer_regex], "no name of its authorities is published"
    assert any("client certificate" in text for text in unverified(load("hubject-partner-endpoint")))
    assert any("names was not verified" in text for text in unverified(load("matrix42-native-connector")))


def test_no_unsafe_question_of_hubject_can_be_asked() -> None:
    for name in ("hubject-emp", "hubject-cpo"):
        assert [one.id for one in load(name).checks if not one.safe and one.expect] == []


def test_the_blank_profile_is_in_order() -> None:
    found = read(blank("my-system"), "my-system.toml")
    assert found.faults == () and found.profile is not None and found.profile.id == "my-system"


FAULTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("unknown", "safe = true", ("line 15: unknown field 'safe', known are",)),
    ("typing error", 'titel = "x"', ("line 15: unknown field 'titel', did you mean 'title'?",)),
    ("two at once", 'titel = "x"\nversoin = "1"', ("line 15: unknown field 'titel'", "line 16: unknown field 'versoin', did you mean 'version'?")),
    ("a number as text", "version = 1", ("line 15: version is to be text in quotes, not a number",)),
    ("a list as text", 'sources = "x"', ("line 15: sources is to be a list, not text",)),
    ("vocabulary", '[trust]\nstore = "sytem"', ("line 16: store is 'sytem', did you mean 'system'?",)),
    ("variable", '[trust]\nfiles = ["{wo}"]', ("line 16: files uses the variable 'wo', did you mean 'who'?",)),
    ("secret outside of a header", '[trust]\nfiles = ["{token}"]', ("line 16: files uses the secret 'token'",)),
    ("brace", '[trust]\nfiles = ["{who"]', ("line 16: files has a brace that belongs to no {variable}",)),
    ("environment", '[endpoints.two]\nenvironment = "qa"\nhost = "x"\nport = 1', ("line 16: there is no environment 'qa'",)),
    ("no port", '[endpoints.two]\nhost = "x"', ("line 15: field 'port' is missing",)),
    ("port", '[endpoints.two]\nhost = "x"\nport = 70000', ("line 17: port is to be between 1 and 65535",)),
    ("mark", "[environments.qa]\nmarks.anchor_sha256 = [\n 'abc',\n]", ("line 17: anchor_sha256 'abc' is not of the form",)),
    ("value", "[environments.qa]\nmarks.server_names = [{ valu = 'x' }]", ("line 16: field 'value' is missing", "line 16: unknown field 'valu'")),
    ("catastrophe", "[environments.qa]\nmarks.issuer_regex = ['(a+)+$']", ("line 16: issuer_regex: a quantifier stands around something",)),
    ("backtracking", "[environments.qa]\nmarks.issuer_regex = ['.*a.*b.*c']", ("line 16: issuer_regex: the regular expression may take too long",)),
    ("back reference", r"[environments.qa]" + "\nmarks.issuer_regex = ['(a)\\1']", ("line 16: issuer_regex: \\1 is not allowed",)),
    ("long expression", f"[environments.qa]\nmarks.issuer_regex = ['{'a' * 300}']", ("line 16: issuer_regex: the regular expression is longer than 256",)),
    ("unsafe", "[[checks]]\nid = 'x'\nrequest = { method = 'GET', path = '/' }", ("line 15: a check that is not safe says in side_effects",)),
    ("not safe", "[[checks]]\nid = 'x'\nsafe = true\nrequest = { method = 'DELETE', path = '/' }", ("line 17: DELETE changes something",)),
    (
        "text",
        "[[checks]]\nid = 'x'\nsafe = true\nrequest = { method = 'GET', path = '/' }\nexpect = [\n {},\n { status = 1 },\n]",
        ("line 20: a row without", "line 21: status"),
    ),
    ("pointer", "[[checks]]\nid = 'x'\nlevel = 'tls'\nsafe = true\nexpect = [{ json = 'a' }]", ("line 19: 'a' is no JSON pointer",)),
    (
        "host field",
        "[[checks]]\nid = 'x'\nsafe = true\nrequest.method = 'GET'\nrequest.path = '/'\nrequest.headers.Host = 'x'",
        ("line 20: the header field 'Host'",),
    ),
    (
        "credential",
        "[[checks]]\nid = 'x'\nsafe = true\nrequest.method = 'GET'\nrequest.path = '/'\nrequest.headers.Authorization = 'Bearer x'",
        ("line 20: Authorization holds a credential",),
    ),
    (
        "two requests",
        "[[checks]]\nid = 'x'\nsafe = true\nrequest = { method = 'GET', path = '/', ldap = 'rootDSE' }",
        ("line 18: a request is exactly one of",),
    ),
    ("cookies", "[report]\ninclude_headers = ['Process-ID', 'Set-Cookie']", ("line 16: the header field 'Set-Cookie' may hold a credential",)),
    ("a date", "notes = [1979-05-27]", ("line 15: notes is to be text in quotes, not a date or time",)),
    ("step", "[[golive]]\ncheck = 'dn'", ("line 16: check is 'dn', did you mean 'dns'?",)),
)


@pytest.mark.parametrize(("more", "expected"), [(more, expected) for _, more, expected in FAULTS], ids=[name for name, _, _ in FAULTS])
def test_a_fault_is_told_with_its_line(more: str, expected: tuple[str, ...]) -> None:
    whole = f"{SMALL}\n{more}\n" if more.startswith("[") else SMALL.replace("\n[variables.who]", f"{more}\n\n[variables.who]", 1)
    number = 15 if more.startswith("[") else 4
    found = read(whole, "mine.toml")
    assert found.profile is None
    assert len(found.faults) == len(expected), found.faults
    for told, wanted in zip(found.faults, expected, strict=True):
        line, _, says = wanted.partition(": ")
        assert told.startswith(f"mine.toml line {int(line.removeprefix('line ')) - 15 + number}: {says}"), told


BAD: tuple[tuple[str, Callable[[], str], str], ...] = (
    ("nothing", lambda: "", "field 'id' is missing"),
    ("no TOML", lambda: "a = [\n", "this is no TOML"),
    ("binary", lambda: "\x00\x01", "line 1: this is no TOML"),
    ("deep", lambda: "a = " + "[" * 5000, "this is no TOML"),
    ("long", lambda: "a = 1\n" * (LIMIT // 4), "longer than"),
    ("newer", lambda: SMALL.replace("schema = 1", "schema = 2"), "line 1: schema 2 is newer"),
    ("a table of nothing", lambda: "schema = 1\nendpoints = 3\n", "endpoints is to be a table, not a number"),
)


@pytest.mark.parametrize(("make", "says"), [(make, says) for _, make, says in BAD], ids=[name for name, _, _ in BAD])
def test_what_is_no_profile_is_no_traceback(make: Callable[[], str], says: str) -> None:
    found = read(make(), "x.toml")
    assert found.profile is None and any(says in one for one in found.faults), found.faults


@pytest.mark.parametrize("name", EXPECTED)
def test_every_letter_that_is_left_out_is_survived(name: str) -> None:
    """A shipped document cut off anywhere, or with a line gone, is read or refused, never a traceback."""
    text = document(name)
    rows = text.splitlines(keepends=True)
    cut = [text[:place] for place in range(0, len(text), max(1, len(text) // 60))]
    for one in (*cut, *("".join((*rows[:number], *rows[number + 1 :])) for number in range(0, len(rows), 3))):
        found = read(one, "x")
        assert (found.profile is None) == bool(found.faults)


def test_lines_are_those_of_the_text() -> None:
    text = 'a = 1\n# [b]\n[[c]]\nd.e = """\n[x]\n"""\n[[c]]\nf = [\n { g = "}", h = [1,\n 2] },\n]\n[c.i]\n"j k" = \'\\\'\nl = 1\n'
    found = lines(text)
    assert found["a",] == 1 and found["c", 0] == 3 and found["c", 0, "d", "e"] == 4 and found["c", 1] == 7
    assert found["c", 1, "f", 0, "h", 1] == 10 and found["c", 1, "i", "j k"] == 13 and found["c", 1, "i", "l"] == 14
    assert ("x",) not in found and ("b",) not in found


def test_marks_are_read_by_themselves() -> None:
    text = 'schema = 1\nmarks_for = "hubject-emp"\n[environments.qa]\nmarks.issuer_regex = ["^CN=Example$"]\n'
    wanted, found, faults = read_marks(text, "x")
    assert wanted == "hubject-emp" and faults == () and found[0].marks.issuer_regex[0].text == "^CN=Example$"
    assert read_marks(text + "title = 1\nmark = 2\n", "x")[2][0].startswith("x line 5: title")
