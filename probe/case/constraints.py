"""Name constraints along a path (RFC 5280 section 4.2.1.10): which name of which certificate lies outside what which CA may certify."""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from probe.facts.certificate import Certificate, Name, Reading, is_self_issued, title
from probe.facts.distinguished import name as read_name
from probe.facts.noun import noun

MAX_COMPARISONS = 20_000
"""Comparisons of one certificate with one CA; ten thousand names against ten thousand subtrees are an attack, not a certificate."""
MAX_VIOLATIONS = 50
"""Violations of one certificate against one CA that are told; nobody reads more."""

_KINDS = {"dns": "DNS name", "email": "e-mail address", "ip": "address", "uri": "URI", "dn": "distinguished name"}


@noun
class Violation:
    """The name at link ``at`` breaks a constraint of the CA at link ``by``. ``excluded``: it lies in an excluded subtree, else in no permitted one.

    ``kind`` is dns, email, ip, uri or dn; ``from_subject`` when a DNS name was read from the common name, because there is none in the subjectAltName.
    """

    at: int
    by: int
    kind: str
    name: str
    excluded: bool
    from_subject: bool = False
    fact: str


@noun
class _Held:
    """One name of a certificate."""

    kind: str
    value: str
    name: Name | None = None
    from_subject: bool = False


def violations(path: tuple[Certificate, ...]) -> tuple[Violation, ...]:
    """All violations along a path (end-entity first), one for each name and CA, leaf first. Intermediates that are self-issued are exempt."""
    found: list[Violation] = []
    for at, certificate in enumerate(path):
        if at and is_self_issued(certificate):
            continue
        for by in range(len(path) - 1, at, -1):
            for held, excluded, fact in _between(certificate, path[by], at == 0):
                found.append(Violation(at=at, by=by, kind=held.kind, name=held.value, excluded=excluded, from_subject=held.from_subject, fact=fact))
    return tuple(found)


@lru_cache(maxsize=4096)
def _between(certificate: Certificate, ca: Certificate, leaf: bool) -> tuple[tuple[_Held, bool, str], ...]:
    """The names of a certificate that break a CA's constraints, whether by exclusion, and the sentence. Kept, because many paths share the pair."""
    subtrees, left = ca.read.name_constraints, MAX_COMPARISONS
    if subtrees is None:
        return ()
    permitted, excluded = _by_kind(subtrees.permitted), _by_kind(subtrees.excluded)
    found: list[tuple[_Held, bool, str]] = []
    for held in _names(certificate.read, leaf):
        allowed, barred = permitted.get(held.kind, []), excluded.get(held.kind, [])
        left -= len(allowed) + len(barred)
        if left < 0 or len(found) >= MAX_VIOLATIONS:
            break
        outside = bool(allowed) and not any(_inside(held, one) for one in allowed)
        hit = None if outside else next((one for one in barred if _inside(held, one)), None)
        if outside or hit is not None:
            found.append((held, hit is not None, _sentence(certificate, ca, held, hit, allowed)))
    return tuple(found)


def _sentence(certificate: Certificate, ca: Certificate, held: _Held, hit: str | None, allowed: list[str]) -> str:
    what, who = f'The {_KINDS[held.kind]} "{held.value}" in "{title(certificate)}"', f'"{title(ca)}"'
    if hit is not None:
        return f"{what} lies in what {who} must not certify: {_shown(held.kind, hit)}."
    more = ", ..." if len(allowed) > 5 else ""
    return f"{what} lies outside what {who} may certify: {', '.join(_shown(held.kind, one) for one in allowed[:5])}{more}."


def _by_kind(entries: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, value in entries:
        found.setdefault(kind, []).append(value)
    return found


def _names(read: Reading, leaf: bool) -> Iterator[_Held]:
    subject = read.subject.attributes if read.subject else ()
    mailed = any(kind == "email" for kind, _ in read.other_names)
    if read.subject and subject:
        yield _Held(kind="dn", value=read.subject.text, name=read.subject)
    for label, value in subject:
        if label == "emailAddress" and not mailed:
            yield _Held(kind="email", value=value)
    for value in read.dns_names:
        yield _Held(kind="dns", value=value)
    for value in read.ip_addresses:
        yield _Held(kind="ip", value=value)
    for kind, value in read.other_names:
        if kind in ("email", "uri"):
            yield _Held(kind=kind, value=value)
        elif kind == "dn" and (name := _dn(value)):
            yield _Held(kind="dn", value=name.text, name=name)
    for label, value in subject:
        if label == "CN" and leaf and not read.dns_names and _host_like(value):
            yield _Held(kind="dns", value=value, from_subject=True)


def _host_like(value: str) -> bool:
    """Whether a common name could be meant as a host name: letters, digits, dots, hyphens, underscores and a star, and a dot inside."""
    return "." in value.strip(".") and all(one.isascii() and (one.isalnum() or one in "-._*") for one in value) and _address(value) is None


def _inside(held: _Held, base: str) -> bool:
    """Whether a name lies in the subtree of the same kind."""
    match held.kind:
        case "dns":
            return _below(held.value, base, exact=True)
        case "ip":
            return _in_network(held.value, base)
        case "email":
            return _mailbox_inside(held.value, base)
        case "uri":
            host = _host(held.value)
            return _below(host, base, exact=not base.startswith("."), deeper=base.startswith(".")) if host else False
        case _:
            name = _dn(base)
            return name is not None and held.name is not None and held.name.key.startswith(name.key)


def _below(value: str, base: str, exact: bool, deeper: bool = True) -> bool:
    """Whether a host is the base (``exact``), or a name below it (``deeper``); a leading dot of the base means only below."""
    value, bare = value.lower().rstrip("."), base.lower().strip(".")
    if not bare:
        return True
    if exact and value == bare and not base.startswith("."):
        return True
    return deeper and value.endswith("." + bare)


def _mailbox_inside(value: str, base: str) -> bool:
    local, _, host = value.rpartition("@")
    if "@" in base:
        wanted, _, domain = base.rpartition("@")
        return local == wanted and host.lower() == domain.lower()
    return _below(host, base, exact=not base.startswith("."), deeper=base.startswith("."))


def _host(uri: str) -> str | None:
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None


def _network(base: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(base, strict=False)
    except ValueError:
        return None


def _address(value: str) -> int | None:
    try:
        return int(ip_address(value))
    except ValueError:
        return None


def _in_network(value: str, base: str) -> bool:
    network = _network(base)
    if network is not None:
        found = ip_address(value)
        return found.version == network.version and found in network
    # A mask with gaps, which RFC 5280 does not forbid.
    start, _, mask = base.partition("/")
    numbers = [_address(one) for one in (value, start, mask)]
    if None in numbers or len({":" in one for one in (value, start)}) > 1:
        return False
    one, two, ones = (number or 0 for number in numbers)
    return one & ones == two & ones


def _dn(encoded: str) -> Name | None:
    try:
        return read_name(bytes.fromhex(encoded))[0]
    except ValueError:
        return None


def _shown(kind: str, base: str) -> str:
    """A subtree for people."""
    if kind == "dn":
        name = _dn(base)
        return f'"{name.text if name else base}"'
    return f'"{base}"'
