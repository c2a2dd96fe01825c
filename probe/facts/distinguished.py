"""Distinguished names: reading, writing for people (RFC 4514), and the key under which equal names are found (RFC 5280 section 7.1)."""

import re
import unicodedata
from functools import lru_cache

from probe.facts import der
from probe.facts.oids import ATTRIBUTES
from probe.facts.reading import Name

_SPECIAL = re.compile(r'[,+"\\<>;\x00]|^[ #]|(?<!^) $')
_UPPER_BOUNDS = {"C": 2, "CN": 64, "O": 64, "OU": 64, "L": 128, "ST": 128, "serialNumber": 64}


@lru_cache(maxsize=4096)
def name(encoded: bytes) -> tuple[Name, tuple[str, ...]]:
    """Read one name from its whole SEQUENCE; gives it and what is wrong with it. Raises ``ValueError`` if it cannot be taken apart."""
    outer = der.expect(der.whole(encoded), der.SEQUENCE, "the name")
    faults: list[str] = []
    attributes: list[tuple[str, str]] = []
    texts: list[str] = []
    key: list[bytes] = []
    for relative in der.children(encoded, outer):
        der.expect(relative, der.SET, "a part of the name")
        parts = [_attribute(encoded, one, faults) for one in der.children(encoded, relative)]
        if not parts:
            faults.append("a part without attributes")
        attributes += [(label, value) for label, value, _ in parts]
        texts.append("+".join(f"{label}={_escaped(value)}" for label, value, _ in parts))
        key.append(_framed(b"".join(sorted(part for _, _, part in parts))))
    made = Name(der=encoded, text=",".join(reversed(texts)), key=b"".join(key), attributes=tuple(attributes))
    return made, tuple(dict.fromkeys(faults))


def text_of(encoded: bytes) -> str:
    """A name for people; what cannot be read is shown in hex, cut to 64 bytes. Never raises."""
    try:
        return name(encoded)[0].text
    except ValueError:
        return f"unreadable name {encoded[:64].hex()}"


def attributes_of(encoded: bytes) -> tuple[tuple[str, str], ...]:
    """The (label, value) pairs of a name; none of one that cannot be read. Never raises."""
    try:
        return name(encoded)[0].attributes
    except ValueError:
        return ()


def _attribute(data: bytes, one: der.Item, faults: list[str]) -> tuple[str, str, bytes]:
    """Label, value for people, and the comparable form of one attribute."""
    fields = der.children(data, der.expect(one, der.SEQUENCE, "an attribute of the name"))
    if len(fields) != 2:
        raise ValueError("an attribute of the name is not a pair")
    kind = der.content(data, der.expect(fields[0], der.OBJECT_IDENTIFIER, "an attribute's type"))
    dotted = der.oid(kind)
    label = ATTRIBUTES.get(dotted, dotted)
    raw = der.content(data, fields[1])
    try:
        value, fault = der.text(fields[1].tag, raw)
    except ValueError as problem:
        faults.append(f"{label}: {problem}")
        return label, "#" + der.encoded(data, fields[1]).hex(), _framed(kind) + _framed(b"\1" + der.encoded(data, fields[1]))
    if fault:
        faults.append(f"{label}: {fault}")
    _judge(label, value, faults)
    # Undecodable bytes compare as bytes: two different ones must not meet in U+FFFD.
    comparable = b"\1" + raw if "\ufffd" in value else b"\0" + prepared(value).encode("utf-8", "surrogatepass")
    return label, value, _framed(kind) + _framed(comparable)


def _judge(label: str, value: str, faults: list[str]) -> None:
    if not value:
        faults.append(f"{label}: empty")
    if "\0" in value:
        faults.append(f"{label}: contains NUL")
    bound = _UPPER_BOUNDS.get(label)
    if bound is not None and len(value) > bound:
        faults.append(f"{label}: {len(value)} characters, at most {bound} are allowed")
    if label == "C" and len(value) == 1:
        faults.append("C: not two letters")


def prepared(value: str) -> str:
    """A string as it is compared: compatibility forms and case folded, white space at the ends dropped and inside made one (RFC 4518).

    Control characters stay: a name with NUL must not equal the name without it.
    """
    if not value.isascii():
        value = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    return " ".join(value.lower().split())


def _escaped(value: str) -> str:
    return _SPECIAL.sub(lambda found: "\\00" if found[0] == "\0" else "\\" + found[0], value)


def _framed(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part
