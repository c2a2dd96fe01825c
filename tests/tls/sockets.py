"""Real peers on loopback: the system's ``openssl s_server``, and a listener for other programs' ClientHellos."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from probe.tls.engine import Engine, State
from tests.tls.peers import Pair, leaf, root

SECONDS = 10.0


def openssl() -> str:
    """Where the system's openssl is."""
    found = shutil.which("openssl")
    assert found is not None, "openssl is missing: run tests/install-servers"
    return found


def write_pair(folder: Path, pair: Pair | None = None) -> tuple[Path, Path]:
    """Write a certificate and its key to a folder of the test."""
    shown = pair or leaf()
    certificate, key = folder / "leaf.pem", folder / "leaf.key"
    certificate.write_bytes(shown.pem)
    key.write_bytes(shown.key_pem)
    (folder / "root.pem").write_bytes(root().pem)
    return certificate, key


@contextmanager
def s_server(folder: Path, *options: str, pair: bool = True) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run ``openssl s_server`` on a free port; gives the port and the process, whose standard input takes the commands of s_server."""
    shown = [] if not pair else ["-cert", str(folder / "leaf.pem"), "-key", str(folder / "leaf.key")]
    command = [openssl(), "s_server", "-accept", "127.0.0.1:0", *shown, *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith(b"ACCEPT 127.0.0.1:"):
                    yield int(line.rsplit(b":", 1)[1]), process
                    break
            else:
                raise AssertionError(f"s_server did not start: {command}")
        finally:
            process.kill()


def over_socket(client: Engine, port: int, done: Callable[[Engine], bool]) -> None:
    """Drive an engine over a socket until ``done`` says so, or the peer closes."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as wire:
        while True:
            out = client.outgoing()
            if out:
                wire.sendall(out)
            if done(client):
                return
            try:
                data = wire.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                client.end_of_stream()
                return
            client.incoming(data)


def settled(client: Engine) -> bool:
    """Whether the handshake is over, one way or the other."""
    return client.state is not State.HANDSHAKING
