"""The server's side of the engine against the client's: what one records the other does, seen from the other end."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from probe.facts.observation import Handshake, How, Question
from probe.tls.answering import Answering, answer_with
from probe.tls.credential import Credential
from probe.tls.engine import Engine, State
from probe.tls.messages import from_caller, mirrored, presented, reading
from probe.tls.temporary import temporary

NAME = "api.partner.example"
VERSIONS = ("TLSv1.2", "TLSv1.3")


def clock() -> float:
    return 1.0


def credential(name: str = NAME) -> Credential:
    return temporary(name, datetime.now(UTC))


def talked(highest: str, request: str = "off", identity: Credential | None = None, name: str = NAME) -> tuple[Answering, Engine, Handshake, Handshake]:
    """Let a client of ours call a server of ours; give both, and what each recorded."""
    context, said = answer_with(credential(), request)
    assert said == ""
    server = Answering(context=context, now=clock)
    question = Question(tls_max=highest, with_identity=identity is not None)
    client = Engine(sni=name, question=question, alpn=("h2", "http/1.1"), now=clock, credential=identity)
    for _ in range(8):
        server.incoming(client.outgoing())
        client.incoming(server.outgoing())
    return server, client, server.record(started=0.0, took=1.0), client.record(started=0.0, took=1.0)


@pytest.mark.parametrize("highest", VERSIONS)
def test_both_sides_record_the_same(highest: str) -> None:
    server, client, heard, said = talked(highest)
    assert server.state is client.state is State.ESTABLISHED
    assert heard.ending.how is said.ending.how is How.DONE
    assert (heard.version, heard.cipher, heard.group, heard.alpn, heard.sni) == (said.version, said.cipher, said.group, said.alpn, NAME)
    assert heard.hello_size == said.hello_size and (heard.sent, heard.received) == (said.received, said.sent)
    assert heard.alpn == "http/1.1"
    turned = [(one.sent, one.type, one.size, one.body) for one in mirrored(heard.messages)]
    # What a flight holds is in the same order on both sides; only how flights cross may differ.
    for direction in (True, False):
        assert [one for one in turned if one[0] is direction] == [(one.sent, one.type, one.size, one.body) for one in said.messages if one.sent is direction]
    assert presented(said) and from_caller(heard) == ()


@pytest.mark.parametrize("highest", VERSIONS)
def test_the_callers_certificate_is_read(highest: str) -> None:
    mine = credential("caller.example")
    _, client, heard, said = talked(highest, "optional", mine)
    assert reading(said).certificate_requested and client.state is State.ESTABLISHED
    assert from_caller(heard) == (mine.chain[0].public_bytes(Encoding.DER),)


@pytest.mark.parametrize(("highest", "alert"), [("TLSv1.2", 40), ("TLSv1.3", 116)])
def test_without_a_certificate_that_is_required_it_ends(highest: str, alert: int) -> None:
    server, _, heard, _ = talked(highest, "required")
    assert server.state is State.FAILED and server.sent_alert == alert
    assert [(one.sent, one.description) for one in heard.alerts] == [(True, alert)]


@pytest.mark.parametrize("highest", VERSIONS)
def test_a_callers_alert_is_read_inside_the_encryption(highest: str) -> None:
    context, _ = answer_with(credential())
    server = Answering(context=context, now=clock)
    client = Engine(sni=NAME, question=Question(tls_max=highest), alpn=(), now=clock)
    server.incoming(client.outgoing())
    flight = server.outgoing()
    # The caller gets the flight with one byte of the certificate's signature changed, and refuses it.
    broken = bytearray(flight)
    broken[-40 if highest == "TLSv1.3" else len(flight) // 2] ^= 1
    client.incoming(bytes(broken))
    server.incoming(client.outgoing())
    assert server.failed_alert is not None and server.failed_alert == client.sent_alert
    assert server.record(started=0.0, took=1.0).ending.how is How.DECLINED


def test_plain_text_gets_no_alert() -> None:
    context, _ = answer_with(credential())
    server = Answering(context=context, now=clock)
    server.incoming(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    made = server.record(started=0.0, took=1.0)
    assert server.plain.startswith(b"GET /") and server.outgoing() == b"" and made.alerts == () and not server.answered


def test_nothing_of_the_key_shows() -> None:
    context, _ = answer_with(mine := credential())
    assert "hidden" in repr(mine) and "PRIVATE" not in repr(context)


def test_a_session_is_never_resumed() -> None:
    """Whoever called before gets a whole handshake again: the certificate is sent each time."""
    for highest in VERSIONS:
        _, _, heard, said = talked(highest)
        assert presented(said) and any(one.sent and one.type == 11 for one in heard.messages)
