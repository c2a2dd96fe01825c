"""Readers of CertificateRequest, ServerKeyExchange, CertificateVerify and CertificateStatus (RFC 5246 section 7.4, RFC 8446 section 4.3.2 and 4.4.3).

A body is what stands after the four-byte header of the handshake message. ``version`` is the protocol version as a number. Nonsense gives ``None``.
"""

from probe.facts.noun import noun
from probe.tls import registry
from probe.tls.cursor import Cursor, Cut, numbers
from probe.tls.hellos import CERTIFICATE_AUTHORITIES, SIGNATURE_ALGORITHMS, extension_list

_MOST_ISSUERS = 4096


@noun
class CertificateRequest:
    """What a server wants of a client certificate: ``issuers`` are distinguished names as DER (empty: it names none), ``schemes`` signature scheme numbers.

    ``types`` are ClientCertificateType numbers, up to TLS 1.2. ``malformed`` is true when the message does not fit the rules.
    """

    types: tuple[int, ...] = ()
    schemes: tuple[int, ...] = ()
    issuers: tuple[bytes, ...] = ()
    malformed: bool = False


@noun
class ServerKeyExchange:
    """The parameters of a key exchange up to TLS 1.2. ``kind`` is ECDHE, DHE or RSA_EXPORT.

    ``group`` is the number of the named group (ECDHE), ``bits`` the size of the prime or modulus (the others), ``scheme`` the signature scheme (TLS 1.2).
    """

    kind: str
    group: int | None = None
    bits: int | None = None
    scheme: int | None = None


def certificate_request(body: bytes, version: int | None) -> CertificateRequest | None:
    """Read a CertificateRequest of the given protocol version; what can be read of a damaged one is read."""
    cursor = Cursor(body)
    types: tuple[int, ...] = ()
    schemes: tuple[int, ...] = ()
    try:
        if version == registry.TLS_1_3:
            return _request_1_3(cursor)
        types = numbers(cursor.field(1), 1)
        if version is None or version >= registry.VERSION_NUMBERS["TLSv1.2"]:
            schemes = numbers(cursor.field(2))
        length = cursor.number(2)
        issuers, whole = _issuers(cursor.take(min(length, len(cursor))))
        return CertificateRequest(types=types, schemes=schemes, issuers=issuers, malformed=not whole or len(cursor) > 0)
    except Cut:
        return CertificateRequest(types=types, schemes=schemes, malformed=True) if body else None


def _request_1_3(cursor: Cursor) -> CertificateRequest:
    cursor.field(1)
    found, faulty = extension_list(cursor)
    issuers, whole = _issuers(found.get(CERTIFICATE_AUTHORITIES, b"\0\0")[2:])
    return CertificateRequest(schemes=numbers(found.get(SIGNATURE_ALGORITHMS, b"")[2:]), issuers=issuers, malformed=faulty or not whole)


def _issuers(data: bytes) -> tuple[tuple[bytes, ...], bool]:
    found: list[bytes] = []
    cursor = Cursor(data)
    try:
        while len(cursor) and len(found) < _MOST_ISSUERS:
            found.append(cursor.field(2))
    except Cut:
        return tuple(found), False
    return tuple(found), not len(cursor)


def server_key_exchange(body: bytes, version: int | None, suite: int | None) -> ServerKeyExchange | None:
    """Read a ServerKeyExchange. The cipher suite tells its kind; without a known one it is guessed from the form."""
    name = registry.suite_iana_name(suite) if suite is not None else ""
    signed = version is None or version >= registry.VERSION_NUMBERS["TLSv1.2"]
    if "_ECDHE_" in name or "_ECDH_anon" in name:
        return _ecdhe(body, signed)
    if "_DHE_" in name or "_DH_anon" in name:
        return _finite("DHE", body, signed)
    if "_RSA_EXPORT" in name:
        return _finite("RSA_EXPORT", body, signed)
    if name.startswith("TLS_"):
        return None
    return _ecdhe(body, signed) if body[:1] == b"\x03" else _finite("DHE", body, signed)


def _ecdhe(body: bytes, signed: bool) -> ServerKeyExchange | None:
    cursor = Cursor(body)
    group: int | None = None
    try:
        if cursor.number(1) != 3:
            return ServerKeyExchange(kind="ECDHE")
        group = cursor.number(2)
        cursor.field(1)
        return ServerKeyExchange(kind="ECDHE", group=group, scheme=_scheme(cursor) if signed else None)
    except Cut:
        return ServerKeyExchange(kind="ECDHE", group=group) if group is not None else None


def _finite(kind: str, body: bytes, signed: bool) -> ServerKeyExchange | None:
    cursor = Cursor(body)
    bits: int | None = None
    try:
        bits = int.from_bytes(cursor.field(2), "big").bit_length()
        cursor.field(2)
        if kind == "DHE":
            cursor.field(2)
        return ServerKeyExchange(kind=kind, bits=bits, scheme=_scheme(cursor) if signed else None)
    except Cut:
        return ServerKeyExchange(kind=kind, bits=bits) if bits is not None else None


def _scheme(cursor: Cursor) -> int | None:
    """Read the scheme before a signature; anonymous suites have neither."""
    return cursor.number(2) if len(cursor) else None


def certificate_verify(body: bytes) -> int | None:
    """Read the signature scheme of a CertificateVerify (TLS 1.2 and 1.3)."""
    return int.from_bytes(body[:2], "big") if len(body) >= 4 else None


def certificate_status(body: bytes) -> bytes:
    """Read the OCSP response of a CertificateStatus (RFC 6066 section 8); empty when there is none."""
    cursor = Cursor(body)
    try:
        return cursor.field(3) if cursor.number(1) == 1 else b""
    except Cut:
        return b""
