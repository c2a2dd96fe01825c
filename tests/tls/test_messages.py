"""Pure readers of handshake messages, with messages written by hand."""

import pytest

from probe.facts.observation import Ending, Handshake, How, Message
from probe.tls import registry
from probe.tls.cursor import Cursor, Cut, numbers
from probe.tls.messages import (
    certificate_request,
    certificate_status,
    certificate_verify,
    client_hello,
    encrypted_extensions,
    entries,
    presented,
    reading,
    server_hello,
    server_key_exchange,
)
from tests.tls.flights import chain_1_2, chain_1_3, extension, hello_of, number, vector
from tests.tls.flights import server_hello as write_hello
from tests.tls.peers import engine

TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 = 0x0301, 0x0302, 0x0303, 0x0304
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


@pytest.fixture(scope="module")
def first() -> bytes:
    return engine().outgoing()


def seen(*messages: Message) -> Handshake:
    return Handshake(started=0.0, took=0.0, ending=Ending(how=How.CLOSED), messages=messages)


def got(kind: int, body: bytes, size: int | None = None) -> Message:
    return Message(at=0.0, sent=False, type=kind, size=len(body) if size is None else size, body=body)


def test_our_own_client_hello(first: bytes) -> None:
    hello = client_hello(hello_of(first))
    assert hello is not None
    assert hello.versions == (TLS_1_3, TLS_1_2) and hello.legacy_version == TLS_1_2
    assert hello.sni == "shop.example" and hello.alpn == ("h2", "http/1.1")
    assert {0x1301, 0x1302, 0x1303, 0xC02B} <= set(hello.suites)
    assert 0x0403 in hello.schemes and 0x001D in hello.groups


@pytest.mark.parametrize(("tail", "marker"), [(b"DOWNGRD\x01", "TLSv1.2"), (b"DOWNGRD\x00", "TLSv1.1"), (b"DOWNGRD\x02", None)])
def test_the_downgrade_marker(first: bytes, tail: bytes, marker: str | None) -> None:
    hello = server_hello(write_hello(first, random=bytes(24) + tail)[4:])
    assert hello is not None and hello.downgrade == marker
    newest = server_hello(write_hello(first, random=bytes(24) + tail, extensions=extension(43, number(TLS_1_3, 2)))[4:])
    assert newest is not None and (newest.version, newest.downgrade) == (TLS_1_3, None)


def test_what_a_server_acknowledges(first: bytes) -> None:
    bare = server_hello(write_hello(first)[4:])
    assert bare is not None
    assert (bare.sni_acknowledged, bare.extended_master_secret, bare.renegotiation_info, bare.status_request, bare.alpn) == (False, False, False, False, None)
    written = extension(0, b"") + extension(23, b"") + extension(0xFF01, b"\0") + extension(5, b"") + extension(16, vector(vector(b"h2", 1), 2))
    full = server_hello(write_hello(first, extensions=written)[4:])
    assert full is not None and not full.malformed
    assert (full.sni_acknowledged, full.extended_master_secret, full.renegotiation_info, full.status_request, full.alpn) == (True, True, True, True, "h2")


def test_a_retry_is_no_server_hello(first: bytes) -> None:
    body = write_hello(first, random=RETRY, suite=0x1301, extensions=extension(43, number(TLS_1_3, 2)) + extension(51, number(0x18, 2)))[4:]
    read = reading(seen(got(2, body)))
    assert (read.retry_group, read.version, read.cipher, read.group, read.malformed) == ("secp384r1", None, None, None, False)


@pytest.mark.parametrize("damage", [b"\0\x05\0\0", b"\0\x08\0\0\0\0", b"\0\x04\0\x17\0\0extra", b"\xff"])
def test_a_damaged_list_of_extensions(first: bytes, damage: bytes) -> None:
    hello = server_hello(write_hello(first)[4:] + damage)
    assert hello is not None and hello.malformed and hello.suite == 0xC02B


def test_a_cut_server_hello_proves_nothing(first: bytes) -> None:
    body = write_hello(first, suite=0x1301, extensions=extension(43, number(TLS_1_3, 2)))[4:]
    assert reading(seen(got(2, body[:-6], len(body)))).version is None
    assert reading(seen(got(2, b""))).malformed


def test_entries_of_both_forms() -> None:
    assert [one.der for one in entries(chain_1_2(b"one", b"", b"three")[4:], TLS_1_2)] == [b"one", b"", b"three"]
    staple = extension(5, b"\x01" + vector(b"response", 3))
    assert [(one.der, one.staple) for one in entries(chain_1_3(b"one", b"two", extensions=staple)[4:], TLS_1_3)] == [(b"one", b"response"), (b"two", b"")]


def test_entries_of_a_cut_message_are_those_that_are_whole() -> None:
    for chain, version, room in ((chain_1_2, TLS_1_2, 0), (chain_1_3, TLS_1_3, 2)):
        body = chain(b"a" * 50, b"b" * 50)[4:]
        assert [one.der[:1] for one in entries(body, version)] == [b"a", b"b"]
        assert [one.der[:1] for one in entries(body[: -1 - room], version)] == [b"a"]
        assert entries(body[:20], version) == ()


@pytest.mark.parametrize(
    ("body", "malformed"),
    [
        (chain_1_2(b"one")[4:], False),
        (b"\0\0\0", False),
        (chain_1_2(b"one")[4:] + b"more", True),
        (b"\0\0\x09\0\0\x03one", True),
        (b"\0\0\x06\0\0\x09one", True),
        (b"", True),
    ],
)
def test_a_certificate_message_that_does_not_fit_the_rules(first: bytes, body: bytes, malformed: bool) -> None:
    hello = got(2, write_hello(first)[4:])
    assert reading(seen(hello, got(11, body))).malformed is malformed
    # Of a message that was cut nobody knows whether it would have been right.
    assert not reading(seen(hello, got(11, body, 500))).malformed


def test_the_number_of_entries_is_bounded() -> None:
    assert len(entries(chain_1_2(*[b""] * 5000)[4:], TLS_1_2)) == 1024


def test_certificate_requests_of_each_version() -> None:
    names = vector(vector(b"CN=a", 2) + vector(b"CN=b", 2), 2)
    old = certificate_request(b"\x02\x01\x40" + names, TLS_1_1)
    middle = certificate_request(b"\x01\x40" + vector(b"\x04\x03\x08\x04", 2) + names, TLS_1_2)
    new = certificate_request(b"\0" + vector(extension(13, vector(b"\x04\x03", 2)) + extension(47, names), 2), TLS_1_3)
    assert old is not None and middle is not None and new is not None
    assert old.issuers == middle.issuers == new.issuers == (b"CN=a", b"CN=b")
    assert (old.types, middle.types, new.types) == ((1, 64), (64,), ())
    assert (old.schemes, middle.schemes, new.schemes) == ((), (0x0403, 0x0804), (0x0403,))
    assert not (old.malformed or middle.malformed or new.malformed)


def test_damaged_certificate_requests() -> None:
    cut = certificate_request(b"\x01\x40" + vector(b"\x04\x03", 2) + number(20, 2) + vector(b"CN=a", 2) + b"\0", TLS_1_2)
    assert cut is not None and cut.malformed and cut.issuers == (b"CN=a",)
    assert certificate_request(b"", TLS_1_2) is None
    trailing = certificate_request(b"\0\0\0\0\0more", TLS_1_2)
    assert trailing is not None and trailing.malformed


def test_server_key_exchanges() -> None:
    elliptic = b"\x03" + number(0x17, 2) + vector(b"p" * 65, 1)
    finite = vector(b"\0\x80" + bytes(127), 2) + vector(b"\x02", 2) + vector(bytes(128), 2)
    signature = b"\x08\x04" + vector(b"s" * 70, 2)
    ecdhe = server_key_exchange(elliptic + signature, TLS_1_2, 0xC02F)
    assert ecdhe is not None and (ecdhe.kind, ecdhe.group, ecdhe.scheme) == ("ECDHE", 0x17, 0x0804)
    dhe = server_key_exchange(finite + signature, TLS_1_2, 0x009E)
    assert dhe is not None and (dhe.kind, dhe.bits, dhe.scheme) == ("DHE", 1024, 0x0804)
    old = server_key_exchange(elliptic + vector(b"s" * 70, 2), TLS_1_0, 0xC013)
    assert old is not None and (old.group, old.scheme) == (0x17, None)
    export = server_key_exchange(vector(b"\x80" + bytes(63), 2) + vector(b"\x01\0\x01", 2) + vector(b"s", 2), TLS_1_0, 0x0003)
    assert export is not None and (export.kind, export.bits) == ("RSA_EXPORT", 512)
    anonymous = server_key_exchange(finite, TLS_1_2, 0x00A6)
    assert anonymous is not None and (anonymous.bits, anonymous.scheme) == (1024, None)
    explicit = server_key_exchange(b"\x01" + bytes(20), TLS_1_2, 0xC02F)
    assert explicit is not None and (explicit.kind, explicit.group) == ("ECDHE", None)
    assert server_key_exchange(finite, TLS_1_2, 0x009C) is None
    guessed = [server_key_exchange(one + signature, None, 0x5A5B) for one in (elliptic, finite)]
    assert [one.kind for one in guessed if one] == ["ECDHE", "DHE"]
    cut = server_key_exchange(finite[:140], TLS_1_2, 0x009E)
    assert cut is not None and cut.bits == 1024
    assert server_key_exchange(b"", TLS_1_2, 0x009E) is None and server_key_exchange(b"\x03", TLS_1_2, 0xC02F) is None


def test_a_server_with_a_cipher_that_the_engine_does_not_have(first: bytes) -> None:
    body = write_hello(first, suite=0x0005, version=TLS_1_0)[4:]
    read = reading(seen(got(2, body), got(11, chain_1_2(b"one")[4:])))
    assert (read.version, read.suite, read.cipher) == ("TLSv1", 5, "RC4-SHA")
    assert presented(seen(got(2, body), got(11, chain_1_2(b"one")[4:]))) == (b"one",)


def test_finite_field_groups_of_tls_1_3_have_a_size(first: bytes) -> None:
    share = extension(43, number(TLS_1_3, 2)) + extension(51, number(0x0100, 2) + vector(bytes(256), 2))
    read = reading(seen(got(2, write_hello(first, suite=0x1301, extensions=share)[4:])))
    assert (read.group, read.dh_bits) == ("ffdhe2048", 2048)


def test_small_messages() -> None:
    assert certificate_verify(b"\x08\x07" + vector(b"s" * 64, 2)) == 0x0807
    assert certificate_verify(b"\x08") is None
    assert certificate_status(b"\x01" + vector(b"ocsp", 3)) == b"ocsp"
    assert certificate_status(b"\x02" + vector(b"ocsp", 3)) == certificate_status(b"") == certificate_status(b"\x01\0\0\x09x") == b""
    later = encrypted_extensions(vector(extension(0, b"") + extension(16, vector(vector(b"mqtt", 1), 2)), 2))
    assert later is not None and later.sni_acknowledged and later.alpn == "mqtt"
    assert encrypted_extensions(b"") is None and client_hello(b"\x03") is None and server_hello(b"\x03\x03") is None


def test_messages_that_we_sent_are_never_taken_for_the_servers(first: bytes) -> None:
    ours = Message(at=0.0, sent=True, type=11, size=10, body=chain_1_2(b"ours")[4:])
    assert presented(seen(ours)) == ()
    assert reading(seen(ours)).version is None


def test_an_empty_handshake() -> None:
    read = reading(seen())
    assert (read.version, read.complete, read.offered_sni, read.malformed) == (None, False, None, False)


def test_reading_is_cached_by_content(first: bytes) -> None:
    one, other = (seen(got(2, write_hello(first)[4:])) for _ in range(2))
    assert reading(one) is reading(other)


def test_cursor_reads_only_what_is_there() -> None:
    cursor = Cursor(b"\x01\x02\x03")
    assert cursor.number(2) == 0x0102 and len(cursor) == 1
    with pytest.raises(Cut):
        cursor.number(2)
    assert cursor.head(1) == b"" and len(cursor) == 0
    assert numbers(b"\0\x01\0\x02\0") == (1, 2)
    assert numbers(b"\x07\x08", 1) == (7, 8)


def test_names_of_messages() -> None:
    assert [registry.message_name(one) for one in (1, 2, 11, 24)] == ["ClientHello", "ServerHello", "Certificate", "KeyUpdate"]
