"""The plan: what it may say, and how faults are told, each with its line and all at once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from probe.facts.unusable import Unusable
from probe.jobs.golive_plan import FIELDS, day, example, read
from tests.golive.listing import complaints

WHOLE = """schema = 1
title = "Partner"
on = 2027-03-01
days = 14
checked-by = ["Anna"]

[[endpoint]]
name = "theirs"
target = "https://shop.example/api"
names = ["www.shop.example"]
trust = ["none"]
connect = "127.0.0.1:8443"
resolver = "127.0.0.1"
as = "java"
timeout = 5
required = false
skip = ["app", "pin"]
reason = "on Monday"

[[endpoint]]
name = "ours"
direction = "in"
target = "tls://api.example:8443"
"""


def test_a_whole_plan() -> None:
    made, faults = read(WHOLE, "plan.toml", Path())
    assert faults.told() == ()
    assert (made.title, made.day.days, made.day.named, made.checked_by) == ("Partner", 14, "2027-03-01", ("Anna",))
    assert made.day.begin == datetime(2027, 3, 1, tzinfo=UTC) and made.day.end == datetime(2027, 3, 1, 23, 59, 59, tzinfo=UTC)
    theirs, ours = made.wanted
    assert theirs.place.names == ("www.shop.example",) and theirs.place.skip == ("app", "pin") and not theirs.place.required
    assert (theirs.options.connect, theirs.options.stack, theirs.options.timeout, theirs.options.app) == ("127.0.0.1:8443", "java", 5.0, False)
    assert ours.place.direction == "in" and ours.options.client_auth == "forbidden" and ours.place.required


def test_the_example_is_a_plan_without_a_fault_and_names_every_field() -> None:
    made, faults = read(example(), "plan.toml", Path())
    assert faults.told() == () and len(made.wanted) == 1
    assert [field for field in FIELDS if f"{field} = " not in example() and field not in ("env", "endpoint", "send-anyway")] == []
    uncommented = "\n".join(
        line.removeprefix("# ") if line.startswith(("# [[", "# name", "# direction", "# target")) else line for line in example().split("\n")
    )
    assert len(read(uncommented, "plan.toml", Path())[0].wanted) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[endpoint]]\ntarget = "https://a.example"\n', "plan.toml line 1: field 'schema' is missing"),
        ("schema = 2", "schema 2 is newer than this version reads"),
        ("schema = 1", "there is no [[endpoint]] table"),
        ('schema = 1\nwhat = 1\n[[endpoint]]\ntarget = "https://a.example"\n', "line 2: unknown field 'what', known are"),
        ("schema = 1\n= 3\n", "plan.toml line 2: this is no TOML"),
        ("schema = 1\nendpoint = 3\n", "line 2: endpoint is to be a list, not a number"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nconect = "1"\n', "line 4: unknown field 'conect', did you mean 'connect'?"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\ntimeout = "5"\n', "line 4: timeout is to be a whole number, not text"),
        ('schema = 1\n[[endpoint]]\nname = "x"\n', "line 2: an endpoint has either target or profile"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a b"\n', "line 3: 'https://a b' is not a target"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://u:SECRETWORD@a.example"\n', "line 3: the target holds a user name or a password"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nconnect = "b.example"\n', "line 4: connect 'b.example' is not an address"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nresolver = "b"\n', "line 4: resolver 'b' is not the address of a DNS server"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nas = "cobol"\n', "line 4: there is no client stack 'cobol'"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\ntrust = ["/nowhere/x.pem"]\n', "line 4: /nowhere/x.pem does not exist"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\ncert = "/nowhere/c.pem"\n', "line 4: /nowhere/c.pem does not exist"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\npin = "/nowhere/c.pem"\n', "line 4: /nowhere/c.pem does not exist"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nkey = "k.pem"\n', "line 4: key belongs to a client certificate"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\ndirection = "in"\ncert = "k.pem"\n', "line 5: when the partner calls us"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nskip = ["dns"]\n', "line 4: what is left out needs a reason"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nskip = ["dnss"]\nreason = "x"\n', "line 4: skip is 'dnss', did you mean 'dns'?"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nvars = {a = "b"}\n', "line 4: vars belongs to a profile"),
        ('schema = 1\n[[endpoint]]\nprofile = "no-such"\n', "line 3: there is no profile 'no-such'"),
        ('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nnames = ["a..b"]\n', "line 4: the host name in"),
        ('schema = 1\non = "soon"\n[[endpoint]]\ntarget = "https://a.example"\n', "line 2: on 'soon' is not a time"),
        ('schema = 1\non = 12\n[[endpoint]]\ntarget = "https://a.example"\n', "line 2: on is to be a date"),
        ('schema = 1\ndays = -1\n[[endpoint]]\ntarget = "https://a.example"\n', "line 2: days is to be between 0 and 3650"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, says: str) -> None:
    told = complaints(text)
    assert len(told) == 1 and says in told[0] and "SECRETWORD" not in told[0], told


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = 'schema = 1\nwhat = 1\ndays = "x"\n[[endpoint]]\ntarget = "https://a.example"\ntimeout = 0\nconnect = "x"\ntrust = ["/nowhere"]\n'
    text += '[[endpoint]]\nname = "b"\ndirection = "sideways"\ntarget = "ssh://b"\n'
    lines = [int(one.split(" line ")[1].split(":")[0]) for one in complaints(text)]
    assert lines == [2, 3, 6, 7, 8, 11, 12]


def test_two_endpoints_of_one_name_cannot_be_told_apart() -> None:
    table = '[[endpoint]]\nname = "a"\ntarget = "https://a.example"\n'
    assert complaints(f"schema = 1\n{table}{table}") == ("plan.toml line 6: two endpoints have the name 'a'",)


def test_files_lie_beside_the_plan(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_text("no certificate")
    (told,) = complaints('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\ntrust = ["root.pem"]\n', tmp_path)
    assert "line 4" in told and str(tmp_path / "root.pem") in told


def test_a_day_is_whole_and_a_time_is_a_moment() -> None:
    assert day(None).begin is None
    assert day("2027-01-01").end == datetime(2027, 1, 1, 23, 59, 59, tzinfo=UTC)
    moment = day("2027-01-01T08:00:00+01:00", 3)
    assert moment.begin == moment.end == datetime(2027, 1, 1, 7, tzinfo=UTC) and moment.days == 3
    for wrong in ("tomorrow", "9999-12-31"):
        with pytest.raises(Unusable, match="--on"):
            day(wrong)
