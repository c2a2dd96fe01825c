"""Readers of ClientHello, ServerHello, HelloRetryRequest and EncryptedExtensions (RFC 8446 section 4.1, RFC 5246 section 7.4.1).

A body is what stands after the four-byte header of the handshake message. Nonsense gives ``None``; what can be read of a damaged extension list is read.
"""

from probe.facts.noun import noun
from probe.tls import registry
from probe.tls.cursor import Cursor, Cut, numbers

SERVER_NAME = 0
STATUS_REQUEST = 5
SUPPORTED_GROUPS = 10
SIGNATURE_ALGORITHMS = 13
ALPN = 16
EXTENDED_MASTER_SECRET = 23
SUPPORTED_VERSIONS = 43
CERTIFICATE_AUTHORITIES = 47
KEY_SHARE = 51
RENEGOTIATION_INFO = 0xFF01

# SHA-256 of "HelloRetryRequest" stands in place of the random (RFC 8446 section 4.1.3).
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_DOWNGRADE = {b"DOWNGRD\x01": "TLSv1.2", b"DOWNGRD\x00": "TLSv1.1"}


@noun
class ClientHello:
    """What a client offers. ``versions`` are numbers, from supported_versions where it was sent; values of RFC 8701 (GREASE) are left out everywhere.

    ``extensions`` are the types in the order of the message, ``key_shares`` the groups for which a share was sent.
    """

    legacy_version: int
    versions: tuple[int, ...]
    suites: tuple[int, ...]
    extensions: tuple[int, ...] = ()
    sni: str | None = None
    alpn: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    key_shares: tuple[int, ...] = ()
    schemes: tuple[int, ...] = ()
    status_request: bool = False


@noun
class ServerHello:
    """What a server chose. ``version``, ``suite`` and ``group`` are numbers; ``group`` is that of the key share, or the one asked for in a retry.

    ``downgrade`` is the version that the marker in the random stands for: TLSv1.2 says that the server speaks TLS 1.3 and was kept from it,
    TLSv1.1 that it speaks TLS 1.2 or later (RFC 8446 section 4.1.3). ``malformed`` is true when the extensions do not fit the rules.
    """

    version: int
    suite: int
    retry: bool = False
    extensions: tuple[int, ...] = ()
    group: int | None = None
    alpn: str | None = None
    sni_acknowledged: bool = False
    extended_master_secret: bool = False
    renegotiation_info: bool = False
    status_request: bool = False
    downgrade: str | None = None
    malformed: bool = False


@noun
class EncryptedExtensions:
    """What a TLS 1.3 server says once the channel is encrypted."""

    extensions: tuple[int, ...] = ()
    alpn: str | None = None
    sni_acknowledged: bool = False


def extension_list(cursor: Cursor) -> tuple[dict[int, bytes], bool]:
    """Read a list of extensions with its length: type to data in the order of the list, and whether it was faulty (cut, trailing bytes, one type twice)."""
    if not len(cursor):
        return {}, False
    try:
        inside = cursor.field(2)
    except Cut:
        return split_extensions(cursor.take(len(cursor)))[0], True
    found, faulty = split_extensions(inside)
    return found, faulty or len(cursor) > 0


def split_extensions(data: bytes) -> tuple[dict[int, bytes], bool]:
    """Read the inside of a list of extensions, as ``extension_list`` does."""
    found: dict[int, bytes] = {}
    faulty = False
    cursor = Cursor(data)
    try:
        while len(cursor):
            kind = cursor.number(2)
            value = cursor.field(2)
            faulty = faulty or kind in found
            found.setdefault(kind, value)
    except Cut:
        return found, True
    return found, faulty


def client_hello(body: bytes) -> ClientHello | None:
    """Read a ClientHello; ``None`` when not even its cipher suites can be read."""
    cursor = Cursor(body)
    try:
        legacy = cursor.number(2)
        cursor.take(32)
        cursor.field(1)
        suites = _plain(numbers(cursor.field(2)))
        cursor.field(1)
    except Cut:
        return None
    found, _ = extension_list(cursor)
    offered = _plain(numbers(found.get(SUPPORTED_VERSIONS, b"")[1:])) if SUPPORTED_VERSIONS in found else (legacy,)
    return ClientHello(
        legacy_version=legacy,
        versions=offered,
        suites=suites,
        extensions=_plain(tuple(found)),
        sni=_server_name(found.get(SERVER_NAME, b"")),
        alpn=_alpn(found.get(ALPN, b"")),
        groups=_plain(numbers(found.get(SUPPORTED_GROUPS, b"")[2:])),
        key_shares=_plain(_key_shares(found.get(KEY_SHARE, b""))),
        schemes=_plain(numbers(found.get(SIGNATURE_ALGORITHMS, b"")[2:])),
        status_request=STATUS_REQUEST in found,
    )


def server_hello(body: bytes) -> ServerHello | None:
    """Read a ServerHello or HelloRetryRequest; ``None`` when not even the cipher suite can be read."""
    cursor = Cursor(body)
    try:
        version = cursor.number(2)
        random = cursor.take(32)
        cursor.field(1)
        suite = cursor.number(2)
        cursor.take(1)
    except Cut:
        return None
    found, malformed = extension_list(cursor)
    chosen = found.get(SUPPORTED_VERSIONS)
    if chosen is not None and len(chosen) == 2:
        version = int.from_bytes(chosen, "big")
    share = found.get(KEY_SHARE, b"")
    protocols = _alpn(found.get(ALPN, b""))
    return ServerHello(
        version=version,
        suite=suite,
        retry=random == _RETRY,
        extensions=tuple(found),
        group=int.from_bytes(share[:2], "big") if len(share) >= 2 else None,
        alpn=protocols[0] if protocols else None,
        sni_acknowledged=SERVER_NAME in found,
        extended_master_secret=EXTENDED_MASTER_SECRET in found,
        renegotiation_info=RENEGOTIATION_INFO in found,
        status_request=STATUS_REQUEST in found,
        downgrade=_DOWNGRADE.get(random[24:]) if version < registry.TLS_1_3 else None,
        malformed=malformed or (chosen is not None and len(chosen) != 2),
    )


def encrypted_extensions(body: bytes) -> EncryptedExtensions | None:
    """Read EncryptedExtensions (RFC 8446 section 4.3.1); ``None`` when there is no list of extensions."""
    if len(body) < 2:
        return None
    found, _ = extension_list(Cursor(body))
    protocols = _alpn(found.get(ALPN, b""))
    return EncryptedExtensions(extensions=tuple(found), alpn=protocols[0] if protocols else None, sni_acknowledged=SERVER_NAME in found)


def _plain(values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one for one in values if not registry.is_grease(one))


def _server_name(data: bytes) -> str | None:
    cursor = Cursor(data)
    try:
        cursor.number(2)
        if cursor.number(1) != 0:
            return None
        return cursor.field(2).decode("latin-1")
    except Cut:
        return None


def _alpn(data: bytes) -> tuple[str, ...]:
    """Read a list of protocol names; bytes that are not ASCII, such as GREASE values, are left out (RFC 7301 section 3.1)."""
    found: list[str] = []
    cursor = Cursor(data)
    try:
        cursor.number(2)
        while len(cursor):
            name = cursor.field(1)
            if name.isascii():
                found.append(name.decode("ascii"))
    except Cut:
        pass
    return tuple(found)


def _key_shares(data: bytes) -> tuple[int, ...]:
    found: list[int] = []
    cursor = Cursor(data)
    try:
        cursor.number(2)
        while len(cursor):
            found.append(cursor.number(2))
            cursor.field(2)
    except Cut:
        pass
    return tuple(found)
