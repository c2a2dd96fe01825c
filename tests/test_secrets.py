"""No secret of a connection, of the environment or of an answer comes out of the probe: not on the terminal, not in a report, not in a saved observation."""

import base64
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from OpenSSL import SSL

from probe.facts.noun import noun
from probe.facts.unusable import Unusable
from probe.jobs.target import Options, target
from probe.lab.listener import Listener
from probe.lab.pki import Issued, authority
from probe.lab.proxy_server import http_proxy
from probe.tls.keys import Keys, secret_of

COOKIE, CHALLENGE, LOCATION, API_KEY, PROXY = (f"{word}-6Yh2kQx9Zt4w" for word in ("cookie", "challenge", "location", "apikey", "proxy"))
WORDS = (COOKIE, CHALLENGE, LOCATION, API_KEY, PROXY)
HEADERS = (
    f"Set-Cookie: session={COOKIE}; Secure\r\n"
    f'WWW-Authenticate: Digest realm="{CHALLENGE}", nonce="{CHALLENGE}"\r\n'
    f"Proxy-Authenticate: Basic realm={CHALLENGE}\r\n"
    f'Authentication-Info: nextnonce="{CHALLENGE}"\r\n'
    f"X-Api-Key: {API_KEY}\r\n"
    f"Location: https://user:{LOCATION}@shop.example/next?token={LOCATION}#{LOCATION}\r\n"
)
SUITES = {"TLS_AES_128_GCM_SHA256": 0x1301, "TLS_AES_256_GCM_SHA384": 0x1302, "TLS_CHACHA20_POLY1305_SHA256": 0x1303}
RUNS = (("--format", "terminal"), ("--format", "json"), ("--format", "html"), ("--html", "report.html", "--save", "seen.json"))


class Server:
    """An HTTPS server that writes down what only the two ends may know: the lines of the key log, and the session tickets that it issued."""

    def __init__(self, chain: tuple[Issued, ...], highest: int, status: int) -> None:
        self.lines: list[bytes] = []
        self.tickets: list[bytes] = []
        self._answer = f"HTTP/1.1 {status} Odd\r\n{HEADERS}Content-Length: 3\r\nConnection: close\r\n\r\nok\n".encode()
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_max_proto_version(highest)
        context.use_certificate(chain[0].x509)
        context.use_privatekey(chain[0].key)
        for one in chain[1:]:
            context.add_extra_chain_cert(one.x509)
        context.set_keylog_callback(lambda _, line: self.lines.append(line))
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Stop serving; what was written down is complete then."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(OSError, SSL.Error):
                connection.settimeout(10)
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        tls = SSL.Connection(self._context, None)
        tls.set_accept_state()
        sent, answered, before = bytearray(), False, len(self.lines)
        while not answered:
            try:
                answered = bool(tls.recv(65536))
                tls.sendall(self._answer)
                tls.shutdown()
            except SSL.WantReadError:
                pass
            with suppress(SSL.WantReadError):
                while data := tls.bio_read(65536):
                    sent += data
                    connection.sendall(data)
            if not answered:
                data = connection.recv(65536)
                if not data:
                    break
                tls.bio_write(data)
        self.tickets += tickets(bytes(sent), SUITES.get(tls.get_cipher_name() or ""), self.lines[before:])


def tickets(sent: bytes, suite: int | None, lines: list[bytes]) -> Iterator[bytes]:
    """The session tickets in what a server sent (RFC 5077 section 3.3, RFC 8446 section 4.6.1), of which TLS 1.3 needs a suite and its key log."""
    secrets = (secret_of(line) for line in lines)
    secret = next((one[2] for one in secrets if one and one[:2] == (False, "application")), None)
    keys = Keys(suite, secret) if suite and secret else None
    while sent:
        size = int.from_bytes(sent[3:5], "big")
        header, content, sent = sent[:5], sent[5 : 5 + size], sent[5 + size :]
        if keys:
            opened = keys.open(header, content) if header[0] == 23 else None
            if opened is None:
                keys = Keys(suite, secret) if suite and secret else None  # a record of the handshake; those of the application count from 0
                continue
            content = opened.rstrip(b"\0")
            header, content = content[-1:], content[:-1]
        if not keys and header[0] == 20:
            return  # what follows in TLS 1.2 is encrypted, and may look like a ticket by chance
        if header[0] == 22 and content[:1] == b"\x04":
            at = 4 + (4 + 4 + 1 + content[12] + 2 if keys else 4 + 2)
            yield content[at : at + int.from_bytes(content[at - 2 : at], "big")]


@noun
class Told:
    """Everything that the probe gave away in one test, the secrets that were there to be told, and how it ended each time."""

    outputs: dict[str, str]
    secrets: dict[str, bytes]
    codes: set[int]


@contextmanager
def serving(chain: tuple[Issued, ...], highest: int, status: int) -> Iterator[Server]:
    server = Server(chain, highest, status)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module", params=[(SSL.TLS1_2_VERSION, 401), (SSL.TLS1_3_VERSION, 302)], ids=["TLS 1.2", "TLS 1.3"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("secrets")
    root = authority("Secret Root CA")
    (folder / "root.pem").write_text(root.pem)
    proxy = Listener(http_proxy)
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy")
    proxies = dict.fromkeys(names, f"http://user:{PROXY}@127.0.0.1:{proxy.port}")
    outputs: dict[str, str] = {}
    codes = set()
    highest, status = request.param
    with serving((root.issue("shop.example"),), highest, status) as server:
        for options in RUNS:
            for trust in ("root.pem", "none"):
                command = (sys.executable, "-m", "probe", "check", "https://shop.example", "--connect", f"127.0.0.1:{server.port}", "--trust", trust)
                done = subprocess.run((*command, *options), capture_output=True, text=True, timeout=60, cwd=folder, env={**os.environ, **proxies})
                codes.add(done.returncode)
                outputs[f"{options} {trust} out"], outputs[f"{options} {trust} err"] = done.stdout, done.stderr
                for file in (*folder.glob("*.json"), *folder.glob("*.html")):
                    outputs[f"{file.name} {trust}"] = file.read_text()
    proxy.close()
    secrets = {f"{line.split()[0].decode()} {number}": bytes.fromhex(line.split()[2].decode()) for number, line in enumerate(server.lines)}
    secrets |= {f"ticket {number}": one for number, one in enumerate(server.tickets)}
    return Told(outputs=outputs, secrets=secrets | {word: word.encode() for word in WORDS}, codes=codes)


def spellings(secret: bytes) -> set[str]:
    """How a secret may be written: as it is, in hex with and without separators, in base64 wherever in a longer text it stands."""
    digits = secret.hex()
    found = {digits, *(secret.hex(separator) for separator in ": -")}
    with suppress(UnicodeDecodeError):
        found |= {secret.decode("ascii"), secret[::-1].decode("ascii")}
    for shift in range(3):
        # Only the characters that depend on nothing but the secret.
        inner = base64.b64encode(bytes(shift) + secret)[4 if shift else 0 :].decode().rstrip("=")
        found |= {inner[:-1], inner[:-1].translate(str.maketrans("+/", "-_"))}
    return found


def leaked(text: str, secret: bytes) -> bool:
    plain = text.lower()
    return any(one in text or one.lower() in plain for one in spellings(secret))


def test_there_were_secrets_to_be_told(told: Told) -> None:
    assert told.codes == {0, 1}
    assert all(told.outputs[f"{options} root.pem out"] for options in RUNS[:3]) and len(told.outputs) >= 20
    labels = {name.split()[0] for name in told.secrets}
    assert labels >= {"ticket", "CLIENT_RANDOM"} or labels >= {"ticket", "CLIENT_TRAFFIC_SECRET_0", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "EXPORTER_SECRET"}
    assert all(len(secret) >= (100 if name.startswith("ticket") else 16) for name, secret in told.secrets.items())
    assert leaked(f"x{base64.b64encode(b'abc' + WORDS[0].encode() + b'd').decode()}", WORDS[0].encode())
    assert leaked("0 " + b"12345678".hex(" ").upper(), b"12345678")


def test_no_secret_is_told(told: Told) -> None:
    found = [(name, where) for name, secret in told.secrets.items() for where, text in told.outputs.items() if leaked(text, secret)]
    assert not found


def test_no_secret_is_in_the_bytes_of_a_saved_observation(told: Told) -> None:
    def every(value: Any) -> Iterator[bytes]:
        if isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                yield from every(one)
        elif isinstance(value, str):
            yield value.encode()
            if len(value) >= 8 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value) and len(value) % 4 == 0:
                yield base64.b64decode(value)

    documents = [json.loads(text) for where, text in told.outputs.items() if where.startswith(("seen.json", "('--format', 'json')")) and text]
    assert len(documents) == 4
    parts = [part for one in documents for part in every(one)]
    assert sum(map(len, parts)) > 10_000
    for name, secret in told.secrets.items():
        assert not any(secret in part for part in parts), name


def test_what_may_be_told_is_told(told: Told) -> None:
    """The scheme of a challenge and the host and path of a redirect help, and hide nothing."""
    saved = told.outputs["seen.json root.pem"]
    assert '"https://shop.example/next"' in saved and '"Digest"' in saved
    assert '"source": "https_proxy"' in saved and '"authenticated": true' in saved


TYPED = [
    "https://user:PASSWORD@shop.example/",
    "https://user:PASSWORD@shop.example:99999/",
    "https://user:PASSWORD@shop.example:0/",
    "https://user:PASSWORD@",
    "https://user:PASSWORD@shop example/",
    "https://user:PASS/WORD@shop.example/",
    "ssh://user:PASSWORD@shop.example/",
    "user:PASSWORD@shop.example",
]


@pytest.mark.parametrize("spelled", TYPED)
def test_a_password_in_a_target_is_refused_and_not_repeated(spelled: str) -> None:
    with pytest.raises(Unusable) as refused:
        target(spelled, Options())
    assert "WORD" not in refused.value.says + refused.value.next_step
