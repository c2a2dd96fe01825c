"""The server of the machine's ``openssl`` program, for what the engine of this project cannot be talked into, such as a small Diffie-Hellman group."""

import shutil
import subprocess
from pathlib import Path

from probe.lab.keys import key_pem
from probe.lab.pki import pem
from probe.lab.tls_server import Credentials

START_LIMIT = 50
"""Lines of the program's output in which it must say where it listens."""


class OpensslServer:
    """Runs ``openssl s_server`` on loopback from construction until ``close``; it answers HTTP. ``port`` is the port that it got.

    ``folder`` takes the certificates and the key (mode 0600); ``options`` are further ones of ``s_server``.
    Raises ``OSError`` when there is no such program or it does not start.
    """

    def __init__(self, credentials: Credentials, folder: Path, *options: str) -> None:
        program = shutil.which("openssl")
        if program is None:
            raise OSError("the program openssl is not installed")
        own, *others = credentials.chain
        files = {"-cert": pem(own).encode(), "-cert_chain": "".join(pem(one) for one in others).encode(), "-key": key_pem(credentials.key)}
        arguments = [text for option, data in files.items() if data for text in (option, _write(folder, option, data))]
        self._process = subprocess.Popen(
            [program, "s_server", "-accept", "127.0.0.1:0", "-www", *arguments, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.port = self._listening()

    def close(self) -> None:
        """End the program and wait for it."""
        self._process.terminate()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _listening(self) -> int:
        for _ in range(START_LIMIT):
            line = self._process.stdout.readline() if self._process.stdout else b""
            if line.startswith(b"ACCEPT"):
                return int(line.rpartition(b":")[2])
        self.close()
        raise OSError("openssl s_server does not start")


def _write(folder: Path, option: str, data: bytes) -> str:
    path = folder / f"s_server{option}.pem"
    path.touch(mode=0o600)
    path.write_bytes(data)
    return str(path)
