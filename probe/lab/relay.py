"""A box between client and server that does not like a ClientHello that is large or offers TLS 1.3.

Each is a ``Talk`` for a ``Listener``; everything else it carries to and fro.
"""

import contextlib
import selectors
import socket
from functools import partial

from probe.lab.listener import SILENCE, Talk, finish
from probe.lab.raw_server import reset_at_once, silence
from probe.lab.wire import handshake_bytes, read_hello
from probe.tls.hellos import client_hello

LIMIT = 1400
"""Bytes of a ClientHello that pass, or of a first TCP segment that is looked at."""
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


def _carry(client: socket.socket, first: bytes, port: int) -> None:
    """Pass ``first`` on, then everything in both directions until one side has nothing more to say."""
    with socket.create_connection(("127.0.0.1", port), timeout=SILENCE) as server, selectors.DefaultSelector() as selector:
        server.sendall(first)
        for one, other in ((client, server), (server, client)):
            selector.register(one, selectors.EVENT_READ, other)
        while selector.get_map():
            for key, _ in selector.select(SILENCE) or ((None, 0),):
                if key is None:
                    return
                source, sink = key.fileobj, key.data
                data = source.recv(65536) if isinstance(source, socket.socket) else b""
                if data:
                    sink.sendall(data)
                else:
                    selector.unregister(source)
                    with contextlib.suppress(OSError):
                        sink.shutdown(socket.SHUT_WR)
