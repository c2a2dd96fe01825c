"""The engine against OpenSSL servers in memory: what a whole handshake yields in each protocol version."""

import gc
import weakref

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from probe.facts.codec import dump, parse, text
from probe.facts.observation import Ending, Handshake, How, Local, Question
from probe.facts.target import VERSIONS
from probe.tls import registry
from probe.tls.engine import READ_LIMIT, Engine, State, openssl_version, sendable
from probe.tls.messages import presented, reading
from tests.tls.peers import WEAK, context, drain, engine, handshake, leaf, root, server, talk

WEAK_SUITES = b"ALL:@SECLEVEL=0"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_handshake_in_each_version(version: str) -> None:
    number = registry.VERSION_NUMBERS[version]
    seen = handshake(context(extra=[root().certificate], low=number, high=number, ciphers=WEAK_SUITES), WEAK if version < "TLSv1.2" else None)
    read = reading(seen)
    assert seen.ending == Ending(how=How.DONE)
    assert (seen.version, seen.alerts, seen.says, seen.sni) == (version, (), "", "shop.example")
    assert presented(seen) == (leaf().der, root().der)
    assert read.complete
    assert not read.certificate_requested
    assert read.group == ("X25519MLKEM768" if version == "TLSv1.3" else "x25519")
    assert read.signature_scheme == (None if version < "TLSv1.2" else "ecdsa_secp256r1_sha256")
    assert read.extended_master_secret and read.renegotiation_info


@pytest.mark.parametrize("version", VERSIONS)
def test_names_from_the_wire_are_those_of_openssl(version: str) -> None:
    number = registry.VERSION_NUMBERS[version]
    peer = server(context(low=number, high=number, ciphers=WEAK_SUITES))
    client = engine(WEAK)
    talk(client, peer)
    seen = client.record(started=0.0, took=0.0)
    assert seen.version == peer.connection.get_protocol_version_name()
    assert seen.cipher == peer.connection.get_cipher_name()
    assert seen.group == peer.connection.get_group_name()


@pytest.mark.parametrize("suite", [b"AES128-SHA", b"DHE-RSA-AES128-SHA256"])
def test_a_failed_choice_still_tells_the_version_range(suite: bytes) -> None:
    # The leaf has an EC key: neither RSA key exchange nor DHE-RSA can work with it.
    seen = handshake(context(high=SSL.TLS1_2_VERSION, ciphers=suite))
    assert seen.ending == Ending(how=How.DECLINED, code=40)
    assert (seen.version, seen.cipher, seen.group, seen.alpn) == (None, None, None, None)


def test_every_suite_and_group_of_tls_1_3() -> None:
    for suite in (b"TLS_AES_128_GCM_SHA256", b"TLS_AES_256_GCM_SHA384", b"TLS_CHACHA20_POLY1305_SHA256"):
        made = context()
        made.set_tls13_ciphersuites(suite)
        seen = handshake(made)
        assert seen.cipher == suite.decode()
        assert presented(seen) == (leaf().der,)


@pytest.mark.parametrize(("curve", "name"), [(ec.SECP256R1(), "secp256r1"), (ec.SECP384R1(), "secp384r1"), (ec.SECP521R1(), "secp521r1")])
def test_hello_retry_request(curve: ec.EllipticCurve, name: str) -> None:
    made = context()
    made.set_tmp_ecdh(curve)
    seen = handshake(made)
    read = reading(seen)
    assert (read.retry_group, read.group, seen.version) == (name, name, "TLSv1.3")
    assert [one.type for one in seen.messages].count(1) == 2
    assert presented(seen) == (leaf().der,)
    assert seen.ending.how is How.DONE


def test_alpn_in_both_versions() -> None:
    for high in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
        made = context(high=high)
        made.set_alpn_select_callback(lambda _, offered: offered[1])
        assert handshake(made).alpn == "http/1.1"
        assert handshake(context(high=high)).alpn is None


def test_alpn_is_left_out_on_request() -> None:
    client = engine(Question(with_alpn=False))
    client.outgoing()
    offered = reading(client.record(started=0.0, took=0.0)).offered
    assert offered is not None and offered.alpn == () and 16 not in offered.extensions


@pytest.mark.parametrize("name", ["192.0.2.1", "2001:db8::1", "[::1]", "fe80::1%eth0", "a" * 256, "b\u00fccher.example", "", "a b", "nul\0"])
def test_names_that_must_not_be_sent(name: str) -> None:
    client = engine(sni=name)
    client.outgoing()
    seen = client.record(started=0.0, took=0.0)
    assert seen.sni is None
    assert seen.says
    assert not sendable(name)


@pytest.mark.parametrize("name", ["shop.example", "a" * 255, "xn--bcher-kva.example", "localhost", "1.2.3", "under_score.example"])
def test_names_that_are_sent(name: str) -> None:
    client = engine(sni=name)
    client.outgoing()
    assert client.record(started=0.0, took=0.0).sni == name


def test_no_sni_on_request() -> None:
    for client in (engine(sni=None), engine(Question(with_sni=False))):
        client.outgoing()
        seen = client.record(started=0.0, took=0.0)
        offered = reading(seen).offered
        assert seen.sni is None and seen.says == "" and offered is not None and 0 not in offered.extensions


@pytest.mark.parametrize(
    ("question", "versions"),
    [
        (Question(), (0x0304, 0x0303)),
        (Question(tls_max="TLSv1.2"), (0x0303,)),
        (Question(tls_min="TLSv1.3"), (0x0304,)),
        (Question(tls_max="TLSv1.1"), (0x0302,)),
        (Question(tls_min="TLSv1"), (0x0304, 0x0303, 0x0302, 0x0301)),
        (Question(security_level=0), (0x0304, 0x0303, 0x0302, 0x0301)),
        (Question(security_level=1), (0x0304, 0x0303)),
    ],
)
def test_versions_that_are_offered(question: Question, versions: tuple[int, ...]) -> None:
    client = engine(question)
    client.outgoing()
    seen = client.record(started=0.0, took=0.0)
    offered = reading(seen).offered
    assert offered is not None and offered.versions == versions
    assert (seen.tls_min, seen.tls_max) == (question.tls_min, question.tls_max)
    assert offered.status_request
    assert not any("anon" in registry.suite_iana_name(one) or "NULL" in registry.suite_iana_name(one) for one in offered.suites)


def test_an_impossible_range_sends_nothing() -> None:
    client = engine(Question(tls_min="TLSv1.3", tls_max="TLSv1.2"))
    assert client.outgoing() == b""
    assert client.state is State.FAILED
    seen = client.record(started=0.0, took=0.0)
    assert seen.ending == Ending(how=How.LOCAL, local=Local.ENGINE)
    assert (seen.sent, seen.alerts, seen.messages) == (0, (), ())


def test_application_data_goes_both_ways_and_is_not_kept() -> None:
    for high in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
        client, peer = engine(), server(context(high=high), answer=b"a secret answer")
        client.write(b"a question that waits for the handshake")
        talk(client, peer)
        assert bytes(peer.got) == b"a question that waits for the handshake"
        assert client.read() == b"a secret answer"
        assert client.read() == b""
        document = text(client.record(started=0.0, took=0.0))
        assert "secret" not in document
        assert all(b"secret answer" not in one.body for one in client.record(started=0.0, took=0.0).messages)


def test_what_waits_to_be_read_is_bounded() -> None:
    client, peer = engine(), server(context())
    talk(client, peer)
    for _ in range(READ_LIMIT // 16384 + 8):
        peer.connection.send(bytes(16384))
        client.incoming(drain(peer.connection))
    assert len(client.read()) == READ_LIMIT
    assert client.state is State.ESTABLISHED


@pytest.mark.parametrize("high", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_orderly_ends(high: int) -> None:
    client, peer = engine(), server(context(high=high))
    talk(client, peer)
    peer.connection.shutdown()
    client.incoming(drain(peer.connection))
    assert client.closed_by_peer and client.state is State.ENDED
    seen = client.record(started=0.0, took=0.0)
    assert [(one.sent, one.level, one.description) for one in seen.alerts] == [(False, 1, 0)]
    assert seen.ending == Ending(how=How.DONE)


@pytest.mark.parametrize("high", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_our_close_notify_is_sent_and_recorded(high: int) -> None:
    client, peer = engine(), server(context(high=high))
    talk(client, peer)
    client.close()
    peer.step(client.outgoing())
    assert isinstance(peer.problems[-1], SSL.ZeroReturnError)
    assert [(one.sent, one.description) for one in client.record(started=0.0, took=0.0).alerts] == [(True, 0)]
    assert client.state is State.ENDED
    client.close()
    client.write(b"too late")
    assert client.outgoing() == b""


def test_a_recorded_handshake_goes_through_json_unchanged() -> None:
    seen = handshake(context(extra=[root().certificate]))
    again = parse(Handshake, text(seen))
    assert again == seen
    assert reading(again) == reading(seen)
    assert isinstance(dump(seen), dict)


def test_tickets_and_finished_leave_their_size_only() -> None:
    for high in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
        seen = handshake(context(high=high))
        kinds = {one.type for one in seen.messages}
        assert {4, 20} <= kinds
        assert all(one.body == b"" and one.size > 0 for one in seen.messages if one.type in (4, 20))


def test_times_never_go_back_and_bytes_are_counted() -> None:
    client, peer = engine(), server(context())
    sent = received = 0
    for _ in range(6):
        out = client.outgoing()
        back = peer.step(out)
        sent, received = sent + len(out), received + len(back)
        client.incoming(back)
    seen = client.record(started=0.0, took=0.0)
    assert (seen.sent, seen.received) == (sent, received)
    assert [one.at for one in seen.messages] == sorted(one.at for one in seen.messages)
    assert [(one.sent, one.type) for one in seen.messages][:2] == [(True, 1), (False, 2)]


def test_closed_connections_leave_no_cycle_behind() -> None:
    client = engine()
    talk(client, server(context()))
    watched = weakref.ref(client)
    gc.disable()
    try:
        del client
        assert watched() is None
    finally:
        gc.enable()


def test_parameters_share_one_context() -> None:
    made = [Engine(sni="a.example", question=Question(name=name), alpn=(), now=float) for name in ("ordinary", "again")]
    assert made[0]._connection.get_context() is made[1]._connection.get_context()
    other = Engine(sni="a.example", question=Question(tls_max="TLSv1.2"), alpn=(), now=float)
    assert other._connection.get_context() is not made[0]._connection.get_context()


def test_the_library_is_named() -> None:
    assert openssl_version().startswith("OpenSSL ")
