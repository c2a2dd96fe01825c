"""The front of a copied endpoint: it looks at each ClientHello and does what the original did with the one that was most like it."""

import socket
import threading
from collections.abc import Callable

from probe.facts.noun import noun
from probe.lab import raw_server, wire
from probe.lab.listener import SILENCE, Listener, finish
from probe.lab.pump import pump
from probe.lab.reproduce_words import Words
from probe.plan import SMALL_SEGMENT
from probe.tls.hellos import ClientHello, client_hello

Reply = Callable[[socket.socket, bytes], None]
"""What follows a ClientHello, which was read already and is given with the connection."""

_NO_NAME, _OTHER_NAME, _VERSION, _ALPN, _SUITES, _GROUPS, _SIZE, _PIECES, _SEGMENTS = 4.0, 6.0, 5.0, 4.0, 5.0, 2.0, 3.0, 0.5, 3.0
_SAME_SIZE = 200
"""Bytes by which two ClientHellos of the same kind differ: names, padding, tickets."""


@noun
class Seen:
    """One ClientHello that the original got, its size with header, whether it came in pieces, and what the copy does with one like it.

    ``segment`` is the largest TCP segment that the client said it takes, 0 for the usual one.
    """

    hello: ClientHello | None
    size: int
    in_pieces: bool
    reply: Reply
    segment: int = 0


@noun
class Plain:
    """What the original said to who spoke no TLS: at once, or by the first byte of the question."""

    unasked: bytes = b""
    answers: tuple[tuple[bytes, bytes], ...] = ()


class Front:
    """Serves one address of a copy from construction until ``close``. Of several equally near behaviours each has its turn, as behind a load balancer."""

    def __init__(self, seen: tuple[Seen, ...], plain: Plain, address: str, port: int = 0, words: Words | None = None) -> None:
        self._words = words
        self._seen = seen
        self._plain = plain
        self._turns = 0
        self._lock = threading.Lock()
        self._listener = Listener(self._talk, address, port)
        self.port = self._listener.port

    def close(self) -> None:
        """Stop listening and end all connections."""
        self._listener.close()

    def _talk(self, connection: socket.socket) -> None:
        if self._words is not None:
            if not self._words(connection):
                return
        elif self._plain.unasked:
            raw_server.banner(connection, self._plain.unasked)
            return
        first = connection.recv(65536, socket.MSG_PEEK)
        words = wire.read_hello(connection)
        if not words:
            return
        if words[0] != wire.HANDSHAKE:
            for first, answer in self._plain.answers:
                if words.startswith(first):
                    connection.sendall(answer)
            finish(connection)
            return
        if self._seen:
            segment = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
            self._chosen(words, len(first) < len(words), segment).reply(connection, words)

    def _chosen(self, words: bytes, in_pieces: bool, segment: int) -> Seen:
        body = wire.handshake_bytes(words)
        hello = client_hello(body[4:])
        distances = [_distance(hello, len(body), in_pieces, one) + _SEGMENTS * _other_segments(segment, one) for one in self._seen]
        nearest = [one for one, far in zip(self._seen, distances, strict=True) if far == min(distances)]
        with self._lock:
            turn = self._turns
            self._turns += len(nearest) > 1
        return nearest[turn % len(nearest)]


def _distance(hello: ClientHello | None, size: int, in_pieces: bool, one: Seen) -> float:
    other = one.hello
    if hello is None or other is None:
        return 0.0 if hello is other else 100.0
    far = 0.0
    if hello.sni != other.sni:
        far += _OTHER_NAME if hello.sni and other.sni else _NO_NAME
    far += _VERSION * ((max(hello.versions, default=0) != max(other.versions, default=0)) + (min(hello.versions, default=0) != min(other.versions, default=0)))
    far += _ALPN * (bool(hello.alpn) != bool(other.alpn))
    far += _SUITES * _apart(hello.suites, other.suites) + _GROUPS * _apart(hello.groups, other.groups)
    far += _PIECES * (in_pieces != one.in_pieces)
    return far + (_SIZE if abs(size - one.size) > _SAME_SIZE else 0.0)


def _other_segments(segment: int, one: Seen) -> bool:
    """Whether of the two connections only one takes nothing but small segments. The system takes its options off the size that was asked for."""
    return (segment <= SMALL_SEGMENT) != (0 < one.segment <= SMALL_SEGMENT)


def _apart(these: tuple[int, ...], those: tuple[int, ...]) -> float:
    """0 for equal sets, 1 for sets with nothing in common."""
    every = set(these) | set(those)
    return len(set(these) ^ set(those)) / len(every) if every else 0.0


def relay(port: int) -> Reply:
    """Pass the connection on to a server on this machine, byte for byte in both directions, ends of stream included."""

    def pass_on(connection: socket.socket, words: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=SILENCE) as inner:
            inner.sendall(words)
            pump(connection, inner)

    return pass_on
