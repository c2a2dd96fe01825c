"""Servers of other TLS implementations: GnuTLS, the JVM, Node.js, Python, and the MQTT broker Mosquitto."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probe.causes.words import Certainty, Owner
from probe.lab.traits import Traits
from tests.real.asking import assert_fails, assert_works, at, check
from tests.real.daemons import gnutls, java, mosquitto, node
from tests.real.pki import Pki
from tests.servers import files


@pytest.fixture(scope="module")
def jvm(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[dict[str, int]]:
    with java(tmp_path_factory.mktemp("java"), pki.chain) as ports:
        yield ports


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[dict[str, int]]:
    with node(tmp_path_factory.mktemp("node"), pki.chain) as ports:
        yield ports


@pytest.mark.parametrize("options", [(), ("--priority", "NORMAL:-VERS-TLS1.3"), ("--disable-client-cert",)], ids=["both", "1.2", "no request"])
def test_gnutls_works(options: tuple[str, ...], tmp_path: Path, pki: Pki) -> None:
    with gnutls(tmp_path, pki.chain, *options) as port:
        assert_works(check(*at(port, *pki.trusting)), notes=())


def test_gnutls_without_secure_renegotiation(tmp_path: Path, pki: Pki) -> None:
    chain = pki.chain_of("shop.example", traits=Traits(key="rsa-2048", slot="real-gnutls"))
    with gnutls(tmp_path, chain, "--priority", "NORMAL:-VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION") as port:
        found = check(*at(port, *pki.trusting))
    assert_fails(found, "tls.legacy-only", Owner.SERVER)
    assert found.cause and found.cause.summary.endswith("TLSv1.2 without secure renegotiation.")


def test_gnutls_demands_a_client_certificate(tmp_path: Path, pki: Pki) -> None:
    with gnutls(tmp_path, pki.chain, "--x509cafile", str(pki.trust), "--require-client-cert") as port:
        assert_fails(check(*at(port, *pki.trusting)), "client.required", Owner.CLIENT)
        # In TLS 1.2 it says decode_error (50), which may have other reasons too.
        assert_fails(check(*at(port, *pki.trusting, "--tls-max", "TLSv1.2")), "client.required", Owner.CLIENT, Certainty.LIKELY)


def test_mosquitto(tmp_path: Path, pki: Pki) -> None:
    with mosquitto(tmp_path, pki.chain) as port:
        assert_works(check(*at(port, *pki.trusting, scheme="tls")), notes=())
        assert_fails(check(*at(port, *pki.trusting)), "app.protocol", Owner.USER, Certainty.LIKELY)


@pytest.mark.parametrize(("version", "alert"), [("TLSv1.2", 40), ("TLSv1.3", 116)])
def test_mosquitto_demands_a_client_certificate(version: str, alert: int, tmp_path: Path, pki: Pki) -> None:
    with mosquitto(tmp_path, pki.chain, f"cafile {pki.trust}", "require_certificate true") as port:
        for scheme in ("tls", "https"):
            found = check(*at(port, *pki.trusting, "--tls-max", version, scheme=scheme))
            assert_fails(found, "client.required", Owner.CLIENT)
            assert found.case.handshake and [one.description for one in found.case.handshake.alerts if not one.sent] == [alert]


@pytest.mark.parametrize("name", ["open", "request"])
def test_the_jvm_works(name: str, jvm: dict[str, int], pki: Pki) -> None:
    for versions in ((), ("--tls-max", "TLSv1.2")):
        assert_works(check(*at(jvm[name], *pki.trusting, *versions)), notes=())


@pytest.mark.parametrize("name", ["demand12", "demand13"])
def test_the_jvm_demands_a_client_certificate(name: str, jvm: dict[str, int], pki: Pki) -> None:
    for scheme in ("https", "tls"):
        found = check(*at(jvm[name], *pki.trusting, scheme=scheme))
        assert_fails(found, "client.required", Owner.CLIENT)


@pytest.mark.parametrize("name", ["open", "request"])
def test_node_works(name: str, nodes: dict[str, int], pki: Pki) -> None:
    assert_works(check(*at(nodes[name], *pki.trusting)), notes=())


@pytest.mark.parametrize("name", ["demand12", "demand13"])
def test_node_demands_a_client_certificate(name: str, nodes: dict[str, int], pki: Pki) -> None:
    for scheme in ("https", "tls"):
        assert_fails(check(*at(nodes[name], *pki.trusting, scheme=scheme)), "client.required", Owner.CLIENT)


@contextmanager
def python_server(folder: Path, pki: Pki, talk: Callable[[ssl.SSLSocket], None], *, client: ssl.VerifyMode = ssl.CERT_NONE) -> Iterator[int]:
    """Python's own TLS server, which does with each connection what ``talk`` does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files(folder, pki.chain))
    context.verify_mode = client
    if client:
        context.load_verify_locations(pki.trust)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        with context.wrap_socket(connection, server_side=True) as tls:
                            talk(tls)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def hello(tls: ssl.SSLSocket) -> None:
    tls.recv(65536)
    tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n")


def test_python_works(tmp_path: Path, pki: Pki) -> None:
    for client in (ssl.CERT_NONE, ssl.CERT_OPTIONAL):
        with python_server(tmp_path, pki, hello, client=client) as port:
            assert_works(check(*at(port, *pki.trusting)), notes=())


def test_python_demands_a_client_certificate(tmp_path: Path, pki: Pki) -> None:
    with python_server(tmp_path, pki, hello, client=ssl.CERT_REQUIRED) as port:
        for versions in ((), ("--tls-max", "TLSv1.2")):
            assert_fails(check(*at(port, *pki.trusting, *versions)), "client.required", Owner.CLIENT)


def hung_up(tls: ssl.SSLSocket) -> None:
    """Listen to the request and go, without close_notify."""
    tls.recv(65536)


def test_an_end_of_stream_in_place_of_an_answer(tmp_path: Path, pki: Pki) -> None:
    with python_server(tmp_path, pki, hung_up) as port:
        assert_fails(check(*at(port, *pki.trusting)), "app.protocol", Owner.USER, Certainty.LIKELY)
        assert_works(check(*at(port, *pki.trusting, "--no-app")), notes=())
        guessed = check(f"shop.example:{port}", "--connect", "127.0.0.1", *pki.trusting)
        assert_works(guessed, notes=("app.protocol",))


def half_closed_before(tls: ssl.SSLSocket) -> None:
    """End the own direction and go on reading, as a server does that has given up on a client."""
    tls.shutdown(socket.SHUT_WR)
    while tls.recv(65536):
        pass


def half_closed_after(tls: ssl.SSLSocket) -> None:
    """Answer, end the own direction without close_notify, and wait for the client to go."""
    tls.recv(65536)
    tls.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello\n")
    tls.shutdown(socket.SHUT_WR)


def test_a_half_closed_connection(tmp_path: Path, pki: Pki) -> None:
    with python_server(tmp_path, pki, half_closed_before) as port:
        assert_fails(check(*at(port, *pki.trusting)), "app.protocol", Owner.USER, Certainty.LIKELY)
    with python_server(tmp_path, pki, half_closed_after) as port:
        assert_works(check(*at(port, *pki.trusting)), notes=())
