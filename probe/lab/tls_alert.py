"""Alerts of any description from a server whose library chooses them by itself: written as records, and for TLS 1.3 encrypted with the connection's secret."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from probe.lab import wire

SECRET = b"SERVER_TRAFFIC_SECRET_0"
"""How the line of a key log begins that holds the secret of the server's first application data (RFC 9850 section 2)."""
_SUITES: dict[str, tuple[hashes.HashAlgorithm, int, type[AESGCM] | type[ChaCha20Poly1305]]] = {
    "TLS_AES_128_GCM_SHA256": (hashes.SHA256(), 16, AESGCM),
    "TLS_AES_256_GCM_SHA384": (hashes.SHA384(), 32, AESGCM),
    "TLS_CHACHA20_POLY1305_SHA256": (hashes.SHA256(), 32, ChaCha20Poly1305),
}
_NONCE = 12
_APPLICATION_DATA = 23


def encrypted_alert(description: int, level: int, suite: str, secret: bytes) -> bytes:
    """Write an alert as the first record that a TLS 1.3 server sends after its Finished (RFC 8446 sections 5.2, 5.3 and 7.3).

    ``suite`` is OpenSSL's name, ``secret`` server_application_traffic_secret_0. Raises ``ValueError`` for another suite.
    """
    if suite not in _SUITES:
        raise ValueError(f"an alert cannot be encrypted for {suite}")
    hashed, size, kind = _SUITES[suite]
    inner = bytes((level, description, wire.ALERT))
    sealed = len(inner) + 16
    header = bytes((_APPLICATION_DATA, 3, 3)) + sealed.to_bytes(2)
    # The number of the first record is 0, so that the nonce is the IV itself.
    return header + kind(_expanded(secret, b"key", size, hashed)).encrypt(_expanded(secret, b"iv", _NONCE, hashed), inner, header)


def _expanded(secret: bytes, label: bytes, size: int, hashed: hashes.HashAlgorithm) -> bytes:
    """HKDF-Expand-Label of RFC 8446 section 7.1 without a context."""
    whole = b"tls13 " + label
    info = size.to_bytes(2) + bytes((len(whole),)) + whole + b"\0"
    return HKDFExpand(algorithm=hashed, length=size, info=info).derive(secret)
