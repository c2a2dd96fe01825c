"""Issuers from URLs that a hostile certificate may have chosen."""

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from probe.capture.clock import Clock
from probe.capture.fetch import BODY, fetch_issuer
from probe.facts.observation import Ending, Fetch, Hop, How, Local
from probe.lab.listener import Listener, finish
from probe.lab.pki import Issued
from tests.servers import nsd

DONE = Ending(how=How.DONE)
PRIVATE = Ending(how=How.LOCAL, local=Local.PRIVATE_ADDRESS)
SCHEME = Ending(how=How.LOCAL, local=Local.SCHEME)
LIMIT = Ending(how=How.LOCAL, local=Local.LIMIT)
UNUSABLE = Ending(how=How.LOCAL, local=Local.UNUSABLE)
LOOPBACK = ("127.0.0.1",)


def fetched(url: str, targets: tuple[str, ...] = LOOPBACK, allow_private: bool = False, seconds: float = 5.0, resolver: str | None = None) -> Fetch:
    clock = Clock()
    return asyncio.run(fetch_issuer(url, targets, allow_private, clock, clock.now() + seconds, resolver))


class Site:
    """A web server with one answer for all paths, which remembers the requests."""

    def __init__(self, *pieces: bytes, pause: float = 0.0, wait: bool = True) -> None:
        self._pieces = pieces
        self._pause = pause
        self._wait = wait
        self.requests: list[bytes] = []
        self._listener = Listener(self._talk)
        self.port = self._listener.port

    def _talk(self, connection: socket.socket) -> None:
        if self._wait:
            self.requests.append(connection.recv(65536))
        for piece in self._pieces:
            connection.sendall(piece)
            if self._pause:
                threading.Event().wait(self._pause)
        finish(connection)

    def __enter__(self) -> "Site":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def url(self, path: str = "/issuer.cer") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def page(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    head = "".join(f"{one}\r\n" for one in (f"Content-Length: {len(body)}", *fields))
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def redirect(url: str) -> bytes:
    return page(b"", "302 Found", f"Location: {url}")


def test_a_certificate_comes_as_it_is(root: Issued) -> None:
    with Site(page(root.der, "200 OK", "Content-Type: application/pkix-cert")) as site:
        one = fetched(site.url("/a/issuer.cer?x=1"))
    assert (one.ending, one.body, one.purpose, one.url) == (DONE, root.der, "issuer", site.url("/a/issuer.cer?x=1"))
    assert one.hops == (Hop(url=one.url, address="127.0.0.1", status=200),)
    (request,) = site.requests
    assert request.startswith(b"GET /a/issuer.cer?x=1 HTTP/1.1\r\n") and f"Host: 127.0.0.1:{site.port}\r\n".encode() in request
    assert b"accept-encoding" not in request.lower()


def test_loopback_needs_a_target_there_or_permission() -> None:
    with Site(page(b"x")) as site:
        for targets in ((), ("203.0.113.1",), ("10.0.0.1",)):
            one = fetched(site.url(), targets)
            assert (one.ending, one.hops, one.body) == (PRIVATE, (Hop(url=site.url(), address="127.0.0.1"),), b"")
        assert not site.requests
        assert fetched(site.url(), (), allow_private=True).ending == DONE


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/x",
        "http://[64:ff9b::a00:1]/x",
        "http://[fd00::1]/x",
        "http://[fe80::1]/x",
        "http://0.0.0.0:8080/x",
        "http://[::]:8080/x",
        "http://224.0.0.1/x",
        "http://240.0.0.1/x",
    ],
)
def test_inner_places_are_not_gone_to(url: str) -> None:
    assert fetched(url).ending == PRIVATE


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost"])
def test_other_spellings_of_loopback_are_seen_through(host: str) -> None:
    assert fetched(f"http://{host}:8080/x", ()).ending == PRIVATE


@pytest.mark.parametrize(
    "url",
    [
        "ldap://dc.example/cn=CA?cACertificate",
        "https://ca.example/x",
        "file:///etc/passwd",
        "ftp://ca.example/x",
        "",
        "http://",
        "http:///x",
        "//ca.example/x",
        "http://user:secret@127.0.0.1:8080/x",
        "http://@127.0.0.1:8080/x",
        "http://127.0.0.1:22/x",
        "http://127.0.0.1:443/x",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:x/",
        "http://[::1/x",
        "http://[fe80::1%25eth0]/x",
        "http://ca.example/\r\nX: y",
        "http://ca.example/ü",
        "http://c\x00a.example/",
        "http://ca_<>.example/",
        "http://ca.example/" + "x" * 3000,
    ],
)
def test_urls_that_are_not_followed(url: str) -> None:
    one = fetched(url)
    assert one.ending == SCHEME and one.hops[0].address is None and len(one.url) <= 2000


def test_a_redirect_is_followed_and_shown(root: Issued) -> None:
    with Site(page(root.der)) as last, Site(redirect(last.url("/real.cer"))) as first:
        one = fetched(first.url())
    assert (one.ending, one.body) == (DONE, root.der)
    assert [(hop.url, hop.status) for hop in one.hops] == [(first.url(), 302), (last.url("/real.cer"), 200)]


def test_a_relative_redirect_is_followed() -> None:
    with Site(redirect("../ca/real.cer")) as site:
        one = fetched(site.url("/x/y"))
    assert one.hops[1].url == site.url("/ca/real.cer")


@pytest.mark.parametrize(
    ("to", "ending"),
    [
        ("http://10.0.0.1/x", PRIVATE),
        ("http://169.254.169.254/x", PRIVATE),
        ("https://127.0.0.1/x", SCHEME),
        ("file:///etc/passwd", SCHEME),
        ("http://[broken", SCHEME),
        ("http://u:p@127.0.0.1:8080/", SCHEME),
    ],
)
def test_a_redirect_is_judged_like_a_first_url(to: str, ending: Ending) -> None:
    with Site(redirect(to)) as site:
        one = fetched(site.url())
    assert one.ending == ending and one.hops[0].status == 302 and not one.body


def test_redirects_without_end_are_a_limit() -> None:
    with Site(redirect("/again")) as site:
        one = fetched(site.url())
    assert one.ending == LIMIT and len(one.hops) == 4 == len(site.requests)


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "304 Not Modified", "302 Found"])
def test_other_statuses_are_declined(status: str) -> None:
    with Site(page(b"", status)) as site:
        assert fetched(site.url()).ending == Ending(how=How.DECLINED, code=int(status[:3]))


def test_an_empty_document_is_unusable() -> None:
    with Site(page(b"")) as site:
        assert fetched(site.url()).ending == UNUSABLE


@pytest.mark.parametrize("body", [page(b"x" * (BODY + 1)), b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (BODY + 1)])
def test_a_large_document_is_a_limit(body: bytes) -> None:
    with Site(body) as site:
        one = fetched(site.url())
    assert (one.ending, one.body) == (LIMIT, b"")


def test_a_document_of_just_the_limit_is_taken() -> None:
    with Site(page(b"x" * BODY)) as site:
        assert len(fetched(site.url()).body) == BODY


def test_a_header_without_end_is_a_limit() -> None:
    with Site(b"HTTP/1.1 200 OK\r\n", *[b"X-More: " + b"y" * 1000 + b"\r\n"] * 2000) as site:
        assert fetched(site.url()).ending == LIMIT


def test_nothing_is_decoded() -> None:
    with Site(page(b"\x1f\x8bsqueezed", "200 OK", "Content-Encoding: gzip")) as site:
        assert fetched(site.url()).body == b"\x1f\x8bsqueezed"


def test_a_slow_answer_keeps_to_the_deadline() -> None:
    with Site(*[bytes((byte,)) for byte in page(b"x" * 100)], pause=0.05) as site:
        began = time.monotonic()
        one = fetched(site.url(), seconds=0.5)
    assert one.ending == Ending(how=How.TIMED_OUT) and time.monotonic() - began < 4 and one.took < 3


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n", b"\x15\x03\x03\x00\x02\x02\x28", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"])
def test_what_is_no_whole_http_is_unusable(answer: bytes) -> None:
    with Site(answer) as site:
        assert fetched(site.url()).ending == UNUSABLE


def test_closing_without_a_word_is_closed() -> None:
    with Site() as site:
        assert fetched(site.url()).ending == Ending(how=How.CLOSED)


def test_a_closed_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    one = fetched(f"http://127.0.0.1:{port}/x")
    assert one.ending == Ending(how=How.REFUSED, errno=errno.ECONNREFUSED)
    assert one.hops == (Hop(url=one.url, address="127.0.0.1"),)


# Names


ZONE = """$TTL 5
@ SOA ns h 1 2 3 4 5
@ NS ns
ns A 127.0.0.1
ca A 127.0.0.1
inner A 10.0.0.1
mixed A 10.0.0.1
mixed A 127.0.0.1
empty MX 10 ca
"""


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nsd(tmp_path_factory.mktemp("nsd"), {"zone.example": ZONE}) as port:
        yield f"127.0.0.1:{port}"


def test_a_name_is_resolved_by_the_given_server_and_kept_in_the_host_field(names: str) -> None:
    with Site(page(b"x")) as site:
        one = fetched(f"http://ca.zone.example:{site.port}/x", resolver=names)
    assert one.ending == DONE and one.hops[0].address == "127.0.0.1"
    assert f"Host: ca.zone.example:{site.port}".encode() in site.requests[0]


def test_a_name_that_leads_inside_is_not_followed(names: str) -> None:
    assert fetched("http://inner.zone.example/x", resolver=names).ending == PRIVATE
    with Site(redirect("http://inner.zone.example/x")) as site:
        assert fetched(site.url(), resolver=names).ending == PRIVATE


def test_of_several_addresses_only_permitted_ones_are_used(names: str) -> None:
    with Site(page(b"x")) as site:
        one = fetched(f"http://mixed.zone.example:{site.port}/x", resolver=names)
    assert one.ending == DONE and one.hops[0].address == "127.0.0.1"


def test_names_without_address(names: str) -> None:
    assert fetched("http://nobody.zone.example/x", resolver=names).ending == Ending(how=How.DECLINED, code=3)
    assert fetched("http://empty.zone.example/x", resolver=names).ending == UNUSABLE


def test_a_name_that_changes_its_address_is_connected_to_as_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["127.0.0.1", "127.0.0.2"])
    asked: list[str] = []

    def getaddrinfo(host: str, *_given: object, **_named: object) -> object:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 0))]

    monkeypatch.setattr("probe.capture.system_names.socket.getaddrinfo", getaddrinfo)
    with Site(page(b"x")) as site:
        one = fetched(f"http://rebinding.example:{site.port}/x")
    assert one.ending == DONE and one.hops[0].address == "127.0.0.1" and asked == ["rebinding.example"]


def test_cancellation_goes_through() -> None:
    async def run(port: int) -> None:
        clock = Clock()
        task = asyncio.create_task(fetch_issuer(f"http://127.0.0.1:{port}/", LOOPBACK, False, clock, 5.0))
        await asyncio.sleep(0.1)
        task.cancel()
        await task

    with socket.create_server(("127.0.0.1", 0)) as listening:
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(run(listening.getsockname()[1]))
    assert time.monotonic() - began < 1
