"""Certificate databases of NSS (``cert9.db``): what Firefox, Thunderbird, Chromium on Linux and ``certutil`` keep. Sans I/O: SQLite reads the bytes in memory.

Columns are named after PKCS #11 attributes in hex; a certificate and what it is trusted for are two rows with the same hash.
"""

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

from probe.facts.certificate import MAX_SIZE as MAX_CERTIFICATE
from probe.facts.certificate import Certificate
from probe.facts.trust import Skipped
from probe.formats.der import complaint
from probe.formats.guess import looks_like
from probe.formats.keys import Problem
from probe.formats.keystore import Entry, KeyStore

MAX_ENTRIES = 20_000
_MAGIC = b"SQLite format 3\0"
_CERTIFICATE, _TRUST = (1).to_bytes(4), 0xCE534353.to_bytes(4)  # CKO_CERTIFICATE, CKO_NSS_TRUST
_TRUSTED, _DELEGATOR, _DISTRUSTED = (one.to_bytes(4) for one in (0xCE534351, 0xCE534352, 0xCE53435A))  # CKT_NSS_TRUSTED, _TRUSTED_DELEGATOR, _NOT_TRUSTED
_CERTIFICATES = "SELECT a11, a3, a81, a82 FROM nssPublic WHERE a0 = ? LIMIT ?"  # CKA_VALUE, CKA_LABEL, CKA_ISSUER, CKA_SERIAL_NUMBER
_TRUSTS = "SELECT a81, a82, ace536358 FROM nssPublic WHERE a0 = ? LIMIT ?"  # and CKA_NSS_TRUST_SERVER_AUTH
_STEPS, _TICKS = 10_000, 2_000
"""A query may take this many times this many instructions of SQLite's machine; a real one takes a few hundred thousand."""
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})


def is_nss(data: bytes) -> bool:
    """Whether this is an SQLite database with the table of NSS in its schema."""
    return data.startswith(_MAGIC) and looks_like(data) == "an NSS database"


def read(data: bytes) -> KeyStore:
    """Read a database. Entries are ``trusted`` (authorities for servers, ``C`` in certutil's columns, and single servers, ``P``) or ``bare``. Never raises."""
    # A database that was written with a journal beside it (WAL) opens in memory only when its header says that it was not.
    plain = data[:18] + b"\1\1" + data[20:] if data[18:20] == b"\2\2" else data
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(plain)
            _bounded(database)
            certificates = database.execute(_CERTIFICATES, (_CERTIFICATE, MAX_ENTRIES)).fetchall()
            trusts = database.execute(_TRUSTS, (_TRUST, MAX_ENTRIES)).fetchall()
    except (sqlite3.Error, OverflowError, UnicodeDecodeError, MemoryError) as problem:
        return KeyStore(kind="nss", problem=Problem.DAMAGED, why=f"SQLite cannot read it ({type(problem).__name__})")
    found = _store(certificates, {(one[0], one[1]): one[2] for one in trusts if _bytes(*one[:2])})
    return replace(found, skipped=(*found.skipped, Skipped(where="the end", why="damaged: the file is cut off"))) if _cut(data) else found


def _cut(data: bytes) -> bool:
    """Whether the file is shorter than its header says (SQLite file format, section 1.3): pages that were not needed may hold more certificates."""
    size, pages = int.from_bytes(data[16:18]), int.from_bytes(data[28:32])
    # The number of pages counts only where the program that wrote it last says so.
    return data[24:28] == data[92:96] and len(data) < pages * (65536 if size == 1 else size)


def _bounded(database: sqlite3.Connection) -> None:
    """Nothing but reading, and not for long: a schema may hold views and triggers that whoever wrote the file chose."""
    ticks = iter(range(_TICKS))
    database.text_factory = bytes
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 4 * MAX_CERTIFICATE)
    database.set_progress_handler(lambda: int(next(ticks, None) is None), _STEPS)
    database.set_authorizer(lambda action, *_about: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)


def _store(certificates: list[Any], trusts: dict[Any, Any]) -> KeyStore:
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for number, (value, label, issuer, serial) in enumerate(certificates, 1):
        where = f"entry {number}"
        if not _bytes(value) or len(value) > MAX_CERTIFICATE:
            skipped.append(Skipped(where=where, why="damaged: it has no certificate"))
        elif (why := complaint(value)) is not None:
            skipped.append(Skipped(where=where, why=f"damaged: {why}"))
        else:
            trust = trusts.get((issuer, serial)) if _bytes(issuer, serial) else None
            kind = "trusted" if trust in (_DELEGATOR, _TRUSTED) else "distrusted" if trust == _DISTRUSTED else "bare"
            alias = label.decode("utf-8", "replace")[:1024] if _bytes(label) else ""
            entries.append(Entry(certificate=Certificate(der=value), kind=kind, where=where, alias=alias))
    return KeyStore(kind="nss", entries=tuple(entries), skipped=tuple(skipped))


def _bytes(*values: object) -> bool:
    return all(isinstance(one, bytes) for one in values)
