"""What is kept of a caller's first bytes, and what is told from them."""

import random

import pytest

from probe.facts.observation import Message, Question
from probe.tls.callers import blanked, counts, harmless, ja3, plain_protocol
from probe.tls.engine import Engine
from probe.tls.messages import client_hello

SECRET = b"hunter2hunter2"
PLAIN = {
    "HTTP": b"POST /a/b?token=" + SECRET + b" HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + SECRET,
    "PROXY protocol": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
    "SSH": b"SSH-2.0-" + SECRET,
    "SMTP": b"EHLO " + SECRET,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "LDAP": b"\x30\x1c\x02\x01\x01\x60\x17\x02\x01\x03\x04\x02cn\x80\x0e" + SECRET,
    "MQTT": b"\x10\x20\x00\x04MQTT\x04\xc2\0\0\0\x00\x00\x0e" + SECRET,
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_caller_is_named_by_what_may_be_kept(name: str) -> None:
    kept = harmless(PLAIN[name])
    assert plain_protocol(kept) == name
    assert SECRET not in kept and harmless(kept) == kept


def test_of_http_the_request_line_stays_without_what_may_be_secret() -> None:
    assert harmless(PLAIN["HTTP"]) == b"POST /a/b HTTP/1\r\n"
    assert harmless(b"GET http://user:hunter2@host/x#y HTTP/1.0\r\n") == b"GET http://host/x HTTP/1\r\n"


def test_anything_else_is_cut_to_a_few_bytes() -> None:
    generator = random.Random(7)
    for _ in range(2000):
        data = generator.randbytes(generator.randrange(200))
        assert len(harmless(data)) <= 12 and isinstance(plain_protocol(harmless(data)), str)
    assert harmless(b"") == b"" and not counts(None)


def hello(sni: str = "api.partner.example") -> bytes:
    engine = Engine(sni=sni, question=Question(), alpn=("http/1.1",), now=lambda: 0.0)
    return engine.outgoing()[9:]


def with_tickets(body: bytes) -> bytes:
    """The ClientHello with a session ticket and a pre-shared key at its end."""
    at = 34 + 1 + body[34]
    at += 2 + int.from_bytes(body[at : at + 2], "big")
    at += 1 + body[at]
    extensions = body[at + 2 :]
    for kind in (35, 41):
        if kind == 35 and b"\0\x23\0\0" in extensions:
            extensions = extensions.replace(b"\0\x23\0\0", b"", 1)
        extensions += kind.to_bytes(2, "big") + len(SECRET).to_bytes(2, "big") + SECRET
    return body[:at] + len(extensions).to_bytes(2, "big") + extensions


def test_tickets_are_blanked_and_all_else_stays() -> None:
    body = with_tickets(hello())
    made = blanked(Message(at=0.0, sent=False, type=1, size=len(body), body=body))
    assert SECRET in body and SECRET not in made.body and len(made.body) == len(body)
    assert client_hello(made.body) == client_hello(body)
    other = Message(at=0.0, sent=False, type=11, size=len(body), body=body)
    assert blanked(other) is other


def test_damaged_hellos_do_no_harm() -> None:
    generator, body = random.Random(11), with_tickets(hello())
    for _ in range(3000):
        damaged = bytearray(body)
        for _ in range(generator.randrange(1, 8)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        cut = bytes(damaged[: generator.randrange(len(damaged))])
        made = blanked(Message(at=0.0, sent=False, type=1, size=len(cut), body=cut))
        assert len(made.body) == len(cut) and len(ja3(cut)) in (0, 32)


def test_the_fingerprint_is_that_of_other_programs() -> None:
    """The ClientHello of the article that defined JA3: version 769, and the hash that it prints."""
    suites = bytes.fromhex("002f00350005000ac009c00ac013c0140032003800130004")
    extensions = b"\0\0\0\0" + b"\0\x0a\0\x08\0\x06\0\x17\0\x18\0\x19" + b"\0\x0b\0\x02\x01\0"
    body = b"\x03\x01" + bytes(32) + b"\0" + len(suites).to_bytes(2, "big") + suites + b"\x01\0" + len(extensions).to_bytes(2, "big") + extensions
    # 769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0
    assert ja3(body) == "ada70206e40642a3e4461f35503241d5"
