"""What a caller says over TLS: what is kept of a request, what is answered, and what is never kept."""

import random

import pytest

from probe.facts.observation import How, Local
from probe.protocols.heard import BODY, HEADERS, Heard

SECRET = "hunter2hunter2"
REQUEST = (
    f"POST /api/oicp/charging/v21/operators/DE-ABC/authorize/start?token={SECRET} HTTP/1.1\r\n"
    f"Host: user:{SECRET}@api.partner.example:8443\r\n"
    f"Authorization: Basic {SECRET}\r\nCookie: session={SECRET}\r\nX-Api-Key: {SECRET}\r\nProxy-Authorization: {SECRET}\r\n"
    f"User-Agent: Java/17\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{SECRET}"
).encode()


def test_a_request_is_answered_and_what_may_be_kept_is_kept() -> None:
    heard = Heard(200)
    for byte in REQUEST:
        assert heard.outgoing() == b""
        heard.incoming(bytes([byte]))
    answer, words = heard.outgoing(), heard.words()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and b"Connection: close" in answer and heard.outgoing() == b""
    assert words.status == 200 and words.complete and words.ending and words.ending.how is How.DONE
    assert words.fields == (
        ("method", "POST"),
        ("path", "/api/oicp/charging/v21/operators/DE-ABC/authorize/start"),
        ("query", "left out"),
        ("host", "api.partner.example:8443"),
        ("user-agent", "Java/17"),
        ("content-type", "application/json"),
        ("content-length", "14"),
    )
    assert SECRET not in repr(words)


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body(status: int) -> None:
    heard = Heard(status)
    heard.incoming(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert heard.outgoing().endswith(b"Connection: close\r\n\r\n")


def test_a_caller_that_expects_a_word_first_gets_the_last_one() -> None:
    heard = Heard(503)
    heard.incoming(b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert heard.outgoing().startswith(b"HTTP/1.1 503 Service Unavailable")


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    heard = Heard(200)
    heard.incoming(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
    assert heard.request_seen and not heard.words().complete
    heard.answer()
    assert heard.words().complete and heard.outgoing()


def test_limits() -> None:
    header, body = Heard(200), Heard(200)
    while not header.words().complete:
        header.incoming((b"GET / HTTP/1.1\r\nX: " if not header.received else b"") + b"y" * 4096)
    assert header.received < HEADERS + 8192 and header.words().ending
    assert header.words().ending.local is Local.LIMIT and header.outgoing().startswith(b"HTTP/1.1 431 ")  # type: ignore[union-attr]  # asserted above
    body.incoming(b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not body.words().complete:
        body.incoming(b"1000\r\n" + b"z" * 4096 + b"\r\n")
    assert body.received <= HEADERS + BODY + 8192 and body.outgoing().startswith(b"HTTP/1.1 200 ")


def test_other_words_are_no_request() -> None:
    heard = Heard(200)
    heard.incoming(b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00")
    assert heard.words().complete and heard.words().status is None and heard.outgoing() == b""
    assert heard.strange.startswith(b"\x30\x0c") and heard.words().fields == ()


def test_nothing_raises() -> None:
    generator = random.Random(3)
    for _ in range(3000):
        heard, data = Heard(200), bytearray(REQUEST)
        for _ in range(generator.randrange(6)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        rest = bytes(data[: generator.randrange(len(data))])
        while rest:
            size = generator.randrange(1, 200)
            heard.incoming(rest[:size])
            rest = rest[size:]
        heard.answer()
        assert isinstance(heard.words().fields, tuple)
