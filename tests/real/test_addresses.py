"""A name with several addresses: a real name server with two A records, real web servers on two addresses of this machine."""

from collections.abc import Iterator

import pytest

from probe.causes.words import Effect, Owner
from probe.lab.traits import Traits
from tests.real.asking import assert_fails, assert_works, check, told
from tests.real.pki import Pki
from tests.real.web import Web, free_ports
from tests.servers import nginx, nsd

ZONE = """$ORIGIN shop.example.
$TTL 60
@ IN SOA ns.shop.example. hostmaster.shop.example. 1 3600 600 86400 60
@ IN NS ns.shop.example.
ns IN A 127.0.0.1
one IN A 127.0.0.1
both IN A 127.0.0.1
both IN A 127.0.0.2
half IN A 127.0.0.1
half IN A 127.0.0.3
six IN AAAA ::1
mixed IN A 127.0.0.1
mixed IN AAAA ::1
"""


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nsd(tmp_path_factory.mktemp("nsd"), {"shop.example": ZONE}) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[dict[str, int]]:
    """Each port is served on 127.0.0.1 and ::1 by a healthy server, and on 127.0.0.2 by another one; nothing is on 127.0.0.3."""
    folder = tmp_path_factory.mktemp("nginx")
    web = Web(folder)
    names = ("one.shop.example", "both.shop.example", "half.shop.example", "six.shop.example", "mixed.shop.example")
    good = web.certificate("good", pki.chain_of(*names))
    seconds = {
        "expired": web.certificate("expired", pki.chain_of(*names, traits=Traits(starts=-90, ends=-3))),
        "renewed": web.certificate("renewed", pki.chain_of(*names)),
        "name": web.certificate("name", pki.chain_of("old.shop.example")),
        "short": web.certificate("short", pki.chain_of(*names)[:1]),
    }
    seconds["gateway"] = f"{good} return 503;"
    seconds["demand"] = f"{good} ssl_client_certificate {pki.trust}; ssl_verify_client on;"
    seconds["silent"] = f"{good} return 444;"
    given = dict(zip(seconds, free_ports(len(seconds), "127.0.0.2", "127.0.0.3"), strict=True))
    blocks = "\n".join(
        f"server {{ listen 127.0.0.1:{port} ssl; listen [::1]:{port} ssl; {good} return 200; }}\n"
        f"server {{ listen 127.0.0.2:{port} ssl; {seconds[name]} return 200; }}"
        for name, port in given.items()
    )
    with nginx(folder, f"server {{ listen 127.0.0.1:PORT; }}\n{blocks}"):
        yield given


def test_two_addresses_with_different_good_certificates_work(ports: dict[str, int], resolver: str, pki: Pki) -> None:
    found = check(f"https://both.shop.example:{ports['renewed']}", "--resolver", resolver, *pki.trusting)
    assert_works(found, notes=("endpoint.inconsistent",))
    assert {one.address for one in found.case.observation.attempts} == {"127.0.0.1", "127.0.0.2"}


FAULTS = [
    ("expired", "chain.expired"),
    ("name", "name.mismatch"),
    ("short", "chain.intermediate-missing"),
    ("gateway", "app.http-status"),
    ("demand", "client.required"),
    ("silent", "app.protocol"),
]


@pytest.mark.parametrize(("second", "explained"), FAULTS)
def test_one_of_two_addresses_is_at_fault(second: str, explained: str, ports: dict[str, int], resolver: str, pki: Pki) -> None:
    found = check(f"https://both.shop.example:{ports[second]}", "--resolver", resolver, *pki.trusting)
    assert_fails(found, "endpoint.inconsistent", Owner.SERVER)
    assert [one.code for one in found.explained if one.effect is Effect.BREAKS] == [explained], told(found)
    assert found.cause and "127.0.0.2" in found.cause.summary
    assert found.case.address == "127.0.0.2"


def test_a_closed_port_on_one_of_two_addresses_is_a_risk(ports: dict[str, int], resolver: str, pki: Pki) -> None:
    found = check(f"https://half.shop.example:{ports['renewed']}", "--resolver", resolver, *pki.trusting)
    assert_works(found, risks=("endpoint.inconsistent",))
    assert [one.code for one in found.explained] == ["tcp.refused"]


def test_the_same_fault_on_all_addresses_is_that_fault(ports: dict[str, int], resolver: str) -> None:
    found = check(f"https://both.shop.example:{ports['renewed']}", "--resolver", resolver, "--trust", "none")
    assert_fails(found, "trust.store-empty", Owner.CLIENT)


@pytest.mark.parametrize("name", ["six", "mixed", "one"])
def test_ipv6(name: str, ports: dict[str, int], resolver: str, pki: Pki) -> None:
    found = check(f"https://{name}.shop.example:{ports['renewed']}", "--resolver", resolver, *pki.trusting)
    assert_works(found, notes=())
    expected = {"six": {"::1"}, "mixed": {"::1", "127.0.0.1"}, "one": {"127.0.0.1"}}
    assert {one.address for one in found.case.observation.attempts} == expected[name]
