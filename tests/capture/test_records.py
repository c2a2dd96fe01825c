"""Questions for SRV, CAA, PTR and TLSA records against DNS servers on loopback: order, limits, climbing, failures."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from dns.rrset import from_text as rrset

from probe.capture.beside import beside
from probe.capture.clock import Clock
from probe.capture.dns_question import Server
from probe.capture.records import HOSTS, RECORDS, climb, look_up, named, services
from probe.capture.resolve import server
from probe.facts.codec import dump, load
from probe.facts.observation import How, Local, Lookup
from probe.facts.records import Association, Authorization, Pointer, Service
from probe.lab.dns_server import DnsServer, Record, Zone

T = TypeVar("T")
LDAP = "_ldap._tcp.corp.example"
Open = Callable[[Zone], tuple[Server, ...]]


@pytest.fixture
def dns() -> Iterator[Open]:
    opened: list[DnsServer] = []

    def start(zone: Zone) -> tuple[Server, ...]:
        opened.append(DnsServer(zone))
        return (server(opened[-1].where),)

    yield start
    for one in opened:
        one.close()


def run(work: Callable[[Clock], Coroutine[Any, Any, T]]) -> T:
    return asyncio.run(work(Clock()))


def srv(*values: str) -> tuple[Record, ...]:
    return tuple(Record(name=LDAP, type="SRV", value=one, ttl=600) for one in values)


def test_services_come_in_the_order_in_which_they_are_tried_with_their_addresses(dns: Open) -> None:
    records = srv("10 5 389 c.corp.example.", "0 1 389 b.corp.example.", "0 9 636 A.Corp.Example.")
    hosts = (Record(name="a.corp.example", type="A", value="127.0.0.1"), Record(name="b.corp.example", type="AAAA", value="::1"))
    found = run(lambda clock: services(LDAP, dns(Zone(records=(*records, *hosts))), clock, 3.0))
    kept = [one for one in found.records if isinstance(one, Service)]
    assert [(one.host, one.port, one.addresses, one.rcode) for one in kept] == [
        ("a.corp.example", 636, ("127.0.0.1",), None),
        ("b.corp.example", 389, ("::1",), None),
        ("c.corp.example", 389, (), 3),
    ]
    assert (found.ending.how, found.rcode, found.ttl, found.left_off) == (How.DONE, 0, 600, 0)
    assert load(Lookup, dump(found)) == found


def test_a_point_as_target_means_that_there_is_no_such_service(dns: Open) -> None:
    found = run(lambda clock: services(LDAP, dns(Zone(records=srv("0 0 0 ."))), clock, 3.0))
    assert found.records == (Service(priority=0, weight=0, port=0, host=""),)


def test_five_hundred_hosts_are_bounded_and_the_best_are_kept(dns: Open) -> None:
    place = dns(Zone(records=srv(*(f"{number} 0 389 dc{number}.corp.example." for number in range(499, -1, -1)))))
    began = time.monotonic()
    found = run(lambda clock: services(LDAP, place, clock, 10.0))
    kept = [one for one in found.records if isinstance(one, Service)]
    assert [one.host for one in kept] == [f"dc{number}.corp.example" for number in range(RECORDS)] and found.left_off == 500 - RECORDS
    assert {one.rcode for one in kept[:HOSTS]} == {3} and {one.rcode for one in kept[HOSTS:]} == {None}
    assert time.monotonic() - began < 8


def test_hosts_that_nobody_answers_for_do_not_eat_more_than_the_time(dns: Open) -> None:
    fails = tuple((f"dc{number}.corp.example", "drop") for number in range(100))
    place = dns(Zone(records=srv(*(f"0 0 389 dc{number}.corp.example." for number in range(100))), fails=fails))
    began = time.monotonic()
    found = run(lambda clock: services(LDAP, place, clock, 0.4))
    assert time.monotonic() - began < 3 and len(found.records) == 100
    assert all(isinstance(one, Service) and not one.addresses and one.rcode is None for one in found.records)


def test_addresses_that_came_with_the_answer_are_not_asked_for(dns: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from probe.lab import dns_server

    fill = dns_server._fill
    asked: list[str] = []

    def with_additional(response: Any, zone: Zone, name: str, kind: str) -> None:
        asked.append(f"{name} {kind}")
        fill(response, zone, name, kind)
        response.additional.append(rrset("dc.corp.example.", 60, "IN", "A", "127.0.0.7"))

    monkeypatch.setattr(dns_server, "_fill", with_additional)
    found = run(lambda clock: services(LDAP, dns(Zone(records=srv("0 0 389 dc.corp.example."))), clock, 3.0))
    (one,) = found.records
    assert isinstance(one, Service) and one.addresses == ("127.0.0.7",) and asked == [f"{LDAP} SRV"]


def caa(name: str, value: str = '0 issue "ca.example"') -> Record:
    return Record(name=name, type="CAA", value=value)


def test_the_climb_ends_at_the_nearest_name_with_records(dns: Open) -> None:
    place = dns(Zone(records=(caa("shop.example", '0 Issue "ca.example; account=7"'), caa("example"))))
    found = run(lambda clock: climb("a.b.shop.example", place, clock, 3.0))
    assert [one.name for one in found] == ["a.b.shop.example", "b.shop.example", "shop.example"]
    assert found[-1].records == (Authorization(flags=0, tag="issue", value="ca.example; account=7"),)


def test_the_climb_ends_where_nobody_can_know(dns: Open) -> None:
    place = dns(Zone(records=(caa("example"),), fails=(("shop.example", "servfail"),)))
    found = run(lambda clock: climb("www.shop.example", place, clock, 3.0))
    assert [(one.name, one.rcode) for one in found] == [("www.shop.example", 3), ("shop.example", 2)]


def test_the_climb_follows_an_alias(dns: Open) -> None:
    place = dns(Zone(records=(Record(name="www.shop.example", type="CNAME", value="edge.cdn.example."), caa("edge.cdn.example"), caa("shop.example"))))
    (one,) = run(lambda clock: climb("www.shop.example", place, clock, 3.0))
    assert one.aliases[0].target == "edge.cdn.example" and len(one.records) == 1


def test_a_name_of_hundreds_of_labels_is_climbed_a_little(dns: Open) -> None:
    found = run(lambda clock: climb(".".join("a" * 100), dns(Zone()), clock, 3.0))
    assert len(found) == 16


def test_what_an_address_is_called(dns: Open) -> None:
    zone = Zone(
        records=(
            Record(name="7.0.0.127.in-addr.arpa", type="PTR", value="Host.Shop.Example."),
            Record(name=f"1.{'0.' * 31}ip6.arpa", type="PTR", value="six.example."),
        )
    )
    place = dns(zone)
    four, six, none = run(lambda clock: _each(named(one, place, clock, 3.0) for one in ("127.0.0.7", "::1%lo", "127.0.0.8")))
    assert (four.records, six.records) == ((Pointer(host="host.shop.example"),), (Pointer(host="six.example"),))
    assert (none.records, none.rcode) == ((), 3)


async def _each(work: Any) -> list[Lookup]:
    return [await one for one in work]


@pytest.mark.parametrize("flag", [True, False])
def test_tlsa_records_and_the_word_of_the_server(flag: bool, dns: Open) -> None:
    place = dns(Zone(records=(Record(name="_443._tcp.shop.example", type="TLSA", value=f"3 1 1 {'ab' * 32}"),), authentic=flag))
    found = run(lambda clock: look_up("_443._tcp.shop.example", "TLSA", place, clock, 3.0))
    assert found.records == (Association(usage=3, selector=1, matching=1, data=b"\xab" * 32),)
    assert found.authentic is flag and not found.authoritative


@pytest.mark.parametrize(
    ("way", "how", "rcode"),
    [("servfail", How.DECLINED, 2), ("refused", How.REFUSED, 5), ("nxdomain", How.DECLINED, 3), ("formerr", How.DECLINED, 1)],
)
def test_failures_keep_their_code(way: str, how: How, rcode: int, dns: Open) -> None:
    found = run(lambda clock: look_up(LDAP, "SRV", dns(Zone(fails=(("*", way),))), clock, 3.0))
    assert (found.ending.how, found.rcode, found.records) == (how, rcode, ())


def test_silence_garbage_and_bad_names_end_in_time(dns: Open) -> None:
    silent = run(lambda clock: look_up(LDAP, "SRV", dns(Zone(fails=(("*", "drop"),))), clock, 0.2))
    garbage = run(lambda clock: look_up(LDAP, "SRV", dns(Zone(fails=(("*", "garbage"),))), clock, 0.2))
    bad = run(lambda clock: services("_ldap._tcp.a..b", dns(Zone()), clock, 1.0))
    nobody = run(lambda clock: services(LDAP, (), clock, 1.0))
    assert (silent.ending.how, garbage.ending.local, bad.ending.local, nobody.ending.local) == (How.TIMED_OUT, Local.UNUSABLE, Local.UNUSABLE, Local.UNUSABLE)


def test_an_answer_that_is_cut_is_asked_for_again_over_tcp(dns: Open) -> None:
    found = run(lambda clock: look_up(LDAP, "SRV", dns(Zone(records=srv("0 0 389 a.example."), fails=((LDAP, "truncate"),))), clock, 3.0))
    assert found.rcode == 0 and found.ending.how is How.DONE


def test_hostile_bytes_in_records_become_plain_text(dns: Open) -> None:
    zone = Zone(records=(caa("shop.example", r'0 iodef "mailto:\027[31m\\<script>"'), Record(name=LDAP, type="SRV", value=r"0 0 1 a\000\027b.example.")))
    place = dns(zone)
    (record,) = run(lambda clock: look_up("shop.example", "CAA", place, clock, 3.0)).records
    (host,) = run(lambda clock: look_up(LDAP, "SRV", place, clock, 3.0)).records
    assert isinstance(record, Authorization) and record.value == r"mailto:\x1b[31m\x5c<script>"
    assert isinstance(host, Service) and host.host.isprintable()


def test_the_hosts_file_and_the_search_list(tmp_path: Path) -> None:
    hosts, configuration = tmp_path / "hosts", tmp_path / "resolv.conf"
    hosts.write_text(
        "127.0.0.1 localhost\n127.0.0.2\tother Shop.Example # 127.0.0.9 shop.example\n::1 shop.example.\nnonsense shop.example\n#127.0.0.3 shop.example\n"
    )
    configuration.write_text("domain old.example\nnameserver 127.0.0.1\nsearch Corp.Example. lab.example\n")
    found = beside("shop.example", hosts, configuration)
    assert found.hosts == ("127.0.0.2", "::1") and found.search == ("corp.example", "lab.example") and found.file == str(hosts)
    none = beside("shop.example", tmp_path / "none", tmp_path / "none")
    assert none.hosts == none.search == ()
