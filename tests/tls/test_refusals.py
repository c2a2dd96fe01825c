"""How a handshake ends when somebody refuses: alerts of both sides, client certificates, ends of stream, bytes that are no TLS."""

import pytest
from OpenSSL import SSL

from probe.facts.observation import Ending, Handshake, How, Local, Message, Question
from probe.tls import alerts
from probe.tls.engine import Engine, State
from probe.tls.messages import presented, reading
from tests.tls import flights
from tests.tls.peers import WEAK, Peer, context, engine, handshake, leaf, root, server, talk

VERSIONS = pytest.mark.parametrize("high", [SSL.TLS1_VERSION, SSL.TLS1_1_VERSION, SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])


def seen_by(client: Engine) -> Handshake:
    return client.record(started=0.0, took=0.0)


def demanding(high: int, *, optional: bool = False) -> SSL.Context:
    made = context(high=high, ciphers=b"ALL:@SECLEVEL=0")
    made.set_verify(SSL.VERIFY_PEER | (0 if optional else SSL.VERIFY_FAIL_IF_NO_PEER_CERT), lambda *_: True)
    made.add_client_ca(root().certificate)
    return made


def question(high: int) -> Question:
    return WEAK if high < SSL.TLS1_2_VERSION else Question()


@VERSIONS
def test_a_demanded_client_certificate(high: int) -> None:
    client = engine(question(high))
    talk(client, server(demanding(high)))
    seen = seen_by(client)
    code = 116 if high == SSL.TLS1_3_VERSION else 40
    assert seen.ending == Ending(how=How.DECLINED, code=code)
    assert client.certificate_requested and client.failed_alert == code and client.state is State.FAILED
    assert [(one.sent, one.level, one.description) for one in seen.alerts] == [(False, 2, code)]
    assert presented(seen) == (leaf().der,)
    read = reading(seen)
    assert read.certificate_requested
    assert read.acceptable_issuers == (root().certificate.subject.public_bytes(),)
    assert ("ecdsa_secp256r1_sha256" in read.request_schemes) is (high >= SSL.TLS1_2_VERSION)
    assert read.complete is (high == SSL.TLS1_3_VERSION)


@VERSIONS
def test_a_client_certificate_that_is_only_requested(high: int) -> None:
    client = engine(question(high))
    talk(client, server(demanding(high, optional=True)))
    seen = seen_by(client)
    assert seen.ending == Ending(how=How.DONE) and client.certificate_requested and seen.alerts == ()


def test_a_refusal_after_the_handshake_is_seen_although_we_wrote_first() -> None:
    client, peer = engine(), server(demanding(SSL.TLS1_3_VERSION))
    client.incoming(peer.step(client.outgoing()))
    assert client.state is State.ESTABLISHED
    client.write(b"GET / HTTP/1.1\r\n\r\n")
    client.incoming(peer.step(client.outgoing()))
    client.end_of_stream()
    assert seen_by(client).ending == Ending(how=How.DECLINED, code=116)


def test_an_alert_after_application_data_does_not_undo_the_handshake() -> None:
    client, peer = engine(), server(context(), answer=b"hello")
    talk(client, peer)
    client.incoming(peer.step(flights.record(23, b"this cannot be decrypted by anybody")))
    seen = seen_by(client)
    assert [(one.sent, one.description) for one in seen.alerts] == [(False, 20)]
    assert seen.ending == Ending(how=How.DONE)


@VERSIONS
def test_the_servers_encrypted_alert_is_recorded_once(high: int) -> None:
    client, peer = engine(question(high)), server(context(high=high, ciphers=b"ALL:@SECLEVEL=0"))
    talk(client, peer)
    client.incoming(peer.step(flights.record(23, bytes(64), min(high, 0x0303))))
    seen = seen_by(client)
    assert [(one.sent, one.level, one.description) for one in seen.alerts] == [(False, 2, 20)]
    assert seen.ending == Ending(how=How.DECLINED, code=20)


@VERSIONS
def test_our_own_encrypted_alert_is_recorded_once(high: int) -> None:
    client, peer = engine(question(high)), server(context(high=high, ciphers=b"ALL:@SECLEVEL=0"))
    talk(client, peer)
    client.incoming(flights.record(23, bytes(64), min(high, 0x0303)))
    assert client.outgoing()
    seen = seen_by(client)
    assert [(one.sent, one.level, one.description) for one in seen.alerts] == [(True, 2, 20)]
    assert seen.ending == Ending(how=How.LOCAL, local=Local.ENGINE, code=20)


@pytest.mark.parametrize("number", sorted(set(alerts.ALERTS) | {99, 255}))
def test_every_alert_in_place_of_a_server_hello(number: int) -> None:
    client = engine()
    client.outgoing()
    client.incoming(flights.alert(number))
    client.end_of_stream()
    seen = seen_by(client)
    assert [(one.sent, one.level, one.description) for one in seen.alerts if not one.sent] == [(False, 2, number)]
    assert seen.ending == Ending(how=How.DECLINED if number else How.CLOSED, code=number)
    assert seen.version is None and client.failed_alert == (number or None)


def test_close_notify_in_place_of_a_server_hello() -> None:
    client = engine()
    client.outgoing()
    client.incoming(flights.alert(0, level=1))
    assert seen_by(client).ending == Ending(how=How.CLOSED, code=0)


def test_a_warning_is_recorded_and_the_handshake_goes_on() -> None:
    client, peer = engine(), server(context(high=SSL.TLS1_2_VERSION))
    back = peer.step(client.outgoing())
    client.incoming(flights.alert(112, level=1) + back)
    talk(client, peer)
    seen = seen_by(client)
    assert [(one.level, one.description) for one in seen.alerts] == [(1, 112)]
    assert seen.ending == Ending(how=How.DONE)


@pytest.mark.parametrize(
    ("made", "asked", "code"),
    [
        (lambda: context(low=SSL.TLS1_3_VERSION), Question(tls_max="TLSv1.2"), 70),
        (lambda: context(high=SSL.TLS1_VERSION, ciphers=b"ALL:@SECLEVEL=0"), Question(), 70),
        (lambda: context(high=SSL.TLS1_2_VERSION, ciphers=b"ECDHE-RSA-AES128-GCM-SHA256"), Question(), 40),
    ],
)
def test_nothing_in_common(made: object, asked: Question, code: int) -> None:
    assert callable(made)
    seen = handshake(made(), asked)
    assert seen.ending == Ending(how=How.DECLINED, code=code)
    assert seen.messages[0].type == 1 and len(seen.messages) == 1


@pytest.mark.parametrize("after", [0, 1, 3, 5, 60, 500, -1])
@VERSIONS
def test_an_end_of_stream_anywhere(high: int, after: int) -> None:
    client, peer = engine(question(high)), server(context(high=high, ciphers=b"ALL:@SECLEVEL=0"))
    flight = peer.step(client.outgoing())
    client.incoming(flight[:after])
    client.end_of_stream()
    seen = seen_by(client)
    assert seen.ending == Ending(how=How.CLOSED)
    assert (seen.closed_by_peer, seen.received) == (True, len(flight[:after]))
    # OpenSSL makes up a fatal alert at an end of stream; it never reaches anybody.
    assert seen.alerts == () and client.outgoing() == b""


@pytest.mark.parametrize("high", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_every_cut_of_a_flight_gives_the_messages_before_it(high: int) -> None:
    def received(cut: int | None) -> tuple[Handshake, list[Message]]:
        client, peer = engine(), server(context(high=high))
        client.incoming(peer.step(client.outgoing())[:cut])
        client.end_of_stream()
        seen = seen_by(client)
        return seen, [one for one in seen.messages if not one.sent]

    kinds = [one.type for one in received(None)[1]]
    counts = []
    for cut in range(0, 2100, 7):
        seen, found = received(cut)
        assert [one.type for one in found] == kinds[: len(found)]
        assert all(len(one.body) == one.size for one in found[:-1] if one.type not in (4, 20))
        if not found:
            assert seen.pieces < 4 and seen.version is None
        counts.append(len(found))
    assert counts == sorted(counts) and counts[-1] == len(kinds)


@pytest.mark.parametrize("high", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_one_byte_at_a_time_gives_the_same(high: int) -> None:
    def kinds(size: int) -> list[tuple[bool, int, int]]:
        client, peer = engine(), server(context(extra=[root().certificate], high=high))
        for _ in range(6):
            back = peer.step(client.outgoing())
            for at in range(0, len(back), size):
                client.incoming(back[at : at + size])
        seen = seen_by(client)
        assert seen.ending == Ending(how=How.DONE) and presented(seen) == (leaf().der, root().der)
        # The length of a signature varies with its numbers, that of a ClientHello with its random placeholder.
        return [(one.sent, one.type, one.size if one.type not in (1, 12, 15) else 0) for one in seen.messages]

    assert kinds(1) == kinds(100_000)


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail.example ESMTP\r\n", bytes(2000), b"\x16\x02\x00\x00\x05hello", b"\x15\x03\x03\xff\xff"]
)
def test_a_peer_that_speaks_no_tls(first: bytes) -> None:
    client = engine()
    client.outgoing()
    client.incoming(first)
    client.incoming(b"and more" * 500)
    seen = seen_by(client)
    assert seen.first_bytes == (first + b"and more" * 500)[:1024]
    assert (seen.received, seen.version) == (0, None)
    assert seen.ending.how is How.LOCAL and seen.ending.local is Local.ENGINE


def test_a_single_byte_that_is_no_tls() -> None:
    client = engine()
    client.outgoing()
    client.incoming(b"N")
    client.end_of_stream()
    assert seen_by(client).first_bytes == b"N"
    assert seen_by(client).ending == Ending(how=How.CLOSED)


def test_garbage_in_the_middle_is_not_taken_for_plaintext() -> None:
    client, peer = engine(), server(context(high=SSL.TLS1_2_VERSION))
    client.incoming(peer.step(client.outgoing()) + b"HTTP/1.1 500 Broken\r\n\r\n")
    seen = seen_by(client)
    assert seen.first_bytes == b"" and presented(seen) == (leaf().der,)
    assert seen.ending.local is Local.ENGINE and seen.ending.code is not None


def test_what_the_caller_knows_is_used_when_nothing_better_is_known() -> None:
    late = Ending(how=How.TIMED_OUT)
    client = engine()
    client.outgoing()
    assert client.ending(late) == late
    assert client.ending() == Ending(how=How.LOCAL, local=Local.INTERRUPTED)
    client.incoming(flights.alert(40))
    assert client.ending(late) == Ending(how=How.DECLINED, code=40)


def test_renegotiation_by_the_server_goes_on() -> None:
    client, peer = engine(), server(context(high=SSL.TLS1_2_VERSION))
    talk(client, peer)
    assert peer.connection.renegotiate()
    talk(client, Peer(peer.connection, answer=b"after"))
    seen = seen_by(client)
    assert any(one.type == 0 for one in seen.messages)
    assert client.state is State.ESTABLISHED and seen.alerts == ()


@pytest.mark.parametrize("allowed", [False, True])
def test_a_server_without_secure_renegotiation(allowed: bool) -> None:
    client = engine(Question(legacy_renegotiation=allowed))
    client.incoming(flights.record(22, flights.server_hello(client.outgoing())))
    read = reading(seen_by(client))
    assert read.version == "TLSv1.2" and not read.renegotiation_info
    if allowed:
        assert client.state is State.HANDSHAKING and client.sent_alert is None
    else:
        assert client.ending() == Ending(how=How.LOCAL, local=Local.ENGINE, code=40)
