"""Peers that do not speak TLS, or speak it badly: one small function for each kind of misbehaviour.

Each is a ``Talk`` for a ``Listener``, or makes one.
"""

import socket
import struct
import time
from functools import partial

from probe.lab import wire
from probe.lab.answers import LDAP_HEAD, USUAL, Answer, Directory, http, ldap
from probe.lab.listener import Talk, finish

ENDLESS_LIMIT = 64 * 1024 * 1024
"""Bytes after which even the endless message ends, should a client never stop."""
RESET_PAUSE = 0.1
"""Seconds between the connection and its reset."""
SMTP_BANNER = b"220 mail.shop.example ESMTP ready\r\n"
SSH_BANNER = b"SSH-2.0-OpenSSH_9.2p1\r\n"
_GARBAGE = bytes((7 * index + 0x80) % 256 for index in range(512))


def silence(connection: socket.socket) -> None:
    """Take everything and never answer."""
    while connection.recv(65536):
        pass


def close_at_once(_connection: socket.socket) -> None:
    """Close without having read anything."""


def reset_at_once(connection: socket.socket) -> None:
    """Reset the connection as soon as it stands."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_unasked(connection: socket.socket) -> None:
    """Reset the connection a moment after it stands, without having read anything.

    The pause lets every client see the connection stand first, so that it meets the same thing each time.
    """
    time.sleep(RESET_PAUSE)
    reset_at_once(connection)


def close_after_hello(connection: socket.socket) -> None:
    """Read the ClientHello, then close without an alert."""
    wire.read_hello(connection)
    finish(connection)


def reset_after_hello(connection: socket.socket) -> None:
    """Read the ClientHello, then reset the connection."""
    wire.read_hello(connection)
    reset_at_once(connection)


def garbage(connection: socket.socket) -> None:
    """Answer the first bytes with 512 bytes that are nothing."""
    connection.recv(65536)
    connection.sendall(_GARBAGE)
    finish(connection)


def plain_http(connection: socket.socket) -> None:
    """Answer like a web server whose port is not set up for TLS: 400 to everything that is no request, 200 to a request."""
    request = connection.recv(65536)
    connection.sendall(http(Answer(status=200 if request[:4] in (b"GET ", b"HEAD") else 400, body=b"plain HTTP here\n")))
    finish(connection)


def banner(connection: socket.socket, words: bytes) -> None:
    """Say ``words`` at once, as SMTP, SSH or FTP do, then read on."""
    connection.sendall(words)
    silence(connection)


BIND_ANSWER = b"\x61"
"""How the answer to an LDAP bind begins (RFC 4511 section 4.2.2)."""


def plain_ldap(connection: socket.socket, directory: Directory = USUAL) -> None:
    """Answer an LDAP search, with a bind before it or without, and close on anything else."""
    said = BIND_ANSWER
    while BIND_ANSWER in said[:LDAP_HEAD]:
        request = connection.recv(65536)
        said = ldap(request, directory) if len(request) > LDAP_HEAD else b""
        connection.sendall(said)
    finish(connection)


def endless_certificate(connection: socket.socket) -> None:
    """Read the ClientHello, then answer as ``endless`` does."""
    wire.read_hello(connection)
    endless(connection)


def endless(connection: socket.socket) -> None:
    """Begin a Certificate message of 16 MiB and send records of it, and then more, until the client has enough."""
    connection.sendall(wire.record(wire.HANDSHAKE, wire.server_hello() + bytes((wire.CERTIFICATE,)) + b"\xff\xff\xff"))
    piece = wire.record(wire.HANDSHAKE, b"\x30" * wire.MAX_RECORD)
    for _ in range(ENDLESS_LIMIT // len(piece)):
        connection.sendall(piece)


def drip(interval: float = 1.0) -> Talk:
    """Make a server that answers a ClientHello rightly, but with one byte every ``interval`` seconds."""
    return partial(_drip, interval=interval)


def says(words: bytes) -> Talk:
    """Make a server that says ``words`` as soon as the connection stands."""
    return partial(banner, words=words)


def alert(description: int, level: int = 2) -> Talk:
    """Make a server that answers a ClientHello by an alert of this description (RFC 8446 section 6)."""
    return partial(_reply_and_close, words=wire.alert(description, level))


def replay(chain: tuple[bytes, ...]) -> Talk:
    """Make a server that answers by a TLS 1.2 ServerHello and a Certificate message with these entries, whatever bytes they are."""
    flight = wire.server_hello() + wire.certificate(chain) + wire.server_hello_done()
    return partial(_reply_and_close, words=wire.record(wire.HANDSHAKE, flight))


def _reply_and_close(connection: socket.socket, words: bytes) -> None:
    wire.read_hello(connection)
    connection.sendall(words)
    finish(connection)


def _drip(connection: socket.socket, interval: float) -> None:
    wire.read_hello(connection)
    for byte in wire.record(wire.HANDSHAKE, wire.server_hello()) + wire.record(wire.HANDSHAKE, wire.certificate((_GARBAGE * 100,))):
        connection.sendall(bytes((byte,)))
        time.sleep(interval)
