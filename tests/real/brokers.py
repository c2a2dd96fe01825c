"""A broker as AWS IoT is one (and Insights Hub, which stands on it): what it refuses, it drops without a word.

It takes every client certificate in TLS, whoever signed it, and looks at it only when CONNECT has come: the registered authority must have signed it itself,
and must be verified; a new certificate is registered by its first connection, which is dropped, if its authority was sent too. One client ID is let in once.
A connection without SNI is ended, and the port behind a firewall wants the name x-amzn-mqtt-ca in ALPN.
"""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from probe.facts.calling import MQTT_5
from probe.lab.broker import connack, connect
from probe.lab.pki import Issued

ALPN = b"x-amzn-mqtt-ca"
TAKEN_OVER = b"\xe0\x02\x8e\x00"


class NoCommonProtocol(Exception):
    """Said inside the ALPN callback; pyOpenSSL then sends the alert."""


@dataclass
class Cloud:
    """What the broker knows. ``authorities`` are (certificate, verified); ``devices`` the certificates that were registered; client IDs begin with ``tenant``.

    ``register``: a new certificate is registered by its first connection. ``seen`` are the (client ID, version) of every CONNECT, ``names`` the SNI of every
    connection, ``online`` the connection of each client ID.
    """

    authorities: list[tuple[Issued, bool]] = field(default_factory=list)
    devices: set[bytes] = field(default_factory=set)
    tenant: str = "acme"
    register: bool = True
    inactive: set[bytes] = field(default_factory=set)
    seen: list[tuple[str, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    parted: list[str] = field(default_factory=list)
    online: dict[str, "Talk"] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def goodbyes(self, number: int) -> list[str]:
        """Who said DISCONNECT, once there are so many: the connections are ended by threads of their own."""
        until = time.monotonic() + 10
        while len(self.parted) < number and time.monotonic() < until:
            time.sleep(0.005)
        return self.parted

    def lets_in(self, chain: list[x509.Certificate], client_id: str) -> bool:
        """Whether this certificate may call itself so; a new one is registered on the way, and dropped."""
        if not chain:
            return False
        own = chain[0]
        der = own.public_bytes(Encoding.DER)
        above = next((one for one, verified in self.authorities if verified and signed(own, one)), None)
        name = own.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
        if above is None or der in self.inactive or client_id != f"{self.tenant}_{str(name)}":
            return False
        if der in self.devices:
            return True
        if self.register and above.der in [one.public_bytes(Encoding.DER) for one in chain[1:]]:
            self.devices.add(der)
        return False


def signed(own: x509.Certificate, authority: Issued) -> bool:
    """Whether the authority issued it: its name and its signature."""
    try:
        own.verify_directly_issued_by(authority.x509)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


class Talk:
    """One connection, served by a thread."""

    def __init__(self, tls: SSL.Connection, plain: socket.socket, cloud: Cloud, named: bool) -> None:
        self.tls, self.plain, self.cloud, self.named = tls, plain, cloud, named
        self.level = 0
        self.woken, self.wakes = socket.socketpair()

    def run(self) -> None:
        """Handshake, CONNECT, and what comes until the client goes."""
        with contextlib.suppress(SSL.Error, OSError, NoCommonProtocol):
            self.tls.do_handshake()
            with self.cloud.lock:
                self.cloud.names.append((self.tls.get_servername() or b"").decode())
            if self.tls.get_servername() and (not self.named or self.tls.get_alpn_proto_negotiated() == ALPN):
                self._serve()
        with contextlib.suppress(OSError):
            self.plain.shutdown(socket.SHUT_RDWR)
        for one in (self.plain, self.woken, self.wakes):
            one.close()

    def _serve(self) -> None:
        data = b""
        while (said := connect(data)) is None:
            data += self.tls.recv(4096)
        own, above = self.tls.get_peer_certificate(as_cryptography=True), self.tls.get_peer_cert_chain(as_cryptography=True) or []
        chain = [*([own] if own else []), *(one for one in above if one != own)]
        with self.cloud.lock:
            self.cloud.seen.append((said.client_id, said.level))
            if not self.cloud.lets_in(chain, said.client_id):
                return
            before = self.cloud.online.pop(said.client_id, None)
            self.cloud.online[said.client_id] = self
        self.level = said.level
        if before is not None:
            before.end()
        self.tls.sendall(connack(said.level, 0))
        # One thread alone touches the TLS of a connection.
        if self.woken in select.select([self.plain, self.woken], [], [], 20)[0]:
            if self.level == MQTT_5:
                self.tls.sendall(TAKEN_OVER)
            return
        rest = self.tls.recv(4096)
        with self.cloud.lock:
            if rest[:1] == b"\xe0":
                self.cloud.parted.append(said.client_id)
            if self.cloud.online.get(said.client_id) is self:
                del self.cloud.online[said.client_id]

    def end(self) -> None:
        """End it because another client with this ID came; with MQTT 5 that is said."""
        with contextlib.suppress(OSError):
            self.wakes.send(b"!")


def _context(chain: tuple[Issued, ...], alpn: bool) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    own, *above = chain
    context.use_certificate(own.x509)
    for one in above:
        context.add_extra_chain_cert(one.x509)
    assert isinstance(own.key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    context.use_privatekey(own.key)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    if alpn:
        context.set_alpn_select_callback(lambda _tls, offered: ALPN if ALPN in offered else _refuse())
    return context


def _refuse() -> bytes:
    raise NoCommonProtocol


@contextmanager
def aws_like(chain: tuple[Issued, ...], cloud: Cloud, *, alpn: bool = False) -> Iterator[int]:
    """Run such a broker with this chain; give the port."""
    context = _context(chain, alpn)
    talks: list[tuple[threading.Thread, Talk]] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                except OSError:
                    return
                tls = SSL.Connection(context, plain)
                tls.set_accept_state()
                talk = Talk(tls, plain, cloud, alpn)
                thread = threading.Thread(target=talk.run, daemon=True)
                talks.append((thread, talk))
                thread.start()

        acceptor = threading.Thread(target=serve)
        acceptor.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            acceptor.join(10)
            for thread, talk in talks:
                with contextlib.suppress(OSError):
                    talk.plain.shutdown(socket.SHUT_RDWR)
                talk.end()
                thread.join(10)
