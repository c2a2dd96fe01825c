"""One raw, non-blocking socket on the running event loop.

A write error is no reason to stop reading: an alert that came before a reset is still in the receive buffer (asyncio's streams throw it away).
"""

import asyncio
import errno
import os
import socket

from probe.capture.clock import Clock

CHUNK = 64 * 1024


class Wire:
    """A connected socket. All limits are points in time on ``clock``, in seconds."""

    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        self._socket = sock
        self._clock = clock
        self._ahead = b""

    @classmethod
    async def open(cls, address: str, port: int, clock: Clock, until: float, kind: socket.SocketKind = socket.SOCK_STREAM, *, mss: int = 0) -> "Wire":
        """Connect to an IP literal (with a zone where it needs one). Raises ``OSError``; ``TimeoutError`` without a number when the time is up.

        ``mss`` is the largest TCP segment in bytes that we send and tell the peer to send (RFC 9293 section 3.7.1; 0: as usual).
        """
        family, place = whereabouts(address, port)
        sock = socket.socket(family, kind)
        wire = cls(sock, clock)
        try:
            sock.setblocking(False)
            if kind == socket.SOCK_STREAM:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if mss:
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, mss)
            code = sock.connect_ex(place)
            if code in (errno.EINPROGRESS, errno.EINTR):
                if not await wire._ready(until, write=True):
                    raise TimeoutError
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0 and kind == socket.SOCK_STREAM and _met_itself(sock):
                code = errno.ECONNREFUSED
            if code:
                raise OSError(code, os.strerror(code))
        except BaseException:
            wire.close()
            raise
        return wire

    def local(self) -> str:
        """Give our own address, "" when there is none."""
        try:
            return str(self._socket.getsockname()[0])
        except OSError:
            return ""

    async def read(self, until: float) -> bytes:
        """Give what has come, empty at the end of the stream. Raises ``OSError``; ``TimeoutError`` only after a look that found nothing."""
        if self._ahead:
            data, self._ahead = self._ahead, b""
            return data
        while True:
            ready = await self._ready(until, read=True)
            try:
                return self._socket.recv(CHUNK)
            except (BlockingIOError, InterruptedError):
                if not ready:
                    raise TimeoutError from None

    def unread(self, data: bytes) -> None:
        """Give these bytes back: they are the first that ``read`` gives again."""
        self._ahead = data + self._ahead

    async def write(self, data: bytes, until: float, segment: int = 0) -> None:
        """Send all of ``data``, at most ``segment`` bytes in one TCP segment (0: as the system likes). Raises ``OSError``."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest[: segment or None]) :]
            except (BlockingIOError, InterruptedError):
                if not await self._ready(until, write=True):
                    raise TimeoutError from None

    def close(self) -> None:
        """Close the socket; it is no fault when it is closed already."""
        self._socket.close()

    async def _ready(self, until: float, *, read: bool = False, write: bool = False) -> bool:
        """Wait for the socket; false when the time was up and the loop had just looked."""
        loop = asyncio.get_running_loop()
        settled: asyncio.Future[bool] = loop.create_future()

        def settle(ready: bool) -> None:
            if not settled.done():
                settled.set_result(ready)

        if read:
            loop.add_reader(self._socket, settle, True)
        if write:
            loop.add_writer(self._socket, settle, True)
        timer = loop.call_later(max(0.0, until - self._clock.now()), settle, False)
        try:
            return await settled
        finally:
            timer.cancel()
            loop.remove_reader(self._socket)
            loop.remove_writer(self._socket)


def _met_itself(sock: socket.socket) -> bool:
    """Whether a closed port of this machine was met by the very socket that knocked there (simultaneous open, RFC 9293 section 3.5)."""
    try:
        return bool(sock.getsockname() == sock.getpeername())
    except OSError:
        # Reset already: the first read will tell.
        return False


def whereabouts(address: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]:
    """Give the family of an IP literal and what ``connect`` needs; a zone (RFC 4007) may be a name or a number. Raises ``OSError`` for an unknown zone."""
    if ":" not in address:
        return socket.AF_INET, (address, port)
    bare, _, zone = address.partition("%")
    if not zone:
        return socket.AF_INET6, (bare, port, 0, 0)
    return socket.AF_INET6, (bare, port, 0, int(zone) if zone.isdecimal() else socket.if_nametoindex(zone))
