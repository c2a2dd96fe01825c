"""``probe check --domain``: controllers found by SRV, every one checked, one table; DNS that points nowhere, to hundreds, or says nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.lab import raw_server
from probe.lab.answers import Answer, controller
from probe.lab.dns_server import Record, Zone
from probe.lab.listener import Listener
from probe.lab.manners import Manners
from probe.lab.shop import credentials, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits

DOMAIN = "corp.example"
FIRST, SECOND = "_ldap._tcp.dc._msdcs", "_ldap._tcp"
HOSTS = tuple(f"dc{number}.{DOMAIN}" for number in (1, 2, 3, 4, 5))


def listing(ports: dict[str, int], *names: str) -> tuple[Record, ...]:
    return tuple(Record(name=f"{name}.{DOMAIN}", type="SRV", value=f"0 100 {port} {host}.") for name in names for host, port in ports.items())


@contextmanager
def forest() -> Iterator[tuple[str, ...]]:
    """Five controllers: good, expired, with the certificate of another, without one, and one that is listed and does not exist."""
    made = hierarchy(HOSTS[0], DOMAIN)
    expired = made.intermediate.issue(HOSTS[1], traits=Traits(starts=-30, ends=-3))
    wrong = made.intermediate.issue("old.corp.example")
    said = [Answer(protocol="ldap", directory=controller(host)) for host in HOSTS]
    with Stage() as stage:
        servings = (
            ("127.0.0.21", Serving(credentials=(made.whole,), client="requested", answer=said[0])),
            ("127.0.0.22", Serving(credentials=(credentials(expired, made.intermediate),), answer=said[1])),
            ("127.0.0.23", Serving(credentials=(credentials(wrong),), answer=said[2])),
        )
        port = stage.tls_at(servings)
        stage.keep(Listener(raw_server.close_after_hello, "127.0.0.24", port))
        plain = Manners(protocol="ldap", directory=controller(HOSTS[0]))
        begins = stage.tls(Serving(credentials=(made.whole,), plain=plain), "127.0.0.21")
        only_plain = stage.raw(partial(raw_server.plain_ldap, directory=controller(HOSTS[3])), "127.0.0.24")
        closed = stage.closed_port()
        ports = dict(zip(HOSTS, (begins, closed, closed, only_plain, closed), strict=True))
        records = (
            *listing(ports, FIRST),
            *listing({HOSTS[0]: 3268}, "_gc._tcp"),
            *(Record(name=host, type="A", value=f"127.0.0.2{number}") for number, host in enumerate(HOSTS[:4], 1)),
        )
        dns = stage.dns(Zone(records=records))
        yield ("check", "--domain", f"{DOMAIN}:{port}", "--resolver", dns, "--trust", stage.trust_file(made.root), "--timeout", "6", "--no-fetch")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One check of the forest in each format."""
    folder = tmp_path_factory.mktemp("domain")
    found = {}
    with forest() as arguments:
        for form in ("json", "markdown", "terminal"):
            output = folder / form
            more = ("--html", str(folder / "page.html")) if form == "json" else ("--redact",) if form == "markdown" else ()
            assert run([*arguments, "--format", form, "--output", str(output), *more]) == 1
            found[form] = output.read_text()
    return found | {"html": (folder / "page.html").read_text(), "folder": str(folder)}


def test_every_controller_has_its_row(seen: dict[str, str]) -> None:
    found = json.loads(seen["json"])["domain"]
    rows = {one["host"]: one for one in found["rows"]}
    assert tuple(rows) == HOSTS and found["domain"] == DOMAIN and "5 records" in found["says"]
    good, expired, wrong, bare, lost = (rows[host] for host in HOSTS)
    assert (good["ldaps"], good["starttls"], good["fits"], good["fits_domain"], good["sends"], good["catalog"]) == (
        *("works", "works", "yes", "yes"),
        *("2 certificates", "yes"),
    )
    assert expired["ldaps"] == "fails: chain.expired" and expired["ends"].startswith("EXPIRED ") and expired["starttls"] == "does not answer"
    assert (wrong["fits"], wrong["fits_domain"], wrong["sends"]) == ("NO", "no", "only its own") and wrong["ldaps"].startswith("fails: ")
    assert bare["ldaps"] == "fails: tls.no-certificate" and bare["starttls"] == "fails: starttls.closed" and bare["ends"] == "not seen"
    assert lost["ldaps"] == "fails: dns.nxdomain" and not lost["addresses"]
    assert [one["tone"] for one in (good, expired, wrong, bare, lost)] == ["good", "bad", "bad", "bad", "bad"]
    assert f"{SECOND}.{DOMAIN} does not exist." in found["notes"] and f"{HOSTS[4]} is listed and has no address in DNS." in found["notes"]


def test_a_plain_port_that_does_not_answer_is_no_fault(seen: dict[str, str]) -> None:
    results = json.loads(seen["json"])["results"]
    asked = [one["observation"]["target"]["spelled"].partition(":")[0] for one in results]
    assert asked.count("ldaps") == 5 and asked.count("ldap") == 2


def test_the_table_stands_in_every_format(seen: dict[str, str]) -> None:
    for form in ("terminal", "html"):
        assert f"Domain controllers of {DOMAIN}" in seen[form] and all(host in seen[form] for host in HOSTS)
    lines = seen["terminal"].splitlines()
    row = next(line.split() for line in lines if line.startswith(f"  {HOSTS[0]} "))
    assert row[1:3] == ["works", "works"] and row[4:] == ["yes", "yes", "yes", "2"]
    assert max(len(line) for line in lines[lines.index(f"Domain controllers of {DOMAIN}") :]) <= 100
    assert "tls.no-certificate" in seen["html"] and "EXPIRED" in seen["html"]


def test_the_redacted_table_names_nobody(seen: dict[str, str]) -> None:
    text = seen["markdown"]
    assert "# Domain controllers of " in text and "| works |" in text and "EXPIRED" in text
    assert DOMAIN not in text and "dc1" not in text


def test_the_page_is_judged_again(seen: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", f"{seen['folder']}/page.html", "--format", "json"]) == 1
    again, first = json.loads(capsys.readouterr().out), json.loads(seen["json"])
    assert again["domain"]["rows"] == first["domain"]["rows"]
    assert again["domain"] == first["domain"]


def test_two_certificates_of_one_controller_and_other_questions_to_dns(tmp_path: Path) -> None:
    made = hierarchy(HOSTS[0])
    expired = made.intermediate.issue(HOSTS[0], traits=Traits(starts=-30, ends=-3))
    said, output = controller(HOSTS[0]), tmp_path / "seen.json"
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="ldap", directory=said)), "127.0.0.1")
        begun = Serving(credentials=(credentials(expired, made.intermediate),), plain=Manners(protocol="ldap", directory=said))
        records = (
            *listing({HOSTS[0]: stage.tls(begun, "127.0.0.1")}, FIRST, SECOND, "_gc._tcp"),
            Record(name=HOSTS[0], type="A", value="127.0.0.1"),
            *(Record(name=DOMAIN, type="CAA", value=f'0 issue "ca{number}.example"') for number in range(3)),
        )
        arguments = ("check", "--domain", f"{DOMAIN}:{port}", "--resolver", stage.dns(Zone(records=records)), "--trust", stage.trust_file(made.root))
        assert left((*arguments, "--no-fetch", "--dns-records", "--format", "json", "--output", str(output))) == 1
    found = json.loads(output.read_text())["domain"]
    (row,) = found["rows"]
    assert row["ldaps"] == "works" and row["starttls"] == "fails: chain.expired" and row["ends"].startswith("EXPIRED ")
    # The template Domain Controller leaves the domain's name out: no fault, no capitals.
    assert (row["fits"], row["fits_domain"], row["sends"]) == ("yes", "no", "2 certificates")
    # CAA, TLSA and PTR have lines of their own, and are no SRV records.
    assert not found["notes"] and found["says"].startswith(f"DNS lists 1 record for the controllers of {DOMAIN}")


def test_a_password_that_is_refused_once_is_told_to_no_other_controller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROBE_TEST_BIND", "not-the-password")
    made, output = hierarchy(HOSTS[0], HOSTS[1], HOSTS[2]), tmp_path / "seen.json"
    with Stage() as stage:
        serving = Serving(credentials=(made.whole,), answer=Answer(protocol="ldap", directory=controller(HOSTS[0], bind=49)))
        places = ("127.0.0.21", "127.0.0.22", "127.0.0.23")
        port = stage.tls_at(tuple((place, serving) for place in places))
        records = (
            *listing(dict.fromkeys(HOSTS[:3], stage.closed_port()), FIRST),
            *(Record(name=host, type="A", value=place) for host, place in zip(HOSTS, places, strict=False)),
        )
        dns, trust = stage.dns(Zone(records=records)), stage.trust_file(made.root)
        arguments = ("check", "--domain", f"{DOMAIN}:{port}", "--resolver", dns, "--trust", trust, "--no-fetch", "--bind", "CN=probe")
        by_hand = ("check", *(f"ldaps://{host}:{port}" for host in HOSTS[:3]), *arguments[3:])
        for given in (arguments, by_hand):
            assert left((*given, "--bind-password-env", "PROBE_TEST_BIND", "--format", "json", "--output", str(output))) == 1
            results = json.loads(output.read_text())["results"]
            asked = [one for each in results for one in each["observation"]["attempts"] if one["question"]["name"] == "bind"]
            assert len(results) == len(asked) == 3 and sum(bool(one["steps"]) for one in asked) == 1
            assert sorted(each["verdict"] for each in results) == ["fails", "works", "works"]
            assert output.read_text().count("another directory refused the same name and password") >= 2


def left(arguments: tuple[str, ...]) -> int:
    return run(list(arguments))


def asked(zone: Zone, *more: str) -> int:
    with Stage() as stage:
        return left(("check", "--domain", DOMAIN, "--resolver", stage.dns(zone), "--trust", "none", "--timeout", "2", *more))


def test_no_controller_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(Zone()) == 2
    said = capsys.readouterr().err
    assert f"DNS lists no domain controller of {DOMAIN}" in said and "--resolver" in said and "Traceback" not in said
    nowhere = tuple(Record(name=f"{name}.{DOMAIN}", type="SRV", value="0 0 0 .") for name in (FIRST, SECOND))
    assert asked(Zone(records=nowhere)) == 2
    assert "decidedly is none" in capsys.readouterr().err


@pytest.mark.parametrize("way", ["servfail", "refused", "garbage"])
def test_dns_that_says_nothing_is_not_called_a_domain_without_controllers(way: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(Zone(fails=(("*", way),))) == 3
    assert "could not be found out" in capsys.readouterr().err


def test_five_hundred_controllers_are_bounded(tmp_path: Path) -> None:
    many = {f"dc{number}.{DOMAIN}": 1 for number in range(500)}
    output = tmp_path / "many.json"
    records = (*listing(many, FIRST), *(Record(name=host, type="A", value="127.0.0.31") for host in many))
    with Stage() as stage:
        port = stage.closed_port()
        dns = stage.dns(Zone(records=records))
        arguments = ("check", "--domain", f"{DOMAIN}:{port}", "--resolver", dns, "--trust", "none", "--timeout", "5")
        assert left((*arguments, "--format", "json", "--output", str(output))) == 1
    found = json.loads(output.read_text())["domain"]
    assert len(found["rows"]) == 32 and "500 records" in found["says"] and "468 of them were left out" in found["says"]
    assert output.stat().st_size < 4_000_000


def test_hostile_targets_of_srv_are_not_connected_to(tmp_path: Path) -> None:
    values = ("0 0 389 127.0.0.1.", "0 0 389 a\\032b.example.", "0 0 389 \\027[31mdc.example.", "0 0 0 dc1.corp.example.")
    records = tuple(Record(name=f"{FIRST}.{DOMAIN}", type="SRV", value=value) for value in values)
    output = tmp_path / "hostile.json"
    assert asked(Zone(records=records), "--format", "json", "--output", str(output)) == 1
    assert [one["host"] for one in json.loads(output.read_text())["domain"]["rows"]] == ["dc1.corp.example"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--domain", DOMAIN, "ldaps://dc1.corp.example"), "finds the targets"),
        (("--domain", DOMAIN, "--connect", "127.0.0.1"), "names one address"),
        (("--domain", "127.0.0.1"), "is not a domain"),
        (("--domain", "corp.example:99999"), "is not a domain"),
        (("--domain", ""), "is not a domain"),
        (("--domain", "a..b"), "empty part"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert left(("check", *arguments, "--trust", "none")) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("profile", ["active-directory", "matrix42-native-connector"])
def test_a_profile_with_a_domain_and_no_host_means_all_controllers(profile: str, tmp_path: Path) -> None:
    output = tmp_path / "profile.json"
    with forest() as arguments:
        domain, port = arguments[2].split(":")
        given = ("check", "--profile", profile, "--var", f"domain={domain}", "--var", f"port={port}", *arguments[3:])
        assert left((*given, "--format", "json", "--output", str(output))) == 1
    found = json.loads(output.read_text())
    assert [one["host"] for one in found["domain"]["rows"]] == list(HOSTS)
    first = found["results"][0]
    assert first["verdict"] == "works" and first["profile"] and first["checks"][0]["id"] == "root-dse" and first["checks"][0]["state"] == "well"
