"""nginx as people set it up, rightly and wrongly: versions, client certificates, names, chains, answers."""

import socket
import time
from collections.abc import Iterator

import pytest

from probe.causes.words import Certainty, Owner
from probe.lab.listener import finish
from probe.lab.pki import pem
from probe.lab.stage import Stage
from probe.lab.surgery import SEQUENCE, tlv
from probe.lab.traits import Traits
from tests.real.asking import assert_fails, assert_works, at, check
from tests.real.pki import Pki
from tests.real.web import Web, stream

# RFC 2409 section 6.2: a known prime of 1,024 bits, so that none has to be searched.
OAKLEY_2 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)
PAGE = 'location / { return 200 "hello\\n"; }'
RSA = Traits(key="rsa-2048", slot="real-web")


def slow_backend(stage: Stage) -> int:
    """An HTTP server that thinks for a second before it answers."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        time.sleep(1.2)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nslow\n")
        finish(connection)

    return stage.raw(talk)


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("nginx")
    good = pki.chain
    parameters = tlv(SEQUENCE, tlv(2, b"\0" + OAKLEY_2.to_bytes(128, "big")), tlv(2, b"\2"))  # PKCS #3
    (folder / "client-ca.pem").write_text(pki.root.pem)
    (folder / "dh1024.pem").write_text(pem(parameters).replace("CERTIFICATE", "DH PARAMETERS"))
    (folder / "issuer").mkdir()
    (folder / "issuer" / "middle.der").write_bytes(pki.middle.der)
    clients = f"ssl_client_certificate {folder / 'client-ca.pem'};"
    web = Web(folder)
    with Stage() as stage:
        for name, versions in (("tls12", "TLSv1.2"), ("tls13", "TLSv1.3"), ("both", "TLSv1.2 TLSv1.3")):
            web.add(name, good, f"ssl_protocols {versions}; {PAGE}")
        for name, versions in (("demand12", "TLSv1.2"), ("demand13", "TLSv1.3")):
            web.add(name, good, f"ssl_protocols {versions}; {clients} ssl_verify_client on; {PAGE}")
        web.add("optional", good, f"{clients} ssl_verify_client optional; {PAGE}")
        web.add("forbidden", good, f"{clients} ssl_verify_client optional; if ($ssl_client_verify != SUCCESS) {{ return 403; }}")
        web.add_block(
            "reject",
            f"server {{ listen 127.0.0.1:@reject@ ssl default_server; ssl_reject_handshake on; }}\n"
            f"server {{ listen 127.0.0.1:@reject@ ssl; server_name shop.example; {web.certificate('reject', good)} {PAGE} }}",
        )
        other = web.certificate("vhosts-other", pki.chain_of("other.example"))
        web.add_block(
            "vhosts",
            f"server {{ listen 127.0.0.1:@vhosts@ ssl default_server; server_name other.example; {other} {PAGE} }}\n"
            f"server {{ listen 127.0.0.1:@vhosts@ ssl; server_name shop.example; {web.certificate('vhosts', good)} {PAGE} }}",
        )
        web.add("expired", pki.chain_of("shop.example", traits=Traits(starts=-90, ends=-3)), PAGE)
        web.add("502", good, f"location / {{ proxy_pass http://127.0.0.1:{stage.closed_port()}; }}")
        for status in (401, 403, 404, 503):
            web.add(str(status), good, f"location / {{ return {status}; }}")
        web.add("500", good, "location / { return 500; }")
        web.add_block("plain", f"server {{ listen 127.0.0.1:@plain@; {PAGE} }}")
        rsa = pki.chain_of("shop.example", traits=RSA)
        web.add("ciphers", rsa, f"ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256; {PAGE}")
        web.add("old10", rsa, f"ssl_protocols TLSv1; ssl_ciphers ALL:@SECLEVEL=0; {PAGE}")
        web.add("old11", rsa, f"ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0; {PAGE}")
        web.add("dh", rsa, f"ssl_protocols TLSv1.2; ssl_ciphers DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0; ssl_dhparam {folder / 'dh1024.pem'}; {PAGE}")
        web.add("http2", good, PAGE, "ssl http2")
        web.add("slow", good, f"location / {{ proxy_pass http://127.0.0.1:{slow_backend(stage)}; }}")
        web.add_block("issuer", f"server {{ listen 127.0.0.1:@issuer@; root {folder / 'issuer'}; }}")
        with web.running() as given:
            yield given


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory, pki: Pki, ports: dict[str, int]) -> Iterator[int]:
    """A server that sends only its own certificate, which names the address of its issuer's."""
    web = Web(tmp_path_factory.mktemp("lacking"))
    named = Traits(ca_issuers=(f"http://127.0.0.1:{ports['issuer']}/middle.der",))
    web.add("lacking", (pki.middle.issue("shop.example", traits=named),), PAGE)
    with web.running() as given:
        yield given["lacking"]


@pytest.mark.parametrize("name", ["tls12", "tls13", "both", "http2", "slow", "401", "403", "404"])
def test_it_works(name: str, ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports[name], *pki.trusting))
    assert_works(found, notes=())
    assert len(found.case.observation.attempts) == 1
    assert found.case.handshake
    assert name not in ("tls12", "tls13") or found.case.handshake.version == f"TLSv1.{name[-1]}"
    assert all(one.accepts for one in found.stacks) and {one.stack for one in found.stacks} == {"java", "openssl"}


@pytest.mark.parametrize("name", ["demand12", "demand13"])
def test_a_client_certificate_is_demanded(name: str, ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports[name], *pki.trusting))
    assert_fails(found, "client.required", Owner.CLIENT)
    assert found.case.exchange and found.case.exchange.status == 400


def test_a_client_certificate_that_is_only_requested_is_no_fault(ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports["optional"], *pki.trusting))
    assert found.case.hello and found.case.hello.certificate_requested
    assert_works(found, notes=())


def test_a_403_where_a_certificate_was_requested_is_at_most_a_risk(ports: dict[str, int], pki: Pki) -> None:
    assert_works(check(*at(ports["forbidden"], *pki.trusting)), risks=("client.required",))


def test_a_certificate_is_demanded_and_the_chain_is_not_trusted(ports: dict[str, int]) -> None:
    assert_fails(check(*at(ports["demand13"], "--trust", "none")), "trust.store-empty", Owner.CLIENT, others=("client.required",))


def test_a_stream_proxy_that_demands_a_client_certificate(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> None:
    folder = tmp_path_factory.mktemp("stream")
    (folder / "client-ca.pem").write_text(pki.root.pem)
    certificate = Web(folder).certificate("stream", pki.chain)
    demand = f"ssl_client_certificate {folder / 'client-ca.pem'}; ssl_verify_client on;"
    with stream(folder, f'server {{ listen 127.0.0.1:PORT ssl; {certificate} {demand} return "hello\\n"; }}') as port:
        for versions in ((), ("--tls-max", "TLSv1.2")):
            found = check(*at(port, *pki.trusting, *versions))
            assert_fails(found, "client.required", Owner.CLIENT, Certainty.LIKELY)
            assert found.case.handshake and not [one for one in found.case.handshake.alerts if not one.sent and one.description]


@pytest.mark.parametrize("sni", [(), ("--sni", "none"), ("--sni", "nobody.example")])
def test_a_handshake_for_an_unknown_name_is_rejected(sni: tuple[str, ...], ports: dict[str, int], pki: Pki) -> None:
    if not sni:
        assert_works(check(*at(ports["reject"], *pki.trusting)), notes=())
        return
    found = check(*at(ports["reject"], *pki.trusting, *sni))
    assert_fails(found, "tls.sni-required", Owner.CLIENT)
    assert found.case.handshake and [one.description for one in found.case.handshake.alerts if not one.sent] == [112]


def test_virtual_hosts(ports: dict[str, int], pki: Pki) -> None:
    assert_works(check(*at(ports["vhosts"], *pki.trusting)), notes=())
    assert_fails(check(*at(ports["vhosts"], *pki.trusting, "--sni", "none")), "tls.sni-required", Owner.CLIENT)
    assert_fails(check(*at(ports["vhosts"], *pki.trusting, "--sni", "other.example")), "name.mismatch", Owner.SERVER)
    assert_fails(check(*at(ports["vhosts"], *pki.trusting, host="third.example")), "name.mismatch", Owner.SERVER)


def test_a_missing_intermediate_is_proven_by_its_own_address(lacking: int, pki: Pki) -> None:
    found = check(*at(lacking, *pki.trusting))
    assert_fails(found, "chain.intermediate-missing", Owner.SERVER)
    assert found.cause and found.cause.about == (pki.middle.certificate,)
    assert [one.proof.verdict.value for one in found.prescribed if one.proof] == ["works"]
    likely = check(*at(lacking, *pki.trusting, "--no-fetch"))
    assert_fails(likely, "chain.intermediate-missing", Owner.SERVER, Certainty.LIKELY)
    assert not likely.case.observation.fetches


def test_an_expired_certificate(ports: dict[str, int], pki: Pki) -> None:
    assert_fails(check(*at(ports["expired"], *pki.trusting)), "chain.expired", Owner.SERVER)


def test_expired_and_for_another_name(ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports["expired"], *pki.trusting, host="third.example"))
    assert_fails(found, "chain.expired", Owner.SERVER, others=("name.mismatch",))


@pytest.mark.parametrize("name", ["502", "503"])
def test_nothing_behind_the_gateway(name: str, ports: dict[str, int], pki: Pki) -> None:
    assert_fails(check(*at(ports[name], *pki.trusting)), "app.http-status", Owner.SERVER)
    assert_works(check(*at(ports[name], *pki.trusting, "--no-app")), notes=())


def test_an_error_of_the_root_page_is_a_risk(ports: dict[str, int], pki: Pki) -> None:
    assert_works(check(*at(ports["500"], *pki.trusting)), risks=("app.http-status",))


@pytest.mark.parametrize("scheme", ["https", "tls", "ldaps"])
def test_the_plain_http_port(scheme: str, ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports["plain"], *pki.trusting, scheme=scheme))
    assert_fails(found, "tls.not-tls", Owner.USER)
    assert found.cause and "HTTP" in found.cause.summary


def test_a_box_that_cuts_off_tls_in_front_of_a_tls_port(ports: dict[str, int], pki: Pki) -> None:
    """A plain question passes the box, and the web server answers it with a page that says: this port wants TLS."""

    def talk(connection: socket.socket) -> None:
        first = connection.recv(65536)
        if first[:1] == b"\x16":
            return
        with socket.create_connection(("127.0.0.1", ports["both"])) as behind:
            behind.sendall(first)
            while data := behind.recv(65536):
                connection.sendall(data)
        finish(connection)

    with Stage() as stage:
        found = check(*at(stage.raw(talk), *pki.trusting))
    assert found.case.plaintext and b"The plain HTTP request was sent to HTTPS port" in found.case.plaintext.received
    assert_fails(found, "tls.closed", Owner.SERVER)


def test_another_protocol_than_http_is_spoken_to_nginx(ports: dict[str, int], pki: Pki) -> None:
    assert_works(check(*at(ports["both"], *pki.trusting, scheme="tls")), notes=())
    assert_fails(check(*at(ports["both"], *pki.trusting, scheme="ldaps")), "app.protocol", Owner.USER)


def test_a_cipher_list_that_does_not_go_with_the_key(ports: dict[str, int], pki: Pki) -> None:
    assert_fails(check(*at(ports["ciphers"], *pki.trusting)), "tls.cipher", Owner.SERVER, Certainty.LIKELY)


@pytest.mark.parametrize("name", ["old10", "old11", "dh"])
def test_only_outdated_tls(name: str, ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports[name], *pki.trusting))
    assert_fails(found, "tls.legacy-only", Owner.SERVER)
    said = {"old10": "TLSv1.", "old11": "TLSv1.1.", "dh": "a Diffie-Hellman group of 1024 bits."}
    assert found.cause and found.cause.summary.endswith(said[name])


def test_versions_that_do_not_meet(ports: dict[str, int], pki: Pki) -> None:
    assert_fails(check(*at(ports["tls12"], *pki.trusting, "--tls-min", "TLSv1.3")), "tls.version", Owner.CLIENT)
    assert_fails(check(*at(ports["tls13"], *pki.trusting, "--tls-max", "TLSv1.2")), "tls.version", Owner.CLIENT)
