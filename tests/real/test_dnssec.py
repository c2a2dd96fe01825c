"""Further records of a zone that is really signed: NSD serves it, Unbound validates it. Its flag (AD) decides what TLSA records weigh; dig sees the same."""

import asyncio
import subprocess
from collections.abc import Iterator
from hashlib import sha256

import dns.dnssec
import dns.name
import dns.zone
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from dns.dnssectypes import Algorithm

from probe.capture.clock import Clock
from probe.capture.records import climb, look_up, named, services
from probe.capture.resolve import server
from probe.facts.noun import noun
from probe.facts.observation import How, Lookup
from probe.facts.records import Pointer, Service
from probe.lab.shop import hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from tests.golive.listing import endpoint, item, listed, plan
from tests.real.asking import assert_works, check
from tests.real.daemons import unbound
from tests.servers import nsd, program

HOST = "www.shop.example"
HEAD = "$ORIGIN {zone}.\n$TTL 900\n@ IN SOA ns.{zone}. hostmaster.{zone}. 1 3600 600 86400 60\n@ IN NS ns.{zone}.\nns IN A 127.0.0.1\n"
RECORDS = """@ IN CAA 0 issue "ca.example"
www IN A 127.0.0.1
_ldap._tcp IN SRV 10 0 389 dc2
_ldap._tcp IN SRV 0 100 389 dc1
_ldap._tcp IN SRV 20 0 389 gone
dc1 IN A 127.0.0.5
dc2 IN AAAA ::1
_many._tcp IN SRV 0 0 1 .
"""
REVERSE = "1 IN PTR www.shop.example.\n"


@noun
class Served:
    """Where the name server and the resolver are, the shop's port and trust file, and the ``wrong`` port, whose record is that of another certificate."""

    nsd: str
    unbound: str
    port: int
    wrong: int
    trust: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Stage() as stage:
        made = hierarchy(HOST)
        port = stage.tls(Serving(credentials=(made.whole,)))
        wrong = stage.tls(Serving(credentials=(made.whole,)))
        digits = sha256(made.leaf.der).hexdigest()
        many = "".join(f"_dcs._tcp IN SRV 0 {number} 389 dc{number}\n" for number in range(500))
        tlsa = f"_{port}._tcp.www IN TLSA 3 0 1 {digits}\n_{wrong}._tcp.www IN TLSA 3 0 1 {'00' * 32}\n"
        text, anchor = signed("shop.example", HEAD.format(zone="shop.example") + RECORDS + tlsa + many)
        reverse = HEAD.format(zone="0.0.127.in-addr.arpa") + REVERSE
        with nsd(tmp_path_factory.mktemp("nsd"), {"shop.example": text, "0.0.127.in-addr.arpa": reverse}) as own:
            lines = (
                ' module-config: "validator iterator"',
                f' trust-anchor: "{anchor}"',
                # What is above is nobody's business here, and nobody beyond this machine is asked.
                ' local-zone: "example." static',
                ' local-zone: "shop.example." transparent',
                "stub-zone:",
                ' name: "shop.example"',
                f" stub-addr: 127.0.0.1@{own}",
            )
            with unbound(tmp_path_factory.mktemp("unbound"), *lines) as resolver:
                yield Served(nsd=f"127.0.0.1:{own}", unbound=f"127.0.0.1:{resolver}", port=port, wrong=wrong, trust=stage.trust_file(made.root))


def signed(name: str, text: str) -> tuple[str, str]:
    """The zone signed with a key of its own, and the trust anchor for it (DS)."""
    zone = dns.zone.from_text(text, name, relativize=False)
    secret = ec.generate_private_key(ec.SECP256R1())
    public = dns.dnssec.make_dnskey(secret.public_key(), Algorithm.ECDSAP256SHA256, flags=257)
    dns.dnssec.sign_zone(zone, keys=[(secret, public)], lifetime=86400, add_dnskey=True)
    anchor = dns.dnssec.make_ds(dns.name.from_text(name), public, "SHA256")
    return zone.to_text(relativize=False, want_origin=True), f"{name}. DS {anchor.to_text()}"


def look(kind: str, name: str, where: str) -> Lookup:
    clock = Clock()
    return asyncio.run(look_up(name, kind, (server(where),), clock, 5.0))


def test_the_resolver_vouches_and_the_name_server_does_not(served: Served) -> None:
    record = f"_{served.port}._tcp.{HOST}"
    validated, plain = look("TLSA", record, served.unbound), look("TLSA", record, served.nsd)
    assert validated.records == plain.records and len(plain.records) == 1
    assert (validated.authentic, validated.authoritative, plain.authentic, plain.authoritative) == (True, False, False, True)
    host, port = served.unbound.split(":")
    command = [program("dig"), f"@{host}", "-p", port, "+adflag", record, "TLSA"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    assert " ad" in next(line for line in said.splitlines() if line.startswith(";; flags:"))


def test_the_climb_and_the_name_of_an_address(served: Served) -> None:
    clock = Clock()
    found = asyncio.run(climb(HOST, (server(served.unbound),), clock, 5.0))
    assert [(one.name, len(one.records), one.authentic) for one in found] == [(HOST, 0, True), ("shop.example", 1, True)]
    clock = Clock()
    back = asyncio.run(named("127.0.0.1", (server(served.nsd),), clock, 5.0))
    assert back.records == (Pointer(host=HOST),)


@pytest.mark.parametrize("which", ["nsd", "unbound"])
def test_services_with_their_addresses_one_of_which_leads_nowhere(which: str, served: Served) -> None:
    clock = Clock()
    found = asyncio.run(services("_ldap._tcp.shop.example", (server(getattr(served, which)),), clock, 5.0))
    kept = [one for one in found.records if isinstance(one, Service)]
    assert [(one.host, one.addresses, one.rcode) for one in kept] == [
        ("dc1.shop.example", ("127.0.0.5",), None),
        ("dc2.shop.example", ("::1",), None),
        ("gone.shop.example", (), 3),
    ]


def test_five_hundred_services_come_over_tcp_and_are_bounded(served: Served) -> None:
    found = look("SRV", "_dcs._tcp.shop.example", served.nsd)
    assert found.ending.how is How.DONE and (len(found.records), found.left_off) == (256, 244)
    (none,) = look("SRV", "_many._tcp.shop.example", served.nsd).records
    assert isinstance(none, Service) and none.host == ""


def test_go_live_tells_the_announced_certificate_and_the_whole_time_to_live(served: Served) -> None:
    lines = (f'resolver = ["{served.unbound}", "{served.nsd}"]',)
    found = listed(plan(endpoint(served.port, served.trust, *lines, host=HOST), top="window = 10"))
    one, dns_item = item(found, "tlsa"), item(found, "dns", HOST)
    assert one.outcome.value == "pass" and "DNSSEC vouches for them" in one.says
    assert dns_item.outcome.value == "warn" and "longer than the 10 minutes planned" in dns_item.says and found.ready
    whole = listed(plan(endpoint(served.port, served.trust, f'resolver = ["{served.nsd}", "{served.nsd}"]', host=HOST), top="window = 10"))
    assert "may remember the address for 15 minutes (TTL)" in item(whole, "dns", HOST).says


def test_a_record_of_another_certificate_is_a_risk_where_it_is_vouched_for(served: Served) -> None:
    wrong = served.wrong
    vouched = check(f"https://{HOST}:{wrong}", "--resolver", served.unbound, "--dns-records", "--trust", served.trust)
    assert_works(vouched, risks=("dns.tlsa-mismatch",))
    plain = check(f"https://{HOST}:{wrong}", "--resolver", served.nsd, "--dns-records", "--trust", served.trust)
    assert_works(plain, notes=("dns.tlsa-mismatch",))
    silent = check(f"https://{HOST}:{wrong}", "--resolver", served.unbound, "--trust", served.trust)
    assert_works(silent, notes=())
