"""Every odd certificate in every place of a chain, in TLS 1.2 and 1.3: captured byte for byte, shown in every format, and the rest is judged."""

import socket

import pytest

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.facts import codec
from probe.facts.certificate import fingerprint
from probe.facts.observation import Observation
from probe.lab import wire
from probe.lab.listener import Listener, Talk, finish
from probe.lab.pki import Issued, authority
from probe.lab.raw_server import replay
from probe.lab.shop import reach
from probe.lab.stage import Stage
from probe.render import FORMATS
from probe.report.compose import compose, exit_code
from probe.tls.hellos import client_hello
from tests.odd import odd_certificates
from tests.tls.flights import Server13, alert, chain_1_3, hello_of, message, record

ODD = odd_certificates()
BATCH = 13
PLACES = ("end-entity", "between", "top")
ENCRYPTED_EXTENSIONS = 8
X25519, PROTOCOL_VERSION = 0x001D, 70


def replay_13(chain: tuple[bytes, ...]) -> Talk:
    """A TLS 1.3 server that says its certificates, whatever they are, and nothing more."""

    def talk(connection: socket.socket) -> None:
        hello = wire.read_hello(connection)
        if X25519 not in (offer.key_shares if (offer := client_hello(hello_of(hello))) else ()):
            connection.sendall(alert(PROTOCOL_VERSION))
            finish(connection)
            return
        server = Server13(hello)
        flight = message(ENCRYPTED_EXTENSIONS, b"\0\0") + chain_1_3(*chain)
        connection.sendall(record(wire.HANDSHAKE, server.hello) + server.seal(flight))
        finish(connection)

    return talk


def chain(place: str, odd: bytes, leaf: Issued, root: Issued) -> tuple[bytes, ...]:
    if place == "end-entity":
        return (odd, leaf.der, root.der)
    return (leaf.der, odd, root.der) if place == "between" else (leaf.der, root.der, odd)


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("start", range(0, len(ODD), BATCH))
def test_an_odd_certificate_is_captured_shown_and_does_not_stop_the_rest(start: int, place: str, version: str) -> None:
    root = authority("Lab Root CA")
    leaf = root.issue("shop.example")
    for name, der in ODD[start : start + BATCH]:
        if version == "TLSv1.3" and not der:
            continue  # RFC 8446 section 4.4.2: an entry has at least one byte; the handshake ends before it is an entry
        sent = chain(place, der, leaf, root)
        with Stage() as stage:
            server = stage.keep(Listener(replay(sent) if version == "TLSv1.2" else replay_13(sent)))
            observation = observed((*reach(server.port, stage.trust_file(root)), "--timeout", "5"))
        found = diagnose(observation)
        report = compose((found,))
        assert not found.defects, name
        assert tuple(one.der for one in found.case.presented) == sent, name
        assert codec.parse(Observation, codec.text(observation)) == observation, name
        assert exit_code(report) in (1, 3), name
        pages = {form: render(report) for form, render in FORMATS.items()}
        assert all(pages.values()), name
        assert all(fingerprint(one) in pages["html"] for one in found.case.presented if one.der), name
        if place != "end-entity":
            stacks = {one.stack: one for one in found.stacks}
            assert stacks["openssl"].path and stacks["openssl"].path.links[-1].certificate.der == root.der, name
        else:
            assert found.stacks and not any(one.accepts for one in found.stacks), name


def test_there_are_enough() -> None:
    assert len(ODD) >= 60
