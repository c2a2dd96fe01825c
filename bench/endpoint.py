"""Two HTTPS endpoints on loopback for measuring: one sends its whole chain, one forgets the intermediate."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "shop.example"


class Answer(BaseHTTPRequestHandler):
    """One short page for every path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"It works.\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The table is the only output."""


class Server(ThreadingHTTPServer):
    """Handshakes in the connection's own thread, so that one slow caller does not stop the next."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__(("127.0.0.1", 0), Answer)

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        assert isinstance(request, socket.socket)  # the tuple is for UDP
        with self.context.wrap_socket(request, server_side=True) as tls:
            super().finish_request(tls, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Callers that only look at the handshake go away early: nothing to report."""


@contextmanager
def endpoints(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """Serve until the block ends. Gives the healthy port, the broken port and the root certificate's file; ``folder`` takes the files."""
    root_key, root = _certificate("Bench Root", None, authority=True)
    middle_key, middle = _certificate("Bench Intermediate", (root_key, root), authority=True)
    leaf_key, leaf = _certificate(NAME, (middle_key, middle), authority=False)
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    servers = [Server(_context(folder, leaf_key, chain)) for chain in ((leaf, middle), (leaf,))]
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield servers[0].server_port, servers[1].server_port, folder / "root.pem"
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


Signer = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def _certificate(name: str, signer: Signer | None, *, authority: bool) -> Signer:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signing, issuer = (signer[0], signer[1].subject) if signer else (key, subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=200))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return key, builder.sign(signing, hashes.SHA256())


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _context(folder: Path, key: ec.EllipticCurvePrivateKey, chain: tuple[x509.Certificate, ...]) -> ssl.SSLContext:
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / f"server-{len(chain)}.pem"
    file.touch(mode=0o600)
    file.write_bytes(plain + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
