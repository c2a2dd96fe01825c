"""Certificates made at run time, and a server in memory that talks to the engine without a socket."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from probe.facts.observation import Handshake, Question
from probe.tls.engine import Engine

WEAK = Question(name="legacy", tls_min="TLSv1", security_level=0)


@dataclass(frozen=True)
class Pair:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate for a file."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The private key for a temporary file."""
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def make(name: str, issuer: Pair | None = None, *, ca: bool = False, padding: int = 0) -> Pair:
    """Issue a P-256 certificate; ``padding`` adds that many bytes of a harmless extension."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    if padding:
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), bytes(padding)), critical=False)
    return Pair(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@cache
def root() -> Pair:
    """The root of the tests."""
    return make("Test Root", ca=True)


@cache
def leaf() -> Pair:
    """The end-entity certificate of shop.example."""
    return make("shop.example", root())


@dataclass
class Peer:
    """A server in memory and what it said in the end."""

    connection: SSL.Connection
    answer: bytes = b""
    got: bytearray = field(default_factory=bytearray)
    problems: list[SSL.Error] = field(default_factory=list)

    def step(self, data: bytes) -> bytes:
        """Take what the client sent, return what the server sends."""
        if data:
            self.connection.bio_write(data)
        try:
            self.connection.do_handshake()
            if self.answer:
                self.connection.send(self.answer)
                self.answer = b""
            while True:
                self.got += self.connection.recv(65536)
        except SSL.WantReadError:
            pass
        except SSL.Error as problem:
            self.problems.append(problem)
        return drain(self.connection)


def drain(connection: SSL.Connection) -> bytes:
    """Take all bytes that a connection wants to send."""
    found = bytearray()
    while True:
        try:
            found += connection.bio_read(65536)
        except SSL.Error:
            return bytes(found)


def context(pair: Pair | None = None, extra: Iterable[x509.Certificate] = (), *, low: int = 0, high: int = 0, ciphers: bytes = b"") -> SSL.Context:
    """A server's context with a certificate; ``low`` and ``high`` are protocol versions."""
    made = SSL.Context(SSL.TLS_SERVER_METHOD)
    if ciphers:
        made.set_cipher_list(ciphers)
    made.set_min_proto_version(low)
    made.set_max_proto_version(high)
    shown = pair or leaf()
    made.use_certificate(shown.certificate)
    made.use_privatekey(shown.key)
    for one in extra:
        made.add_extra_chain_cert(one)
    return made


def server(made: SSL.Context, answer: bytes = b"") -> Peer:
    """A server that waits for a ClientHello."""
    connection = SSL.Connection(made, None)
    connection.set_accept_state()
    return Peer(connection, answer)


def counter() -> Callable[[], float]:
    """A clock that goes on by a millisecond at each look."""
    ticks = itertools.count()
    return lambda: next(ticks) / 1000


def engine(question: Question | None = None, *, sni: str | None = "shop.example", alpn: tuple[str, ...] = ("h2", "http/1.1")) -> Engine:
    """A client as an ordinary check makes it."""
    return Engine(sni=sni, question=question or Question(), alpn=alpn, now=counter())


def talk(client: Engine, peer: Peer, turns: int = 20) -> None:
    """Carry bytes to and fro until neither side says more."""
    for _ in range(turns):
        sent = client.outgoing()
        back = peer.step(sent)
        if not sent and not back:
            return
        client.incoming(back)


def handshake(made: SSL.Context, question: Question | None = None, **options: str | None) -> Handshake:
    """One whole conversation, as recorded."""
    client = engine(question, **options)  # type: ignore[arg-type]  # the options of an engine
    talk(client, server(made))
    return client.record(started=0.0, took=1.0)
