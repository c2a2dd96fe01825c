"""The words in which paths are spoken of: a path, its links, and what stands against it."""

from enum import StrEnum

from probe.facts.certificate import Certificate
from probe.facts.noun import noun


class Why(StrEnum):
    """What can stand against a path. Thresholds and tolerance belong to client stacks; here everything is kept."""

    ISSUER_UNKNOWN = "issuer-unknown"  # no certificate with the issuer's name is known
    NOT_TRUSTED = "not-trusted"  # the path ends in a self-signed certificate that no store holds
    SELF_SIGNED = "self-signed"  # the end-entity certificate signed itself and no store holds it
    NOT_PRESENTED = "not-presented"  # a certificate of the path was neither sent nor in a store, only fetched
    ISSUER_REKEYED = "issuer-rekeyed"  # certificates of the issuer's name are known, none has the key that signed
    BAD_SIGNATURE = "bad-signature"  # the issuer's key is the right one, the signature is not
    KEY_ID = "key-id"  # the signature is good, the authority key identifier names another key
    SIGNATURE_UNKNOWN = "signature-unknown"  # an algorithm or key that cannot be checked here
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    NOT_A_CA = "not-a-ca"  # an issuer without CA:TRUE (or of version 1)
    NO_CERT_SIGN = "no-cert-sign"  # an issuer whose key usage lacks keyCertSign
    PATH_LENGTH = "path-length"
    NAME_CONSTRAINTS = "name-constraints"
    CRITICAL_EXTENSION = "critical-extension"
    EKU = "eku"  # extended key usage does not allow server authentication
    KEY_USAGE = "key-usage"  # the end-entity's key usage does not allow what the handshake needs
    WEAK_KEY = "weak-key"  # RSA or DSA under 2048 bits, EC under 224
    WEAK_SIGNATURE = "weak-signature"  # MD2, MD4, MD5, SHA-1, SHA-224 or SHA-3, on anything but a self-signature
    CURVE = "curve"  # an issuer's key on another curve than P-256, P-384 or P-521
    POLICY = "policy"  # a CA asks for a certificate policy that the chain does not carry
    NO_SUBJECT = "no-subject"  # an empty subject beside a subjectAltName that is not critical (RFC 5280 section 4.1.2.6)
    EMPTY_CONSTRAINT = "empty-constraint"  # a name constraint on DNS names that is the empty name
    UNREADABLE = "unreadable"  # not enough could be read to go on


class Origin(StrEnum):
    """Where a certificate of a path is known from."""

    PRESENTED = "presented"
    STORE = "store"
    FETCHED = "fetched"


@noun
class Link:
    """One certificate of a path. ``index`` is its place among the presented (0 is the end-entity's), ``url`` where it was fetched.

    ``anchor`` is true when a trust store holds exactly this certificate, whatever its origin.
    """

    certificate: Certificate
    origin: Origin
    index: int | None = None
    url: str | None = None
    anchor: bool = False


@noun
class Objection:
    """One thing that stands against a path: what, at which link, and the facts in sentences (values included, nothing escaped)."""

    why: Why
    at: int
    about: Certificate
    facts: tuple[str, ...] = ()


@noun
class Path:
    """From the end-entity upwards, as far as it goes. ``objections`` are all of them, leaf first, each stated once."""

    links: tuple[Link, ...]
    objections: tuple[Objection, ...] = ()


@noun
class Paths:
    """All paths that were found, the nearest first; ``truncated`` when a limit ended the search."""

    paths: tuple[Path, ...] = ()
    truncated: bool = False


@noun
class StackVerdict:
    """What one client stack says of the chain and the name.

    ``accepts`` is ``None`` when no certificate was seen. ``says`` are the stack's own words for what it names first ("" when it accepts).
    ``objections`` are those of its nearest path that make it refuse, in the order in which the stack would meet them;
    ``tolerated`` those that it overlooks. ``name_refused`` is true when the reference identity is what it refuses (perhaps besides).
    ``path`` is the path that it judged, ``None`` when there is none. ``verified`` is false for words never compared with the real program, and where
    releases of it or the server's software decide. ``limit`` is a word of ``probe.stacks.REFUSALS`` when a limit of the stack's own makes it refuse.
    ``unanswered`` when it does not refuse anything itself: its ClientHello gets no answer, and ``accepts`` is false.
    """

    stack: str
    title: str
    accepts: bool | None
    says: str = ""
    objections: tuple[Objection, ...] = ()
    tolerated: tuple[Objection, ...] = ()
    name_refused: bool = False
    path: Path | None = None
    verified: bool = True
    note: str = ""
    limit: str = ""
    unanswered: bool = False
