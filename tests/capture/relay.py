"""A TCP relay on the test's own event loop that delivers what it takes later, and never answers a reset with a reset."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Relay:
    """``delay`` is in seconds, for everything that the server sends after its first ``free`` pieces; the client's bytes pass at once."""

    def __init__(self, upstream: int, delay: float, free: int) -> None:
        self._upstream = upstream
        self._delay = delay
        self._free = free
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(listener)
            client.setblocking(False)
            task = asyncio.create_task(self._serve(client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        server = socket.socket()
        server.setblocking(False)
        try:
            await loop.sock_connect(server, ("127.0.0.1", self._upstream))
            await asyncio.gather(self._pass(client, server, 0.0, 0), self._pass(server, client, self._delay, self._free))
        finally:
            client.close()
            server.close()

    async def _pass(self, source: socket.socket, sink: socket.socket, delay: float, free: int) -> None:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                at, data = await waiting.get()
                await asyncio.sleep(max(0.0, at - loop.time()))
                with contextlib.suppress(OSError):
                    if not data:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    await loop.sock_sendall(sink, data)

        delivery = asyncio.create_task(deliver())
        pieces = 0
        while True:
            try:
                data = await loop.sock_recv(source, 65536)
            except OSError:
                data = b""
            waiting.put_nowait((loop.time() + (delay if pieces >= free else 0.0), data))
            pieces += 1
            if not data:
                break
        await delivery

    async def close(self) -> None:
        for one in list(self._tasks):
            one.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def relay(upstream: int, delay: float, free: int = 0) -> AsyncIterator[int]:
    """Relay to a port of 127.0.0.1; give the port to connect to."""
    one = Relay(upstream, delay, free)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        listener.setblocking(False)
        accepting = asyncio.create_task(one.accept(listener))
        try:
            yield int(listener.getsockname()[1])
        finally:
            accepting.cancel()
            await asyncio.gather(accepting, return_exceptions=True)
            await one.close()
