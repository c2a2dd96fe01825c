"""Sources that disagree about a name: real name servers, and a real hosts file in a private namespace."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from probe.causes.words import Effect, Owner
from probe.lab.shop import hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from tests.real.asking import assert_fails, assert_works, check, told
from tests.real.private import run_private
from tests.servers import nsd

SCRIPT = Path(__file__).parent / "hosts_check.py"
HEAD = "$ORIGIN {zone}.\n$TTL 60\n@ IN SOA ns.{zone}. hostmaster.{zone}. 1 3600 600 86400 60\n@ IN NS ns.{zone}.\nns IN A 127.0.0.1\n"
NAMES = ("same.shop.example", "split.shop.example", "inside.shop.example", "half.shop.example")
INSIDE = "same IN A 127.0.0.1\nsplit IN A 127.0.0.1\ninside IN A 127.0.0.1\nhalf IN A 127.0.0.1\nhalf IN A 127.0.0.2\n"
OUTSIDE = "same IN A 127.0.0.1\nsplit IN A 127.0.0.2\nhalf IN A 127.0.0.1\n"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    head = HEAD.format(zone="shop.example")
    with (
        nsd(tmp_path_factory.mktemp("inside"), {"shop.example": head + INSIDE}) as inside,
        nsd(tmp_path_factory.mktemp("outside"), {"shop.example": head + OUTSIDE}) as outside,
    ):
        yield f"127.0.0.1:{inside}", f"127.0.0.1:{outside}"


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[int, str]]:
    with Stage() as stage:
        made = hierarchy(*NAMES)
        yield stage.tls_at(tuple((one, Serving(credentials=(made.whole,))) for one in ("127.0.0.1", "127.0.0.2"))), stage.trust_file(made.root)


def arguments(shop: tuple[int, str], name: str, *resolvers: str) -> tuple[str, ...]:
    port, trust = shop
    return (f"https://{name}.shop.example:{port}", *(word for one in resolvers for word in ("--resolver", one)), "--trust", trust)


def test_the_same_answer_is_no_finding(shop: tuple[int, str], servers: tuple[str, str]) -> None:
    found = check(*arguments(shop, "same", *servers))
    assert_works(found, notes=())
    assert {one.server for one in found.case.observation.resolutions} == set(servers)
    assert [one.question.name for one in found.case.observation.attempts] == ["ordinary"]


def test_split_dns_is_a_risk_and_the_first_server_decides(shop: tuple[int, str], servers: tuple[str, str]) -> None:
    found = check(*arguments(shop, "split", *servers))
    assert_works(found, risks=("dns.addresses-disagree",))
    assert [one.address for one in found.case.observation.attempts] == ["127.0.0.1"]
    other = check(*arguments(shop, "split", *reversed(servers)))
    assert [one.address for one in other.case.observation.attempts] == ["127.0.0.2"]
    (one,) = [one for one in found.findings if one.code == "dns.addresses-disagree"]
    said = " ".join(evidence.says for evidence in one.evidence)
    assert all(part in said for part in (*servers, "127.0.0.1", "127.0.0.2")), said


def test_a_name_that_only_the_second_server_does_not_know_is_a_risk(shop: tuple[int, str], servers: tuple[str, str]) -> None:
    found = check(*arguments(shop, "inside", *servers))
    assert_works(found, risks=("dns.addresses-disagree",))
    assert "leads nowhere" in told(found)


def test_a_name_that_the_first_server_does_not_know_breaks(shop: tuple[int, str], servers: tuple[str, str]) -> None:
    found = check(*arguments(shop, "inside", *servers[::-1]))
    assert_fails(found, "dns.addresses-disagree", Owner.DNS)
    assert found.cause and "does not exist" in " ".join((found.cause.summary, *(one.says for one in found.cause.evidence))) or "leads nowhere" in told(found)


def test_a_part_of_the_addresses_is_a_note(shop: tuple[int, str], servers: tuple[str, str]) -> None:
    assert_works(check(*arguments(shop, "half", *servers)), notes=("dns.addresses-disagree",))


def test_neither_knows_it_is_still_nxdomain(shop: tuple[int, str], servers: tuple[str, str]) -> None:
    assert_fails(check(*arguments(shop, "nobody", *servers)), "dns.nxdomain", Owner.DNS, exit=2)


def inside(folder: Path, hosts: str, *records: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run_private(folder, f"127.0.0.1 localhost\n{hosts}", SCRIPT, *records))
    return found


def disagreement(found: dict[str, Any]) -> dict[str, Any] | None:
    return next((one for one in found["findings"] if one["code"] == "dns.addresses-disagree"), None)


def test_a_hosts_file_that_says_the_same_is_no_finding(tmp_path: Path) -> None:
    found = inside(tmp_path, "127.0.0.1 shop.example\n", "A 127.0.0.1")
    assert found["verdict"] == "works" and found["reached"] == ["127.0.0.1"] and disagreement(found) is None


def test_a_forgotten_line_in_the_hosts_file_is_found(tmp_path: Path) -> None:
    found = inside(tmp_path, "127.0.0.2 shop.example\n", "A 192.0.2.1")
    one = disagreement(found)
    assert found["verdict"] == "works" and found["reached"] == ["127.0.0.2"] and one is not None
    assert one["effect"] in (Effect.RISKS, Effect.NOTE)
    assert any("The resolver of this machine answered with 127.0.0.2" in says for says in one["evidence"])
    assert any("127.0.0.1:53 answered to the question for A with 192.0.2.1" in says for says in one["evidence"])
    assert any(command.startswith("dig @127.0.0.1 -p 53 ") for command in found["commands"])
    assert any(command.startswith("curl ") for command in found["commands"])


def test_another_public_address_in_the_hosts_file_is_a_risk(tmp_path: Path) -> None:
    found = inside(tmp_path, "127.0.0.2 shop.example\n", "A 9.9.9.9")
    one = disagreement(found)
    assert one is not None and one["effect"] == Effect.RISKS


def test_a_name_that_stands_in_the_hosts_file_only_is_a_note(tmp_path: Path) -> None:
    found = inside(tmp_path, "127.0.0.1 shop.example\n")
    one = disagreement(found)
    assert found["verdict"] == "works" and one is not None and one["effect"] == Effect.NOTE
    assert one["summary"].startswith("Only this machine knows shop.example")
