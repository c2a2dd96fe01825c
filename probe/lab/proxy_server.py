"""Proxies of the laboratory: HTTP CONNECT and SOCKS 5, which get to every host at 127.0.0.1, and answers in place of a tunnel.

Each is a ``Talk`` for a ``Listener``, or makes one. They read no more than a request needs, and know no name but as something to be put on this machine.
"""

import contextlib
import socket
from functools import partial

from probe.lab.listener import SILENCE, Talk, finish
from probe.lab.pump import pump

HEAD = 16 * 1024
"""Bytes of a request that are read at most."""
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
REASONS = {
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    407: "Proxy Authentication Required",
    500: "Unable to connect",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def http_proxy(connection: socket.socket) -> None:
    """Make a tunnel to the port that is asked for, on this machine; 502 when nothing listens there."""
    place = _asked(connection)
    with contextlib.ExitStack() as opened:
        try:
            server = opened.enter_context(socket.create_connection(("127.0.0.1", place), timeout=SILENCE))
        except OSError:
            connection.sendall(answer(502))
            finish(connection)
            return
        connection.sendall(ESTABLISHED)
        pump(connection, server)


def answers(status: int, *fields: tuple[str, str], body: bytes = b"<html><title>Proxy</title><p>No.</p></html>\n") -> Talk:
    """Make a proxy that answers every request with this status."""
    return partial(_answers, words=answer(status, *fields, body=body))


def says(words: bytes) -> Talk:
    """Make something that says ``words`` once it was asked, and hangs up."""
    return partial(_says, words=words)


def consents(then: bytes, *fields: tuple[str, str]) -> Talk:
    """Make a proxy that agrees to every tunnel, waits for the first bytes that are to go through it, says ``then``, and hangs up."""
    head = b"HTTP/1.1 200 OK\r\n" + b"".join(f"{name}: {value}\r\n".encode() for name, value in fields) + b"\r\n"
    return partial(_consents, head=head, then=then)


def socks_proxy(code: int = 0, method: int = 0) -> Talk:
    """Make a SOCKS 5 proxy that chooses this method and answers every request with this code; 0 makes a tunnel to this machine."""
    return partial(_socks, code=code, method=method)


def socks_only(connection: socket.socket) -> None:
    """Hang up on whoever does not begin with version 5 of SOCKS."""
    if connection.recv(1) == b"\5":
        _socks_greeted(connection, 0, 0)
    else:
        finish(connection)


def answer(status: int, *fields: tuple[str, str], body: bytes = b"") -> bytes:
    """Write the answer of an HTTP proxy."""
    head = [f"HTTP/1.1 {status} {REASONS.get(status, 'Answer')}", "Content-Type: text/html", f"Content-Length: {len(body)}"]
    return "\r\n".join((*head, *(f"{name}: {value}" for name, value in fields), "", "")).encode() + body


def _asked(connection: socket.socket) -> int:
    """Read a CONNECT and give the port that it asks for. Raises ``OSError`` for anything else."""
    head = _head(connection)
    words = head.split(b" ", 2)
    port = words[1].rpartition(b":")[2] if words[0] == b"CONNECT" and len(words) == 3 else b""
    if not port.isdigit():
        connection.sendall(answer(400))
        finish(connection)
        raise OSError
    return int(port)


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD:
        data = connection.recv(1)
        if not data:
            break
        head += data
    return head


def _answers(connection: socket.socket, words: bytes) -> None:
    _head(connection)
    connection.sendall(words)
    finish(connection)


def _says(connection: socket.socket, words: bytes) -> None:
    connection.recv(65536)
    connection.sendall(words)
    finish(connection)


def _consents(connection: socket.socket, head: bytes, then: bytes) -> None:
    _head(connection)
    connection.sendall(head)
    connection.recv(65536)
    connection.sendall(then)
    finish(connection)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise OSError
        data += piece
    return data


def _socks(connection: socket.socket, code: int, method: int) -> None:
    _exactly(connection, 1)
    _socks_greeted(connection, code, method)


def _socks_greeted(connection: socket.socket, code: int, method: int) -> None:
    count = _exactly(connection, 1)[0]
    offered = _exactly(connection, count)
    connection.sendall(bytes((5, method)))
    if method not in offered:
        finish(connection)
        return
    kind = _exactly(connection, 4)[3]
    _exactly(connection, {1: 4, 4: 16}.get(kind) or _exactly(connection, 1)[0])
    port = int.from_bytes(_exactly(connection, 2))
    with contextlib.ExitStack() as opened:
        server: socket.socket | None = None
        if code == 0:
            try:
                server = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=SILENCE))
            except OSError:
                code = 5
        connection.sendall(bytes((5, code, 0, 1, 127, 0, 0, 1, 0, 0)))
        if server is None:
            finish(connection)
        else:
            pump(connection, server)
