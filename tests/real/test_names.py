"""Real DNS servers: NSD with the zone itself, Unbound as a resolver in front of it and of servers that are not there."""

import socket
from collections.abc import Iterator

import pytest

from probe.causes.words import Owner
from tests.real.asking import assert_fails, check, told
from tests.real.daemons import unbound
from tests.servers import free_port, nsd

ZONE = """$ORIGIN zone.example.
$TTL 60
@ IN SOA ns.zone.example. hostmaster.zone.example. 1 3600 600 86400 60
@ IN NS ns.zone.example.
@ IN MX 10 mail.zone.example.
ns IN A 127.0.0.1
mail IN MX 10 ns.zone.example.
dead IN CNAME gone.zone.example.
long IN CNAME dead.zone.example.
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with nsd(tmp_path_factory.mktemp("nsd"), {"zone.example": ZONE, "broken.example": None}) as port:
        yield port


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory, authority: int) -> Iterator[int]:
    lines = [f' local-zone: "{name}" {kind}' for name, kind in (("refused.example.", "always_refuse"), ("no.example.", "always_nxdomain"))]
    for name, port in (("zone.example.", authority), ("broken.example.", authority), ("lame.example.", authority)):
        lines += ["stub-zone:", f' name: "{name}"', f" stub-addr: 127.0.0.1@{port}"]
    with unbound(tmp_path_factory.mktemp("unbound"), *lines) as port:
        yield port


AUTHORITY = [
    ("nobody.zone.example", "dns.nxdomain", "nobody.zone.example"),
    ("dead.zone.example", "dns.nxdomain", "gone.zone.example does not exist. dead.zone.example is only an alias"),
    ("long.zone.example", "dns.nxdomain", "gone.zone.example does not exist. long.zone.example is only an alias"),
    ("zone.example", "dns.no-address", "no address"),
    ("mail.zone.example", "dns.no-address", "no address"),
    ("broken.example", "dns.servfail", "failed"),
    ("www.foreign.example", "dns.refused", "refuses"),
]
RESOLVER = [
    *AUTHORITY[:6],
    ("www.lame.example", "dns.servfail", "failed"),
    ("www.refused.example", "dns.refused", "refuses"),
    ("www.no.example", "dns.nxdomain", "www.no.example"),
]


@pytest.mark.parametrize(("name", "code", "says"), AUTHORITY, ids=[name for name, _, _ in AUTHORITY])
def test_the_name_server_itself(name: str, code: str, says: str, authority: int) -> None:
    found = check(f"https://{name}", "--resolver", f"127.0.0.1:{authority}", "--trust", "none")
    # What does not exist at all is unknown; an alias of it is there, and leads nowhere.
    assert_fails(found, code, Owner.DNS, exit=2 if code == "dns.nxdomain" and "alias" not in says else 1)
    assert found.cause and says in found.cause.summary, told(found)
    assert not found.case.observation.attempts


@pytest.mark.parametrize(("name", "code", "says"), RESOLVER, ids=[name for name, _, _ in RESOLVER])
def test_a_resolver(name: str, code: str, says: str, resolver: int) -> None:
    found = check(f"https://{name}", "--resolver", f"127.0.0.1:{resolver}", "--trust", "none", "--timeout", "12")
    # What does not exist at all is unknown; an alias of it is there, and leads nowhere.
    assert_fails(found, code, Owner.DNS, exit=2 if code == "dns.nxdomain" and "alias" not in says else 1)
    assert found.cause and says in found.cause.summary, told(found)


def test_nobody_answers() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        found = check("https://shop.example", "--resolver", f"127.0.0.1:{silent.getsockname()[1]}", "--trust", "none", "--timeout", "1")
    assert_fails(found, "dns.timeout", Owner.NETWORK)


def test_nothing_listens() -> None:
    found = check("https://shop.example", "--resolver", f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}", "--trust", "none", "--timeout", "1")
    assert_fails(found, "dns.timeout", Owner.NETWORK)
