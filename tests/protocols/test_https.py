import pytest

from probe import VERSION
from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.protocols.https import BODY, HEADERS, PROTOCOL, Request, bare_location, host_field
from probe.protocols.protocol import Words

DONE = Ending(how=How.DONE)
STRANGE = Ending(how=How.DECLINED)
PAGE = b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello"


def target(host: str = "shop.example", port: int = 443, sni: str | None = "shop.example", path: str = "/") -> Target:
    return Target(spelled=host, protocol="https", host=host, port=port, name=host, sni=sni, path=path)


def said(*pieces: bytes) -> Words:
    request = Request(target())
    for piece in pieces:
        request.incoming(piece)
    return request.words()


def test_the_request_says_who_asks_for_what_and_nothing_else() -> None:
    request = Request(target(path="/a b?x=1"))
    lines = request.outgoing().split(b"\r\n")
    assert lines[0] == b"GET /a%20b?x=1 HTTP/1.1"
    assert {*lines[1:]} == {b"Host: shop.example", b"User-Agent: probe/" + VERSION.encode(), b"Accept: */*", b"Connection: close", b""}
    assert request.outgoing() == b""


@pytest.mark.parametrize("path", ["/\r\nX: y", "/\x00", "/ü", "no/slash", "", "/%zz\x7f", "/#frag"])
def test_no_path_breaks_the_request(path: str) -> None:
    head = Request(target(path=path)).outgoing().split(b"\r\n")
    assert head[0].startswith(b"GET /") and head[0].endswith(b" HTTP/1.1") and len(head) == 7


@pytest.mark.parametrize(
    ("host", "port", "sni", "field"),
    [
        ("shop.example", 443, "shop.example", "shop.example"),
        ("shop.example", 8443, "shop.example", "shop.example:8443"),
        ("127.0.0.1", 40000, "shop.example", "shop.example:40000"),
        ("2001:db8::1", 443, None, "[2001:db8::1]"),
        ("fe80::1%eth0", 444, None, "[fe80::1]:444"),
        ("shop.example", 443, "bücher.example", "shop.example"),
        ("bücher.example", 443, "a\r\nX: y", ""),
    ],
)
def test_host_field(host: str, port: int, sni: str | None, field: str) -> None:
    assert host_field(target(host, port, sni)) == field
    assert f"\r\nHost: {field}\r\n".encode() in Request(target(host, port, sni)).outgoing()


def test_a_whole_answer() -> None:
    assert said(PAGE) == Words(status=200, fields=(("server", "x"), ("content-length", "5")), body=b"hello", ending=DONE, complete=True)


def test_an_answer_byte_by_byte_is_the_same() -> None:
    assert said(*(PAGE[at : at + 1] for at in range(len(PAGE)))) == said(PAGE)


def test_a_body_without_length_ends_with_the_stream() -> None:
    head = b"HTTP/1.0 200 OK\r\n\r\n"
    assert said(head, b"abc") == Words(status=200, body=b"abc", ending=DONE, complete=False)
    assert said(head, b"abc", b"").complete


def test_a_body_that_is_cut_off_changes_nothing() -> None:
    assert said(b"HTTP/1.1 503 Busy\r\nContent-Length: 50\r\n\r\nab", b"") == Words(
        status=503, fields=(("content-length", "50"),), body=b"ab", ending=Ending(how=How.DECLINED, code=503), complete=True
    )


def test_early_answers_are_passed_over() -> None:
    words = said(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
    assert words.status == 401 and words.complete


def test_only_the_head_of_the_body_is_kept() -> None:
    words = said(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", b"x" * 70000)
    assert words.complete and len(words.body) == BODY


def test_secrets_are_not_kept() -> None:
    words = said(
        b"HTTP/1.1 302 Found\r\nSet-Cookie: session=secret\r\nAuthorization: secret\r\nX-Api-Key: secret\r\nProxy-Authenticate: Basic secret\r\n"
        b"WWW-Authenticate: Negotiate secret==\r\nLocation: https://me:secret@a.example/b?token=secret#secret\r\nContent-Length: 0\r\n\r\n"
    )
    assert words.fields == (("www-authenticate", "Negotiate"), ("location", "https://a.example/b"), ("content-length", "0"))
    assert "secret" not in repr(words)


def test_bare_location_of_nonsense() -> None:
    assert bare_location("http://[broken") == ""
    assert bare_location("/only/path?x") == "/only/path"


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0-OpenSSH\r\n", b"\x00" * 40, b"220 mail ready\r\n", b"HTTP/9 what\r\n\r\n", b"HTTP/1.1 200 OK\r\nbad\x00name: 1\r\n\r\n"]
)
def test_what_is_no_http_is_declined_with_its_first_bytes(garbage: bytes) -> None:
    assert said(garbage) == Words(body=garbage, ending=STRANGE, complete=True)


def test_an_answer_that_breaks_off_before_its_status_is_declined() -> None:
    assert said(b"HTTP/1.1 2", b"") == Words(body=b"HTTP/1.1 2", ending=STRANGE, complete=True)


def test_nothing_at_all_is_no_answer() -> None:
    assert said(b"") == Words()


def test_headers_without_end_are_a_limit() -> None:
    request = Request(target())
    request.incoming(b"HTTP/1.1 200 OK\r\n")
    for number in range(HEADERS):
        request.incoming(b"X-%d: %s\r\n" % (number, b"y" * 1000))
        if request.words().complete:
            break
    assert request.words().ending == Ending(how=How.LOCAL, local=Local.LIMIT)
    assert len(request.words().body) <= 1024


def test_early_answers_without_end_are_a_limit() -> None:
    assert said(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 5000).ending == Ending(how=How.LOCAL, local=Local.LIMIT)


def test_many_and_long_fields_are_cut() -> None:
    words = said(b"HTTP/1.1 200 OK\r\n" + b"Via: %s\r\n" % (b"v" * 600) * 60 + b"Content-Length: 0\r\n\r\n")
    assert len(words.fields) == 40 and {len(value) for _, value in words.fields} == {512}


def test_what_is_offered() -> None:
    assert (PROTOCOL.port, PROTOCOL.alpn) == (443, ("http/1.1",))
