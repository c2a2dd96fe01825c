"""What stands against the certificates of a path (RFC 5280 sections 4.2 and 6.1). Everything is stated; what counts is for the client stacks to say."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from probe.case.constraints import violations
from probe.case.edge import self_signed
from probe.case.path import Objection, Path, Paths, Why
from probe.case.policies import unmet
from probe.case.signature import hash_name
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.oids import EXTENSIONS

MIN_BITS = {"RSA": 2048, "RSA-PSS": 2048, "DSA": 2048, "EC": 224}
"""Key sizes of 112 bits of strength (NIST SP 800-57 part 1, table 2): the least that any client stack asks for."""
WEAK_HASHES = frozenset({"MD2", "MD4", "MD5", "SHA-1", "SHA-224", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"})
"""Digests that some client stack refuses in a certificate's signature: broken ones, and those that it does not know."""
COMMON_CURVES = frozenset({"P-256", "P-384", "P-521"})
"""Curves that every client stack knows."""
EPHEMERAL, KEY_TRANSPORT = "ephemeral", "key-transport"
"""What the server's key does in the handshake: it signs an ephemeral exchange, or it deciphers what the client chose (RFC 5246 section 7.4.7.1)."""
PROCESSED = frozenset({f"2.5.29.{one}" for one in (15, 17, 19, 30, 32, 33, 36, 37, 54)})
"""Critical extensions that every path validation processes (RFC 5280 section 6.1): usages, names, constraints and policies."""
SECOND = timedelta(seconds=1)
_SAN = "2.5.29.17"

_GRAVITY = {
    Why.NOT_PRESENTED: 1,
    Why.KEY_ID: 2,
    Why.KEY_USAGE: 2,
    Why.WEAK_KEY: 2,
    Why.WEAK_SIGNATURE: 2,
    Why.CURVE: 2,
    Why.POLICY: 2,
    Why.NO_SUBJECT: 2,
    Why.EMPTY_CONSTRAINT: 2,
    Why.EKU: 3,
    Why.CRITICAL_EXTENSION: 4,
    Why.NAME_CONSTRAINTS: 4,
    Why.PATH_LENGTH: 4,
    Why.EXPIRED: 4,
    Why.NOT_YET_VALID: 4,
    Why.NO_CERT_SIGN: 5,
    Why.NOT_A_CA: 5,
    Why.SIGNATURE_UNKNOWN: 6,
    Why.ISSUER_REKEYED: 8,
    Why.BAD_SIGNATURE: 8,
    Why.NOT_TRUSTED: 20,
    Why.SELF_SIGNED: 20,
    Why.ISSUER_UNKNOWN: 24,
    Why.UNREADABLE: 30,
}


def gravity(why: Why) -> int:
    """How much an objection weighs when paths are compared: what a client may overlook little, what nobody overlooks much."""
    return _GRAVITY[why]


def examine(path: Path, at: datetime, key_exchange: str = EPHEMERAL) -> Path:
    """Give the path with all objections that can be found on it at the time ``at`` (with a time zone), leaf first. Those it has already are kept.

    ``key_exchange`` is ``EPHEMERAL`` or ``KEY_TRANSPORT``: which usage of the server's key the handshake needed.
    """
    found = list(path.objections)
    certificates = tuple(link.certificate for link in path.links)
    for index, certificate in enumerate(certificates):
        top = index == len(certificates) - 1
        facts = [*_dates(certificate, at), *_extensions(certificate), *_strength(certificate, top)]
        facts += _as_issuer(certificates, index) if index else _as_leaf(certificate, key_exchange)
        found += [Objection(why=why, at=index, about=certificate, facts=says) for why, says in facts]
    for one in violations(certificates):
        found.append(Objection(why=Why.NAME_CONSTRAINTS, at=one.at, about=certificates[one.at], facts=(one.fact,)))
    lacking = unmet(certificates[:-1] if path.links[-1].anchor else certificates)
    if lacking:
        found.append(Objection(why=Why.POLICY, at=lacking.at, about=certificates[lacking.at], facts=(lacking.fact,)))
    order = list(Why)
    return Path(links=path.links, objections=tuple(sorted(_each_once(found), key=lambda one: (one.at, order.index(one.why)))))


def examine_all(paths: Paths, at: datetime, key_exchange: str = EPHEMERAL) -> Paths:
    """Examine every path and put the nearest first: what a client would most easily be brought to accept."""
    examined = [examine(one, at, key_exchange) for one in paths.paths]
    return Paths(paths=tuple(sorted(examined, key=distance)), truncated=paths.truncated)


def distance(path: Path) -> tuple[bool, int, int, int]:
    """How far a path is from acceptance, for sorting: anchored before not anchored, then the gravity and number of objections, then the length.

    On an anchored path only what lies at or below the first anchor counts; what that one is signed by does not.
    """
    anchor = next((index for index, link in enumerate(path.links) if link.anchor), None)
    last = len(path.links) - 1 if anchor is None else anchor
    beside = (Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.SELF_SIGNED, Why.BAD_SIGNATURE, Why.ISSUER_REKEYED, Why.KEY_ID)
    counted = [one for one in path.objections if one.at < last or (one.at == last and not (anchor is not None and one.why in beside))]
    return anchor is None, sum(_GRAVITY[one.why] for one in counted), len(counted), len(path.links)


Found = tuple[Why, tuple[str, ...]]


def _each_once(found: list[Objection]) -> Iterable[Objection]:
    """One objection for each reason and link, with the facts of all; name constraints stay apart, because each has its own CA."""
    seen: dict[tuple[Why, int, tuple[str, ...]], Objection] = {}
    for one in found:
        key = (one.why, one.at, one.facts if one.why is Why.NAME_CONSTRAINTS else ())
        before = seen.get(key)
        facts = tuple(dict.fromkeys((*before.facts, *one.facts))) if before else one.facts
        seen[key] = Objection(why=one.why, at=one.at, about=one.about, facts=facts)
    return seen.values()


def _dates(certificate: Certificate, at: datetime) -> Iterator[Found]:
    read, name = certificate.read, title(certificate)
    now = at.astimezone(UTC).replace(microsecond=0)
    if read.not_after and now >= read.not_after:
        late = now - read.not_after
        since = "in this very second" if late < SECOND else f"{_span(late)} before"
        yield Why.EXPIRED, (f'"{name}" was valid until {_time(read.not_after)}, {since} the time of this judgement, {_time(now)}.',)
    if read.not_before and now < read.not_before:
        yield (
            Why.NOT_YET_VALID,
            (f'"{name}" is valid from {_time(read.not_before)}, {_span(read.not_before - now)} after the time of this judgement, {_time(now)}.',),
        )
    missing = [label for label, value in (("notBefore", read.not_before), ("notAfter", read.not_after)) if value is None]
    if missing and read.tbs:
        yield Why.UNREADABLE, (f'{" and ".join(missing)} of "{name}" cannot be read.',)


def _time(value: datetime) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S UTC")


def _span(value: timedelta) -> str:
    if value.days:
        return f"{value.days} day{'s' if value.days > 1 else ''}"
    minutes = value.seconds // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes else f"{value.seconds} s"


def _extensions(certificate: Certificate) -> Iterator[Found]:
    unknown = unknown_critical(certificate)
    if unknown:
        named = ", ".join(f"{one} ({EXTENSIONS[one]})" if one in EXTENSIONS else one for one in unknown)
        yield Why.CRITICAL_EXTENSION, (f'"{title(certificate)}" has a critical extension that clients need not know: {named}.',)
    read = certificate.read
    if read.subject is not None and not read.subject.attributes and not any(one.oid == _SAN and one.critical for one in read.extensions):
        what = "its subjectAltName is not critical" if read.has_san else "it has no subjectAltName"
        yield Why.NO_SUBJECT, (f"The certificate with serial number {read.serial or 0:x} has an empty subject, and {what}; some clients do not read it.",)


def unknown_critical(certificate: Certificate) -> tuple[str, ...]:
    """The OIDs of the critical extensions that path validation itself does not process."""
    return tuple(one.oid for one in certificate.read.extensions if one.critical and one.oid not in PROCESSED)


def _strength(certificate: Certificate, top: bool) -> Iterator[Found]:
    read, name = certificate.read, title(certificate)
    key = read.key
    if key and key.bits is not None and key.bits < MIN_BITS.get(key.kind, 0):
        yield Why.WEAK_KEY, (f'The {key.kind} key of "{name}" has {key.bits} bits; {MIN_BITS[key.kind]} are the least that all clients accept.',)
    digest = hash_name(certificate)
    # A signature by the own key protects nothing, so no client looks at its digest.
    if digest in WEAK_HASHES and not (top and self_signed(certificate)):
        yield Why.WEAK_SIGNATURE, (f'"{name}" is signed with {digest}, which some clients refuse.',)


def _as_leaf(certificate: Certificate, key_exchange: str) -> Iterator[Found]:
    read, name = certificate.read, title(certificate)
    yield from _purposes(certificate)
    needed, why = "digitalSignature", "which TLS 1.3 and every ECDHE handshake need"
    if key_exchange == KEY_TRANSPORT:
        needed, why = "keyEncipherment", "which the RSA key exchange of this handshake needs"
    if read.key_usage is not None and needed not in read.key_usage:
        has = ", ".join(read.key_usage) or "nothing"
        yield Why.KEY_USAGE, (f'The key usage of "{name}" allows {has}, not {needed}, {why}.',)


def _purposes(certificate: Certificate) -> Iterator[Found]:
    purposes = certificate.read.extended_key_usage
    if purposes is None or "serverAuth" in purposes:
        return
    facts = [f'The extended key usage of "{title(certificate)}" allows {", ".join(purposes) or "nothing"}, not serverAuth.']
    if "anyExtendedKeyUsage" in purposes:
        facts.append("anyExtendedKeyUsage is among them; some clients take it for every purpose.")
    yield Why.EKU, tuple(facts)


def _as_issuer(path: tuple[Certificate, ...], index: int) -> Iterator[Found]:
    certificate = path[index]
    read, name = certificate.read, title(certificate)
    if read.is_ca is not True:
        if read.version is not None and read.version < 3:
            why = f"is of version {read.version}, which cannot say that it is a CA"
        elif read.is_ca is None:
            why = "has no basicConstraints, which a CA needs (RFC 5280 section 4.2.1.9)"
        else:
            why = "has CA:FALSE"
        yield Why.NOT_A_CA, (f'"{name}" issues certificates here, but {why}.',)
    if read.key_usage is not None and "keyCertSign" not in read.key_usage:
        yield Why.NO_CERT_SIGN, (f'The key usage of "{name}" allows {", ".join(read.key_usage) or "nothing"}, not keyCertSign.',)
    yield from _purposes(certificate)
    if read.key and read.key.curve and read.key.curve not in COMMON_CURVES:
        yield Why.CURVE, (f'The key of "{name}" is on the curve {read.key.curve}; not every client can check signatures made with it.',)
    if read.name_constraints and ("dns", "") in (*read.name_constraints.permitted, *read.name_constraints.excluded):
        yield Why.EMPTY_CONSTRAINT, (f'"{name}" constrains DNS names with an empty name, which some clients cannot work with.',)
    if read.path_length is not None:
        below = sum(1 for one in path[1:index] if not is_self_issued(one))
        if below > read.path_length:
            yield Why.PATH_LENGTH, (f'"{name}" allows {read.path_length} CA(s) below itself, here there are {below}.',)
