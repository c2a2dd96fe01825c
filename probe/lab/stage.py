"""The stage: everything that one scene opens, and that must be closed and deleted after it."""

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

from probe.lab.answers import Answer
from probe.lab.backlog import ClosedPort, FullBacklog
from probe.lab.dns_server import DnsServer, Zone
from probe.lab.http_server import HttpServer
from probe.lab.keys import SigningKey, key_pem
from probe.lab.listener import Listener, Talk
from probe.lab.openssl_server import OpensslServer
from probe.lab.pki import Issued, pem
from probe.lab.tls_server import Credentials, Serving, TlsServer

LOOPBACK = "127.0.0.1"
_PORT_TRIES = 20


class Closable(Protocol):
    """Anything that a stage closes."""

    def close(self) -> None:
        """End it."""


class Listening(Closable, Protocol):
    """Anything that holds a port."""

    port: int


C = TypeVar("C", bound=Closable)


class Stage:
    """A context manager: opens servers on loopback and writes files into a folder of its own; on leaving all are closed and the folder is gone."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._written = 0
        self.folder = Path()

    def __enter__(self) -> Self:
        """Make the folder."""
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="probe-lab-")))
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Close all servers, the last opened first, and delete the folder."""
        self._stack.close()

    def keep(self, server: C) -> C:
        """Close ``server`` when the stage ends."""
        self._stack.callback(server.close)
        return server

    def write(self, name: str, data: bytes | str) -> Path:
        """Write a file that the owner alone may read. A name that exists gets a number in front."""
        path = self.folder / name
        if path.exists():
            self._written += 1
            path = self.folder / f"{self._written}-{name}"
        path.touch(mode=0o600)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def trust_file(self, *anchors: Issued, name: str = "root.pem") -> str:
        """Write anchors as a PEM file for ``--trust`` and give its path."""
        return str(self.write(name, "".join(one.pem for one in anchors)))

    def chain_file(self, *chain: bytes, name: str = "chain.pem") -> str:
        """Write certificates for a server that reads files, such as nginx."""
        return str(self.write(name, "".join(pem(one) for one in chain)))

    def key_file(self, key: SigningKey, name: str = "key.pem") -> str:
        """Write a private key, readable by its owner alone, for a server that reads files. It is deleted with the stage."""
        return str(self.write(name, key_pem(key)))

    def tls(self, serving: Serving, address: str = LOOPBACK) -> int:
        """Open a TLS server and give its port."""
        return self.keep(TlsServer(serving, address)).port

    def tls_at(self, servings: tuple[tuple[str, Serving], ...]) -> int:
        """Open TLS servers on several addresses, given as (address, how it behaves), all on the port that is given back."""
        return self.same_port([self._tls_opener(serving, address) for address, serving in servings])

    def openssl(self, credentials: Credentials, *options: str) -> int:
        """Open the machine's own ``openssl s_server`` with further options and give its port."""
        return self.keep(OpensslServer(credentials, Path(self._stack.enter_context(tempfile.TemporaryDirectory(dir=self.folder))), *options)).port

    def raw(self, talk: Talk, address: str = LOOPBACK) -> int:
        """Open a server that does with each connection what ``talk`` does, and give its port."""
        return self.keep(Listener(talk, address)).port

    def dns(self, zone: Zone) -> str:
        """Open a DNS server and give its ``IP:PORT``."""
        return self.keep(DnsServer(zone)).where

    def http(self, documents: tuple[tuple[str, Answer], ...] = ()) -> HttpServer:
        """Open an HTTP server for issuer certificates."""
        return self.keep(HttpServer(documents))

    def closed_port(self) -> int:
        """Give a port that refuses connections as long as the stage is open."""
        return self.keep(ClosedPort()).port

    def full_backlog(self) -> int:
        """Give a port that takes no further connection and answers nothing, so that connecting to it times out."""
        return self.keep(FullBacklog()).port

    def _tls_opener(self, serving: Serving, address: str) -> Callable[[int], TlsServer]:
        return lambda port: TlsServer(serving, address, port)

    def same_port(self, openers: Sequence[Callable[[int], Listening]]) -> int:
        """Call each opener with the same port, and give it; the first gets 0 and finds one. Raises ``OSError`` when no port is free for all."""
        for _ in range(_PORT_TRIES):
            with contextlib.ExitStack() as opened:
                port = 0
                with contextlib.suppress(OSError):
                    for opener in openers:
                        server = opener(port)
                        opened.callback(server.close)
                        port = server.port
                    self._stack.push(opened.pop_all())
                    return port
        raise OSError("no port is free on all addresses")
