"""Certificates in DER: one, several after one another, or inside PKCS #7. Sans I/O."""

from functools import lru_cache

from probe.facts import der
from probe.facts.certificate import Certificate
from probe.facts.trust import Skipped
from probe.formats import pkcs7

Split = tuple[list[tuple[Certificate, str]], list[Skipped]]
"""Certificates with their places, and what was passed over."""

MAX_CERTIFICATES = 20_000


def certificates(data: bytes) -> Split:
    """All certificates in ``data``; places count from "certificate 1". Nothing certificate-like at all gives two empty lists. Never raises."""
    found: list[tuple[Certificate, str]] = []
    skipped: list[Skipped] = []
    place = 0
    while place < len(data) and len(found) < MAX_CERTIFICATES:
        where = f"certificate {len(found) + 1}"
        try:
            one = der.item(data, place, len(data))
        except ValueError as problem:
            if found:
                skipped.append(Skipped(where=f"byte {place}", why=f"what follows is no certificate: {problem}"))
            elif pkcs7.is_signed_data(data) or _announced(data):
                skipped.append(Skipped(where=where, why=f"damaged: {problem}"))
            break
        whole = der.encoded(data, one)
        if complaint(whole) is None:
            found.append((Certificate(der=whole), where))
        elif pkcs7.is_signed_data(whole):
            found += [(inner, f"certificate {len(found) + 1 + number}") for number, inner in enumerate(pkcs7.certificates(whole))]
        else:
            if found:
                skipped.append(Skipped(where=f"byte {place}", why="what follows is no certificate"))
            break
        place = one.end
    return found, skipped


@lru_cache(maxsize=4096)  # the same roots stand in several stores
def is_certificate(data: bytes) -> bool:
    """Whether ``data`` is one whole certificate, by its outer structure, and nothing else."""
    try:
        return complaint(data) is None and der.whole(data).end == len(data)
    except ValueError:
        return False


def complaint(data: bytes) -> str | None:
    """Why ``data`` has not even the outer structure of a certificate (RFC 5280 section 4.1), ``None`` if it has. Far cheaper than reading it."""
    try:
        outer = der.expect(der.whole(data), der.SEQUENCE, "the whole")
        parts = der.children(data, outer)
        if len(parts) != 3 or parts[2].tag & ~0x20 != der.BIT_STRING or parts[0].tag != der.SEQUENCE:
            return "it has not the three parts of a certificate"
        fields = der.children(data, parts[0])
    except ValueError as problem:
        return str(problem)
    start = 1 if fields and fields[0].tag == 0xA0 else 0
    # serial number, algorithm, issuer, validity, subject, key: a request or a revocation list has other fields here.
    wanted = [der.INTEGER, der.SEQUENCE, der.SEQUENCE, der.SEQUENCE, der.SEQUENCE, der.SEQUENCE]
    if [one.tag for one in fields[start : start + 6]] != wanted:
        return "it has other fields than a certificate"
    return None


def _announced(data: bytes) -> bool:
    """Whether the first bytes are those of a certificate that is cut off: SEQUENCE, SEQUENCE, [0] version."""
    return data[:2] == b"\x30\x82" and data[4:6] == b"\x30\x82" and data[8:10] == b"\xa0\x03"
