"""Traffic keys of TLS 1.3 from the lines of a key log (RFC 8446 section 7), to open records that were seen on the wire.

Secrets live in here only, for as long as a connection is watched; nothing prints or stores them.
"""

import hmac
from collections.abc import Callable
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305


class _Aead(Protocol):
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


_SUITES: dict[int, tuple[str, int, Callable[[bytes], _Aead]]] = {
    0x1301: ("sha256", 16, AESGCM),
    0x1302: ("sha384", 32, AESGCM),
    0x1303: ("sha256", 32, ChaCha20Poly1305),
    0x1304: ("sha256", 16, AESCCM),
    0x1305: ("sha256", 16, lambda key: AESCCM(key, tag_length=8)),
}

LABELS = {
    b"SERVER_HANDSHAKE_TRAFFIC_SECRET": (False, "handshake"),
    b"CLIENT_HANDSHAKE_TRAFFIC_SECRET": (True, "handshake"),
    b"SERVER_TRAFFIC_SECRET_0": (False, "application"),
    b"CLIENT_TRAFFIC_SECRET_0": (True, "application"),
}
"""Label of a key log line to (sent by the client, epoch)."""

_MOST_SECRET = 64


def secret_of(line: bytes) -> tuple[bool, str, bytes] | None:
    """Read one line of a key log: (sent by the client, epoch, secret); ``None`` for every other line."""
    words = line.split()
    place = LABELS.get(words[0]) if len(words) == 3 else None
    if place is None or len(words[2]) > 2 * _MOST_SECRET:
        return None
    try:
        return (*place, bytes.fromhex(words[2].decode("ascii")))
    except ValueError:
        return None


class Keys:
    """Opens the records of one direction in one epoch, in order."""

    __slots__ = ("_aead", "_count", "_hash", "_iv", "_secret", "_suite")

    def __init__(self, suite: int, secret: bytes) -> None:
        """Raises ``KeyError`` for a suite that is not of TLS 1.3."""
        self._hash, size, make = _SUITES[suite]
        self._suite = suite
        self._secret = secret
        self._aead = make(_expand(self._hash, secret, b"key", size))
        self._iv = int.from_bytes(_expand(self._hash, secret, b"iv", 12), "big")
        self._count = 0

    def open(self, header: bytes, sealed: bytes) -> bytes | None:
        """Open one record (content and type byte, padding included); ``None`` when it does not belong to these keys."""
        nonce = (self._iv ^ self._count).to_bytes(12, "big")
        self._count += 1
        try:
            return self._aead.decrypt(nonce, sealed, header)
        except (InvalidTag, ValueError):
            return None

    def updated(self) -> "Keys":
        """The keys after a KeyUpdate (RFC 8446 section 7.2)."""
        size = 48 if self._hash == "sha384" else 32
        return Keys(self._suite, _expand(self._hash, self._secret, b"traffic upd", size))


def _expand(algorithm: str, secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label with an empty context (RFC 8446 section 7.1); one block of the hash is always enough here."""
    full = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(full)]) + full + b"\0\x01"
    return hmac.digest(secret, info, algorithm)[:size]
