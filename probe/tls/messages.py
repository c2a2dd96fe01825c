"""What the messages of a recorded handshake say: the chain as presented, and everything else in one noun. Pure, without OpenSSL, never raises."""

from dataclasses import replace
from functools import lru_cache

from probe.facts.noun import noun
from probe.facts.observation import Handshake, Message
from probe.tls import registry
from probe.tls.cursor import Cursor, Cut
from probe.tls.hellos import STATUS_REQUEST, ClientHello, EncryptedExtensions, ServerHello, client_hello, encrypted_extensions, server_hello, split_extensions
from probe.tls.parameters import (
    CertificateRequest,
    ServerKeyExchange,
    certificate_request,
    certificate_status,
    certificate_verify,
    server_key_exchange,
)

__all__ = [
    "CertificateRequest",
    "ClientHello",
    "EncryptedExtensions",
    "Entry",
    "HandshakeReading",
    "ServerHello",
    "ServerKeyExchange",
    "certificate_request",
    "certificate_status",
    "certificate_verify",
    "client_hello",
    "encrypted_extensions",
    "entries",
    "from_caller",
    "mirrored",
    "presented",
    "read_messages",
    "reading",
    "server_hello",
    "server_key_exchange",
]

CLIENT_HELLO = 1
SERVER_HELLO = 2
ENCRYPTED_EXTENSIONS = 8
CERTIFICATE = 11
SERVER_KEY_EXCHANGE = 12
CERTIFICATE_REQUEST = 13
CERTIFICATE_VERIFY = 15
FINISHED = 20
CERTIFICATE_STATUS = 22

_MOST_CERTIFICATES = 1024


@noun
class Entry:
    """One entry of a Certificate message: the bytes as sent, and what came with it in TLS 1.3 (the OCSP response of this certificate)."""

    der: bytes
    staple: bytes = b""


@noun
class HandshakeReading:
    """What a handshake says, from both directions' messages. Fields are ``None``, false or empty where nothing was seen.

    ``version``, ``cipher``, ``group`` and ``signature_scheme`` are names of ``probe.tls.registry``, ``suite`` the number. They are set only when a
    ServerHello was seen whole. ``dh_bits`` is the size of the prime of a finite-field exchange. ``retry_group`` is the group that a HelloRetryRequest
    asked for. ``offered_sni`` is the name in our ClientHello. ``acceptable_issuers`` are distinguished names as DER, ``request_schemes`` names of schemes.
    ``complete`` is true when the server's Finished was seen. ``malformed`` is true when a message of the server does not fit the rules.
    """

    version: str | None = None
    suite: int | None = None
    cipher: str | None = None
    group: str | None = None
    dh_bits: int | None = None
    signature_scheme: str | None = None
    alpn: str | None = None
    offered: ClientHello | None = None
    sni_acknowledged: bool = False
    extended_master_secret: bool = False
    renegotiation_info: bool = False
    certificate_requested: bool = False
    acceptable_issuers: tuple[bytes, ...] = ()
    request_schemes: tuple[str, ...] = ()
    retry_group: str | None = None
    downgrade: str | None = None
    complete: bool = False
    malformed: bool = False
    staple: bytes = b""

    @property
    def offered_sni(self) -> str | None:
        """The name that our ClientHello carried."""
        return self.offered.sni if self.offered else None


def presented(handshake: Handshake) -> tuple[bytes, ...]:
    """Return the certificates that the server sent, byte for byte, in its order; of a cut or malformed message those that are whole."""
    return tuple(one.der for one in _chain(handshake.messages)[0])


def reading(handshake: Handshake) -> HandshakeReading:
    """Read all messages of a handshake; cached by their content."""
    return read_messages(handshake.messages)


def mirrored(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages of a connection as the other side sees them: what was recorded by a server reads as if by its client."""
    return tuple(replace(one, sent=not one.sent) for one in messages)


def from_caller(handshake: Handshake) -> tuple[bytes, ...]:
    """Return the certificates of the client in a handshake that was recorded by the server, byte for byte, in its order."""
    message = next((one for one in handshake.messages if not one.sent and one.type == CERTIFICATE), None)
    version = registry.VERSION_NUMBERS.get(handshake.version or "")
    return tuple(one.der for one in entries(message.body, version)) if message else ()


def entries(body: bytes, version: int | None) -> tuple[Entry, ...]:
    """Read the entries of a Certificate message (RFC 5246 section 7.4.2, RFC 8446 section 4.4.2) as far as they are whole; at most 1,024."""
    return _entries(body, version)[0]


def _entries(body: bytes, version: int | None) -> tuple[tuple[Entry, ...], bool]:
    """Read the entries, and whether the message fits the rules."""
    cursor = Cursor(body)
    found: list[Entry] = []
    faulty = False
    try:
        if version == registry.TLS_1_3:
            cursor.field(1)
        announced = int.from_bytes(body[cursor.at : cursor.at + 3], "big")
        inner = Cursor(cursor.head(3))
        faulty = announced != len(inner)
        while len(inner) and len(found) < _MOST_CERTIFICATES:
            der = inner.field(3)
            # The certificate is whole even when what stands behind it is not.
            found.append(Entry(der=der))
            if version == registry.TLS_1_3:
                extensions, damaged = split_extensions(inner.field(2))
                faulty = faulty or damaged
                found[-1] = Entry(der=der, staple=certificate_status(extensions.get(STATUS_REQUEST, b"")))
    except Cut:
        return tuple(found), True
    return tuple(found), faulty or len(inner) > 0 or len(cursor) > 0


@lru_cache(maxsize=256)
def read_messages(messages: tuple[Message, ...]) -> HandshakeReading:
    """Read the messages of one connection."""
    hello, retry = _server_hellos(messages)
    ours = next((client_hello(one.body) for one in messages if one.sent and one.type == CLIENT_HELLO), None)
    retry_group = registry.group_name(retry.group) if retry and retry.group is not None else None
    if hello is None:
        return HandshakeReading(offered=ours, retry_group=retry_group, malformed=any(_is_server_hello(one) for one in messages) and retry is None)
    exchange = _body(messages, SERVER_KEY_EXCHANGE)
    parameters = server_key_exchange(exchange, hello.version, hello.suite) if exchange is not None else None
    verify = _body(messages, CERTIFICATE_VERIFY)
    later = encrypted_extensions(_body(messages, ENCRYPTED_EXTENSIONS) or b"")
    asked = _body(messages, CERTIFICATE_REQUEST)
    request = certificate_request(asked, hello.version) if asked is not None else None
    group = parameters.group if parameters else hello.group
    name = registry.group_name(group) if group is not None else None
    chain, damaged = _chain(messages)
    scheme = certificate_verify(verify) if verify is not None else parameters.scheme if parameters else None
    return HandshakeReading(
        version=registry.version_name(hello.version),
        suite=hello.suite,
        cipher=registry.suite_name(hello.suite),
        group=name,
        dh_bits=_finite_bits(parameters, name),
        signature_scheme=registry.scheme_name(scheme) if scheme is not None else None,
        alpn=later.alpn if later else hello.alpn,
        offered=ours,
        sni_acknowledged=hello.sni_acknowledged or bool(later and later.sni_acknowledged),
        extended_master_secret=hello.extended_master_secret or hello.version == registry.TLS_1_3,
        renegotiation_info=hello.renegotiation_info or hello.version == registry.TLS_1_3,
        certificate_requested=asked is not None,
        acceptable_issuers=request.issuers if request else (),
        request_schemes=tuple(registry.scheme_name(one) for one in request.schemes) if request else (),
        retry_group=retry_group,
        downgrade=hello.downgrade,
        complete=_body(messages, FINISHED) is not None,
        malformed=hello.malformed or damaged or (asked is not None and (request is None or request.malformed)),
        staple=_staple(chain, messages, hello.version),
    )


def _is_server_hello(one: Message) -> bool:
    return not one.sent and one.type == SERVER_HELLO and len(one.body) == one.size


def _server_hellos(messages: tuple[Message, ...]) -> tuple[ServerHello | None, ServerHello | None]:
    """Find the ServerHello and the HelloRetryRequest; a message that was cut is neither, because its version may stand in the part that is missing."""
    hello = retry = None
    for one in messages:
        if _is_server_hello(one) and (read := server_hello(one.body)) is not None:
            if read.retry:
                retry = retry or read
            else:
                hello = hello or read
    return hello, retry


def _body(messages: tuple[Message, ...], kind: int) -> bytes | None:
    return next((one.body for one in messages if not one.sent and one.type == kind), None)


def _chain(messages: tuple[Message, ...]) -> tuple[tuple[Entry, ...], bool]:
    """Read the server's Certificate message, and whether it came whole and does not fit the rules all the same."""
    message = next((one for one in messages if not one.sent and one.type == CERTIFICATE), None)
    if message is None:
        return (), False
    hello, _ = _server_hellos(messages)
    found, faulty = _entries(message.body, hello.version if hello else None)
    return found, faulty and len(message.body) == message.size


def _staple(chain: tuple[Entry, ...], messages: tuple[Message, ...], version: int) -> bytes:
    if version == registry.TLS_1_3:
        return chain[0].staple if chain else b""
    return certificate_status(_body(messages, CERTIFICATE_STATUS) or b"")


def _finite_bits(parameters: ServerKeyExchange | None, group: str | None) -> int | None:
    if parameters is not None:
        return parameters.bits if parameters.kind == "DHE" else None
    return int(group[5:]) if group is not None and group.startswith("ffdhe") else None
