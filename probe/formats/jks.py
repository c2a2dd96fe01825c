"""Java's own key stores, JKS and JCEKS: aliases, dates, trusted certificates and the chains of keys. Sans I/O.

The form is that of ``sun.security.provider.JavaKeyStore`` and ``com.sun.crypto.provider.JceKeyStore``: a magic number, a version, a count, the entries, and a
SHA-1 over the password and all that. Certificates stand in the clear. Private keys are passed over as they are; ``probe.formats.jks_keys`` opens them.
"""

import hashlib
import hmac
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from struct import Struct

from probe.facts.certificate import MAX_SIZE as MAX_CERTIFICATE
from probe.facts.certificate import Certificate
from probe.facts.trust import Skipped
from probe.formats import der
from probe.formats.keys import Problem
from probe.formats.keystore import Entry, KeyStore

MAGICS = {b"\xfe\xed\xfe\xed": "jks", b"\xce\xce\xce\xce": "jceks"}
MAX_ENTRIES = 20_000
MAX_CHAIN = 100
_WHITENER = b"Mighty Aphrodite"  # what both programs mix into the check value
_HASH = 20
_KEY, _TRUSTED, _SECRET = 1, 2, 3
_NUMBER, _LENGTH, _TIME = Struct(">I"), Struct(">H"), Struct(">q")
_TYPE = re.compile(rb"\x00\x05X\.509|\x00\x04X509")
_TRUSTED_MARK = b"\0\0\0\2"
_ALIAS, _SECRET_SIZE, _SECRETS, _TRIES = 1024, 64 * 1024, 100, 64
"""How far and how often the next entry is looked for behind one that cannot be measured: bytes of an alias, of a secret key, such entries, places."""


def is_jks(data: bytes) -> bool:
    """Whether the bytes begin as JKS or JCEKS do."""
    return data[:4] in MAGICS


def read(data: bytes, password: str | None = None) -> KeyStore:
    """Read a store. Without a password everything is read but not checked; with a wrong one nothing is given. Never raises."""
    reader = _Reader(data)
    problem, why = None, ""
    try:
        reader.everything()
    except ValueError as complaint:
        problem, why = Problem.DAMAGED, str(complaint)
    kept = data[reader.place : reader.place + _HASH]
    checkable = problem is None and len(kept) == _HASH
    if problem is None and not checkable:
        reader.skipped.append(Skipped(where="the end", why="damaged: the check value is cut off"))
    checked = False
    if checkable and password is not None:
        checked = hmac.compare_digest(_check_value(data[: reader.place], password), kept)
        if not checked:
            why = "or the file is damaged: where the key in it ends cannot be told" if reader.lost else ""
            return KeyStore(kind=reader.kind, keys=reader.keys, checkable=True, problem=Problem.WRONG, why=why)
    return KeyStore(
        kind=reader.kind,
        entries=tuple(reader.entries),
        keys=reader.keys,
        checked=checked,
        checkable=checkable,
        problem=problem,
        why=why,
        skipped=tuple(reader.skipped),
    )


class SealedKey:
    """One private key as it stands in a store: its place, its alias, and the EncryptedPrivateKeyInfo."""

    __slots__ = ("alias", "sealed", "where")

    def __init__(self, where: str, alias: str, sealed: bytes) -> None:
        self.where = where
        self.alias = alias
        self.sealed = sealed

    def __repr__(self) -> str:
        return f"SealedKey({self.where!r}, content hidden)"


def sealed_keys(data: bytes) -> tuple[SealedKey, ...]:
    """The private keys of a store, as far as it can be read. Never raises."""
    reader = _Reader(data)
    with suppress(ValueError):
        reader.everything()
    return tuple(reader.sealed)


def _check_value(data: bytes, password: str) -> bytes:
    digest = hashlib.sha1(password.encode("utf-16-be", "surrogatepass") + _WHITENER, usedforsecurity=False)
    digest.update(data)
    return digest.digest()


class _Reader:
    """Goes through a store from front to back. ``ValueError`` says where it ends before it should."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.kind = MAGICS.get(data[:4], "jks")
        self.place = 4
        self.version = 2
        self.entries: list[Entry] = []
        self.skipped: list[Skipped] = []
        self.keys = 0
        self.lost = False
        self.sealed: list[SealedKey] = []

    def everything(self) -> None:
        self.version = self._number("its version")
        if self.version not in (1, 2):
            raise ValueError(f"its version is {self.version}, and only 1 and 2 are known")
        count = self._number("the number of its entries")
        if count > MAX_ENTRIES:
            raise ValueError(f"it announces {count} entries, and {MAX_ENTRIES} are read at most")
        for number in range(1, count + 1):
            try:
                if not self._entry(f"entry {number}"):
                    self._lost(number, count)
                    return
            except ValueError as problem:
                raise ValueError(f"entry {number} of {count}: {problem}") from None

    def _entry(self, where: str) -> bool:
        """Read one entry; false when what follows it cannot be found."""
        tag = self._number("its kind")
        alias = self._text("its alias")
        added = _moment(_TIME.unpack(self._take(8, "its date"))[0])
        if tag == _TRUSTED:
            self._certificate(where, alias, added, "trusted")
        elif tag == _KEY:
            self.keys += 1
            self.sealed.append(SealedKey(where, alias, self._take(self._number("the length of its key"), "its key")))
            length = self._number("the length of its chain")
            if length > MAX_CHAIN:
                raise ValueError(f"a chain of {length} certificates")
            for place in range(length):
                self._certificate(where if not place else f"{where}, certificate {place + 1}", alias, added, "chain" if place else "own")
        elif tag == _SECRET and self.kind == "jceks":
            self.keys += 1
            return self._resume()
        else:
            raise ValueError(f"a kind of entry that is not known ({tag})")
        return True

    def _certificate(self, where: str, alias: str, added: datetime | None, kind: str) -> None:
        form = self._text("the type of its certificate") if self.version == 2 else "X.509"
        size = self._number("the length of its certificate")
        data = self._take(size, "its certificate")
        if form not in ("X.509", "X509"):
            self.skipped.append(Skipped(where=where, why=f"a certificate of the type {form[:20]!r}, not X.509", other=True))
        elif size > MAX_CERTIFICATE or (why := der.complaint(data)) is not None:
            self.skipped.append(Skipped(where=where, why="damaged: too long for a certificate" if size > MAX_CERTIFICATE else f"damaged: {why}"))
        else:
            self.entries.append(Entry(certificate=Certificate(der=data), kind=kind, where=where, alias=alias, added=added))

    def _resume(self) -> bool:
        """Go on behind a secret key, a serialized Java object that does not say how long it is: at the next trusted certificate, or at the end."""
        if self.keys > _SECRETS:
            return False
        for found in islice(_TYPE.finditer(self.data, self.place, self.place + _SECRET_SIZE), _TRIES):
            # Alias and date lie between the kind of the entry and the type of its certificate.
            behind = found.start() - 8
            start = self.data.rfind(_TRUSTED_MARK, max(self.place, behind - _ALIAS), behind)
            while start >= 0:
                if start + 6 + _LENGTH.unpack_from(self.data, start + 4)[0] == behind:
                    self.place = start
                    return True
                start = self.data.rfind(_TRUSTED_MARK, max(self.place, behind - _ALIAS), start + 3)
        return False

    def _lost(self, number: int, count: int) -> None:
        """No trusted certificate follows a secret key: then it reaches to the check value, unless more entries were announced."""
        self.lost = True
        self.place = max(self.place, len(self.data) - _HASH)
        if number < count:
            self.skipped.append(
                Skipped(where=f"entry {number + 1} to {count}", why="it stands behind a secret key, where no certificate was found", other=True)
            )

    def _take(self, size: int, what: str) -> bytes:
        if size > len(self.data) - self.place:
            raise ValueError(f"the file ends within {what}")
        taken = self.data[self.place : self.place + size]
        self.place += size
        return taken

    def _number(self, what: str) -> int:
        found: int = _NUMBER.unpack(self._take(4, what))[0]
        return found

    def _text(self, what: str) -> str:
        """A string as ``DataOutputStream.writeUTF`` writes it: the NUL in two bytes, characters beyond 16 bits as two surrogates."""
        size: int = _LENGTH.unpack(self._take(2, what))[0]
        data = self._take(size, what).replace(b"\xc0\x80", b"\0")
        return data.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _valid(data) else data.decode("latin-1")


def _valid(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _moment(milliseconds: int) -> datetime | None:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
