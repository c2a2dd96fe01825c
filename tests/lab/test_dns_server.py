"""The DNS server, asked by dig and by hand."""

import random
import socket
from collections.abc import Iterator

import pytest

from probe.lab.dns_server import DnsServer, Record, Zone, answer
from tests.lab.client import dig

ZONE = Zone(
    records=(
        Record(name="shop.example", type="A", value="127.0.0.1", ttl=60),
        Record(name="shop.example", type="A", value="127.0.0.2", ttl=60),
        Record(name="six.example", type="AAAA", value="::1"),
        Record(name="www.example", type="CNAME", value="web.example."),
        Record(name="web.example", type="CNAME", value="shop.example."),
        Record(name="loop.example", type="CNAME", value="pool.example."),
        Record(name="pool.example", type="CNAME", value="loop.example."),
        *(Record(name="big.example", type="A", value=f"127.0.1.{number}") for number in range(1, 201)),
    ),
    fails=tuple((f"{way}.example", way) for way in ("servfail", "refused", "nxdomain", "drop", "garbage")) + (("big.example", "truncate"),),
)


@pytest.fixture(scope="module")
def where() -> Iterator[str]:
    server = DnsServer(ZONE)
    yield server.where
    server.close()


def test_addresses_and_ttl(where: str) -> None:
    said = dig(where, "shop.example", "A", "+noall", "+answer").split("\n")
    assert [line.split() for line in said if line] == [["shop.example.", "60", "IN", "A", f"127.0.0.{number}"] for number in (1, 2)]


def test_names_have_no_case(where: str) -> None:
    assert dig(where, "SHOP.Example", "A", "+short").split() == ["127.0.0.1", "127.0.0.2"]


def test_the_alias_chain_is_followed(where: str) -> None:
    assert dig(where, "www.example", "A", "+short").split() == ["web.example.", "shop.example.", "127.0.0.1", "127.0.0.2"]
    assert dig(where, "www.example", "CNAME", "+short").split() == ["web.example."]


def test_a_loop_of_aliases_ends(where: str) -> None:
    said = dig(where, "loop.example")
    assert "status: NOERROR" in said
    assert "127." not in said.split("ANSWER SECTION")[1].split(";;")[0]


@pytest.mark.parametrize(
    ("name", "kind", "status", "count"),
    [("six.example", "AAAA", "NOERROR", 1), ("six.example", "A", "NOERROR", 0), ("none.example", "A", "NXDOMAIN", 0), ("nxdomain.example", "A", "NXDOMAIN", 0)],
)
def test_status_and_count(name: str, kind: str, status: str, count: int, where: str) -> None:
    said = dig(where, name, kind)
    assert f"status: {status}," in said
    assert f"ANSWER: {count}," in said


@pytest.mark.parametrize(("name", "words"), [("servfail.example", "status: SERVFAIL"), ("refused.example", "status: REFUSED"), ("drop.example", "timed out")])
def test_failures(name: str, words: str, where: str) -> None:
    assert words in dig(where, name)


def test_garbage_cannot_be_read(where: str) -> None:
    assert "status:" not in dig(where, "garbage.example", "A", "+notcp")


def test_a_cut_answer_is_whole_over_tcp(where: str) -> None:
    cut = dig(where, "big.example", "A", "+ignore")
    assert "flags: qr tc" in cut
    assert "ANSWER: 0" in cut
    assert "ANSWER: 200" in dig(where, "big.example")


def test_two_questions_on_one_tcp_connection(where: str) -> None:
    address, _, port = where.rpartition(":")
    query = bytes.fromhex("abcd01000001000000000000") + b"\x03six\x07example\x00" + bytes.fromhex("001c0001")
    with socket.create_connection((address, int(port)), timeout=5) as plain:
        for _ in range(2):
            plain.sendall(len(query).to_bytes(2) + query)
            size = int.from_bytes(plain.recv(2, socket.MSG_WAITALL))
            assert plain.recv(size, socket.MSG_WAITALL)[:2] == b"\xab\xcd"


def test_requests_that_cannot_be_read_get_no_answer() -> None:
    rng = random.Random(20261121)
    query = bytes.fromhex("abcd01000001000000000000") + b"\x03six\x07example\x00" + bytes.fromhex("00010001")
    answered = 0
    for _ in range(2000):
        data = bytearray(query)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        found = answer(ZONE, bytes(data[: rng.randint(0, len(data))]), over_tcp=False)
        answered += found is not None
        assert found is None or len(found) >= 12
    assert answered > 0
