"""Private keys in files: PKCS #1, SEC 1, PKCS #8, encrypted or not, in PEM or DER (RFC 7468, RFC 5958, RFC 5915, RFC 8017). Sans I/O.

A key found here lives in memory only. Nothing of it, and nothing of a password, is in a ``repr`` or in what is said about a problem.
"""

import binascii
import re
from base64 import b64decode, b64encode
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from probe.facts import der
from probe.formats import guess
from probe.formats.hidden import Hidden

MAX_KEY = 64 * 1024
"""Bytes of one key that are read; RSA with 16,384 bits has 9 KB, and to check a longer one takes minutes."""
MAX_KEYS = 64
MOST_ROUNDS = 10_000_000
"""Rounds of a key derivation; programs write up to a million."""
_DEPTH = 16
_BLOCK = re.compile(r"-{3,5} ?BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?) ?-{3,5}(.{0,120000}?)-{3,5} ?END ([A-Z0-9 ]{1,60}?) ?-{3,5}", re.DOTALL)
_BEGIN = re.compile(r"-{3,5} ?BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?) ?-{3,5}")
_HEADERS = re.compile(r"\s*((?:[A-Za-z][A-Za-z0-9-]{0,40}: [^\n]{0,200}\n){1,10})[ \t]*\n")
_DEK = re.compile(r"^DEK-Info: ([A-Z0-9-]{1,40}),([0-9A-Fa-f]*)\s*$", re.MULTILINE)
_READ = frozenset({"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "ANY PRIVATE KEY"})
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_FOREIGN = {"OPENSSH PRIVATE KEY": "an OpenSSH key", "PGP PRIVATE KEY BLOCK": "a PGP key", "SSH2 ENCRYPTED PRIVATE KEY": "an SSH2 key"}


class Problem(StrEnum):
    """Why a key that is there could not be had."""

    MISSING = "the password is missing"
    WRONG = "the password is wrong"
    UNSUPPORTED = "it is of a kind or encryption that is not known here"
    DAMAGED = "it is damaged"
    FOREIGN = "it is a key of another kind of program"


class FoundKey(Hidden):
    """One private key of a file, or why it could not be had. ``where`` is its place in the file, ``what`` its label."""

    __slots__ = ("encrypted", "problem", "what", "where")

    def __init__(self, *, where: str, what: str, encrypted: bool, key: PrivateKeyTypes | None = None, problem: Problem | None = None) -> None:
        super().__init__(key)
        self.where = where
        self.what = what
        self.encrypted = encrypted
        self.problem = problem

    def _told(self) -> str:
        return f"{self.what!r}, {self.where!r}, encrypted={self.encrypted}, problem={self.problem}"


def read(data: bytes, password: bytes | None = None) -> tuple[FoundKey, ...]:
    """Find the private keys of a file, in its order; none at all gives an empty tuple. ``password`` is used only for what is encrypted. Never raises."""
    if data[:1] == b"\x30":
        found = _of_der(data, password)
        return (found,) if found else ()
    text = _text(data)
    blocks = list(_BLOCK.finditer(text))[:MAX_KEYS]
    keys = tuple(_of_block(one[1], one[2], one[3], f"line {text.count(chr(10), 0, one.start()) + 1}", password) for one in blocks)
    if keys:
        return keys
    cut = _BEGIN.search(text)
    return (FoundKey(where=f"line {text.count(chr(10), 0, cut.start()) + 1}", what=cut[1], encrypted=False, problem=Problem.DAMAGED),) if cut else ()


def usable(key: PrivateKeyTypes) -> bool:
    """Whether a TLS client of today can sign with this kind of key (RFC 8446 section 4.2.3): RSA, EC, Ed25519, Ed448."""
    return isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)


def described(key: PrivateKeyTypes) -> str:
    """Kind and size of a key: what its certificate tells everybody."""
    if isinstance(key, rsa.RSAPrivateKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return f"EC {_CURVES.get(key.curve.name, key.curve.name)}"
    return type(key).__name__.removesuffix("PrivateKey").lstrip("_")


def panicked(error: BaseException) -> bool:
    """Whether the library, which is written in Rust, stumbled over its own assertion: that is no ``Exception``, and the file is damaged."""
    return type(error).__name__ == "PanicException"


def largest(data: bytes, one: der.Item, depth: int = 0) -> int:
    """The largest number in an element, without what stands in its strings. In the parameters of an encryption it is how many rounds, or how much memory,
    it asks for. Raises ``ValueError``.
    """
    if one.tag == der.INTEGER:
        return der.integer(der.content(data, one)) if one.stop - one.start <= 16 else MOST_ROUNDS + 1
    if depth >= _DEPTH or one.tag >= 0x100 or not one.tag & 0x20:
        return 0
    return max((largest(data, inner, depth + 1) for inner in der.children(data, one)), default=0)


def _too_long(data: bytes) -> bool:
    """Whether the encryption of a PKCS #8 key asks for more work than anybody wants: a hostile file would keep us busy for hours."""
    try:
        parts = der.children(data, der.whole(data))
        return bool(parts) and largest(data, parts[0]) > MOST_ROUNDS
    except ValueError:
        return False


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _of_block(label: str, body: str, end: str, where: str, password: bytes | None) -> FoundKey:
    if label in _FOREIGN or label not in _READ:
        return FoundKey(where=where, what=_FOREIGN.get(label, label), encrypted=False, problem=Problem.FOREIGN)
    if end != label:
        return FoundKey(where=where, what=label, encrypted=False, problem=Problem.DAMAGED)
    headers = _HEADERS.match(body)
    encrypted = label == "ENCRYPTED PRIVATE KEY" or bool(headers and "ENCRYPTED" in headers[1])
    try:
        raw = b64decode("".join(body[headers.end() if headers else 0 :].split()), validate=True)
    except (binascii.Error, ValueError):
        return FoundKey(where=where, what=label, encrypted=encrypted, problem=Problem.DAMAGED)
    if not raw or len(raw) > MAX_KEY:
        return FoundKey(where=where, what=label, encrypted=encrypted, problem=Problem.DAMAGED)
    if headers:
        # RFC 1421 encryption: the initialisation vector stands in the header lines, so that the block has to stay one.
        lines = b64encode(raw).decode()
        wrapped = "\n".join(lines[place : place + 64] for place in range(0, len(lines), 64))
        if problem := _vector(headers[1]):
            return FoundKey(where=where, what=label, encrypted=encrypted, problem=problem)
        whole = f"-----BEGIN {label}-----\n{headers[1]}\n{wrapped}\n-----END {label}-----\n".encode("latin-1")
        return _loaded(whole, True, label, where, encrypted, password)
    return _loaded(raw, False, label, where, encrypted, password)


def _vector(headers: str) -> Problem | None:
    """What is wrong with the cipher and initialisation vector in the header lines (RFC 1423 section 1.1): the library stumbles over one that is too short."""
    found = _DEK.search(headers)
    if found is None:
        return Problem.DAMAGED if "ENCRYPTED" in headers else None
    wanted = next((digits for beginning, digits in (("AES-", 32), ("DES-", 16)) if found[1].startswith(beginning)), 0)
    return Problem.UNSUPPORTED if not wanted else None if len(found[2]) == wanted else Problem.DAMAGED


def _of_der(data: bytes, password: bytes | None) -> FoundKey | None:
    if guess.looks_like(data) != "a private key":
        return None
    if len(data) > MAX_KEY:
        return FoundKey(where="the file", what="a private key", encrypted=False, problem=Problem.DAMAGED)
    try:
        encrypted = [one.tag for one in der.children(data, der.whole(data))] == [der.SEQUENCE, der.OCTET_STRING]
    except ValueError:
        encrypted = False
    return _loaded(data, False, "PKCS #8 DER" if encrypted else "DER", "the file", encrypted, password)


def _loaded(data: bytes, pem: bool, what: str, where: str, encrypted: bool, password: bytes | None) -> FoundKey:
    """Let the library read one key. Its own words are dropped: some repeat what they were given."""
    if encrypted and password is None:
        return FoundKey(where=where, what=what, encrypted=True, problem=Problem.MISSING)
    if encrypted and not pem and _too_long(data):
        return FoundKey(where=where, what=what, encrypted=True, problem=Problem.UNSUPPORTED)
    given = password if encrypted else None
    problem = None
    try:
        key = load_pem_private_key(data, given) if pem else load_der_private_key(data, given)
    except UnsupportedAlgorithm:
        problem = Problem.UNSUPPORTED
    except (ValueError, TypeError, OverflowError):
        problem = Problem.WRONG if encrypted else Problem.DAMAGED
    except BaseException as error:
        if not panicked(error):
            raise
        problem = Problem.DAMAGED
    if problem is not None:
        return FoundKey(where=where, what=what, encrypted=encrypted, problem=problem)
    return FoundKey(where=where, what=what, encrypted=encrypted, key=key)
