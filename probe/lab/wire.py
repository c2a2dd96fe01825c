"""The few TLS bytes that the laboratory writes and reads itself (RFC 5246, RFC 8446)."""

import secrets
import socket

HANDSHAKE = 22
ALERT = 21
CERTIFICATE = 11
MAX_RECORD = 16384
HELLO_LIMIT = 65536
"""Bytes of a ClientHello that are awaited; a large one has about 2,000."""

_SERVER_HELLO, _SERVER_HELLO_DONE = 2, 14
_TLS12 = b"\x03\x03"
_ECDHE_ECDSA_AES128_GCM = b"\xc0\x2b"
# Empty renegotiation_info (RFC 5746 section 3.4): without it a client says that the server is insecure before it looks at the certificate.
_RENEGOTIATION_INFO = b"\xff\x01\x00\x01\x00"


def record(kind: int, body: bytes) -> bytes:
    """Write ``body`` as TLS 1.2 records of content type ``kind``."""
    pieces = [body[at : at + MAX_RECORD] for at in range(0, len(body), MAX_RECORD)]
    return b"".join(bytes((kind,)) + _TLS12 + len(piece).to_bytes(2) + piece for piece in pieces)


def message(kind: int, body: bytes) -> bytes:
    """Write one handshake message."""
    return bytes((kind,)) + len(body).to_bytes(3) + body


def alert(description: int, level: int = 2) -> bytes:
    """Write an alert record."""
    return record(ALERT, bytes((level, description)))


def server_hello() -> bytes:
    """Write a TLS 1.2 ServerHello message that chooses ECDHE-ECDSA with AES-128-GCM."""
    body = _TLS12 + secrets.token_bytes(24) + b"labserve" + b"\0" + _ECDHE_ECDSA_AES128_GCM + b"\0"
    return message(_SERVER_HELLO, body + len(_RENEGOTIATION_INFO).to_bytes(2) + _RENEGOTIATION_INFO)


def certificate(chain: tuple[bytes, ...]) -> bytes:
    """Write a TLS 1.2 Certificate message with arbitrary entries."""
    entries = b"".join(len(one).to_bytes(3) + one for one in chain)
    return message(CERTIFICATE, len(entries).to_bytes(3) + entries)


def server_hello_done() -> bytes:
    """Write a ServerHelloDone message."""
    return message(_SERVER_HELLO_DONE, b"")


def read_hello(connection: socket.socket) -> bytes:
    """Read until a whole ClientHello has come, or what came is none, or the peer closed. Raises ``OSError``."""
    data = b""
    while len(data) < HELLO_LIMIT and not _complete(data):
        more = connection.recv(16384)
        if not more:
            break
        data += more
    return data


def server_name(hello: bytes) -> str | None:
    """Give the host name in the server_name extension (RFC 6066 section 3) of the records in ``hello``; ``None`` without one."""
    body = handshake_bytes(hello)
    at = 4 + 34
    at += 1 + _number(body, at, 1)
    at += 2 + _number(body, at, 2)
    at += 1 + _number(body, at, 1)
    end = at + 2 + _number(body, at, 2)
    at += 2
    while at + 4 <= min(end, len(body)):
        kind, size = _number(body, at, 2), _number(body, at + 2, 2)
        if kind == 0:
            name = body[at + 9 : at + 9 + _number(body, at + 7, 2)]
            return name.decode("ascii", "replace").lower()
        at += 4 + size
    return None


def _complete(data: bytes) -> bool:
    if data and data[0] != HANDSHAKE:
        return True
    body = handshake_bytes(data)
    return len(body) >= 4 and len(body) >= 4 + int.from_bytes(body[1:4])


def handshake_bytes(data: bytes) -> bytes:
    """Give the content of all whole records in ``data``."""
    body, at = b"", 0
    while at + 5 <= len(data) and at + 5 + _number(data, at + 3, 2) <= len(data):
        size = _number(data, at + 3, 2)
        body += data[at + 5 : at + 5 + size]
        at += 5 + size
    return body


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size])
