"""The chain is exactly what was sent, also where OpenSSL cannot go on."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from OpenSSL import SSL

from probe.facts.observation import Ending, How, Local
from probe.tls.assembly import MESSAGE_LIMIT
from probe.tls.messages import presented, reading
from tests.tls import flights
from tests.tls.peers import context, engine, handshake, leaf, make, root


def unusual() -> dict[str, bytes]:
    """Certificates that OpenSSL or cryptography do not read, or read and write again with other bytes."""
    der = leaf().der
    body = der[4:]
    return {
        "non-minimal length": b"\x30\x83\x00" + der[2:4] + body,
        "indefinite length": b"\x30\x80" + body + b"\0\0",
        "trailing bytes": der + b"extra",
        "truncated": der[: len(der) // 2],
        "garbage": b"\xde\xad\xbe\xef" * 20,
        "web page": b"<html>not found</html>",
        "empty": b"",
    }


UNUSUAL = pytest.mark.parametrize("name", sorted(unusual()))


@UNUSUAL
def test_unusual_certificates_up_to_tls_1_2(name: str) -> None:
    odd = unusual()[name]
    client = engine()
    hello = flights.server_hello(client.outgoing(), extensions=flights.extension(0xFF01, b"\0"))
    flight = flights.record(22, hello + flights.chain_1_2(odd, root().der) + flights.message(14, b""))
    client.incoming(flight)
    seen = client.record(started=0.0, took=0.0)
    assert presented(seen) == (odd, root().der)
    assert (seen.version, seen.cipher) == ("TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256")
    assert seen.ending.how is How.LOCAL and seen.ending.local is Local.ENGINE
    assert seen.ending.code == next(one.description for one in seen.alerts if one.sent)


@UNUSUAL
def test_unusual_certificates_in_tls_1_3(name: str) -> None:
    odd = unusual()[name]
    client = engine()
    peer = flights.Server13(client.outgoing())
    client.incoming(flights.record(22, peer.hello) + peer.seal(flights.message(8, b"\0\0") + flights.chain_1_3(odd, root().der), padding=33))
    seen = client.record(started=0.0, took=0.0)
    assert presented(seen) == (odd, root().der)
    assert (seen.version, seen.cipher, seen.group) == ("TLSv1.3", "TLS_AES_128_GCM_SHA256", "x25519")
    if seen.ending.how is How.LOCAL and seen.ending.code is not None:
        assert [one.description for one in seen.alerts if one.sent] == [seen.ending.code]


def test_an_unparsable_certificate_is_answered_with_an_alert_that_we_can_read_ourselves() -> None:
    client = engine()
    peer = flights.Server13(client.outgoing())
    client.incoming(flights.record(22, peer.hello) + peer.seal(flights.message(8, b"\0\0") + flights.chain_1_3(b"garbage")))
    assert client.sent_alert == 42
    assert client.ending() == Ending(how=How.LOCAL, local=Local.ENGINE, code=42)


@pytest.mark.parametrize("high", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_two_hundred_certificates(high: int) -> None:
    seen = handshake(context(extra=[root().certificate] * 199, high=high))
    assert presented(seen) == (leaf().der, *[root().der] * 199)
    assert seen.ending == Ending(how=How.DONE)


@pytest.mark.parametrize("high", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_a_chain_of_120_kilobytes(high: int) -> None:
    big = make("big.example", root(), padding=10_000)
    seen = handshake(context(extra=[big.certificate] * 12, high=high))
    assert presented(seen) == (leaf().der, *[big.der] * 12)
    assert sum(map(len, presented(seen))) > 120_000
    assert seen.ending.how is How.LOCAL and seen.ending.local is Local.ENGINE
    assert [one.description for one in seen.alerts if one.sent] == [seen.ending.code]


@pytest.mark.parametrize("newest", [False, True])
def test_an_endless_certificate_message(newest: bool) -> None:
    client = engine()
    first = client.outgoing()
    entry = flights.vector(leaf().der, 3) + (b"\0\0" if newest else b"")
    start = b"\x0b\xff\xff\xff" + (b"\0" if newest else b"") + b"\xff\xff\x00"
    peer = flights.Server13(first)
    answer = flights.record(22, peer.hello if newest else flights.server_hello(first))
    endless = start + entry * 3000
    client.incoming(answer + (peer.seal(flights.message(8, b"\0\0")) + peer.seal(endless) if newest else flights.record(22, endless)))
    seen = client.record(started=0.0, took=0.0)
    head = seen.messages[-1]
    assert (head.type, head.size, len(head.body)) == (11, 0xFFFFFF, MESSAGE_LIMIT)
    assert seen.pieces == len(endless)
    assert presented(seen)[0] == leaf().der and len(presented(seen)) > 500
    assert seen.ending.how is How.LOCAL


def test_an_unfinished_record_counts_as_pieces() -> None:
    client = engine()
    first = client.outgoing()
    flight = flights.record(22, flights.server_hello(first) + flights.chain_1_2(leaf().der, root().der))
    client.incoming(flight[:-100])
    seen = client.record(started=0.0, took=0.0)
    assert [one.type for one in seen.messages] == [1, 2, 11]
    assert presented(seen) == (leaf().der,)
    assert seen.version == "TLSv1.2"
    assert seen.pieces == len(flights.chain_1_2(leaf().der, root().der)) - 100


@pytest.mark.parametrize("high", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_a_stapled_response_arrives_byte_for_byte(high: int) -> None:
    now = datetime.now(UTC)
    response = (
        ocsp.OCSPResponseBuilder()
        .add_response(leaf().certificate, root().certificate, hashes.SHA1(), ocsp.OCSPCertStatus.REVOKED, now, now + timedelta(days=1), now, None)  # noqa: S303
        .responder_id(ocsp.OCSPResponderEncoding.HASH, root().certificate)
        .sign(root().key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    made = context(high=high)
    made.set_ocsp_server_callback(lambda *_: response)
    seen = handshake(made)
    assert seen.staple == response == reading(seen).staple
    assert handshake(context(high=high)).staple == b""


def test_a_staple_of_nonsense_is_kept_too() -> None:
    client = engine()
    peer = flights.Server13(client.outgoing())
    status = flights.extension(5, b"\x01" + flights.vector(b"no OCSP at all", 3))
    client.incoming(flights.record(22, peer.hello) + peer.seal(flights.message(8, b"\0\0") + flights.chain_1_3(leaf().der, extensions=status)))
    seen = client.record(started=0.0, took=0.0)
    assert seen.staple == b"no OCSP at all"
    assert presented(seen) == (leaf().der,)


def test_the_servers_certificate_is_not_judged() -> None:
    expired = x509.load_der_x509_certificate(leaf().der)
    assert expired.issuer != expired.subject
    seen = handshake(context(make("other.example")), sni="shop.example")
    assert seen.ending == Ending(how=How.DONE) and seen.alerts == ()
