"""A box between client and server that does not like a ClientHello that is large or offers TLS 1.3, or that loses large packets.

Each is a ``Talk`` for a ``Listener``; everything else it carries to and fro.
"""

import socket
from collections.abc import Callable
from functools import partial

from probe.lab.listener import SILENCE, Talk, finish
from probe.lab.pump import pump
from probe.lab.raw_server import reset_at_once, silence
from probe.lab.wire import handshake_bytes, read_hello
from probe.tls.hellos import client_hello

LIMIT = 1400
"""Bytes of a ClientHello that pass, or of a first TCP segment that is looked at."""
FULL_SEGMENT, NARROW = 1460, 1300
"""Bytes of a TCP segment on Ethernet, and those that pass where a tunnel takes its share."""
TLS13 = 0x0304


def size_limit(port: int, *, reset: bool = False, limit: int = LIMIT) -> Talk:
    """Make a box in front of ``port`` of this machine that swallows a ClientHello of more than ``limit`` bytes, or resets its connection."""
    return partial(_size_limit, port=port, reset=reset, limit=limit)


def first_segment(port: int, *, limit: int = LIMIT) -> Talk:
    """Make a box in front of ``port`` that looks at the first segment only, and hangs up when the ClientHello does not end in it."""
    return partial(_first_segment, port=port, limit=limit)


def without_tls13(port: int, *, swallow: bool = False) -> Talk:
    """Make a box in front of ``port`` that hangs up on a ClientHello that offers TLS 1.3, or swallows it."""
    return partial(_without_tls13, port=port, swallow=swallow)


def narrow_path(port: int, *, limit: int = NARROW) -> Talk:
    """Make a path to ``port`` that loses every packet of the server with more than ``limit`` bytes, and tells nobody (a path MTU black hole, RFC 2923).

    Without packets of its own it goes by what decides their size: the maximum segment size that the client announced, and how much the server has to say.
    What comes after a lost packet waits for it, therefore nothing more arrives. Packets of the client are not lost.
    """
    return partial(_narrow_path, port=port, limit=limit)


def _without_tls13(connection: socket.socket, *, port: int, swallow: bool) -> None:
    words = read_hello(connection)
    hello = client_hello(handshake_bytes(words)[4:])
    if hello is None or TLS13 not in hello.versions:
        _carry(connection, words, port)
    elif swallow:
        silence(connection)
    else:
        finish(connection)


def _size_limit(connection: socket.socket, *, port: int, reset: bool, limit: int) -> None:
    hello = read_hello(connection)
    if len(hello) <= limit:
        _carry(connection, hello, port)
    elif reset:
        reset_at_once(connection)
    else:
        silence(connection)


def _first_segment(connection: socket.socket, *, port: int, limit: int) -> None:
    first = connection.recv(limit)
    if len(first) >= 5 and len(first) >= 5 + int.from_bytes(first[3:5]):
        _carry(connection, first, port)


def _narrow_path(connection: socket.socket, *, port: int, limit: int) -> None:
    words = read_hello(connection)
    # What the client told in its SYN is what a server may put into one segment; loopback alone would carry far more.
    segment = min(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG), FULL_SEGMENT)
    _carry(connection, words, port, lambda data: min(len(data), segment) <= limit)


def _carry(client: socket.socket, first: bytes, port: int, passes: Callable[[bytes], bool] = lambda _data: True) -> None:
    """Pass ``first`` on, then everything in both directions until one side has nothing more to say; ``passes`` as for ``pump``."""
    with socket.create_connection(("127.0.0.1", port), timeout=SILENCE) as server:
        server.sendall(first)
        pump(client, server, passes)
