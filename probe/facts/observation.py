"""What was seen: every connection, message and ending of one check, as bytes and numbers.

Nothing in here is a judgement. ``says`` holds the words of a library for people to read; no rule may look at it.
Times within an observation are seconds since ``Observation.taken_at``, so that replays need no clock.
"""

from datetime import datetime
from enum import StrEnum

from probe.facts.files import InspectedFile, Served
from probe.facts.given import Given
from probe.facts.identity import Identity
from probe.facts.noun import noun
from probe.facts.profile import Agreement
from probe.facts.records import Association, Authorization, Pointer, Service
from probe.facts.target import Target
from probe.facts.trust import TrustStore

SCHEMA = 1
"""The number that a saved observation carries; a reader refuses a higher one."""


class How(StrEnum):
    """How a step ended."""

    DONE = "done"
    REFUSED = "refused"  # ECONNREFUSED, DNS REFUSED
    TIMED_OUT = "timed-out"
    RESET = "reset"  # ECONNRESET, EPIPE
    CLOSED = "closed"  # end of stream from the peer
    UNREACHABLE = "unreachable"  # EHOSTUNREACH, ENETUNREACH, ...
    DECLINED = "declined"  # the peer said no in its protocol: alert, rcode, status
    LOCAL = "local"  # we could not, or would not, go on: see Ending.local


class Local(StrEnum):
    """Why it was us who stopped."""

    ENGINE = "engine"  # the TLS engine refused what the peer sent; the alert that we sent tells which rule
    INTERRUPTED = "interrupted"  # Ctrl-C
    LIMIT = "limit"  # more bytes, messages or redirects than we take
    PRIVATE_ADDRESS = "private-address"  # a fetch that led to an internal address
    SCHEME = "scheme"  # a URL of a kind that is not followed
    UNUSABLE = "unusable"  # the answer is not what was asked for
    SYSTEM = "system"  # the operating system: no descriptors, no permission, no such address family
    SKIPPED = "skipped"  # not tried, because it could not decide anything


@noun
class Ending:
    """How a step ended; ``errno`` is the operating system's number, ``code`` the protocol's (alert description, DNS rcode, getaddrinfo's EAI number)."""

    how: How
    local: Local | None = None
    errno: int | None = None
    code: int | None = None


@noun
class Step:
    """What all steps share: when it began, how long it took (seconds), how it ended, and the library's words."""

    started: float
    took: float
    ending: Ending
    says: str = ""


@noun
class Connect(Step):
    """A TCP connection to ``address``; ``local`` is the address that we had."""

    address: str
    port: int
    local: str = ""


@noun
class Tunnel(Step):
    """What was agreed with a proxy before the first byte to the target went through it. ``address`` and ``port`` of the ``Connect`` before it are the proxy's.

    ``proxy`` is its URL without user and password, ``host`` and ``port`` are the target as the proxy was told it. ``status`` is the proxy's answer: an HTTP
    status (RFC 9110 section 9.3.6) or a SOCKS reply (RFC 1928 section 6). ``fields`` are header fields by allow-list, ``body`` is the head of its page, at
    most 4 KiB. ``authenticated``: a user name and password were sent, which are nowhere in here.
    """

    proxy: str
    host: str
    port: int
    status: int | None = None
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    authenticated: bool = False


@noun
class Preamble(Step):
    """Plain bytes before, or instead of, TLS: what we sent and the first bytes that came, at most 1 KiB each.

    ``protocol`` names the protocol whose StartTLS this was; "" for a mere look at what a port says. ``status`` is the code with which the peer answered the
    request to begin TLS, ``fields`` is what it said of itself (greeting, capabilities) by allow-list. ``surplus`` is the head of what came in plain text after
    the go-ahead, where nothing may come: it is never passed on to TLS.
    """

    sent: bytes = b""
    received: bytes = b""
    protocol: str = ""
    status: int | None = None
    fields: tuple[tuple[str, str], ...] = ()
    surplus: bytes = b""


@noun
class Message:
    """One handshake message (RFC 8446 section 4) without its four-byte header.

    ``size`` is the length on the wire. ``body`` is empty for messages that are never kept (NewSessionTicket) and cut for those over the limit.
    """

    at: float
    sent: bool
    type: int
    size: int
    body: bytes = b""


@noun
class Alert:
    """One alert (RFC 8446 section 6)."""

    at: float
    sent: bool
    level: int
    description: int


@noun
class Handshake(Step):
    """A TLS handshake and everything seen on its connection at the TLS layer, also after it ended.

    ``version``, ``cipher``, ``group`` and ``alpn`` are the engine's words and set only when a ServerHello arrived.
    ``first_bytes`` are the first bytes that the peer sent when they are no TLS record. ``received`` and ``sent`` count bytes of TLS records.
    ``listened`` says for how many seconds we read after the handshake before the first write.
    ``hello_size`` is the length in bytes of our first ClientHello message including its header.
    ``pieces`` is how many bytes of an unfinished handshake message had come when the connection ended.
    ``renegotiated``: the server began a second handshake inside the first (TLS 1.2), ``asked_inside``: there it asked for a client certificate.
    ``spoken`` counts the bytes of application data that came.
    ``offered_later``: we offered to present one also after the handshake (RFC 8446 section 4.2.6).
    """

    sni: str | None = None
    tls_min: str | None = None
    tls_max: str | None = None
    security_level: int | None = None
    hello_size: int = 0
    messages: tuple[Message, ...] = ()
    alerts: tuple[Alert, ...] = ()
    version: str | None = None
    cipher: str | None = None
    group: str | None = None
    alpn: str | None = None
    staple: bytes = b""
    first_bytes: bytes = b""
    sent: int = 0
    received: int = 0
    pieces: int = 0
    listened: float = 0.0
    closed_by_peer: bool = False
    renegotiated: bool = False
    asked_inside: bool = False
    offered_later: bool = False
    spoken: int = 0


@noun
class Exchange(Step):
    """The first words of the application after TLS.

    ``status`` is the HTTP status, the LDAP result code, or the code of a broker's CONNACK. ``fields`` are headers or attributes by allow-list, in the order
    of arrival. ``body`` is the head of an HTTP body, at most 16 KiB.
    """

    protocol: str
    status: int | None = None
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    received: int = 0


@noun
class Question:
    """What one connection asks. The planner names it; the capture obeys it.

    ``groups`` are the only key agreement groups to offer (OpenSSL names; empty: the usual ones). ``segment`` is the most bytes to write at once (0: no limit),
    ``mss`` the largest TCP segment to accept (0: as usual). ``raw`` names a hand-made ClientHello of ``probe.tls.hello``, sent in place of the usual one.
    ``check`` is the id of the profile's check that is asked after the handshake ("": the usual first words).
    ``direct``: it is asked without the proxy that the target names, to compare.
    ``with_identity``: a request for a client certificate is answered with the user's, followed by ``issuers`` (DER) that its file lacks.
    ``start`` names the protocol whose plain words come before TLS in place of the target's own ("": TLS at once; ``None``: as the target says).
    ``bare``: the first words are spoken in plain text, and TLS does not follow.
    ``level`` is the protocol level of the CONNECT that is sent to a broker (0: none is). ``login``: the target's user and its password are told.
    ``pause`` is for how many seconds is waited before connecting: some brokers are not ready for a second try at once.
    """

    name: str = "ordinary"
    with_sni: bool = True
    tls_min: str | None = None
    tls_max: str | None = None
    security_level: int | None = None
    legacy_renegotiation: bool = False
    with_alpn: bool = True
    plaintext: bool = False
    app: bool = True
    groups: tuple[str, ...] = ()
    segment: int = 0
    mss: int = 0
    raw: str = ""
    with_identity: bool = False
    issuers: tuple[bytes, ...] = ()
    check: str = ""
    direct: bool = False
    start: str | None = None
    bare: bool = False
    level: int = 0
    login: bool = False
    pause: float = 0.0


@noun
class Attempt:
    """One connection to one address, with one question.

    Through a proxy that finds the address itself, ``address`` is the name that it was told; where we connected to stands in the ``Connect`` in any case.
    """

    question: Question
    address: str
    port: int
    steps: tuple[Connect | Tunnel | Preamble | Handshake | Exchange, ...] = ()


@noun
class Alias:
    """One CNAME record."""

    name: str
    target: str
    ttl: int


@noun
class Resolution(Step):
    """One question about a name. ``source`` is ``system`` (getaddrinfo, with hosts file) or ``dns``; ``type`` is ``A``, ``AAAA`` or ``any``.

    ``server`` is the DNS server that answered (``IP:PORT``), ``rcode`` its answer (RFC 1035 section 4.1.1). ``authentic`` is its claim to have validated the
    answer with DNSSEC (AD), ``authoritative`` that it comes from its own zone (AA), so that ``ttl`` is whole and not what is left of it in a cache.
    """

    name: str
    source: str
    type: str
    server: str | None = None
    rcode: int | None = None
    aliases: tuple[Alias, ...] = ()
    addresses: tuple[str, ...] = ()
    ttl: int | None = None
    authentic: bool = False
    authoritative: bool = False


@noun
class Lookup(Step):
    """One question to DNS for records that are no addresses; ``type`` is ``SRV``, ``CAA``, ``PTR`` or ``TLSA``. The other fields are those of ``Resolution``.

    ``records`` are at most 256, those of services in the order in which they are to be tried; ``left_off`` counts the others. ``ttl`` is also that of a
    negative answer.
    """

    name: str
    type: str
    server: str | None = None
    rcode: int | None = None
    aliases: tuple[Alias, ...] = ()
    records: tuple[Service | Authorization | Association | Pointer, ...] = ()
    left_off: int = 0
    ttl: int | None = None
    authentic: bool = False
    authoritative: bool = False


@noun
class Beside:
    """What this machine knows of the target's name beside DNS. ``hosts`` are the addresses that its hosts file (``file``) gives it.

    ``search`` is the list of domains that its resolver tries to append; ``searched`` are the answers about the name with each of them, asked for only where
    the name itself is not in DNS.
    """

    file: str = ""
    hosts: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    searched: tuple[Resolution, ...] = ()


@noun
class Hop:
    """One request of a fetch: the URL, the address it was sent to, and what came back."""

    url: str
    address: str | None = None
    status: int | None = None


@noun
class Fetch(Step):
    """A document fetched because a certificate named its URL. ``purpose`` is issuer, ocsp or crl; ``request`` what was posted (OCSP), if anything."""

    url: str
    purpose: str = "issuer"
    request: bytes = b""
    hops: tuple[Hop, ...] = ()
    body: bytes = b""


@noun
class Call(Step):
    """One connection that somebody made to us, seen from our side: what ``sent`` says is ours, as everywhere.

    ``address`` and ``port`` are the caller's, ``local`` is the address of ours that was called. ``handshake`` is ``None`` when not one byte came; its ``sni``,
    ``hello_size`` and ``first_bytes`` are then the caller's. ``exchange`` holds the caller's first words after TLS: ``fields`` are method, path and headers by
    allow-list, ``status`` is what we answered.
    """

    address: str
    port: int
    local: str = ""
    handshake: Handshake | None = None
    exchange: Exchange | None = None


@noun
class Vantage:
    """From where it was seen."""

    host: str
    address: str | None = None
    note: tuple[str, ...] = ()


@noun
class Observation:
    """Everything that one check saw. ``took`` is in seconds; ``unfinished`` says why it ended early ("", "interrupted", "timeout").

    ``compared`` are stores that are never trusted: the list of public authorities (``Target.public``), and what the system trusts when the named store did not
    know the issuer. ``identity`` is the client certificate that the user named, without its key.
    ``agreement`` is the profile that the check went by, as it holds for this endpoint.
    ``calls`` are connections that others made to us, ``served`` is what we answered them with, without its key; ``passed_over`` counts those not recorded.
    ``files`` are those that were inspected, ``against`` is what an endpoint sent that they are compared with.
    ``given`` are files of an exchange of certificates, by the part that they play in it.
    ``lookups`` are questions to DNS for other records than addresses, ``beside`` is what this machine knows of the name beside DNS (``None``: not looked at).
    """

    schema: int = SCHEMA
    probe: str
    libraries: tuple[tuple[str, str], ...] = ()
    taken_at: datetime
    took: float = 0.0
    vantage: Vantage
    target: Target
    resolutions: tuple[Resolution, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    fetches: tuple[Fetch, ...] = ()
    stores: tuple[TrustStore, ...] = ()
    compared: tuple[TrustStore, ...] = ()
    unfinished: str = ""
    identity: Identity | None = None
    agreement: Agreement | None = None
    calls: tuple[Call, ...] = ()
    served: Identity | None = None
    passed_over: int = 0
    files: tuple[InspectedFile, ...] = ()
    against: tuple[Served, ...] = ()
    given: tuple[Given, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    beside: Beside | None = None
