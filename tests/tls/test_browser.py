"""Our ClientHello is as large as that of a current browser, so that boxes on the path that stumble over large ones show themselves."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from probe.facts.observation import Question
from probe.tls.messages import client_hello
from tests.tls.flights import hello_of
from tests.tls.peers import engine

SEGMENT = 1460
ENCRYPTED_CLIENT_HELLO = 0xFE0D


def whole_hello(wire: socket.socket) -> bytes:
    """Read until the first record is whole."""
    found = b""
    while len(found) < 5 or len(found) < 5 + int.from_bytes(found[3:5], "big"):
        part = wire.recv(65536)
        assert part, "the browser closed before its ClientHello was whole"
        found += part
    return found


@pytest.fixture(scope="module")
def browsers_hello(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    chromium = shutil.which("chromium")
    assert chromium is not None, "chromium is missing: run tests/install-servers"
    profile: Path = tmp_path_factory.mktemp("chromium")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(40)
        port = listener.getsockname()[1]
        command = [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            "--no-proxy-server",
            f"--user-data-dir={profile}",
            f"--host-resolver-rules=MAP shop.example 127.0.0.1:{port}, MAP * ~NOTFOUND",
            "--dump-dom",
            "https://shop.example/",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wire, _ = listener.accept()
                with wire:
                    wire.settimeout(20)
                    return whole_hello(wire)
            finally:
                process.kill()


def test_our_hello_is_as_large_as_the_browsers(browsers_hello: bytes) -> None:
    ours = engine().outgoing()
    assert len(ours) > SEGMENT and len(browsers_hello) > SEGMENT
    assert -(-len(ours) // SEGMENT) == -(-len(browsers_hello) // SEGMENT)
    # Both fill the placeholder for an encrypted ClientHello with random bytes; the browser's is from 144 to 240 bytes long, by chance.
    assert abs(len(ours) - len(browsers_hello)) <= 256, (len(ours), len(browsers_hello))


def test_both_send_the_placeholder_for_an_encrypted_hello(browsers_hello: bytes) -> None:
    for sent in (engine().outgoing(), browsers_hello):
        hello = client_hello(hello_of(sent))
        assert hello is not None and ENCRYPTED_CLIENT_HELLO in hello.extensions
    small = client_hello(hello_of(engine(Question(groups=("secp256r1",))).outgoing()))
    assert small is not None and ENCRYPTED_CLIENT_HELLO not in small.extensions


def test_both_offer_the_same_post_quantum_group_and_the_name(browsers_hello: bytes) -> None:
    theirs = client_hello(hello_of(browsers_hello))
    ours = client_hello(hello_of(engine().outgoing()))
    assert ours is not None and theirs is not None
    assert ours.key_shares == theirs.key_shares == (0x11EC, 0x001D)
    assert ours.sni == theirs.sni == "shop.example"
    assert ours.alpn == theirs.alpn == ("h2", "http/1.1")
    assert set(ours.versions) == set(theirs.versions) == {0x0304, 0x0303}
    assert ours.status_request and theirs.status_request


def test_every_hello_that_offers_tls_1_3_is_large() -> None:
    for question in (Question(), Question(with_sni=False, with_alpn=False), Question(security_level=0), Question(tls_min="TLSv1.3")):
        assert len(engine(question, alpn=()).outgoing()) > SEGMENT
    assert len(engine(Question(tls_max="TLSv1.2")).outgoing()) < 400
