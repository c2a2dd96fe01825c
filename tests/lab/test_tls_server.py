"""The TLS server, asked by the system's OpenSSL."""

import http.client
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from probe.lab import wire
from probe.lab.answers import Answer
from probe.lab.pki import authority, self_signed, staple
from probe.lab.shop import HOST, credentials, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving, TlsServer
from probe.lab.traits import Traits
from tests.lab.client import TIMEOUT, s_client

MADE = hierarchy()
PLAIN = Serving(credentials=(MADE.whole,))


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as open_stage:
        yield open_stage


def trusting(context: ssl.SSLContext | None = None) -> ssl.SSLContext:
    context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=MADE.root.pem)
    return context


def connect(port: int, context: ssl.SSLContext | None = None, name: str = HOST, address: str = "127.0.0.1") -> ssl.SSLSocket:
    plain = socket.create_connection((address, port), timeout=TIMEOUT)
    try:
        return (context or trusting()).wrap_socket(plain, server_hostname=name)
    except OSError:
        plain.close()
        raise


def test_the_chain_is_sent_byte_for_byte_in_the_order_given(stage: Stage) -> None:
    chain = (MADE.root, MADE.intermediate, MADE.intermediate)
    port = stage.tls(Serving(credentials=(credentials(MADE.leaf, *chain),)))
    blocks = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", s_client(port, "-showcerts"), re.DOTALL)
    assert [ssl.PEM_cert_to_DER_cert(one) for one in blocks] == [MADE.leaf.der, *(one.der for one in chain)]


def test_two_hundred_certificates_are_sent(stage: Stage) -> None:
    port = stage.tls(Serving(credentials=(credentials(MADE.leaf, *[MADE.intermediate] * 199),)))
    assert s_client(port, "-showcerts").count("-----BEGIN CERTIFICATE-----") == 200


@pytest.mark.parametrize(("version", "option"), [("TLSv1", "-tls1"), ("TLSv1.1", "-tls1_1"), ("TLSv1.2", "-tls1_2"), ("TLSv1.3", "-tls1_3")])
def test_one_version_only(version: str, option: str, stage: Stage) -> None:
    port = stage.tls(Serving(credentials=(MADE.whole,), tls_min=version, tls_max=version))
    assert f"Protocol version: {version}\n" in s_client(port, "-brief", option, "-cipher", "ALL:@SECLEVEL=0")


def test_suite_and_curve_are_as_wished(stage: Stage) -> None:
    port = stage.tls(Serving(credentials=(MADE.whole,), suites="TLS_CHACHA20_POLY1305_SHA256", curve="secp521r1"))
    said = s_client(port)
    assert "Cipher is TLS_CHACHA20_POLY1305_SHA256" in said
    assert "Server Temp Key: ECDH, secp521r1" in said


def test_the_name_chooses_the_certificate(stage: Stage) -> None:
    other = MADE.intermediate.issue("other.example")
    port = stage.tls(Serving(credentials=(MADE.whole,), by_name=(("other.example", credentials(other, MADE.intermediate)),)))
    for name, leaf in ((HOST, MADE.leaf), ("other.example", other)):
        with connect(port, name=name) as tls:
            assert tls.getpeercert(binary_form=True) == leaf.der


def test_an_unknown_name_is_refused_when_wished(stage: Stage) -> None:
    port = stage.tls(Serving(credentials=(MADE.whole,), by_name=((HOST, MADE.whole),), unknown_name="refuse"))
    assert "SSL alert number 112" in s_client(port, "-servername", "stranger.example")
    assert "SSL alert number 112" in s_client(port, "-noservername")
    with connect(port) as tls:
        assert tls.version() == "TLSv1.3"


@pytest.mark.parametrize(("version", "alert"), [("TLSv1.2", 40), ("TLSv1.3", 116)])
def test_a_required_client_certificate(version: str, alert: int, stage: Stage) -> None:
    clients = authority("Client CA")
    port = stage.tls(Serving(credentials=(MADE.whole,), tls_max=version, client="required", client_issuers=(clients,)))
    with pytest.raises(ssl.SSLError) as refused, connect(port) as tls:
        tls.recv(1)
    assert str(refused.value.reason) == {40: "SSLV3_ALERT_HANDSHAKE_FAILURE", 116: "TLSV13_ALERT_CERTIFICATE_REQUIRED"}[alert]
    assert "CN = Client CA" in s_client(port, "-msg").split("Acceptable client certificate CA names", 1)[1]


def with_client_certificate(stage: Stage, issuer_name: str) -> bytes:
    clients = authority("Client CA")
    issuer = clients if issuer_name == "Client CA" else authority(issuer_name)
    own = issuer.issue("agent-7", traits=Traits(extended_key_usage=("client",)))
    port = stage.tls(Serving(credentials=(MADE.whole,), client="required", client_issuers=(clients,)))
    context = trusting()
    context.load_cert_chain(stage.chain_file(own.der), stage.key_file(own.key))
    with connect(port, context) as tls:
        tls.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        return tls.recv(4096)


def test_a_good_client_certificate_is_let_in(stage: Stage) -> None:
    assert with_client_certificate(stage, "Client CA").startswith(b"HTTP/1.1 200 OK")


def test_a_foreign_client_certificate_is_refused(stage: Stage) -> None:
    with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
        with_client_certificate(stage, "Stranger CA")


def test_alpn_is_chosen_or_refused(stage: Stage) -> None:
    port = stage.tls(Serving(credentials=(MADE.whole,), alpn=("h2", "http/1.1")))
    assert "ALPN protocol: http/1.1" in s_client(port, "-alpn", "x,http/1.1")
    assert "SSL alert number 120" in s_client(port, "-alpn", "mqtt")
    assert "No ALPN negotiated" in s_client(port)


def test_the_staple_is_delivered(stage: Stage) -> None:
    port = stage.tls(Serving(credentials=(credentials(MADE.leaf, MADE.intermediate, staple=staple(MADE.leaf)),)))
    assert "Cert Status: good" in s_client(port, "-status")


def test_http_says_status_and_a_date_that_is_ahead(stage: Stage) -> None:
    port = stage.tls(Serving(credentials=(MADE.whole,), answer=Answer(status=503, skew=3600.0, body=b"no", fields=(("Retry-After", "9"),))))
    context = trusting()
    context.check_hostname = False
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=TIMEOUT)
    connection.request("GET", "/")
    response = connection.getresponse()
    ahead = parsedate_to_datetime(response.headers["Date"]) - datetime.now(UTC)
    assert (response.status, response.read(), response.headers["Retry-After"]) == (503, b"no", "9")
    assert 3590 < ahead.total_seconds() <= 3600
    connection.close()


def test_ldapsearch_reads_the_root_dse(stage: Stage) -> None:
    made = hierarchy("127.0.0.1")
    port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="ldap")))
    done = subprocess.run(
        ["ldapsearch", "-x", "-LLL", "-H", f"ldaps://127.0.0.1:{port}", "-s", "base", "-b", "", "+"],
        check=True,
        capture_output=True,
        text=True,
        env={"LDAPTLS_CACERT": stage.trust_file(made.root), "PATH": "/usr/bin:/bin"},
    )
    assert "supportedLDAPVersion: 3" in done.stdout
    assert "dnsHostName: shop.example" in done.stdout


def test_a_client_without_certificate_is_cut_off_without_a_word(stage: Stage) -> None:
    port = stage.tls(Serving(credentials=(MADE.whole,), client="requested", client_issuers=(MADE.root,), close_without_client=True))
    with connect(port) as tls:
        assert tls.recv(100) == b""


def test_several_addresses_share_a_port_and_show_different_chains(stage: Stage) -> None:
    other = self_signed(HOST)
    port = stage.tls_at((("127.0.0.1", PLAIN), ("127.0.0.2", Serving(credentials=(credentials(other),))), ("::1", PLAIN)))
    assert [ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((address, port))) for address in ("127.0.0.1", "127.0.0.2", "::1")] == [
        MADE.leaf.der,
        other.der,
        MADE.leaf.der,
    ]


def test_openssl_s_server_is_run_and_ended(stage: Stage) -> None:
    port = stage.openssl(MADE.whole, "-tls1_2")
    with connect(port) as tls:
        tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert tls.version() == "TLSv1.2"
        assert tls.recv(15).startswith(b"HTTP/1.0 200")


def test_many_clients_at_once(stage: Stage) -> None:
    port = stage.tls(PLAIN)
    versions: list[str | None] = []

    def ask() -> None:
        with connect(port) as tls:
            versions.append(tls.version())

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == ["TLSv1.3"] * 16


def test_close_ends_open_connections_and_threads() -> None:
    server = TlsServer(PLAIN)
    before = threading.active_count()
    tls = connect(server.port)
    idle = socket.create_connection(("127.0.0.1", server.port))
    server.close()
    server.close()
    assert idle.recv(1) == b""
    assert threading.active_count() < before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))
    tls.close()
    idle.close()


@pytest.mark.parametrize("data", [b"", b"\0", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", b"\x16\x03\x01\xff\xff", b"\x80" * 3000])
def test_nonsense_from_a_client_harms_nobody(data: bytes, stage: Stage) -> None:
    port = stage.tls(PLAIN)
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as plain:
        plain.sendall(data)
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(4096):
            pass
    with connect(port) as tls:
        assert tls.version() == "TLSv1.3"


def test_server_names_in_client_hellos() -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="Shop.example").do_handshake()
    hello = outgoing.read()
    assert wire.server_name(hello) == "shop.example"
    assert [wire.server_name(hello[:size]) for size in range(len(hello))] == [None] * len(hello)
