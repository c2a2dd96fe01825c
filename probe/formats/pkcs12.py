"""PKCS #12 (RFC 7292): certificates and the private key of one file, and how many keys there are. Sans I/O.

What is found lives in memory only. Nothing of a key or a password is in a ``repr`` or in what is said about a problem.
"""

import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12

from probe.facts import der
from probe.facts.certificate import Certificate
from probe.formats import guess
from probe.formats.hidden import Hidden
from probe.formats.keys import MOST_ROUNDS, Problem, largest, panicked

MAX_ENTRIES = 2000
_DATA, _BAGS = "1.2.840.113549.1.7.1", "1.2.840.113549.1.12.10.1."
_KEY_BAGS = frozenset({f"{_BAGS}1", f"{_BAGS}2"})  # keyBag, pkcs8ShroudedKeyBag (RFC 7292 section 4.2)
_NESTED = f"{_BAGS}6"
_DEPTH = 4


class FoundStore(Hidden):
    """What is in a PKCS #12 file: certificates (the one of the key first if the file says which), the key, the number of keys, or why nothing could be had."""

    __slots__ = ("certificates", "encrypted", "keys", "problem")

    def __init__(
        self,
        *,
        certificates: tuple[Certificate, ...] = (),
        key: PrivateKeyTypes | None = None,
        keys: int = 0,
        encrypted: bool = False,
        problem: Problem | None = None,
    ) -> None:
        super().__init__(key)
        self.certificates = certificates
        self.keys = keys
        self.encrypted = encrypted
        self.problem = problem

    def _told(self) -> str:
        return f"{len(self.certificates)} certificates, {self.keys} keys, problem={self.problem}"


def is_pkcs12(data: bytes) -> bool:
    """Whether the outermost elements are those of a PKCS #12 file."""
    return data[:1] == b"\x30" and guess.looks_like(data) == "a PKCS12 file"


def read(data: bytes, password: bytes | None = None) -> FoundStore:
    """Read a file; the two forms of an empty password are tried too. Never raises."""
    keys = key_bags(data)
    if _longest(data) > MOST_ROUNDS:
        return FoundStore(keys=keys, problem=Problem.UNSUPPORTED)
    problem = Problem.DAMAGED
    for one in (None, b"") if password is None else (password, None, b""):
        try:
            with warnings.catch_warnings():
                # Windows writes BER, of which the library warns; it reads it all the same.
                warnings.simplefilter("ignore")
                return _found(load_pkcs12(data, one), keys, bool(one))
        except UnsupportedAlgorithm:
            problem = Problem.UNSUPPORTED
        except (ValueError, TypeError, OverflowError):
            # The library says the same of a wrong password and of a damaged file; the outer form tells them apart.
            problem = Problem.DAMAGED if not _whole(data) else Problem.MISSING if password is None else Problem.WRONG
        except BaseException as error:
            if not panicked(error):
                raise
            problem = Problem.DAMAGED
    return FoundStore(keys=keys, encrypted=True, problem=problem)


def _found(store: PKCS12KeyAndCertificates, keys: int, encrypted: bool) -> FoundStore:
    listed = ([store.cert] if store.cert else []) + store.additional_certs
    certificates = dict.fromkeys(Certificate(der=_der(one.certificate)) for one in listed)
    return FoundStore(certificates=tuple(certificates), key=store.key, keys=max(keys, int(store.key is not None)), encrypted=encrypted)


def _der(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


def _whole(data: bytes) -> bool:
    try:
        return der.whole(data).end == len(data) and bool(contents(data))
    except (ValueError, IndexError):
        return False


def key_bags(data: bytes) -> int:
    """How many private keys there are in those parts that are not encrypted as a whole; keys are encrypted one by one, and stand there. Never raises."""
    count = 0
    try:
        for content in contents(data):
            fields = der.children(content, der.whole(content))
            if len(fields) == 2 and der.oid(der.content(content, fields[0])) == _DATA:
                inside = der.octets(content, der.children(content, fields[1])[0])
                count += _keys_in(inside, 0)
    except (ValueError, IndexError):
        return count
    return count


def contents(data: bytes) -> list[bytes]:
    """The ContentInfos of the AuthenticatedSafe (RFC 7292 section 4.1). Raises ``ValueError``."""
    fields = der.children(data, der.whole(data))
    safe = der.children(data, fields[1])
    if len(safe) < 2 or der.oid(der.content(data, safe[0])) != _DATA:
        raise ValueError("the content is not plain data")
    held = der.octets(data, der.children(data, safe[1])[0])
    return [der.encoded(held, one) for one in der.children(held, der.whole(held))[:MAX_ENTRIES]]


def _keys_in(bags: bytes, depth: int) -> int:
    count = 0
    for bag in der.children(bags, der.whole(bags))[:MAX_ENTRIES]:
        fields = der.children(bags, bag)
        kind = der.oid(der.content(bags, fields[0]))
        if kind in _KEY_BAGS:
            count += 1
        elif kind == _NESTED and depth < _DEPTH:
            count += _keys_in(der.content(bags, fields[1]), depth + 1)
    return count


def _longest(data: bytes) -> int:
    """The most rounds that the integrity check (MacData, RFC 7292 section 4) or an encryption asks for: a hostile number would keep us busy for hours."""
    found = 1
    try:
        fields = der.children(data, der.whole(data))
        found = largest(data, fields[2]) if len(fields) > 2 else 1
        for content in contents(data):
            parts = der.children(content, der.whole(content))
            found = max(found, largest(content, parts[1]))
            if der.oid(der.content(content, parts[0])) == _DATA:
                inside = der.octets(content, der.children(content, parts[1])[0])
                found = max(found, largest(inside, der.whole(inside)))
    except (ValueError, IndexError):
        return found
    return found
