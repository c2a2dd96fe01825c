"""A TLS server whose behaviour after the handshake is one function."""

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from probe.lab.listener import Listener
from probe.lab.pki import Issued
from tests.servers import files


@contextmanager
def serving(folder: Path, chain: tuple[Issued, ...], behave: Callable[[ssl.SSLSocket], None]) -> Iterator[int]:
    """Run it on loopback; ``behave`` gets the connection when the handshake is done and may leave by ``OSError``."""
    certificates, key = files(folder, chain, "peer")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates, key)

    def talk(connection: socket.socket) -> None:
        with contextlib.closing(context.wrap_socket(connection, server_side=True)) as tls:
            behave(tls)

    listener = Listener(talk)
    try:
        yield listener.port
    finally:
        listener.close()
