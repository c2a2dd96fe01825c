"""Known systems as data: a profile as it is written, and the agreement that it makes for one environment and endpoint.

Texts may hold templates: a variable's name in braces. Regular expressions and JSON pointers are kept as text. No field can hold a secret: a variable of the
type ``secret-env`` has the name of an environment variable as its value, and its template stays unfilled.
"""

from probe.facts.noun import noun
from probe.facts.registration import Registration
from probe.facts.renewal import Renewal


@noun
class Value:
    """One value and whether it was verified; ``source`` says where it comes from ("": the sources of the whole profile)."""

    text: str
    verified: bool = True
    source: str = ""


@noun
class Variable:
    """What the user is asked for. ``type`` is text, host, port, id, file or secret-env; ``pattern`` is what a value must match as a whole ("": anything).

    ``required`` is false for one that may stay unknown. ``default`` is taken when nothing is given ("": none).
    """

    name: str
    type: str
    pattern: str = ""
    help: str = ""
    example: str = ""
    default: str = ""
    required: bool = True


@noun
class Marks:
    """What proves that a certificate belongs to an environment: the server's names, regular expressions for issuers and subjects, SHA-256 of anchors in hex.

    ``client_issuer_regex`` is about client certificates, the others about those of servers and authorities.
    """

    server_names: tuple[Value, ...] = ()
    issuer_regex: tuple[Value, ...] = ()
    subject_regex: tuple[Value, ...] = ()
    anchor_sha256: tuple[Value, ...] = ()
    client_issuer_regex: tuple[Value, ...] = ()


@noun
class Environment:
    """One of several installations of a system that must not be mixed up. ``production`` is ``None`` where the profile does not say."""

    name: str
    title: str = ""
    production: bool | None = None
    marks: Marks = Marks()
    verified: bool = True
    source: str = ""


@noun
class Endpoint:
    """One place of a system. ``direction`` is out (we call) or in (they call us); ``environment`` is "" where there is only one.

    ``host`` and ``port`` may be templates. ``sni`` is "" for the host, or none. ``aliases`` are names that it is also known by, never assumed to exist.
    ``addresses`` is all, first, or a list; ``srv`` the name of SRV records; ``proxy`` allowed or forbidden; ``next_hop`` none, srv or app.
    """

    name: str
    environment: str = ""
    direction: str = "out"
    role: str = ""
    protocol: str = "https"
    host: str
    port: str
    path: str = "/"
    sni: str = ""
    alpn: tuple[str, ...] = ()
    aliases: tuple[Value, ...] = ()
    addresses: tuple[str, ...] = ("all",)
    srv: str = ""
    proxy: str = "allowed"
    next_hop: str = "none"
    next_hop_pattern: str = ""
    verified: bool = True
    source: str = ""


@noun
class Tls:
    """What is expected of TLS: versions as in ``probe.facts.target.VERSIONS`` ("": any), groups by OpenSSL's names, a remark about old versions."""

    min: str = ""
    max: str = ""
    groups: tuple[str, ...] = ()
    note_legacy: str = ""
    verified: bool = True
    source: str = ""


@noun
class Names:
    """How the client compares names: ``rule`` is san, san-or-cn or none; ``expect`` are names that the certificate should have."""

    rule: str = "san"
    expect: tuple[Value, ...] = ()
    ip_allowed: bool = True
    wildcards: bool = True
    verified: bool = True
    source: str = ""


@noun
class ExpectedPin:
    """A certificate or key that is expected: ``kind`` is leaf or spki, ``sha256`` hex or a template; ``since`` and ``until`` are the first and the last day
    on which it is ("": open), or templates."""

    kind: str = "leaf"
    sha256: str = ""
    file: str = ""
    since: str = ""
    until: str = ""


@noun
class Trust:
    """What the client trusts. ``store`` is system, files, both or none-by-default; ``files`` are templates.

    ``anchor_rule`` is root (an anchor must be a root) or any, ``anchor_expiry`` enforced or ignored, ``strict`` the strict checks of X.509.
    ``stack`` is the client stack that all of this describes ("": no particular one). ``chain_from_server`` is full or leaf-ok, ``public_ca`` allowed,
    forbidden or required. ``pin_after_pkix``: a pin counts besides the path, not in its place.
    """

    store: str = "system"
    files: tuple[str, ...] = ()
    anchor_rule: str = "root"
    anchor_expiry: str = "enforced"
    strict: bool = False
    stack: str = ""
    chain_from_server: str = "full"
    public_ca: str = "allowed"
    pins: tuple[ExpectedPin, ...] = ()
    pin_after_pkix: bool = True
    verified: bool = True
    source: str = ""


@noun
class Revocation:
    """Whether the client asks for revoked certificates (off, soft, hard), and whether it can reach who answers."""

    check: str = "off"
    reachable_from_client: bool = True
    verified: bool = True
    source: str = ""


@noun
class SubjectRule:
    """What an attribute of the client certificate's subject must be: ``equals`` (a template) or ``regex``."""

    attribute: str
    equals: str = ""
    regex: str = ""
    verified: bool = True
    source: str = ""


@noun
class ClientRules:
    """What holds for the client certificate. ``policy`` is required, optional, forbidden, must-not-be-demanded or unknown.

    ``eku`` is required or any; ``send_chain`` leaf, with-ca or full; ``key`` the kinds of keys that work (empty: any); ``selection`` always or by-ca-list
    ("": as the client stack does).
    ``registered`` is the file with the authority that is registered there, as a template ("": none is).
    ``server_certificate`` is allowed, or refused where the certificate of an own server, as one that was uploaded, cannot serve as client certificate.
    """

    policy: str = "unknown"
    issuer_regex: tuple[Value, ...] = ()
    subject_rules: tuple[SubjectRule, ...] = ()
    eku: str = "any"
    v1_allowed: bool = False
    send_chain: str = "with-ca"
    key: tuple[str, ...] = ()
    direct_issuer_only: bool = False
    selection: str = ""
    server_certificate: str = "allowed"
    registered: str = ""
    verified: bool = True
    source: str = ""


@noun
class RequestRules:
    """What a certificate request (PKCS #10) must be before it is handed in. ``subject_rules`` and ``key`` as for the client certificate; ``least_bits`` is the
    shortest RSA key (0: not said). ``same_subject``: a renewal keeps the whole subject. ``note`` is what else is known, or is not.
    """

    subject_rules: tuple[SubjectRule, ...] = ()
    key: tuple[str, ...] = ()
    least_bits: int = 0
    same_subject: bool = False
    note: str = ""
    verified: bool = True
    source: str = ""


@noun
class Asking:
    """What a check sends: ``method`` and ``path`` for HTTP, with ``headers`` and either ``json`` (a JSON document) or ``body``.

    Or ``ldap``, which is rootDSE, or ``mqtt``, which is connect: with ``client_id``, a template, and of this ``version`` ("": 5, and then 3.1.1).
    """

    method: str = ""
    path: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    json: str = ""
    body: str = ""
    ldap: str = ""
    mqtt: str = ""
    client_id: str = ""
    version: str = ""


@noun
class Expect:
    """One row of expectations: all its conditions must hold. What it then means: ``cause`` (a code; "": all is well), ``certainty``, ``text``, ``proves``.

    ``header`` must be there, ``no_header`` must not. ``json`` is a JSON pointer, ``xml`` the local name of an element; what is there must be ``equals``.
    ``closed_after`` is handshake or request: the connection ended then and nothing was said.
    """

    status: int | None = None
    header: str = ""
    no_header: str = ""
    content_type: str = ""
    title: str = ""
    body_regex: str = ""
    json: str = ""
    xml: str = ""
    equals: str | None = None
    ldap_result: int | None = None
    connack: int | None = None
    closed_after: str = ""
    cause: str = ""
    certainty: str = "proven"
    text: str = ""
    proves: tuple[str, ...] = ()
    verified: bool = True
    source: str = ""


@noun
class Check:
    """One question to the application. One that is not ``safe`` is only done when the user named its ``consent`` (its ``id`` if it has none), and never
    when it has no row of expectations: then it only says what is not done.

    ``side_effects`` says what it would do. ``level`` is app, or tls for what is seen without asking.
    """

    id: str
    title: str = ""
    level: str = "app"
    safe: bool = False
    side_effects: str = ""
    consent: str = ""
    request: Asking = Asking()
    expect: tuple[Expect, ...] = ()
    verified: bool = True
    source: str = ""


@noun
class Handover:
    """Which certificate the other side wants, how, and the question that gets it."""

    preferred: str = "root"
    format: str = "pem"
    file_name: str = ""
    fingerprints: tuple[str, ...] = ("sha256",)
    recipient: str = ""
    question_text: str = ""
    verified: bool = True
    source: str = ""


@noun
class GoLive:
    """One line of the list before going live: ``check`` is a check's id or one of the steps that every connection has; ``passes`` says when it is passed."""

    check: str
    title: str = ""
    endpoint: str = ""
    passes: str = "works"
    required: bool = True


@noun
class Text:
    """Prose about one answer: ``short`` in a sentence, ``explain`` in several, ``do`` in steps; ``official_text`` quotes the system's own words."""

    id: str
    cause: str = ""
    short: str = ""
    explain: str = ""
    do: tuple[str, ...] = ()
    official_text: str = ""
    verified: bool = True
    source: str = ""


@noun
class Reporting:
    """What the report keeps: ``include_headers`` are header fields that are shown, ``redact`` words that ``--redact`` replaces besides."""

    redact: tuple[str, ...] = ()
    include_headers: tuple[str, ...] = ()
    language: str = "en"


@noun
class Profile:
    """A known system as its file describes it. ``origin`` is the file's name."""

    id: str
    title: str
    version: str = ""
    sources: tuple[str, ...] = ()
    origin: str = ""
    notes: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    environments: tuple[Environment, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    tls: Tls = Tls()
    names: Names = Names()
    trust: Trust = Trust()
    revocation: Revocation = Revocation()
    client_certificate: ClientRules = ClientRules()
    checks: tuple[Check, ...] = ()
    ca_registration: Registration | None = None
    handover: Handover | None = None
    renewal: Renewal | None = None
    request: RequestRules | None = None
    golive: tuple[GoLive, ...] = ()
    report: Reporting = Reporting()
    texts: tuple[Text, ...] = ()


@noun
class Agreement:
    """A profile as it holds for one environment and endpoint, with the variables filled in: what the check goes by.

    ``environments`` are all of them, to tell them apart. ``allowed`` are the consents that the user gave. ``secrets`` are (variable, name of the environment
    variable) whose values are only filled in when a request is sent. ``unverified`` are sentences about values in use that nobody has verified.
    """

    profile: str
    title: str = ""
    origin: str = ""
    environment: str = ""
    endpoint: Endpoint
    variables: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    environments: tuple[Environment, ...] = ()
    tls: Tls = Tls()
    names: Names = Names()
    trust: Trust = Trust()
    revocation: Revocation = Revocation()
    client_certificate: ClientRules = ClientRules()
    checks: tuple[Check, ...] = ()
    allowed: tuple[str, ...] = ()
    report: Reporting = Reporting()
    handover: Handover | None = None
    renewal: Renewal | None = None
    request: RequestRules | None = None
    texts: tuple[Text, ...] = ()
    sources: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()

    def check(self, name: str) -> Check | None:
        """The check of this id."""
        return next((one for one in self.checks if one.id == name), None)

    def text(self, name: str) -> Text | None:
        """The text of this id."""
        return next((one for one in self.texts if one.id == name), None)

    def text_about(self, cause: str) -> Text | None:
        """The first text about this cause."""
        return next((one for one in self.texts if one.cause == cause), None)

    def consented(self, check: Check) -> bool:
        """Whether this check may be done: it is safe, or the user named its consent."""
        return check.safe or (check.consent or check.id) in self.allowed
