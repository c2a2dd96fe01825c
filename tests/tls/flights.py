"""Servers by hand: flights of TLS 1.2 in the clear, and a TLS 1.3 server whose messages can be anything (RFC 8446 section 7)."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from probe.tls.cursor import Cursor

_X25519 = 0x001D


def number(value: int, size: int) -> bytes:
    """Write a big-endian number."""
    return value.to_bytes(size, "big")


def vector(data: bytes, size: int) -> bytes:
    """Write a field with its length before it."""
    return number(len(data), size) + data


def message(kind: int, body: bytes) -> bytes:
    """Write a handshake message."""
    return bytes([kind]) + vector(body, 3)


def record(kind: int, payload: bytes, version: int = 0x0303) -> bytes:
    """Write as many records as the payload needs."""
    parts = [payload[at : at + 16384] for at in range(0, len(payload), 16384)] or [b""]
    return b"".join(bytes([kind]) + number(version, 2) + vector(one, 2) for one in parts)


def alert(description: int, level: int = 2) -> bytes:
    """Write a plain alert."""
    return record(21, bytes([level, description]))


def extension(kind: int, data: bytes) -> bytes:
    """Write an extension."""
    return number(kind, 2) + vector(data, 2)


def hello_of(client: bytes) -> bytes:
    """The body of the ClientHello in the first bytes of a client."""
    return client[9 : 5 + int.from_bytes(client[3:5], "big")]


def server_hello(client: bytes, *, suite: int = 0xC02B, version: int = 0x0303, extensions: bytes = b"", random: bytes = bytes(range(32))) -> bytes:
    """A ServerHello message that answers a client's first bytes."""
    cursor = Cursor(hello_of(client))
    cursor.take(34)
    session = cursor.field(1)
    return message(2, number(version, 2) + random + vector(session, 1) + number(suite, 2) + b"\0" + (vector(extensions, 2) if extensions else b""))


def chain_1_2(*certificates: bytes) -> bytes:
    """A Certificate message up to TLS 1.2."""
    return message(11, vector(b"".join(vector(one, 3) for one in certificates), 3))


def chain_1_3(*certificates: bytes, extensions: bytes = b"") -> bytes:
    """A Certificate message of TLS 1.3; ``extensions`` go to the first certificate."""
    entries = b"".join(vector(one, 3) + vector(extensions if index == 0 else b"", 2) for index, one in enumerate(certificates))
    return message(11, b"\0" + vector(entries, 3))


def expand(secret: bytes, label: bytes, context: bytes, size: int = 32) -> bytes:
    """HKDF-Expand-Label for SHA-256."""
    info = number(size, 2) + vector(b"tls13 " + label, 1) + vector(context, 1) + b"\x01"
    return hmac.digest(secret, info, "sha256")[:size]


class Server13:
    """Answers a ClientHello with TLS_AES_128_GCM_SHA256 and x25519; afterwards ``seal`` encrypts whatever the test wants to send."""

    def __init__(self, client: bytes) -> None:
        body = hello_of(client)
        key = X25519PrivateKey.generate()
        share = extension(51, number(_X25519, 2) + vector(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), 2))
        self.hello = server_hello(client, suite=0x1301, extensions=extension(43, number(0x0304, 2)) + share)
        shared = key.exchange(X25519PublicKey.from_public_bytes(_share_of(body)))
        nothing = hashlib.sha256().digest()
        early = hmac.digest(bytes(32), bytes(32), "sha256")
        secret = hmac.digest(expand(early, b"derived", nothing), shared, "sha256")
        transcript = hashlib.sha256(message(1, body) + self.hello).digest()
        traffic = expand(secret, b"s hs traffic", transcript)
        self._aead = AESGCM(expand(traffic, b"key", b"", 16))
        self._iv = int.from_bytes(expand(traffic, b"iv", b"", 12), "big")
        self._count = 0

    def seal(self, payload: bytes, kind: int = 22, padding: int = 0) -> bytes:
        """Encrypt a payload into as many records as it needs."""
        found = b""
        for at in range(0, len(payload), 16000):
            inner = payload[at : at + 16000] + bytes([kind]) + bytes(padding)
            header = bytes([23]) + number(0x0303, 2) + number(len(inner) + 16, 2)
            found += header + self._aead.encrypt((self._iv ^ self._count).to_bytes(12, "big"), inner, header)
            self._count += 1
        return found


def _share_of(body: bytes) -> bytes:
    cursor = Cursor(body)
    cursor.take(34)
    cursor.field(1)
    cursor.field(2)
    cursor.field(1)
    extensions = Cursor(cursor.field(2))
    while len(extensions):
        kind = extensions.number(2)
        data = extensions.field(2)
        if kind == 51:
            shares = Cursor(data[2:])
            while len(shares):
                group = shares.number(2)
                value = shares.field(2)
                if group == _X25519:
                    return value
    raise AssertionError("the client offers no x25519 share")
