"""Carrying bytes to and fro between two connections, as every box in the middle does."""

import contextlib
import selectors
import socket
from collections.abc import Callable

from probe.lab.listener import SILENCE


def pump(outer: socket.socket, inner: socket.socket, passes: Callable[[bytes], bool] = lambda _data: True) -> None:
    """Pass everything on in both directions, ends of stream included, until neither side has more to say. Raises ``OSError``.

    ``passes`` is asked about whatever ``inner`` says; from the first time that it says no, nothing from there arrives any more, and nobody is told.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(outer, selectors.EVENT_READ, inner)
        selector.register(inner, selectors.EVENT_READ, outer)
        while selector.get_map():
            ready = selector.select(SILENCE)
            if not ready:
                return
            for key, _ in ready:
                source, sink = key.fileobj, key.data
                data = source.recv(65536) if isinstance(source, socket.socket) else b""
                if data and source is inner and not passes(data):
                    selector.unregister(source)
                elif data:
                    sink.sendall(data)
                else:
                    selector.unregister(source)
                    with contextlib.suppress(OSError):
                        sink.shutdown(socket.SHUT_WR)
