"""Whatever stands where a proxy should be: the check ends in time, names it, and nothing that was said does anything."""

import socket
import time
from collections.abc import Iterator
from functools import partial

import pytest

from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts.observation import Observation, Tunnel
from probe.lab import proxy_server, raw_server
from probe.lab.listener import Talk, finish
from probe.lab.proxied_shop import proxied_shop, through
from probe.lab.shop import HOST
from probe.lab.stage import Stage
from tests.adverse.conditions import CONTROLS, FLOOD, LONG, MARKUP
from tests.adverse.harmless import assert_harmless

GARBAGE = bytes((7 * one + 0x80) % 256 for one in range(2000))


def flood(connection: socket.socket, head: bytes, line: bytes) -> None:
    """Never stop."""
    connection.recv(65536)
    connection.sendall(head)
    for _ in range(200_000):
        connection.sendall(line * 100)


def drip(connection: socket.socket) -> None:
    connection.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
        connection.sendall(bytes((byte,)))
        time.sleep(0.05)


def echo(connection: socket.socket) -> None:
    connection.sendall(connection.recv(65536))
    finish(connection)


def late(connection: socket.socket) -> None:
    """Agree to the tunnel, and hang up on the ClientHello."""
    proxy_server._consents(connection, proxy_server.ESTABLISHED, b"")


PAGE = f"{MARKUP}{CONTROLS}".encode() + FLOOD
SAYS: dict[str, tuple[Talk, set[str]]] = {
    "garbage": (proxy_server.says(GARBAGE), {"proxy.protocol"}),
    "nothing": (raw_server.close_at_once, {"proxy.protocol"}),
    "a reset": (raw_server.reset_after_hello, {"proxy.protocol"}),
    "an echo": (echo, {"proxy.protocol"}),
    "a megabyte of header": (partial(flood, head=b"HTTP/1.1 200 ", line=LONG.encode()), {"proxy.protocol"}),
    "headers without end": (partial(flood, head=b"HTTP/1.1 403 No\r\n", line=b"X: y\r\n"), {"proxy.protocol"}),
    "early hints without end": (partial(flood, head=b"", line=b"HTTP/1.1 103 Early Hints\r\n\r\n"), {"proxy.protocol"}),
    "a page without end": (partial(flood, head=b"HTTP/1.1 403 No\r\n\r\n", line=PAGE[:3000]), {"proxy.denied"}),
    "markup": (proxy_server.answers(503, ("Via", MARKUP), ("X-Squid-Error", MARKUP), body=PAGE), {"proxy.target-unreachable"}),
    "a redirect": (proxy_server.answers(302, ("Location", "javascript:alert(1)"), body=PAGE), {"proxy.protocol"}),
    "407 for ever": (proxy_server.answers(407, ("Proxy-Authenticate", f"Basic realm={MARKUP}")), {"proxy.auth-required"}),
    "an odd status": (proxy_server.answers(799), {"proxy.target-unreachable"}),
    "101": (proxy_server.says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), {"proxy.protocol"}),
    "a tunnel of plain text": (proxy_server.consents(PAGE[:2000]), {"proxy.protocol"}),
    "a tunnel of garbage": (proxy_server.consents(GARBAGE), {"proxy.protocol"}),
    "a tunnel that ends": (late, {"proxy.protocol"}),
    "bytes before the tunnel": (proxy_server.says(proxy_server.ESTABLISHED + PAGE[:500]), {"proxy.protocol", "tls.not-tls", "tls.malformed"}),
    "a drip": (drip, {"proxy.target-unreachable"}),
    "silence": (raw_server.silence, {"proxy.target-unreachable"}),
}


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


def looked(stage: Stage, talk: Talk, *options: str, scheme: str = "http") -> tuple[Observation, Diagnosis, float]:
    arguments = proxied_shop(stage, talk, *options, scheme=scheme).arguments
    began = time.monotonic()
    seen = observed((*arguments, "--timeout", "2"))
    return seen, diagnose(seen), time.monotonic() - began


@pytest.mark.parametrize("name", SAYS)
def test_it_is_named_and_nothing_happens(name: str, stage: Stage) -> None:
    talk, expected = SAYS[name]
    seen, found, seconds = looked(stage, talk)
    assert found.verdict is Verdict.FAILS and found.cause and found.cause.code in expected, (found.cause, found.findings)
    assert not found.defects and seconds < 6
    assert all(len(step.body) <= 4096 for attempt in seen.attempts for step in attempt.steps if isinstance(step, Tunnel))
    assert_harmless(seen, found)


@pytest.mark.parametrize("scheme", ["socks4a", "socks5h"])
@pytest.mark.parametrize("name", ["garbage", "nothing", "an echo", "a megabyte of header", "markup", "silence"])
def test_socks_too(name: str, scheme: str, stage: Stage) -> None:
    seen, found, seconds = looked(stage, SAYS[name][0], scheme=scheme)
    assert found.verdict is Verdict.FAILS and found.cause and found.cause.code.startswith("proxy.") and not found.defects and seconds < 6
    assert_harmless(seen, found)


def test_a_login_that_is_repeated_is_nowhere(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXY_PASSWORD", "hunter-2-Kq9")
    seen, found, _ = looked(stage, echo, "--proxy-user", "alice-4711", "--proxy-password-env", "PROXY_PASSWORD")
    assert found.cause and found.cause.code == "proxy.protocol"
    from probe.facts import codec
    from probe.render import FORMATS
    from probe.report.compose import compose

    for text in (codec.text(seen), *(render(compose((found,))) for render in FORMATS.values())):
        assert "hunter-2" not in text and "alice-4711" not in text and "YWxpY2UtNDcxMTpodW50ZXI" not in text


def test_the_name_of_the_proxy_leads_nowhere(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    import probe.jobs.through as way
    from probe.facts.observation import Ending, How, Resolution

    async def nobody(name: str, *_given: object) -> Resolution:
        return Resolution(started=0, took=0, ending=Ending(how=How.DECLINED, code=-2), name=name, source="system", type="any")

    monkeypatch.setattr(way, "system", nobody)
    seen = observed((*through(stage).arguments, "--proxy", "http://gate.corp.internal:3128"))
    found = diagnose(seen)
    assert found.cause and found.cause.code == "proxy.unreachable" and "leads to no address" in found.cause.summary
    assert not any(one.code.startswith("dns.") for one in (*found.findings, *found.explained)) and HOST in seen.attempts[0].address
    assert_harmless(seen, found)


def test_a_proxy_with_two_addresses_is_tried_at_both(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    import probe.jobs.through as way
    from probe.facts.observation import Connect, Ending, How, Resolution

    async def both(name: str, *_given: object) -> Resolution:
        return Resolution(started=0, took=0, ending=Ending(how=How.DONE), name=name, source="system", type="any", addresses=("127.0.0.9", "127.0.0.1"))

    monkeypatch.setattr(way, "system", both)
    arguments = through(stage).arguments
    port = arguments[-1].rpartition(":")[2]
    seen = observed((*arguments, "--proxy", f"http://gate.corp.internal:{port}"))
    assert diagnose(seen).verdict is Verdict.WORKS
    assert [(one.address, one.ending.how) for one in seen.attempts[0].steps if isinstance(one, Connect)] == [
        ("127.0.0.9", How.REFUSED),
        ("127.0.0.1", How.DONE),
    ]


@pytest.mark.parametrize(("scheme", "options"), [("socks5h", ()), ("http", ("--no-direct",))])
def test_without_the_proxy_only_whom_it_may_see_is_asked(scheme: str, options: tuple[str, ...], stage: Stage) -> None:
    talk = proxy_server.socks_proxy(4) if scheme == "socks5h" else proxy_server.answers(502)
    seen, found, _ = looked(stage, talk, *options, scheme=scheme)
    assert [one.question.name for one in seen.attempts] == ["ordinary"] and found.cause and found.cause.code == "proxy.target-unreachable"
    seen, _, _ = looked(stage, proxy_server.answers(502))
    direct = next(one for one in seen.attempts if one.question.direct)
    assert not direct.question.app and not direct.question.with_identity and len(seen.attempts) == 2


def test_several_kinds_of_proxies_in_one_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from probe.jobs.target import Options
    from probe.jobs.wanted import wanted

    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    monkeypatch.setenv("ldaps_proxy", "socks5h://127.0.0.1:1080")
    made = wanted(("https://shop.example", "ldaps://dc.example", "tls://other.example"), Options())
    assert [one.proxy.scheme if one.proxy else None for one, _ in made] == ["http", "socks5h", None]


def test_a_way_is_closed_when_it_is_cut_off(stage: Stage) -> None:
    seen, found, _ = looked(stage, raw_server.silence, "--timeout", "0.3")
    last = seen.attempts[0].steps[-1]
    assert isinstance(last, Tunnel) and found.cause and found.cause.code == "proxy.target-unreachable"
