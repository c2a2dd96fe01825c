"""The values of extensions (RFC 5280 section 4.2), each read by itself so that a bad one loses only itself."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from probe.facts import der
from probe.facts.distinguished import name
from probe.facts.oids import EXTENSIONS, PURPOSES
from probe.facts.reading import Extension, Subtrees

_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)
_CA_ISSUERS, _OCSP = bytes.fromhex("2b06010505073002"), bytes.fromhex("2b06010505073001")
_KINDS = {0xA0: "other", 0x81: "email", 0x82: "dns", 0xA3: "other", 0xA4: "dn", 0xA5: "other", 0x86: "uri", 0x87: "ip", 0x88: "other"}
MAX_TIMES_FAULTED = 20
"""Faults of one extension that are named; a subjectAltName with thousands of bad entries needs no more."""

Values = dict[str, Any]
"""Fields of ``Reading`` by name."""


def read_all(extensions: tuple[Extension, ...], values: Values, faults: list[str]) -> None:
    """Put what the extensions say into ``values`` and what is wrong with them into ``faults``. Never raises."""
    seen: set[str] = set()
    for one in extensions:
        label = EXTENSIONS.get(one.oid, one.oid)
        if one.oid in seen:
            faults.append(f"{label}: the extension is there more than once, the first counts here")
            continue
        seen.add(one.oid)
        reader = _READERS.get(one.oid)
        if reader is None:
            continue
        own: list[str] = []
        try:
            reader(one.value, values, own)
        except ValueError as problem:
            own.append(str(problem))
        faults += [f"{label}: {fault}" for fault in dict.fromkeys(own[:MAX_TIMES_FAULTED])]


def _sequence(data: bytes, faults: list[str]) -> list[der.Item]:
    outer = der.expect(der.whole(data), der.SEQUENCE, "the value")
    if outer.end != len(data):
        faults.append(f"{len(data) - outer.end} bytes after its end")
    return der.children(data, outer)


def _basic_constraints(data: bytes, values: Values, faults: list[str]) -> None:
    fields = _sequence(data, faults)
    values["is_ca"] = False
    if fields and fields[0].tag == der.BOOLEAN:
        truth = der.content(data, fields.pop(0))
        values["is_ca"] = truth not in (b"", b"\0")
        if truth == b"\0":
            faults.append("the default FALSE is written out")
    if fields and fields[0].tag == der.INTEGER:
        length = der.integer(der.content(data, fields.pop(0)))
        if length < 0 or length > 0xFFFF_FFFF:
            raise ValueError("a path length that cannot be")
        values["path_length"] = length
        if not values["is_ca"]:
            faults.append("a path length without CA:TRUE")
    if fields:
        raise ValueError("more in it than belongs there")


def _key_usage(data: bytes, values: Values, faults: list[str]) -> None:
    value = der.bits(data, der.whole(data))
    number = int.from_bytes(value[:2].ljust(2, b"\0"), "big")
    found = tuple(usage for place, usage in enumerate(_USAGES) if number & 0x8000 >> place)
    values["key_usage"] = found
    if not found:
        faults.append("no usage is set")


def _extended_key_usage(data: bytes, values: Values, faults: list[str]) -> None:
    found: list[str] = []
    for one in _sequence(data, faults):
        dotted = der.oid(der.content(data, der.expect(one, der.OBJECT_IDENTIFIER, "a purpose")))
        found.append(PURPOSES.get(dotted, dotted))
    values["extended_key_usage"] = tuple(found)
    if not found:
        faults.append("empty")


def _subject_key_id(data: bytes, values: Values, faults: list[str]) -> None:
    outer = der.whole(data)
    if outer.tag & ~0x20 != der.OCTET_STRING:
        raise ValueError("not an octet string")
    values["subject_key_id"] = der.octets(data, outer)
    if outer.end != len(data):
        faults.append(f"{len(data) - outer.end} bytes after its end")


def _authority_key_id(data: bytes, values: Values, faults: list[str]) -> None:
    for one in _sequence(data, faults):
        if one.tag & ~0x20 == 0x80:
            values["authority_key_id"] = der.octets(data, one)
        elif one.tag == 0x82:
            values["authority_serial"] = der.integer(der.content(data, one))
        elif one.tag != 0xA1:
            raise ValueError("more in it than belongs there")


def _alternative_names(data: bytes, values: Values, faults: list[str]) -> None:
    values["has_san"] = True
    dns: list[str] = []
    addresses: list[str] = []
    others: list[tuple[str, str]] = []
    items = _sequence(data, faults)
    if not items:
        faults.append("empty")
    for one in items:
        try:
            kind, value = general_name(data, one, faults)
        except ValueError as problem:
            faults.append(str(problem))
            continue
        if kind == "dns":
            dns.append(value)
        elif kind == "ip":
            addresses.append(value)
        else:
            others.append((kind, value))
    values.update(dns_names=tuple(dns), ip_addresses=tuple(addresses), other_names=tuple(others))


def general_name(data: bytes, one: der.Item, faults: list[str], masked: bool = False) -> tuple[str, str]:
    """One GeneralName (RFC 5280 section 4.2.1.6) as (kind, value); ``masked`` when an address has a mask behind it. Raises ``ValueError``."""
    kind = _KINDS.get(one.tag)
    if kind is None:
        raise ValueError(f"a name of a kind that does not exist (identifier {one.tag:#04x})")
    raw = der.content(data, one)
    if kind == "ip":
        return kind, _subnet(raw) if masked else _address(raw)
    if kind == "dn":
        _, found = name(raw)
        faults += [f"directoryName: {fault}" for fault in found]
        return kind, raw.hex()
    if kind == "other":
        return kind, der.encoded(data, one).hex()
    value, fault = der.text(0x16, raw)
    if fault:
        faults.append(f"{kind} name: characters outside ASCII")
    if "\0" in value:
        faults.append(f"{kind} name: contains NUL")
    if not value and not masked:
        faults.append(f"{kind} name: empty")
    return kind, value


def _address(raw: bytes) -> str:
    if len(raw) == 4:
        return str(IPv4Address(raw))
    if len(raw) == 16:
        return str(IPv6Address(raw))
    raise ValueError(f"ip name: {len(raw)} bytes in place of 4 or 16")


def _subnet(raw: bytes) -> str:
    half = len(raw) // 2
    if len(raw) not in (8, 32):
        raise ValueError(f"ip name: {len(raw)} bytes in place of 8 or 32")
    mask = int.from_bytes(raw[half:], "big")
    ones = mask.bit_count()
    if mask == (1 << 8 * half) - (1 << 8 * half - ones):
        return f"{_address(raw[:half])}/{ones}"
    return f"{_address(raw[:half])}/{_address(raw[half:])}"


def _name_constraints(data: bytes, values: Values, faults: list[str]) -> None:
    found: dict[int, list[tuple[str, str]]] = {0xA0: [], 0xA1: []}
    try:
        for group in _sequence(data, faults):
            if group.tag not in found:
                raise ValueError("more in it than belongs there")
            for subtree in der.children(data, group):
                fields = der.children(data, der.expect(subtree, der.SEQUENCE, "a subtree"))
                if not fields:
                    raise ValueError("a subtree without base")
                found[group.tag].append(general_name(data, fields[0], faults, masked=True))
                if len(fields) > 1:
                    faults.append("a subtree with a minimum or maximum")
    finally:
        values["name_constraints"] = Subtrees(permitted=tuple(found[0xA0]), excluded=tuple(found[0xA1]))


def _authority_information(data: bytes, values: Values, faults: list[str]) -> None:
    issuers: list[str] = []
    ocsp: list[str] = []
    for one in _sequence(data, faults):
        fields = der.children(data, der.expect(one, der.SEQUENCE, "an entry"))
        if len(fields) != 2:
            raise ValueError("an entry is not a pair")
        method = der.content(data, fields[0])
        kind, value = general_name(data, fields[1], faults)
        if kind == "uri" and method in (_CA_ISSUERS, _OCSP):
            (issuers if method == _CA_ISSUERS else ocsp).append(value)
    values.update(ca_issuers=tuple(issuers), ocsp=tuple(ocsp))


def _distribution_points(data: bytes, values: Values, faults: list[str]) -> None:
    found: list[str] = []
    for point in _sequence(data, faults):
        for field in der.children(data, der.expect(point, der.SEQUENCE, "a distribution point")):
            if field.tag != 0xA0:
                continue
            for full in (one for one in der.children(data, field) if one.tag == 0xA0):
                names = [general_name(data, one, faults) for one in der.children(data, full)]
                found += [value for kind, value in names if kind == "uri"]
    values["crl"] = tuple(found)


def _timestamps(data: bytes, values: Values, faults: list[str]) -> None:
    """Only whether the list can be taken apart (RFC 6962 section 3.3); nothing in it is kept."""
    raw = der.octets(data, der.expect(der.whole(data), der.OCTET_STRING, "the value"))
    if len(raw) < 2 or int.from_bytes(raw[:2], "big") != len(raw) - 2:
        raise ValueError("a list whose length does not fit")
    place = 2
    while place < len(raw):
        size = int.from_bytes(raw[place : place + 2], "big")
        if not size or place + 2 + size > len(raw):
            raise ValueError("an entry whose length does not fit")
        if size < 47 or raw[place + 2] != 0:
            faults.append("an entry of an unknown form")
        place += 2 + size


def _policies(data: bytes, values: Values, faults: list[str]) -> None:
    """Only whether the policies can be taken apart; nothing in them is kept."""
    for one in _sequence(data, faults):
        fields = der.children(data, der.expect(one, der.SEQUENCE, "a policy"))
        if not fields:
            raise ValueError("a policy without identifier")
        der.oid(der.content(data, der.expect(fields[0], der.OBJECT_IDENTIFIER, "a policy's identifier")))


_READERS: dict[str, Callable[[bytes, Values, list[str]], None]] = {
    "2.5.29.14": _subject_key_id,
    "2.5.29.15": _key_usage,
    "2.5.29.17": _alternative_names,
    "2.5.29.19": _basic_constraints,
    "2.5.29.30": _name_constraints,
    "2.5.29.31": _distribution_points,
    "2.5.29.32": _policies,
    "2.5.29.35": _authority_key_id,
    "2.5.29.37": _extended_key_usage,
    "1.3.6.1.5.5.7.1.1": _authority_information,
    "1.3.6.1.4.1.11129.2.4.2": _timestamps,
}
