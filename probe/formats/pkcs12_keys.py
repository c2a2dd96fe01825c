"""Several private keys of one PKCS #12 file (RFC 7292): each with its alias, opened in memory only to see which public key it belongs to. Sans I/O.

Keys are encrypted one by one, and stand in a part that is not encrypted as a whole; the library gives only the first of them.
"""

from probe.facts import der
from probe.formats import keys
from probe.formats.keys import MAX_KEYS, MOST_ROUNDS, FoundKey, Problem
from probe.formats.pkcs12 import contents
from probe.formats.pkcs12_store import attributes

_DATA, _BAGS = "1.2.840.113549.1.7.1", "1.2.840.113549.1.12.10.1."
_PLAIN, _SHROUDED, _NESTED = f"{_BAGS}1", f"{_BAGS}2", f"{_BAGS}6"
_DEPTH = 4


def read(data: bytes, password: str | None) -> tuple[tuple[str, FoundKey], ...]:
    """Each key with its alias; none at all where they cannot be told apart. Never raises."""
    secret = password.encode("utf-8", "surrogateescape") if password is not None else b""
    found: list[tuple[str, FoundKey]] = []
    left = MOST_ROUNDS
    try:
        for body, shrouded, alias in _bodies(data):
            where = f"key {len(found) + 1}"
            left -= keys.largest(body, der.children(body, der.whole(body))[0]) if shrouded else 0
            one = keys.read(body, secret)[:1] if left >= 0 else ()
            key = one[0].key if one else None
            problem = None if key is not None else one[0].problem if one else Problem.UNSUPPORTED
            found.append((alias, FoundKey(where=where, what="of unknown kind", encrypted=shrouded, key=key, problem=problem)))
    except (ValueError, IndexError):
        return ()
    return tuple(found)


def _bodies(data: bytes) -> list[tuple[bytes, bool, str]]:
    """The keys as they stand there, whether they are encrypted, and their aliases. Raises ``ValueError``."""
    found: list[tuple[bytes, bool, str]] = []
    for content in contents(data):
        fields = der.children(content, der.whole(content))
        if len(fields) == 2 and der.oid(der.content(content, fields[0])) == _DATA:
            found += _in(der.octets(content, der.children(content, fields[1])[0]), 0)
    return found[:MAX_KEYS]


def _in(bags: bytes, depth: int) -> list[tuple[bytes, bool, str]]:
    found: list[tuple[bytes, bool, str]] = []
    for bag in der.children(bags, der.whole(bags)):
        fields = der.children(bags, bag)
        kind = der.oid(der.content(bags, fields[0]))
        if kind in (_PLAIN, _SHROUDED):
            body = der.children(bags, fields[1])[0]
            alias = attributes(bags, fields[2])[0] if len(fields) > 2 else ""
            found.append((der.encoded(bags, body), kind == _SHROUDED, alias))
        elif kind == _NESTED and depth < _DEPTH:
            found += _in(der.content(bags, fields[1]), depth + 1)
    return found
