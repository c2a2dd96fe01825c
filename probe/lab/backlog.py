"""Addresses on this machine that do not answer as a listening port does; no packet leaves the machine."""

import contextlib
import selectors
import socket

UNREACHABLE = "127.255.255.255"
"""The broadcast address of the loopback network: Linux refuses a TCP connection to it with ENETUNREACH before it sends anything."""
FILL_WAIT = 0.2
"""Seconds in which a connection on loopback stands, unless the queue is full."""
FILL_LIMIT = 16


class ClosedPort:
    """A port that nobody listens on, and that nobody else can take as long as this is open."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self._socket.bind((address, port))
        self.port = int(self._socket.getsockname()[1])

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()


class FullBacklog:
    """A port whose queue of connections is full: the system drops further requests, as a firewall that drops packets would."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self._sockets = [socket.create_server((address, port), backlog=0)]
        self.port = int(self._sockets[0].getsockname()[1])
        for _ in range(FILL_LIMIT):
            if not self._taken(address):
                return
        raise OSError("the queue of a listening socket does not get full on this system")

    def close(self) -> None:
        """Close the port and the connections that wait in it."""
        for one in self._sockets:
            one.close()

    def _taken(self, address: str) -> bool:
        """Whether one more connection was taken; it stays open in either case."""
        filler = socket.socket()
        filler.setblocking(False)
        self._sockets.append(filler)
        with contextlib.suppress(BlockingIOError):
            filler.connect((address, self.port))
        with selectors.DefaultSelector() as selector:
            selector.register(filler, selectors.EVENT_WRITE)
            return bool(selector.select(FILL_WAIT))
