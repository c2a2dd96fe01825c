"""A listening socket on loopback that hands each connection to a function in a thread of its own, and ends when it is told to."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable

Talk = Callable[[socket.socket], None]
"""What a server does with one connection. It may leave by ``OSError`` at any time; the socket is closed for it."""

SILENCE = 30.0
"""Seconds that a peer may be silent before a server of the laboratory gives up: longer than any whole check."""
CONNECTIONS = 64
"""Connections that one listener serves at the same time; further ones are closed at once."""
DRAIN = 1.0
"""Seconds for which a finished server reads on, so that its last words are not lost to a reset."""


class Listener:
    """Listens on ``address`` from construction until ``close``. ``port`` is the port that it got.

    Raises ``OSError`` when the address cannot be had.
    """

    def __init__(self, talk: Talk, address: str = "127.0.0.1", port: int = 0) -> None:
        self._talk = talk
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.create_server((address, port), family=family, backlog=CONNECTIONS)
        self._socket.setblocking(False)
        self.address = address
        self.port = int(self._socket.getsockname()[1])
        self._wake, self._woken = socket.socketpair()
        self._open: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._accept, name=f"lab-{self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, end all connections and wait for their threads. May be called twice."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
        self._wake.send(b"x")
        self._thread.join()
        with self._lock:
            still = dict(self._open)
        for connection in still.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in still:
            thread.join(5)
        for one in (self._socket, self._wake, self._woken):
            one.close()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._closing:
                selector.select()
                with contextlib.suppress(OSError):
                    self._start(self._socket.accept()[0])

    def _start(self, connection: socket.socket) -> None:
        thread = threading.Thread(target=self._serve, args=(connection,), name=f"lab-{self.port}-talk", daemon=True)
        with self._lock:
            welcome = not self._closing and len(self._open) < CONNECTIONS
            if welcome:
                self._open[thread] = connection
        if welcome:
            thread.start()
        else:
            connection.close()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(SILENCE)
            with contextlib.suppress(OSError):
                self._talk(connection)
        finally:
            with self._lock:
                del self._open[threading.current_thread()]
            connection.close()


def finish(connection: socket.socket) -> None:
    """End a conversation so that the peer gets everything: no more words, then read until it closes too."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(DRAIN)
    while connection.recv(65536):
        pass
