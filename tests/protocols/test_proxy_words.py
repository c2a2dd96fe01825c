"""Asking a proxy for a tunnel, without a network: whole, byte by byte, cut off at every byte, and answered by anything."""

import base64
import pickle

import pytest

from probe.facts.observation import Ending, How, Local
from probe.protocols.connect import Connecting
from probe.protocols.login import Login
from probe.protocols.negotiation import HIDDEN, Negotiation
from probe.protocols.socks import Socks4, Socks5

LOGIN = Login("alice", "correct horse:7")
PASSED = b"HTTP/1.1 200 Connection established\r\nProxy-Agent: x\r\n\r\n"
GRANTED5 = b"\5\0" + b"\5\0\0\1\x7f\0\0\1\x12\x34"
GRANTED4 = b"\0\x5a\0\0\0\0\0\0"
DONE = Ending(how=How.DONE)


def told(words: Negotiation, answer: bytes, size: int = 0, *, over: bool = False) -> Negotiation:
    """Give an answer in pieces, ``over``: and then the end of the stream."""
    words.outgoing()
    for at in range(0, len(answer), size or max(1, len(answer))):
        words.incoming(answer[at : at + (size or len(answer))])
        words.outgoing()
    if over:
        words.incoming(b"")
    return words


def ways() -> list[tuple[Negotiation, bytes]]:
    return [(Connecting("shop.example", 443), PASSED), (Socks5("shop.example", 443), GRANTED5), (Socks4("shop.example", 443), GRANTED4)]


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_tunnel_is_agreed_and_the_first_bytes_behind_it_are_kept(number: int, size: int) -> None:
    words, answer = ways()[number]
    told(words, answer, size)
    assert words.words().ending == DONE and words.words().complete and words.rest() == b""
    words, answer = ways()[number]
    told(words, answer + b"220 mail.example ESMTP\r\n")
    assert words.words().ending == DONE and words.rest() == b"220 mail.example ESMTP\r\n" and not words.words().body


@pytest.mark.parametrize("number", range(3))
def test_an_answer_that_is_cut_off_is_never_a_tunnel(number: int) -> None:
    for cut in range(len(ways()[number][1])):
        words, answer = ways()[number]
        told(words, answer[:cut], over=True)
        assert words.words().ending != DONE, cut


def test_what_an_http_proxy_is_asked() -> None:
    assert Connecting("shop.example", 8443).outgoing().startswith(b"CONNECT shop.example:8443 HTTP/1.1\r\nHost: shop.example:8443\r\n")
    assert Connecting("2001:db8::7%eth0", 443).outgoing().startswith(b"CONNECT [2001:db8::7]:443 HTTP/1.1\r\n")
    asked = Connecting("shop.example", 443, LOGIN)
    words = asked.outgoing()
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"alice:correct horse:7") in words and not asked.outgoing()
    assert b"Authorization" not in Connecting("shop.example", 443).outgoing()


def test_what_a_socks_proxy_is_asked() -> None:
    five = Socks5("shop.example", 443)
    assert five.outgoing() == b"\5\1\0"
    five.incoming(b"\5\0")
    assert five.outgoing() == b"\5\1\0\3\x0cshop.example\x01\xbb"
    five = Socks5("127.0.0.1", 443, LOGIN)
    assert five.outgoing() == b"\5\2\0\2" and not five.authenticated
    five.incoming(b"\5\2")
    assert five.outgoing() == b"\1\5alice\x0fcorrect horse:7" and five.authenticated
    five.incoming(b"\1\0")
    assert five.outgoing() == b"\5\1\0\1\x7f\0\0\1\x01\xbb"
    assert told(Socks5("::1", 443), b"\5\0").words().ending is None
    assert Socks4("shop.example", 443).outgoing() == b"\4\1\x01\xbb\0\0\0\1\0shop.example\0"
    assert Socks4("127.0.0.1", 443, LOGIN).outgoing() == b"\4\1\x01\xbb\x7f\0\0\1alice\0"


@pytest.mark.parametrize("kind", [b"\1\x7f\0\0\1", b"\3\x09127.0.0.1", b"\4" + bytes(16)])
def test_socks_tells_the_address_in_any_form(kind: bytes) -> None:
    assert told(Socks5("shop.example", 443), b"\5\0\5\0\0" + kind + b"\0\0rest").rest() == b"rest"


@pytest.mark.parametrize(
    ("answer", "step", "status"), [(b"\5\xff", "method", 255), (b"\5\0\5\2", "request", 2), (b"\5\0\5\4\0\1\0\0\0\0\0\0", "request", 4), (b"\5\2", "method", 2)]
)
def test_socks_says_no(answer: bytes, step: str, status: int) -> None:
    words = told(Socks5("shop.example", 443), answer).words()
    assert words.ending == Ending(how=How.DECLINED, code=status) and (words.status, dict(words.fields)["step"]) == (status, step)


def test_socks_refuses_the_login() -> None:
    words = told(Socks5("shop.example", 443, LOGIN), b"\5\2\1\1", 1).words()
    assert words.status == 1 and dict(words.fields) == {"step": "login"}
    assert told(Socks4("shop.example", 443), b"\0\x5d\0\0\0\0\0\0").words().status == 93


@pytest.mark.parametrize("status", [302, 403, 404, 407, 502, 503])
def test_an_http_proxy_says_no(status: int) -> None:
    body = b"<html><script>alert(1)</script></html>"
    lines = (
        f"HTTP/1.1 {status} No",
        "Via: 1.1 gate",
        "Set-Cookie: secret=1",
        "X-Squid-Error: ERR_ACCESS_DENIED 0 secret",
        f"Content-Length: {len(body)}",
        "",
        "",
    )
    head = "\r\n".join(lines)
    for size in (0, 1):
        words = told(Connecting("shop.example", 443), head.encode() + body, size).words()
        assert words.ending == Ending(how=How.DECLINED, code=status) and words.status == status and words.complete and words.body == body
        assert words.fields == (("via", "1.1 gate"), ("x-squid-error", "ERR_ACCESS_DENIED 0"), ("content-length", str(len(body))))


def test_schemes_of_a_challenge_are_kept_and_nothing_else_of_it() -> None:
    challenges = ("NTLM", 'basic realm="inside.corp"', "Odd x")
    head = "\r\n".join(("HTTP/1.1 407 No", *(f"Proxy-Authenticate: {one}" for one in challenges), "Content-Length: 0", "", ""))
    words = told(Connecting("shop.example", 443), head.encode()).words()
    assert [value for name, value in words.fields if name == "proxy-authenticate"] == ["NTLM", "Basic", "other"]


@pytest.mark.parametrize("answer", [b"\x15\x03\x01\0\2\2\x28", b"SSH-2.0-x\r\n", b"\0" * 100, b"HTTP/9 !\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\xff" * 70_000])
@pytest.mark.parametrize("kind", [Connecting, Socks5, Socks4])
def test_anything_else_is_no_proxy(kind: type[Connecting], answer: bytes) -> None:
    words = told(kind("shop.example", 443), answer, over=True).words()
    assert words.ending == Ending(how=How.DECLINED) and words.status is None and len(words.body) <= 4096


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 " + b"x" * 1_000_000, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 30_000],
)
def test_an_answer_without_end_is_cut_off(answer: bytes) -> None:
    words = Connecting("shop.example", 443)
    taken = 0
    while taken < len(answer) and not words.words().complete:
        words.incoming(answer[taken : taken + 4096])
        taken += 4096
    assert words.words().ending == Ending(how=How.LOCAL, local=Local.LIMIT) and taken < 100_000


def test_a_page_without_end_keeps_its_status() -> None:
    words = Connecting("shop.example", 443)
    for piece in (b"HTTP/1.1 403 No\r\n\r\n", *[b"<p>" * 1000] * 50):
        words.incoming(piece)
    assert words.words().status == 403 and len(words.words().body) == 4096 and words.words().complete


@pytest.mark.parametrize("secret", [LOGIN.basic, b"correct horse:7", b"alice"])
def test_a_peer_that_repeats_the_login_does_not_get_it_into_the_report(secret: bytes) -> None:
    head = b"HTTP/1.1 403 " + secret + b"\r\nVia: " + secret + b"\r\nProxy-Authenticate: " + secret + b"\r\nX-Squid-Error: ERR_" + secret + b"\r\n\r\n"
    for answer in (head + secret, head + b"x" * 4090 + secret, b"CONNECT " + secret, secret * 400):
        words = told(Connecting("shop.example", 443, LOGIN), answer, over=True).words()
        kept = words.body + repr(words.fields).encode()
        assert secret not in kept and base64.b64encode(secret) not in kept
    assert told(Connecting("shop.example", 443, LOGIN), b"CONNECT " + secret, over=True).words().body == HIDDEN


def test_a_login_is_shown_to_nobody() -> None:
    assert "alice" not in repr(LOGIN) and "horse" not in repr(LOGIN)
    with pytest.raises(TypeError):
        pickle.dumps(LOGIN)
