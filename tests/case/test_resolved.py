from dataclasses import replace

import pytest

from probe.case.resolved import LIMIT, addresses, asked_as, literal
from probe.facts.observation import Ending, How, Resolution
from probe.facts.target import Target


def target(host: str = "shop.example", connect: str | None = None, resolver: str | None = None) -> Target:
    return Target(spelled=host, protocol="https", host=host, port=443, name=host, sni=None, connect=connect, resolver=resolver)


def found(source: str, *places: str, kind: str = "any") -> Resolution:
    return Resolution(started=0.0, took=0.0, ending=Ending(how=How.DONE), name="shop.example", source=source, type=kind, addresses=places)


SYSTEM = found("system", "192.0.2.1", "2001:db8::1", "192.0.2.1")
DNS = (found("dns", "192.0.2.7", kind="A"), found("dns", "2001:db8::7", kind="AAAA"))


def test_the_systems_answers_count_each_once() -> None:
    assert addresses(target(), (SYSTEM, *DNS)) == ("192.0.2.1", "2001:db8::1")


def test_a_resolver_given_by_hand_counts_alone() -> None:
    assert addresses(target(resolver="192.0.2.53"), (SYSTEM, *DNS)) == ("192.0.2.7", "2001:db8::7")
    assert addresses(target("localhost", resolver="192.0.2.53"), (found("system", "127.0.0.1"),)) == ("127.0.0.1",)


def test_an_address_given_by_hand_comes_first() -> None:
    assert addresses(target("192.0.2.9", connect="127.0.0.1", resolver="192.0.2.53"), (SYSTEM, *DNS)) == ("127.0.0.1",)


@pytest.mark.parametrize("host", ["192.0.2.9", "2001:db8::9", "fe80::1%eth0"])
def test_a_literal_is_its_own_address(host: str) -> None:
    assert addresses(target(host), ()) == (host,)


def test_nothing_is_made_up() -> None:
    assert addresses(target(), ()) == ()
    assert addresses(target(), DNS) == ()


def test_there_is_a_limit() -> None:
    many = found("system", *(f"192.0.2.{number}" for number in range(100)))
    assert len(addresses(target(), (many,))) == LIMIT


def test_literals() -> None:
    assert literal("127.0.0.1") == "127.0.0.1"
    assert literal("127.1") is None and literal("shop.example") is None and literal("") is None


def test_resolvers_that_are_only_compared_lead_nowhere() -> None:
    wanted = replace(target(resolver="192.0.2.53"), also_resolvers=("192.0.2.54:5353", "2001:db8::53", "system"))
    servers = {"192.0.2.53:53": "192.0.2.1", "192.0.2.54:5353": "192.0.2.2", "[2001:db8::53]:53": "192.0.2.3"}
    answers = tuple(replace(found("dns", address, kind="A"), server=server) for server, address in servers.items())
    assert addresses(wanted, (SYSTEM, *answers)) == ("192.0.2.1",)
    assert [asked_as(one, wanted) for one in (SYSTEM, *answers)] == ["system", "dns", "192.0.2.54:5353", "2001:db8::53"]
    assert addresses(replace(wanted, resolver=None), (SYSTEM, *answers)) == ("192.0.2.1", "2001:db8::1")
