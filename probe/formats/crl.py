"""Certificate revocation lists (RFC 5280 section 5). Sans I/O, and nothing is verified here: bytes in, facts out."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from probe.facts import der
from probe.facts.distinguished import name
from probe.facts.noun import noun
from probe.facts.oids import named

MAX_SIZE = 8 * 1024 * 1024
"""Bytes of a list that are read: some 200,000 entries. Authorities with more divide their lists (RFC 5280 section 5.2.5)."""

_POINT, _DELTA = "2.5.29.28", "2.5.29.27"
_ENTRY_ISSUER = "2.5.29.29"


@noun
class Entry:
    """What a list says of one serial number. ``reason`` has the words of RFC 5280 section 5.3.1 ("" when none is given).

    ``foreign``: it speaks of a certificate of another issuer, or says something critical that is not known here.
    """

    revoked_at: datetime
    reason: str = ""
    foreign: bool = False


@noun
class Crl:
    """A list, looked through for one serial number; ``entry`` is what it says of it.

    ``issuer_key`` compares equal for equal names, as ``Name.key`` does. ``points`` are the URLs for which it is (empty: not limited to any),
    ``only`` is "", users, authorities, attributes, reasons or indirect. ``delta``: it holds changes only. ``unknown`` are critical extensions that are
    not known here.
    """

    issuer_key: bytes
    this_update: datetime
    next_update: datetime | None
    entry: Entry | None
    points: tuple[str, ...] = ()
    only: str = ""
    delta: bool = False
    unknown: tuple[str, ...] = ()
    tbs: bytes
    signature: bytes
    signature_oid: str
    signature_parameters: bytes


@lru_cache(maxsize=4)
def read(data: bytes, serial: int) -> Crl | str:
    """Read a list and look for ``serial`` in it; what is no list gives a sentence that says why. Never raises."""
    if not data:
        return "it is empty"
    if len(data) > MAX_SIZE:
        return f"it has {len(data)} bytes, more than are read"
    if data.lstrip()[:11] == b"-----BEGIN ":
        return "it is in PEM form, where DER is demanded (RFC 5280 section 4.2.1.13)"
    try:
        return _list(data, serial)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # a panic of the library's Rust part is no Exception
        return "it is no certificate revocation list"


def _list(data: bytes, serial: int) -> Crl:
    from cryptography import x509

    loaded: Any = x509.load_der_x509_crl(data)
    parts = der.children(data, der.whole(data))
    algorithm = der.children(data, parts[1])
    issuer, _ = name(loaded.issuer.public_bytes())
    point, unknown, delta = None, [], False
    for one in loaded.extensions:
        if isinstance(one.value, x509.IssuingDistributionPoint):
            point = one.value
        elif one.oid.dotted_string == _DELTA:
            delta = True
        elif one.critical:
            unknown.append(named(one.oid.dotted_string))
    return Crl(
        issuer_key=issuer.key,
        this_update=loaded.last_update_utc,
        next_update=loaded.next_update_utc,
        entry=_entry(loaded.get_revoked_certificate_by_serial_number(serial)),
        points=_points(point),
        only=_only(point),
        delta=delta,
        unknown=tuple(unknown),
        tbs=der.encoded(data, parts[0]),
        signature=der.bits(data, parts[2]),
        signature_oid=der.oid(der.content(data, algorithm[0])),
        signature_parameters=der.encoded(data, algorithm[1]) if len(algorithm) > 1 else b"",
    )


def _entry(found: Any) -> Entry | None:
    if found is None:
        return None
    from cryptography import x509

    reason, foreign = "", False
    for one in found.extensions:
        if isinstance(one.value, x509.CRLReason):
            reason = one.value.reason.value
        elif one.oid.dotted_string == _ENTRY_ISSUER or one.critical:
            foreign = True
    return Entry(revoked_at=found.revocation_date_utc, reason=reason, foreign=foreign)


def _points(point: Any) -> tuple[str, ...]:
    from cryptography import x509

    if point is None or not point.full_name:
        return ()
    return tuple(one.value for one in point.full_name if isinstance(one, x509.UniformResourceIdentifier))


def _only(point: Any) -> str:
    if point is None:
        return ""
    if point.indirect_crl:
        return "indirect"
    if point.only_some_reasons:
        return "reasons"
    if point.only_contains_attribute_certs:
        return "attributes"
    if point.only_contains_ca_certs:
        return "authorities"
    return "users" if point.only_contains_user_certs else ""
