"""The server's side of a WebSocket's opening handshake (RFC 6455 section 4.2), right or wrong, as a management system of charging stations has it."""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha1

from probe.facts.noun import noun
from probe.lab.answers import Answer, http

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY = re.compile(rb"\r\nsec-websocket-key: *([A-Za-z0-9+/=]{8,64})", re.IGNORECASE)
_WANTED = re.compile(rb"\r\nsec-websocket-protocol: *([^\r\n]{1,500})", re.IGNORECASE)
_LOGIN = re.compile(rb"\r\nauthorization: *Basic ([A-Za-z0-9+/=]{1,500})", re.IGNORECASE)
_LINE = re.compile(rb"GET (\S{1,2000}) HTTP/1\.1\r\n")


@noun
class Station:
    """What a server does with a handshake. ``paths`` are those that it knows (empty: all), ``protocols`` the subprotocols that it speaks.

    ``login`` is "" or what must follow ``Basic``. ``accept`` replaces the right Sec-WebSocket-Accept ("": none is replaced; "-": it is left out).
    ``names`` is the subprotocol that is named whatever was asked for. ``status`` answers everybody with a page.
    """

    paths: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    login: str = ""
    accept: str = ""
    names: str = ""
    status: int = 0


def websocket(one: Station) -> Answer:
    """How a TLS server answers that speaks WebSockets so. After the handshake it waits for the client's close frame, and closes."""
    return Answer(protocol="told", tell=_teller(one), stays=True)


def _teller(one: Station) -> Callable[[bytes], bytes | None]:
    refused = [False]

    def tell(data: bytes) -> bytes | None:
        if data[:1] == b"\x88" or refused[0]:
            refused[0] = False
            return b""
        if b"\r\n\r\n" not in data:
            return None if len(data) < 16384 else b""
        said = _answered(one, data)
        refused[0] = not said.startswith(b"HTTP/1.1 101")
        return said

    return tell


def _page(status: int, *fields: tuple[str, str]) -> bytes:
    return http(Answer(status=status, body=b"<title>no</title>\n", content_type="text/html", fields=fields))


def _answered(one: Station, request: bytes) -> bytes:
    line, key = _LINE.match(request), _KEY.search(request)
    login = _LOGIN.search(request)
    if one.status:
        return _page(one.status)
    if one.login and (login is None or login[1].decode() != one.login):
        return _page(401, ("WWW-Authenticate", 'Basic realm="stations"'))
    if line is None or (one.paths and line[1].decode("latin-1") not in one.paths):
        return _page(404)
    if key is None:
        return _page(426)
    wanted = _WANTED.search(request)
    asked = [name.strip() for name in wanted[1].decode("latin-1").split(",")] if wanted else []
    agreed = one.names or next((name for name in asked if name in one.protocols), "")
    accept = one.accept or b64encode(sha1(key[1] + GUID, usedforsecurity=False).digest()).decode()
    fields = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    fields += [f"Sec-WebSocket-Accept: {accept}"] if accept != "-" else []
    fields += [f"Sec-WebSocket-Protocol: {agreed}"] if agreed else []
    return ("\r\n".join(fields) + "\r\n\r\n").encode("latin-1")


def basic(user: str, password: str) -> str:
    """What follows ``Basic``."""
    return b64encode(f"{user}:{password}".encode()).decode()
