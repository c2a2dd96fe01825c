"""From what the user typed to a Target. Raises ``Unusable`` with one sentence and what to do next."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from probe.capture.proxy_variables import naming
from probe.facts.noun import noun
from probe.facts.target import VERSIONS, Pin, Target
from probe.facts.unusable import Unusable
from probe.jobs.identity import filed
from probe.jobs.pin import pinned, uploaded
from probe.protocols import ALIASES, NAMES, PORTS, named

FORMS = "Write HOST, HOST:PORT, [IPv6]:PORT, https://HOST/, ldaps://HOST, smtp://HOST (and other StartTLS protocols) or tls://HOST:PORT."
GUESSES = {636: "ldaps", 3269: "ldaps", 1883: "mqtts", 8883: "mqtts", 8884: "mqtts"}
ONLY_TLS = {465, 563, 853, 989, 990, 992, 993, 994, 995, 5061, 5349, 5671, 5986, 6514, 6697}
"""Ports of services that speak TLS from the start but neither HTTP nor LDAP (IANA service names registry)."""
PLAIN = {"mqtt": "mqtts", "ws": "wss"}
"""Schemes that mean no TLS at all, and what the same is called inside TLS."""
SYSTEM = "system"
REVOCATION = ("off", "soft", "hard")
CLIENT_AUTH = ("allowed", "forbidden")
RESOLVERS, REPEATS = 8, 100
"""How many resolvers are compared at most, and how often each address is asked at most."""
LABEL, NAME = 63, 253
"""Octets of a label and of a whole name (RFC 1035 section 2.3.4)."""


@noun
class Options:
    """What the options of ``check`` say, as typed. ``advising``: they are those of ``trust``, which reads the files of an exchange of certificates itself."""

    name: str | None = None
    sni: str | None = None
    connect: str | None = None
    resolver: str | Sequence[str] | None = None
    tls_min: str | None = None
    tls_max: str | None = None
    trust: tuple[str, ...] = ()
    stack: str | None = None
    at: str | None = None
    timeout: float = 30.0
    fetch: bool = True
    fetch_private: bool = False
    app: bool = True
    repeat: int = 1
    revocation: str = "off"
    pin: str | None = None
    uploaded: str | None = None
    public: str = "certifi"
    cert: str | None = None
    key: str | None = None
    password_env: str | None = None
    send_anyway: bool = False
    client_auth: str = "allowed"
    on_file: str | None = None
    profile: str | None = None
    env: str | None = None
    endpoint: str | None = None
    var: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    advising: bool = False
    proxy: str | None = None
    proxy_user: str | None = None
    proxy_password_env: str | None = None
    direct: bool = True
    alpn: tuple[str, ...] = ()
    allow_connect: bool = False
    client_id: str | None = None
    mqtt: str | None = None
    user: str | None = None
    user_password_env: str | None = None
    subprotocol: tuple[str, ...] = ()
    bind: str | None = None
    bind_password_env: str | None = None
    ldap_port: int | None = None
    domain: str | None = None
    records: bool = False


def target(spelled: str, options: Options) -> Target:
    """Read one target with its options."""
    scheme, host, port, path = _parts(spelled)
    guessed = scheme is None
    protocol = scheme or _guess(port)
    port = port if port is not None else named(protocol).port
    host = _host(host, spelled)
    is_address = _is_address(host)
    name = _host(options.name, f"--name {options.name}") if options.name else host.partition("%")[0]
    connect, connect_port = _connect(options.connect)
    resolver, *also_resolvers = _resolvers(options.resolver)
    made = Target(
        # What follows ? or # never decides a handshake, may be a token, and the report goes to other companies.
        spelled=re.split(r"[?#]", spelled, maxsplit=1)[0],
        protocol=protocol,
        host=host,
        port=port,
        name=name,
        sni=_sni(options.sni, name if is_address else host),
        path=path,
        connect=connect,
        connect_port=connect_port,
        resolver=None if resolver == SYSTEM else resolver,
        also_resolvers=tuple(also_resolvers),
        tls_min=_version("--tls-min", options.tls_min),
        tls_max=_version("--tls-max", options.tls_max, options.tls_min),
        trust=options.trust or ("system",),
        stack=options.stack,
        at=moment(options.at),
        timeout=_timeout(options.timeout),
        fetch=options.fetch,
        fetch_private=options.fetch_private,
        app=options.app,
        guessed=guessed,
        repeat=_repeat(options.repeat),
        revocation=revocation_mode(options.revocation),
        pin=_expected(options),
        public=options.public,
        cert=options.cert or "",
        key=options.key or "",
        send_anyway=options.send_anyway,
        client_auth=_client_auth(options),
        on_file=filed(options.on_file),
        records=options.records,
        alpn=_alpn(protocol, options.alpn),
    )
    return _through_proxy(made, options)


def _through_proxy(made: Target, options: Options) -> Target:
    """The target with the proxy that ``--proxy`` or the environment names for it."""
    given = (options.proxy, options.proxy_user, options.proxy_password_env)
    if all(one is None for one in given) and naming(made.protocol) is None:
        return made
    from probe.jobs.proxy import proxied  # most checks go through none

    return proxied(made, *given, options.direct, _host)


def moment(text: str | None) -> datetime | None:
    """Read ``--at``: an ISO 8601 date or time; without a zone it is UTC."""
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable(f"--at {text!r} is not a time.", "Write 2026-12-31 or 2026-12-31T08:00:00Z.") from None
    try:
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unusable(f"--at {text!r} is out of range.", "Write a time between the years 1 and 9999.") from None


def _parts(spelled: str) -> tuple[str | None, str, int | None, str]:
    """Scheme, host, port and path as typed. No complaint repeats what stands before an @: it may hold a password."""
    _, at, tail = spelled.rpartition("@")
    shown = f"...@{tail}" if at else spelled
    if not spelled or any(one.isspace() or ord(one) < 32 for one in spelled):
        raise Unusable(f"{shown!r} is not a target.", FORMS)
    scheme = None
    text = spelled
    if "://" in spelled:
        scheme = spelled.partition("://")[0].lower()
        scheme = ALIASES.get(scheme, scheme)
        if scheme in PLAIN:
            raise Unusable(f"{scheme}:// is spoken without TLS, so there is nothing to check.", f"Write {PLAIN[scheme]}://, the same inside TLS.")
        if scheme not in NAMES:
            raise Unusable(
                f"The protocol {scheme}:// in {shown!r} is not one that this version speaks.", f"It speaks {', '.join(one + '://' for one in NAMES)}."
            )
    elif spelled.count(":") > 1 and not spelled.startswith("["):
        # A bare IPv6 address: no port can follow it without brackets.
        text = f"[{spelled}]"
    try:
        parts = urlsplit(text if scheme else f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Unusable(f"{shown!r} is not a target: host or port cannot be read.", FORMS) from None
    if parts.username is not None or parts.password is not None:
        raise Unusable("The target holds a user name or a password.", "Leave it out; passwords are never taken from the command line.")
    if not host:
        raise Unusable(f"The target {shown!r} names no host.", FORMS)
    if port == 0:
        raise Unusable(f"Port 0 in {shown!r} cannot be connected to.", "Write a port between 1 and 65535.")
    path = parts.path or "/"
    if not path.isascii():
        raise Unusable(f"The path in {shown!r} has characters that a URL cannot hold.", "Write them percent-encoded.")
    return scheme, host, port, path


def _guess(port: int | None) -> str:
    if port is None:
        return "https"
    return "tls" if port in ONLY_TLS else (GUESSES | PORTS).get(port, "https")


def _host(text: str, spelled: str) -> str:
    """An IP literal in its shortest form, or a name in lower case A-labels without the last dot."""
    bare = text.strip("[]")
    try:
        return str(ip_address(bare))
    except ValueError:
        pass
    name = _a_labels(text.removesuffix("."), spelled).lower()
    labels = name.split(".")
    if any(not one for one in labels):
        raise Unusable(f"The host name in {spelled!r} has an empty part.", "Look for two dots in a row, or one at the beginning.")
    if len(name) > NAME or any(len(one) > LABEL for one in labels):
        raise Unusable(f"The host name in {spelled[:80]!r} is too long.", f"A name has at most {NAME} characters, each part at most {LABEL}.")
    if any(not (one.isalnum() or one in "-_.") for one in name):
        raise Unusable(f"The host name in {spelled!r} has characters that no host name has.", FORMS)
    if labels[-1].isdecimal():
        raise Unusable(f"{text!r} is neither an IP address nor a host name.", FORMS)
    return name


def _a_labels(name: str, spelled: str) -> str:
    if name.isascii():
        return name
    import idna  # its tables are large, and few targets need them

    try:
        return idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise Unusable(f"The host name in {spelled!r} is not a valid international name.", "Write it in its xn-- form.") from None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _sni(asked: str | None, natural: str) -> str | None:
    """What goes into the ClientHello; never an address (RFC 6066 section 3)."""
    if asked == "none":
        return None
    name = _host(asked, f"--sni {asked}") if asked else natural
    if asked and _is_address(name):
        raise Unusable(f"--sni {asked!r} is an address.", "A ClientHello can only carry a DNS name (RFC 6066 section 3).")
    return None if _is_address(name) else name


def _connect(text: str | None) -> tuple[str | None, int | None]:
    if text is None:
        return None, None
    host, port = text, None
    if text.startswith("[") and "]" in text:
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or None
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if not _is_address(host) or (port is not None and not _is_port(port)):
        raise Unusable(f"--connect {text!r} is not an address.", "Write ADDRESS or ADDRESS:PORT, for example 192.0.2.7:8443 or [2001:db8::7]:8443.")
    return str(ip_address(host)), int(port) if port else None


def _resolvers(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """The DNS servers to ask, the first of which decides; ``system`` is the resolver of this machine, and what is asked when none is given."""
    texts = (given,) if isinstance(given, str) else tuple(given or ())
    if len(texts) > RESOLVERS:
        raise Unusable(f"--resolver was given {len(texts)} times.", f"Compare {RESOLVERS} at most.")
    return tuple(dict.fromkeys(_resolver(one) for one in texts)) or (SYSTEM,)


def _resolver(text: str) -> str:
    if text.lower() == SYSTEM:
        return SYSTEM
    address, port = _connect_like(text)
    if address is None:
        raise Unusable(f"--resolver {text!r} is not the address of a DNS server.", "Write IP, IP:PORT or system, for example 192.0.2.53 or [2001:db8::53]:53.")
    shown = f"[{address}]" if ":" in address and port else address
    return f"{shown}:{port}" if port else shown


def _connect_like(text: str) -> tuple[str | None, int | None]:
    try:
        return _connect(text)
    except Unusable:
        return None, None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) < 65536


def _version(option: str, text: str | None, lowest: str | None = None) -> str | None:
    if text is None:
        return None
    wanted = text.lower().removeprefix("tls").removeprefix("v")
    found = next((one for one in VERSIONS if one.lower().removeprefix("tlsv") == {"1.0": "1"}.get(wanted, wanted)), None)
    if found is None:
        raise Unusable(f"{option} {text!r} is not a TLS version.", f"Write one of {', '.join(VERSIONS)}.")
    below = _version("--tls-min", lowest)
    if below and VERSIONS.index(below) > VERSIONS.index(found):
        raise Unusable(f"--tls-min {lowest} is above --tls-max {text}.", "Exchange the two.")
    return found


def _repeat(times: int) -> int:
    if not 1 <= times <= REPEATS:
        raise Unusable(f"--repeat {times} cannot be used.", f"Write a number between 1 and {REPEATS}.")
    return times


def revocation_mode(mode: str) -> str:
    """Check the word of ``--revocation``. Raises ``Unusable``."""
    if mode not in REVOCATION:
        raise Unusable(f"--revocation {mode!r} cannot be used.", f"Write {', '.join(REVOCATION[:-1])} or {REVOCATION[-1]}.")
    return mode


def _client_auth(options: Options) -> str:
    if options.client_auth not in CLIENT_AUTH:
        raise Unusable(f"--client-auth {options.client_auth!r} cannot be used.", f"Write {' or '.join(CLIENT_AUTH)}.")
    if options.client_auth == "forbidden" and options.cert is not None:
        raise Unusable(
            "--client-auth forbidden says that the caller cannot present a certificate, and --cert names one.",
            "Leave out one of the two.",
        )
    given = next(
        (option for option, value in (("--key", options.key), ("--password-env", options.password_env), ("--send-anyway", options.send_anyway)) if value), ""
    )
    if given and not options.cert:
        raise Unusable(f"{given} belongs to a client certificate, and none is named.", "Name it with --cert FILE.")
    if options.on_file is not None and options.cert is None:
        raise Unusable("--on-file is compared with the client certificate that is used, and none is named.", "Name it with --cert FILE.")
    if options.cert == "":
        raise Unusable("--cert is empty.", "Name a file with the client's certificate.")
    return options.client_auth


def _expected(options: Options) -> Pin | None:
    """The certificate that is expected: the one given, or the one of ours that the other side has on file."""
    if options.uploaded is None:
        return pinned(options.pin)
    if options.pin is not None:
        raise Unusable("--pin and --uploaded both name the certificate that is expected.", "Leave out one of the two.")
    return uploaded(options.uploaded)


def _alpn(protocol: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The protocol names to offer (RFC 7301): bytes, which are ASCII in practice."""
    if not names:
        return ()
    if protocol in ("https", "wss"):
        raise Unusable("--alpn cannot be used where HTTP is spoken: this version speaks HTTP/1.1 and offers that.", "Leave it out, or write tls://HOST:PORT.")
    if any(not one or len(one) > 255 or not one.isascii() or not one.isprintable() or " " in one for one in names):
        raise Unusable("--alpn takes the name of a protocol.", "For example x-amzn-mqtt-ca or mqtt; repeat the option for several.")
    return tuple(dict.fromkeys(names))


def _timeout(seconds: float) -> float:
    if not 0.1 <= seconds <= 3600:
        raise Unusable(f"--timeout {seconds:g} cannot be used.", "Write seconds between 0.1 and 3600.")
    return seconds


def domain_name(text: str) -> tuple[str, int]:
    """Read ``DOMAIN`` or ``DOMAIN:PORT``, the port being that of LDAPS."""
    name, colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    if not text or _is_address(name.strip("[]")) or "/" in name or (colon and not _is_port(port)) or ":" in name:
        raise Unusable(f"--domain {text[:80]!r} is not a domain.", "Write DOMAIN or DOMAIN:PORT, for example corp.example.")
    return _host(name, f"--domain {text}"), int(port) if colon else 636


def reference(text: str | None) -> str | None:
    """Read ``--name`` by itself, as a replay takes it."""
    return _host(text, f"--name {text}") if text else None
