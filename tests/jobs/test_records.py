"""Which further questions are put to DNS for a target, and which are not: nothing may be asked for nothing, and nothing may take long."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from dns.message import from_wire
from dns.rdatatype import to_text as kind_of

from probe.capture.clock import Clock
from probe.capture.dns_question import Server
from probe.capture.resolve import server
from probe.case.case import Case
from probe.causes.catalogue import ask_all
from probe.diagnose import diagnose
from probe.facts import codec
from probe.facts.observation import Alias, Beside, Ending, How, Lookup, Observation, Resolution
from probe.facts.proxy import Proxy
from probe.jobs import records
from probe.jobs.check import observe, stores
from probe.jobs.target import Options, target
from probe.lab import dns_server
from probe.lab.dns_server import DnsServer, Record, Zone
from probe.lab.shop import hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.render import html, json, markdown
from probe.report import compose
from tests.golive.made import HOSTILE

HOST = "www.shop.example"
Look = Callable[..., tuple[Beside | None, list[str], list[Lookup]]]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    """Look around with a DNS server of the laboratory as that of this machine: what came of it, the questions, and the answers."""
    opened: list[DnsServer] = []

    def start(
        zone: Zone,
        host: str = HOST,
        known: tuple[Resolution, ...] = (),
        places: tuple[str, ...] = (),
        own: Beside | None = None,
        proxy: Proxy | None = None,
    ) -> tuple[Beside | None, list[str], list[Lookup]]:
        opened.append(DnsServer(zone))
        place: Server = server(opened[-1].where)
        monkeypatch.setattr(records, "configured", lambda: (place,))
        monkeypatch.setattr(records, "beside", lambda _name: own or Beside())
        asked: list[str] = []
        answer = dns_server.answer

        def noting(zone: Zone, request: bytes, *, over_tcp: bool) -> bytes | None:
            question = from_wire(request).question[0]
            asked.append(f"{question.name.to_text(omit_final_dot=True)} {kind_of(question.rdtype)}")
            return answer(zone, request, over_tcp=over_tcp)

        monkeypatch.setattr(dns_server, "answer", noting)
        meant = replace(target(f"https://{host}", Options(records=True)), proxy=proxy)
        found: list[Lookup] = []
        came = asyncio.run(records.look_around(meant, known, places, Clock(), found.append))
        return came, sorted(asked), found

    yield start
    for one in opened:
        one.close()


def resolution(rcode: int | None, aliases: tuple[Alias, ...] = ()) -> Resolution:
    return Resolution(started=0, took=0, ending=Ending(how=How.DONE), name=HOST, source="dns", type="A", rcode=rcode, aliases=aliases)


def test_a_name_is_asked_about_upwards_and_its_addresses_for_their_names(look: Look) -> None:
    zone = Zone(records=(Record(name="shop.example", type="CAA", value='0 issue "a.example"'),))
    _, asked, found = look(zone, known=(resolution(0),), places=("127.0.0.1", "::1"))
    reverse = {"1.0.0.127.in-addr.arpa PTR", f"1.{'0.' * 31}ip6.arpa PTR"}
    assert set(asked) == {*reverse, f"_443._tcp.{HOST} TLSA", "shop.example CAA", f"{HOST} CAA"}
    assert len(found) == 5


def test_where_the_name_has_records_of_its_own_those_above_are_asked_for_too(look: Look) -> None:
    zone = Zone(records=(Record(name=HOST, type="CAA", value='0 issue "a.example"'), Record(name="shop.example", type="CAA", value='0 issue "b.example"')))
    _, asked, _ = look(zone, known=(resolution(0),))
    assert asked == [f"_443._tcp.{HOST} TLSA", "shop.example CAA", f"{HOST} CAA"]


def test_the_end_of_an_alias_is_asked_about_too(look: Look) -> None:
    known = resolution(0, aliases=(Alias(name=HOST, target="edge.cdn.example", ttl=60),))
    _, asked, _ = look(Zone(), known=(known,))
    assert {f"_443._tcp.{HOST} TLSA", "_443._tcp.edge.cdn.example TLSA"} <= set(asked)


def test_the_search_list_is_tried_only_where_the_name_is_not_in_dns(look: Look) -> None:
    zone = Zone(records=(Record(name=f"{HOST}.corp.example", type="A", value="127.0.0.1"),))
    own = Beside(search=("corp.example", "lab.example"))
    came, _, _ = look(zone, known=(resolution(3),), own=own)
    assert came is not None and [(one.name, one.addresses) for one in came.searched] == [(f"{HOST}.corp.example", ("127.0.0.1",)), (f"{HOST}.lab.example", ())]
    for known, more in (((resolution(0),), own), ((resolution(3),), Beside(search=own.search, hosts=("127.0.0.1",)))):
        came, asked, _ = look(zone, known=known, own=more)
        assert came is not None and came.searched == () and not [one for one in asked if one.endswith(" A")]


@pytest.mark.parametrize(
    ("host", "places", "asked"),
    [
        ("127.0.0.9", ("127.0.0.9",), ["9.0.0.127.in-addr.arpa PTR"]),
        ("localhost", (), []),
        ("shop.localhost", (), []),
    ],
)
def test_of_an_address_only_its_name_is_asked_for_and_nothing_of_this_machine(host: str, places: tuple[str, ...], asked: list[str], look: Look) -> None:
    came, questions, _ = look(Zone(), host=host, places=places)
    assert questions == asked and came is None


def test_a_server_that_did_not_answer_for_the_addresses_is_not_asked(look: Look) -> None:
    _, asked, found = look(Zone(), known=(resolution(None),))
    assert (asked, found) == ([], [])


def test_behind_a_proxy_that_finds_the_address_nobody_is_asked_unless_named(look: Look) -> None:
    _, asked, _ = look(Zone(), proxy=Proxy(scheme="http", host="proxy.example", port=3128))
    assert asked == []


def test_silence_takes_no_longer_than_its_share(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "SECONDS", 0.3)
    began = time.monotonic()
    _, _, found = look(Zone(fails=(("*", "drop"),)), known=(resolution(0),), places=("127.0.0.1",))
    assert time.monotonic() - began < 3 and {one.ending.how for one in found} == {How.TIMED_OUT}


def seen(stage: Stage, zone: Zone) -> Observation:
    made = hierarchy(HOST)
    port = stage.tls(Serving(credentials=(made.whole,)))
    meant = target(f"https://{HOST}:{port}", Options(resolver=stage.dns(zone), records=True, trust=(stage.trust_file(made.root),)))
    return observe(meant, stores(meant))


def test_a_check_that_was_not_asked_for_records_asks_for_none() -> None:
    with Stage() as stage:
        made = hierarchy(HOST)
        port = stage.tls(Serving(credentials=(made.whole,)))
        where = stage.dns(Zone(records=(Record(name=HOST, type="A", value=LOOPBACK),)))
        meant = target(f"https://{HOST}:{port}", Options(resolver=where, trust=(stage.trust_file(made.root),)))
        found = observe(meant, stores(meant))
    assert found.lookups == () and found.beside is None and len(found.resolutions) == 2


def test_hostile_records_harm_no_report() -> None:
    """Also those of a saved file, which may hold what no DNS message can."""
    text = HOSTILE.replace("\n", "\\010").encode().decode("latin-1", "replace")
    with Stage() as stage:
        zone = Zone(records=(Record(name=HOST, type="A", value=LOOPBACK), Record(name=HOST, type="CAA", value=r'128 issue "\027<script>alert(1)</script>"')))
        observation = seen(stage, zone)
    lookup = observation.lookups[0]
    document = codec.dump(observation)
    worst = {
        **codec.dump(lookup),
        "name": text,
        "server": text,
        "rcode": -7,
        "ttl": -1,
        "left_off": -5,
        "type": "TLSA",
        "aliases": [{"name": text, "target": text, "ttl": -1}],
        "records": [
            {"kind": "association", "usage": -1, "selector": 300, "matching": 7, "data": "AAA="},
            {"kind": "authorization", "flags": -1, "tag": text, "value": text},
            {"kind": "pointer", "host": text},
            {"kind": "service", "priority": -1, "weight": -1, "port": 99999, "host": text, "addresses": [text], "rcode": None},
        ],
    }
    document["lookups"] += [worst, {**worst, "type": "CAA"}, {**worst, "type": "PTR", "name": "x.ip6.arpa"}, {**worst, "type": "PTR"}, {**worst, "type": text}]
    document["beside"] = {"file": text, "hosts": [text], "search": [text], "searched": []}
    hostile = codec.load(Observation, document)
    assert not any(ask_all(Case(hostile, one)).defects for one in (LOOPBACK, None))
    diagnosis = diagnose(hostile)
    assert not diagnosis.defects
    report = compose.compose((diagnosis,))
    page = html.render(report)
    assert "<script>" not in page and "\x1b" not in page and "\u202e" not in page
    assert json.render(report) and markdown.render(report)
