"""What is to be checked, exactly as the user asked for it."""

from datetime import datetime

from probe.facts.calling import Calling
from probe.facts.certificate import Certificate
from probe.facts.files import Inspecting
from probe.facts.identity import OnFile
from probe.facts.listening import Listening
from probe.facts.noun import noun
from probe.facts.proxy import Proxy, Unproxied

VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""The protocol versions that the engine can speak, oldest first."""


@noun
class Pin:
    """The exact certificate that is expected: what the user named, its SHA-256 in lower-case hex, and the certificate if a file held it.

    ``kind`` is leaf, or spki when ``sha256`` is that of the public key. ``since`` and ``until`` are the first and the last day on which it is expected
    (2026-12-31 in UTC; "": open). ``option`` is what it was given with ("": the profile names it). ``filed``: the other side has it on file as ours, as when
    it was uploaded in a portal.
    """

    source: str
    sha256: str
    certificate: Certificate | None = None
    kind: str = "leaf"
    since: str = ""
    until: str = ""
    option: str = "--pin"
    filed: bool = False


@noun
class Target:
    """One endpoint and the circumstances under which it is to be judged.

    ``host`` is an A-label (lower case, no trailing dot) or an IP literal without brackets; ``spelled`` is what the user wrote.
    ``name`` is the reference identity (RFC 9525), ``sni`` the name sent in the ClientHello (``None``: none is sent).
    ``connect`` replaces name resolution by one address, ``connect_port`` the port that goes with it.
    ``resolver`` is ``IP`` or ``IP:PORT`` of the DNS server to ask. ``timeout`` is in seconds, for the whole check.
    ``guessed``: the user named no protocol, so that what the service says after TLS proves little.
    ``also_resolvers`` are asked only to be compared. ``revocation`` is off, soft or hard. ``repeat`` is how often each address is asked the ordinary question.
    ``cert`` and ``key`` name the files of the client certificate ("": none); ``send_anyway`` sends it though it is expired. ``client_auth`` is allowed, or
    forbidden when the caller that the check stands for cannot present a certificate. ``on_file`` is the certificate that the other side has on file.
    ``profile`` is the profile that the check goes by, a name or a file ("": none), ``env``, ``endpoint`` and ``variables`` what was chosen in it; a secret
    variable's value is the name of an environment variable. ``allowed`` are the consents that the user gave. ``by_profile``: the profile named the host.
    ``alpn`` are the protocol names to offer in place of the usual ones.
    ``public`` is the list of authorities that count as public: ``certifi``, ``none`` or a file or folder; it is never trusted.
    ``listening`` when nothing was connected to, but calls were waited for at ``port``: ``host`` and ``name`` are then our own, ``cert`` and ``key`` what we
    answer with, ``pin`` the certificate of ours that the caller has on file, and ``trust`` is for the callers' certificates.
    ``proxy`` is what the check goes through, ``unproxied`` why it goes through none although the environment names one; ``unread_exemption`` is an entry of
    ``NO_PROXY`` that other programs take for this host, and curl does not.
    ``inspecting`` when nothing was connected to, but files were looked at: ``protocol`` is then files, and ``host`` empty.
    ``also_pins`` are further certificates that are expected in the place of ``pin``, as around a change. ``uploaded`` is the certificate of our own server that
    the other side has on file, where ours is the client: it is only compared with the client certificate.
    ``only`` are the addresses to connect to in place of those that the name leads to, or first: the first of these.
    ``plain_port`` is where the same directory answers in plain text (0: on its usual port). ``bind`` is who is bound there once the server was judged good ("":
    nobody); the password is nowhere in here. ``domain`` is the Active Directory domain whose controllers are looked for, by which this one was found.
    ``calling`` is how a broker would be called (MQTT). ``subprotocols`` are asked for in a WebSocket's handshake, the first one first (RFC 6455 section 1.9),
    ``user`` is the user name that is told there, once the server was judged good ("": none); its password is nowhere in here.
    ``records``: DNS is also asked for CAA, TLSA and PTR records, and this machine for its hosts file and its search list.
    """

    spelled: str
    protocol: str
    host: str
    port: int
    name: str
    sni: str | None
    path: str = "/"
    connect: str | None = None
    connect_port: int | None = None
    resolver: str | None = None
    tls_min: str | None = None
    tls_max: str | None = None
    trust: tuple[str, ...] = ("system",)
    stack: str | None = None
    at: datetime | None = None
    timeout: float = 30.0
    fetch: bool = True
    fetch_private: bool = False
    app: bool = True
    guessed: bool = False
    also_resolvers: tuple[str, ...] = ()
    pin: Pin | None = None
    public: str = "certifi"
    revocation: str = "off"
    repeat: int = 1
    cert: str = ""
    key: str = ""
    send_anyway: bool = False
    client_auth: str = "allowed"
    on_file: OnFile | None = None
    profile: str = ""
    env: str = ""
    endpoint: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    allowed: tuple[str, ...] = ()
    by_profile: bool = False
    alpn: tuple[str, ...] = ()
    listening: Listening | None = None
    inspecting: Inspecting | None = None
    proxy: Proxy | None = None
    unproxied: Unproxied | None = None
    unread_exemption: str = ""
    also_pins: tuple[Pin, ...] = ()
    uploaded: Pin | None = None
    only: tuple[str, ...] = ()
    calling: Calling | None = None
    subprotocols: tuple[str, ...] = ()
    user: str = ""
    records: bool = False
    plain_port: int = 0
    bind: str = ""
    domain: str = ""
