"""Private keys in Java's own key stores, opened in memory only to see which public key they belong to. Sans I/O.

JKS hides a key with SHA-1 as ``sun.security.provider.KeyProtector`` does: a stream of digests over password and salt, and a digest of password and key at
the end.
JCEKS encrypts it with ``PBEWithMD5AndTripleDES``, as ``com.sun.crypto.provider.KeyProtector`` and ``PBES1Core`` do; it also reads what JKS wrote.
"""

import hashlib
import hmac

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC

from probe.facts import der
from probe.formats import keys
from probe.formats.jks import SealedKey, sealed_keys
from probe.formats.keys import MAX_KEY, MAX_KEYS, FoundKey, Problem

MAX_ROUNDS = 4_000_000
"""Rounds of MD5 for all keys of one file; keytool asks for twice 200,000 for each key."""
WHAT = "of unknown kind"
_SUN, _JCE = "1.3.6.1.4.1.42.2.17.1.1", "1.3.6.1.4.1.42.2.19.1"
_SALT, _DIGEST, _HALF = 20, 20, 4
_BLOCK = 8


def read(data: bytes, password: str | None) -> tuple[tuple[str, FoundKey], ...]:
    """Each private key of a store with its alias, opened with the password of the store where it has no other one. Never raises."""
    left = MAX_ROUNDS
    found = []
    for one in sealed_keys(data)[:MAX_KEYS]:
        key, rounds = _opened(one, password, left)
        left -= rounds
        found.append((one.alias, key))
    return tuple(found)


def _opened(one: SealedKey, password: str | None, left: int) -> tuple[FoundKey, int]:
    """One key, and how many rounds it took."""

    def lost(problem: Problem, rounds: int = 0) -> tuple[FoundKey, int]:
        return FoundKey(where=one.where, what=WHAT, encrypted=True, problem=problem), rounds

    if password is None:
        return lost(Problem.MISSING)
    try:
        kind, salt, rounds, hidden = _taken_apart(one.sealed)
        if kind == _JCE and 2 * rounds > left:
            return lost(Problem.UNSUPPORTED)
        plain = _sun(hidden, password) if kind == _SUN else _jce(hidden, salt, rounds, password) if kind == _JCE else b""
    except (ValueError, IndexError):
        return lost(Problem.DAMAGED)
    spent = 2 * rounds if kind == _JCE else 0
    if kind not in (_SUN, _JCE):
        return lost(Problem.UNSUPPORTED)
    if not plain or len(plain) > MAX_KEY:
        return lost(Problem.WRONG, spent)
    inside = keys.read(plain)
    if not inside or inside[0].key is None:
        return lost(Problem.DAMAGED if kind == _SUN else Problem.WRONG, spent)
    return FoundKey(where=one.where, what=WHAT, encrypted=True, key=inside[0].key), spent


def _taken_apart(sealed: bytes) -> tuple[str, bytes, int, bytes]:
    """Algorithm, salt, rounds and the hidden bytes of an EncryptedPrivateKeyInfo (RFC 5958 section 3). Raises ``ValueError``."""
    algorithm, body = der.children(sealed, der.whole(sealed))[:2]
    fields = der.children(sealed, algorithm)
    kind = der.oid(der.content(sealed, fields[0]))
    if kind != _JCE:
        return kind, b"", 0, der.octets(sealed, body)
    salt, rounds = der.children(sealed, fields[1])[:2]
    count = der.integer(der.content(sealed, rounds)) if rounds.stop - rounds.start <= _BLOCK else MAX_ROUNDS
    return kind, der.octets(sealed, salt), count, der.octets(sealed, body)


def _sun(hidden: bytes, password: str) -> bytes:
    """What the stream of digests hides; empty when the digest at the end does not agree. Raises ``ValueError``."""
    if len(hidden) <= _SALT + _DIGEST:
        raise ValueError("a key without content")
    salt, body, kept = hidden[:_SALT], hidden[_SALT:-_DIGEST], hidden[-_DIGEST:]
    if len(body) > MAX_KEY:
        raise ValueError("a key that is too long")
    secret = password.encode("utf-16-be", "surrogatepass")
    stream, last = bytearray(), salt
    while len(stream) < len(body):
        last = hashlib.sha1(secret + last, usedforsecurity=False).digest()
        stream += last
    plain = bytes(one ^ other for one, other in zip(body, stream, strict=False))
    return plain if hmac.compare_digest(hashlib.sha1(secret + plain, usedforsecurity=False).digest(), kept) else b""


def _jce(hidden: bytes, salt: bytes, rounds: int, password: str) -> bytes:
    """What Triple DES encrypts; empty when its padding is wrong. Raises ``ValueError``."""
    if len(salt) != 2 * _HALF or rounds < 1 or not hidden or len(hidden) % _BLOCK or len(hidden) > MAX_KEY:
        raise ValueError("parameters that no program writes")
    secret = bytes(ord(one) & 0x7F for one in password)
    if salt[:_HALF] == salt[_HALF:]:
        # Two equal halves would give two equal digests: the first one is turned around.
        salt = salt[:_HALF][::-1] + salt[_HALF:]
    derived = b"".join(_digested(salt[place : place + _HALF], secret, rounds) for place in (0, _HALF))
    decryptor = Cipher(TripleDES(derived[:24]), CBC(derived[24:])).decryptor()
    plain = decryptor.update(hidden) + decryptor.finalize()
    padding = plain[-1]
    return plain[:-padding] if 1 <= padding <= _BLOCK and plain.endswith(bytes([padding]) * padding) else b""


def _digested(half: bytes, secret: bytes, rounds: int) -> bytes:
    for _ in range(rounds):
        half = hashlib.md5(half + secret, usedforsecurity=False).digest()
    return half
