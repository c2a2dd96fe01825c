"""The password side of PKCS #12: key derivation, decryption of certificate parts, and the integrity check (RFC 7292 appendix B, RFC 8018, RFC 9579). Sans I/O.

The library that reads such files keeps the attributes of the entries to itself, among them the one without which Java counts nothing.
"""

import hashlib
import hmac
from struct import unpack

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from probe.facts import der

MAX_ROUNDS = 2_000_000
"""Rounds of hashing that one file may ask for altogether; keytool takes 10,000, and a hostile file would keep us busy for hours."""
MAX_RC2 = 2 * 1024 * 1024
"""Bytes that are decrypted with RC2, which no library has in the form of old stores: a megabyte takes seconds."""
_DIGESTS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.4": "sha224",
}
_MACS = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_AES = {"2.16.840.1.101.3.4.1.2": 16, "2.16.840.1.101.3.4.1.22": 24, "2.16.840.1.101.3.4.1.42": 32}
_DES3 = "1.2.840.113549.3.7"
_PBES2, _PBKDF2, _PBMAC1 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12", "1.2.840.113549.1.5.14"
_PBE = {
    "1.2.840.113549.1.12.1.3": ("des", 24),
    "1.2.840.113549.1.12.1.4": ("des", 16),
    "1.2.840.113549.1.12.1.5": ("rc2", 16),
    "1.2.840.113549.1.12.1.6": ("rc2", 5),
}
_KEY, _IV, _MAC = 1, 2, 3  # the purposes of RFC 7292 appendix B.3
_PI = bytes.fromhex(  # RFC 2268 section 2
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)


class Budget:
    """How many rounds of hashing one file may still ask for."""

    def __init__(self) -> None:
        self.left = MAX_ROUNDS

    def take(self, rounds: int) -> int:
        """Count these rounds. Raises ``Unknown`` for none, and when there are too many."""
        self.left -= max(rounds, 1)
        if rounds < 1 or self.left < 0:
            raise Unknown("it asks for more rounds of hashing than any program writes")
        return rounds


class Unknown(ValueError):
    """An algorithm that is not known here, or one that would take too long."""


def forms(password: str | None) -> tuple[tuple[bytes, bytes], ...]:
    """A password as the two families of key derivation take it: UTF-8, and UTF-16 with a NUL behind it; of an empty one both customs."""
    if not password:
        return ((b"", b""), (b"", b"\0\0"))
    plain = password.encode("utf-8", "surrogatepass")
    return ((plain, password.encode("utf-16-be", "surrogatepass") + b"\0\0"),)


def decrypted(data: bytes, algorithm: der.Item, sealed: bytes, password: tuple[bytes, bytes], budget: Budget) -> bytes:
    """Decrypt ``sealed`` as the AlgorithmIdentifier ``algorithm`` of ``data`` says. Raises ``ValueError`` for a wrong password, ``Unknown``."""
    kind, parameters = _algorithm(data, algorithm)
    if kind == _PBES2:
        derivation, cipher = der.children(data, parameters)[:2]
        name, about = _algorithm(data, cipher)
        size = _AES.get(name, 24 if name == _DES3 else 0)
        if not size:
            raise Unknown(f"its cipher {name} is not known here")
        key = _pbkdf2(data, derivation, password[0], size, budget)
        made: CipherAlgorithm = TripleDES(key) if name == _DES3 else AES(key)
        return _unpadded(_cbc(made, der.content(data, about), sealed), 8 if name == _DES3 else 16)
    if kind not in _PBE:
        raise Unknown(f"its encryption {kind} is not known here")
    cipher_name, size = _PBE[kind]
    salt, rounds = _salt(data, parameters)
    key = _derived("sha1", _KEY, password[1], salt, rounds, size, budget)
    iv = _derived("sha1", _IV, password[1], salt, rounds, 8, budget)
    if cipher_name == "des":
        return _unpadded(_cbc(TripleDES(key if size == 24 else key + key[:8]), iv, sealed), 8)
    return _unpadded(_rc2(key, iv, sealed), 8)


def authentic(data: bytes, mac: der.Item, content: bytes, password: tuple[bytes, bytes], budget: Budget) -> bool:
    """Whether the MacData ``mac`` of ``data`` fits ``content`` and the password. Raises ``ValueError``."""
    fields = der.children(data, mac)
    algorithm, digest = der.children(data, fields[0])[:2]
    kind, parameters = _algorithm(data, algorithm)
    expected = der.octets(data, digest)
    if kind == _PBMAC1:
        derivation, code = der.children(data, parameters)[:2]
        name = _MACS.get(_algorithm(data, code)[0], "")
        if not name:
            raise Unknown("its integrity check is of a kind that is not known here")
        return hmac.compare_digest(hmac.digest(_pbkdf2(data, derivation, password[0], hashlib.new(name).digest_size, budget), content, name), expected)
    name = _DIGESTS.get(kind, "")
    if not name:
        raise Unknown(f"the digest {kind} of its integrity check is not known here")
    rounds = der.integer(der.content(data, fields[2])) if len(fields) > 2 else 1
    key = _derived(name, _MAC, password[1], der.octets(data, fields[1]), rounds, hashlib.new(name, usedforsecurity=False).digest_size, budget)
    return hmac.compare_digest(hmac.digest(key, content, name), expected)


def _algorithm(data: bytes, one: der.Item) -> tuple[str, der.Item]:
    """OID and parameters of an AlgorithmIdentifier; without parameters the whole stands for them."""
    fields = der.children(data, one)
    if not fields or fields[0].tag != der.OBJECT_IDENTIFIER:
        raise ValueError("an algorithm without a name")
    return der.oid(der.content(data, fields[0])), fields[1] if len(fields) > 1 else one


def _salt(data: bytes, parameters: der.Item) -> tuple[bytes, int]:
    fields = der.children(data, parameters)
    if len(fields) < 2:
        raise ValueError("an encryption without its salt")
    return der.octets(data, fields[0]), der.integer(der.content(data, fields[1]))


def _pbkdf2(data: bytes, derivation: der.Item, password: bytes, size: int, budget: Budget) -> bytes:
    kind, parameters = _algorithm(data, derivation)
    if kind != _PBKDF2:
        raise Unknown(f"its key derivation {kind} is not known here")
    salt, rounds = _salt(data, parameters)
    name = "sha1"
    for one in der.children(data, parameters)[2:]:
        if one.tag == der.SEQUENCE:
            name = _MACS.get(_algorithm(data, one)[0], "")
    if not name:
        raise Unknown("its key derivation uses a digest that is not known here")
    blocks = -(-size // hashlib.new(name, usedforsecurity=False).digest_size)
    return hashlib.pbkdf2_hmac(name, password, salt, budget.take(rounds * blocks) // blocks, size)


def _derived(name: str, purpose: int, password: bytes, salt: bytes, rounds: int, size: int, budget: Budget) -> bytes:
    """Appendix B.2 of RFC 7292."""
    make = hashlib.new(name, usedforsecurity=False)
    block, width = make.block_size, make.digest_size
    parts = -(-size // width)
    budget.take(rounds * parts)
    if len(salt) > 1024:
        raise ValueError("a salt that cannot be")

    def filled(text: bytes) -> bytes:
        length = -(-len(text) // block) * block
        return (text * (length // len(text) + 1))[:length] if text else b""

    mixed = filled(salt) + filled(password)
    found = b""
    for _ in range(parts):
        digest = hashlib.new(name, bytes([purpose]) * block + mixed, usedforsecurity=False).digest()
        for _ in range(rounds - 1):
            digest = hashlib.new(name, digest, usedforsecurity=False).digest()
        found += digest
        plus = int.from_bytes(filled(digest)[:block]) + 1
        mixed = b"".join(((int.from_bytes(mixed[at : at + block]) + plus) % (1 << 8 * block)).to_bytes(block) for at in range(0, len(mixed), block))
    return found[:size]


def _cbc(algorithm: CipherAlgorithm, iv: bytes, sealed: bytes) -> bytes:
    try:
        decryptor = Cipher(algorithm, CBC(iv)).decryptor()
        return decryptor.update(sealed) + decryptor.finalize()
    except UnsupportedAlgorithm:
        raise Unknown("its cipher is not to be had here") from None


def _unpadded(data: bytes, block: int) -> bytes:
    """Without the padding of RFC 8018 section 6.1. Raises ``ValueError`` when that is not there: the password is wrong."""
    count = data[-1] if data else 0
    if not 1 <= count <= block or data[-count:] != bytes([count]) * count:
        raise ValueError("the padding is wrong")
    return data[:-count]


def _rc2(key: bytes, iv: bytes, sealed: bytes) -> bytes:
    """RC2 in CBC mode with as many effective bits as the key has (RFC 2268). Old Java and old OpenSSL seal certificates with 40."""
    if len(sealed) % 8 or len(sealed) > MAX_RC2:
        raise Unknown("it is longer than what is decrypted with RC2") if len(sealed) > MAX_RC2 else ValueError("a length that cannot be")
    words = _schedule(key)
    found = bytearray()
    before = int.from_bytes(iv)
    for at in range(0, len(sealed), 8):
        block = sealed[at : at + 8]
        a, b, c, d = unpack("<4H", block)
        place = 63
        for number in range(16):
            d = (d >> 5 | d << 11) & 0xFFFF
            d = (d - words[place] - (c & b) - (~c & a)) & 0xFFFF
            c = (c >> 3 | c << 13) & 0xFFFF
            c = (c - words[place - 1] - (b & a) - (~b & d)) & 0xFFFF
            b = (b >> 2 | b << 14) & 0xFFFF
            b = (b - words[place - 2] - (a & d) - (~a & c)) & 0xFFFF
            a = (a >> 1 | a << 15) & 0xFFFF
            a = (a - words[place - 3] - (d & c) - (~d & b)) & 0xFFFF
            place -= 4
            if number in (4, 10):
                d = (d - words[c & 63]) & 0xFFFF
                c = (c - words[b & 63]) & 0xFFFF
                b = (b - words[a & 63]) & 0xFFFF
                a = (a - words[d & 63]) & 0xFFFF
        plain = a & 0xFF, a >> 8, b & 0xFF, b >> 8, c & 0xFF, c >> 8, d & 0xFF, d >> 8
        found += (int.from_bytes(bytes(plain)) ^ before).to_bytes(8)
        before = int.from_bytes(block)
    return bytes(found)


def _schedule(key: bytes) -> tuple[int, ...]:
    """Section 2 of RFC 2268."""
    size = len(key)
    table = bytearray(key)
    while len(table) < 128:
        table.append(_PI[(table[-1] + table[-size]) & 0xFF])
    table[128 - size] = _PI[table[128 - size]]
    for place in range(127 - size, -1, -1):
        table[place] = _PI[table[place + 1] ^ table[place + size]]
    return unpack("<64H", bytes(table))
