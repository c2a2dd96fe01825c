"""The nouns of a client stack: what it takes for an anchor, how it looks for a path, what it checks in which order, and its words."""

from probe.facts.noun import noun

WHYS = (
    "issuer-unknown",
    "not-trusted",
    "self-signed",
    "not-presented",
    "issuer-rekeyed",
    "bad-signature",
    "key-id",
    "signature-unknown",
    "expired",
    "not-yet-valid",
    "not-a-ca",
    "no-cert-sign",
    "path-length",
    "name-constraints",
    "critical-extension",
    "eku",
    "key-usage",
    "weak-key",
    "weak-signature",
    "curve",
    "policy",
    "no-subject",
    "empty-constraint",
    "unreadable",
    "name",
)
"""What a stage can look at: the objections of a path, and the name."""

REFUSALS = ("too-many-certificates", "message-too-large", "search-too-long")
"""Reasons to refuse that are no objection to a path."""

FORMS = (
    "cn-without-san",
    "cn-beside-other",
    "cn-beside-ip",
    "cn-beside-uri",
    "cn-beside-unreadable",
    "cn-not-last",
    "ip-as-cn",
    "ip-as-dns",
    "partial-prefix",
    "partial-suffix",
    "partial-inside",
    "wildcard-middle",
    "wildcard-tld",
    "reference-trailing-dot",
    "presented-trailing-dot",
    "underscore",
    "underscore-under-wildcard",
    "deviation",
    "ip-mapped",
    "u-label-in-cn",
    "u-label",
)
"""Deviations from RFC 9525 that a stack may overlook in a name."""

CERTIFICATE_CHOICES = ("by-issuer-list", "always")
"""When a stack sends the client certificate that it was given."""

LATER_CHOICES = ("never", "if-turned-on")
"""Whether a stack can be asked for it after the handshake of TLS 1.3."""

PLACES = ("leaf", "issuers", "below-anchor", "anchor", "all")
"""Where on the path a stage looks; ``issuers`` is everything but the end-entity certificate."""

CONDITIONS = (
    "address",  # the reference identity is an IP address
    "alone",  # the path has one certificate
    "anchor",  # about the anchor
    "anchor-edge",  # about the certificate below the anchor
    "anchors-signature",  # about the signature that the anchor itself has
    "any-purpose",  # its extended key usage has anyExtendedKeyUsage
    "below-stored",  # the issuer of a certificate from the store is missing, where the stack stopped looking
    "certsign",  # its key usage has keyCertSign
    "excluded",  # a name lies in an excluded subtree
    "bound-by-anchor",  # the name constraints are those of the anchor
    "dns-san",  # the end-entity certificate has DNS names in its subjectAltName
    "key-ids",  # the key identifiers name another key
    "key-transport",  # the server's key deciphers in the handshake, it does not sign
    "last-second",  # the very second of notAfter
    "leaf",  # about the end-entity certificate
    "md5",  # signed with MD5
    "no-basic-constraints",  # not a CA, because it has none
    "no-san",  # the end-entity certificate has no subjectAltName
    "searched",  # on a path that had to be looked for
    "searching",  # found while looking for a path, not while checking a given one
    "signature-only",  # a signature does not fit, and the key identifiers do not say why
    "store-empty",
    "underscore",  # the reference identity has an underscore
    "varying",  # only some releases refuse the digest
    "version-1",
    "with-intermediates",  # at least one certificate between the end-entity's and the anchor
)
"""Circumstances on which a stage or a wording may depend."""


@noun
class Search:
    """How a path is chosen.

    ``way``: ``greedy`` (one issuer after the other by name and key identifier, store first, never back), ``ordered`` (the chain as sent if it is in
    order, else all paths), ``any`` (all paths). ``max_certificates`` and ``max_message`` (bytes) are limits of the TLS message, ``max_intermediates`` of a
    search (``greedy``: of any chain); 0: none. ``reads_all``: a presented certificate that cannot be read ends the handshake wherever it stands.
    """

    way: str
    max_certificates: int
    max_message: int
    max_intermediates: int
    reads_all: bool


@noun
class Anchors:
    """What ends a path. ``intermediate``: a certificate of the store that is not self-signed does. ``leaf``: the server's own certificate in the store, ``no``,
    ``checked`` (as any other) or ``unchecked`` (only the name is looked at). ``same_key``: a presented CA of an anchor's name and key counts as that anchor.
    """

    intermediate: bool
    leaf: str
    same_key: bool


@noun
class Limits:
    """What is strong enough and allowed. ``keys``: fewest bits for a kind of key. ``curves``: those known for signatures (none: all). ``hashes``: digests
    refused, ``varying`` those that only some releases refuse. ``leaf_usages``: one of these key usages must be there, ``transport_usages`` if the server's
    key deciphers. ``purposes``: extended key usages that do beside serverAuth.

    ``critical``: OIDs of critical extensions that it knows beside those of RFC 5280 section 6.1.
    """

    keys: tuple[tuple[str, int], ...]
    curves: tuple[str, ...]
    hashes: tuple[str, ...]
    varying: tuple[str, ...]
    leaf_usages: tuple[str, ...]
    transport_usages: tuple[str, ...]
    purposes: tuple[str, ...]
    critical: tuple[str, ...]


@noun
class Revocation:
    """Whether it looks for revoked certificates without being told to (``by_default``), and what tells it to (``turned_on_by``)."""

    by_default: bool
    turned_on_by: str


@noun
class Hello:
    """Whether the first ClientHello has a post-quantum key share (``post_quantum``), which makes it about 1,500 bytes long; without one it has a few hundred.

    ``without`` names the releases of the program without one ("OpenSSL before 3.5"), ``since`` the first release with one; "" when there is none.
    """

    post_quantum: bool
    without: str
    since: str


@noun
class Stage:
    """One step of judging: objections ``whys`` at ``on``, walked ``up`` from the end-entity certificate or ``down`` to it, at one
    certificate in the order of ``whys``.

    ``part`` is ``path`` for what decides whether a path is a path, ``after`` for what is looked at when one was found. ``mode`` restricts a stage of an
    ``ordered`` stack to ``direct`` or ``search``. All of ``when`` must hold; where all of one group of ``unless`` hold, the objection is overlooked.
    """

    whys: tuple[str, ...]
    on: str = "all"
    walk: str = "up"
    part: str = "path"
    mode: str = ""
    when: tuple[str, ...] = ()
    unless: tuple[tuple[str, ...], ...] = ()
    cite: str


@noun
class Words:
    """What it prints for an objection: the first entry whose ``whys`` has it (or ``*``) and whose ``when`` holds.

    ``text`` may hold {host}, {subject}, {algorithm}, {algorithm_below}, {kind}, {bits}, {not_after}, {not_before}, {count}, {size} and {limit};
    ``number`` is the stack's error number. ``inner`` is the innermost cause if the first line does not say it. ``form`` replaces the stack's form of a line.
    ``alert`` is the TLS alert sent, ``note`` a sentence to be told besides.
    """

    whys: tuple[str, ...]
    when: tuple[str, ...] = ()
    text: str
    number: int = 0
    alert: str = ""
    inner: str = ""
    form: str = ""
    note: str = ""


@noun
class Stack:
    """A client stack. ``verified`` tells whether its verdicts and words were compared with the real program, ``compared`` with which.

    ``client_certificate``: ``by-issuer-list`` if it sends a client certificate only when the server names one of its issuers (or none at all), else ``always``.
    ``post_handshake``: ``never`` if it cannot be asked for one after the handshake of TLS 1.3, ``if-turned-on`` if the program must allow that.
    ``form`` is how a line in a log looks ({number}, {alert}, {text}). ``names`` are the forms of a name that it overlooks. ``prints_last`` when it prints
    the last thing that it meets, not the first. ``aside`` is said of every line that names the alert. ``citations`` are (field, source).
    """

    name: str
    title: str
    verified: bool
    compared: str
    form: str
    aside: str
    prints_last: bool
    client_certificate: str
    post_handshake: str
    search: Search
    anchors: Anchors
    limits: Limits
    revocation: Revocation
    hello: Hello
    names: tuple[str, ...]
    stages: tuple[Stage, ...]
    words: tuple[Words, ...]
    citations: tuple[tuple[str, str], ...]
