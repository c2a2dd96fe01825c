"""What in an observation would tell whose connection it was: every such word, and its pseudonym."""

import re
import shlex
from contextlib import suppress
from ipaddress import ip_address

from probe.case.called import of_caller, shown
from probe.case.expectation import told as said_of
from probe.facts.certificate import Certificate, fingerprint, title
from probe.facts.distinguished import name as read_name
from probe.facts.enterprise import DEFAULTS, VERSION, enterprise
from probe.facts.noun import noun
from probe.facts.observation import Connect, Exchange, Handshake, Observation, Preamble, Tunnel
from probe.facts.profile import Agreement
from probe.facts.reading import Name
from probe.facts.target import Target
from probe.formats import read as read_file
from probe.formats.ocsp import read as read_answer
from probe.report.originals_dns import names_in_dns
from probe.report.pseudonyms import HOST, Address, Pseudonyms
from probe.tls.messages import presented, reading
from probe.tls.plaintext import first_line

STAYS = frozenset(
    {"connection", "content-length", "content-type", "date", "retry-after", "strict-transport-security"}
    | {"method", "query", "protocol", "transfer-encoding", "expect"}
    | {"upgrade", "sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-version", "version", "session", "disconnect", "ended"}
    | {"supportedLDAPVersion", "supportedSASLMechanisms", "supportedExtension", "currentTime", "supportedCapabilities", "isGlobalCatalogReady"}
)
"""Fields of an application's answer whose values name nobody."""

PRODUCT = re.compile(
    r"(nginx|openresty|Apache|Apache-Coyote|Microsoft-IIS|Microsoft-HTTPAPI|cloudflare|Jetty|lighttpd|Caddy|gunicorn|envoy|OpenLDAP)"
    r"([/(][\w.()-]{1,20})?( \((Debian|Ubuntu|Unix|CentOS|Red Hat)\))?"
)
"""A server that says only what it is."""

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,10}://[^\s\"'<>,;()]{1,500}")
LOOSE = re.compile(r"(?<![\w.])\w[\w-]*(?:\.[\w-]+)*\.[^\W\d_][\w-]+")
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
PLAIN = frozenset({"HTTP status", "LDAP result", "CONNACK", "status", "Code", "form"})
"""Labels of an application's own words that name nobody."""
SYSTEM = ("/etc/", "/usr/")
SHORTEST = 3
"""Characters from which on a word is looked for everywhere; a shorter one only where it stands alone or behind its label."""
TEXT = 4096


@noun
class Word:
    """A word to hide. ``of`` is the original that it is a form of, ``label`` the attribute of a distinguished name that it was found under."""

    kind: str
    of: str
    label: str = ""
    is_ca: bool = False


class Originals:
    """Collects: ``hosts`` in lower case, ``addresses``, and every other word in ``found``, by its text."""

    def __init__(self, observations: tuple[Observation, ...], places: tuple[str, ...] = ()) -> None:
        self.found: dict[str, Word] = {}
        self.hosts: set[str] = set()
        self.addresses: set[Address] = set()
        self.stay: set[str] = set()
        certificates: dict[Certificate, None] = {}
        for one in observations:
            certificates |= dict.fromkeys(_certificates(one))
            public = tuple(held for store in (*one.stores, *one.compared) if store.kind == "certifi" for held in store.certificates)
            self.stay |= {value for held in public if held.read.subject for _, value in held.read.subject.attributes}
        for one in observations:
            self._observation(one)
        for place in places:
            self._place(place)
        for certificate in certificates:
            self._certificate(certificate)
        self.hosts -= {"", "*"}

    def pseudonyms(self) -> tuple[Pseudonyms, dict[str, str]]:
        """Who gives the pseudonyms of hosts and addresses, and the pseudonyms of all other words."""
        avoid = frozenset((*self.hosts, *(one.lower() for one in self.found), *(str(one) for one in self.addresses)))
        given = Pseudonyms(avoid)
        return given, {text: _pseudonym(word, given) for text, word in self.found.items()}

    def also(self, files: tuple[str, ...]) -> None:
        """Files that no observation names."""
        for path in files:
            self._file(path)

    # The parts of an observation

    def _observation(self, one: Observation) -> None:
        self._target(one.target)
        self._agreement(one.agreement)
        self._files(one)
        calls = (text for call in one.calls for text in (call.address, call.local))
        for found in (one.vantage.host, one.vantage.address or "", *names_in_dns(one), *calls):
            self._host(found)
        for attempt in one.attempts:
            self._host(attempt.address)
            for step in attempt.steps:
                self._step(step)
        for call in one.calls:
            for call_step in (call.handshake, call.exchange):
                self._step(call_step)
        for source in (one.served.source, one.served.key_source) if one.served else ():
            if source:
                self._file(source)
        for fetch in one.fetches:
            for url in (fetch.url, *(hop.url for hop in fetch.hops)):
                self._url(url)
            for hop in fetch.hops:
                self._host(hop.address or "")
        for store in (*one.stores, *one.compared):
            if store.kind not in ("system", "certifi", "none") and store.source != "java":
                self._file(store.source)
            if store.source.startswith("java:"):
                self._file(store.source.removeprefix("java:"))
            for path in (store.path, *store.path.split("; ")):
                if path and not (store.kind == "system" and path.startswith(SYSTEM)):
                    self._file(path)
            for skipped in store.skipped:
                if "/" in skipped.where or "." in skipped.where:
                    self._file(skipped.where)
                    self._file(skipped.where.partition(": ")[0])

    def _target(self, target: Target) -> None:
        for text in (target.host, target.name, target.sni or "", target.connect or "", target.domain):
            self._host(text)
        for text in (target.resolver or "", *target.also_resolvers, target.proxy.place if target.proxy else "", target.unread_exemption.removeprefix("*.")):
            self._place(text)
        if target.unproxied:
            self._host(target.unproxied.entry.partition("/")[0].removeprefix("."))
        if target.path != "/":
            self._word(target.path, "path")
        self._word(target.bind, "user")
        self._word(target.user, "user")
        if target.calling:
            self._word(target.calling.user, "user")
            self._word("" if target.calling.own else target.calling.client_id, "client")
            if target.calling.source:
                self._file(target.calling.source)
        if "/" in target.profile or target.profile.endswith(".toml"):
            self._file(target.profile)
        typed = target.spelled.partition("://")[2] or target.spelled
        for host in {typed.partition("/")[0].rpartition(":")[0], typed.partition("/")[0]}:
            if host and not host.isascii():
                with suppress(UnicodeError):
                    self._word(host, "host", host.lower().encode("idna").decode())
        for source in target.trust:
            if source not in ("system", "certifi", "none", "java"):
                self._file(source)
        for source in (target.cert, target.key, target.on_file.source if target.on_file else ""):
            if source:
                self._file(source)
        for pin in (target.pin, target.uploaded, *target.also_pins):
            if pin:
                self._file(pin.source)
                self._fingerprint(pin.sha256)
        for address in target.only:
            self._host(address)

    def _agreement(self, one: Agreement | None) -> None:
        """What a profile was filled in with: identifiers, hosts, files; what the system itself is called stays."""
        if one is None:
            return
        for _, value in one.variables:
            self._host(value) if HOST.fullmatch(value) and "." in value else self._word(value, "value")
        for text in one.report.redact:
            self._word(text, "value")
        for name in (one.endpoint.host, *(alias.text for alias in one.endpoint.aliases)):
            self._host(name)
        for _, name in one.secrets:
            self._word(name, "value")
        for environment in one.environments:
            for mark in environment.marks.server_names:
                self._host(mark.text)
        for check in one.checks:
            if check.request.path != "/":
                self._word(check.request.path, "path")

    def _step(self, step: object) -> None:
        if isinstance(step, Connect):
            self._host(step.address)
            self._host(step.local)
        elif isinstance(step, Tunnel):
            self._place(step.proxy.rpartition("//")[2])
            self._host(step.host)
            self._said(step.body)
        elif isinstance(step, Preamble):
            self._said(step.received)
            self._said(step.surplus)
            for name, value in step.fields:
                if name == "dnsHostName":
                    self._place(value)
                elif name not in STAYS:
                    self._word(value, "text")
        elif isinstance(step, Handshake):
            self._host(step.sni or "")
            self._said(step.first_bytes)
            for issuer in reading(step).acceptable_issuers:
                with suppress(ValueError):
                    self._name(read_name(issuer)[0], True)
        elif isinstance(step, Exchange):
            self._said(step.body)
            for label, value in said_of(step):
                if label not in PLAIN:
                    self._word(value, "text")
            for name, value in step.fields:
                if name in ("host", "dnsHostName"):
                    self._place(value)
                    continue
                if name in STAYS or PRODUCT.fullmatch(value):
                    continue
                self._loose(value)
                self._word(value, "text")

    def _certificate(self, one: Certificate) -> None:
        read = one.read
        if not read.subject or not read.subject.attributes:
            self._word(title(one), "value")
        for dn in (read.subject, read.issuer):
            if dn:
                self._name(dn, dn is read.issuer or bool(read.is_ca))
        for name in (*read.dns_names, *read.ip_addresses):
            self._host(name)
        trees = (*read.name_constraints.permitted, *read.name_constraints.excluded) if read.name_constraints else ()
        for _, value in (*read.other_names, *trees):
            self._general(value)
        for url in (*read.ca_issuers, *read.ocsp, *read.crl):
            self._url(url)
        for label, value in enterprise(one):
            if label != VERSION and value not in DEFAULTS:
                self._word(value.partition(", version")[0], "directory-value")
        self._fingerprint(fingerprint(one).replace(":", "").lower())
        for algorithm in ("sha1", "md5"):
            self._digits("fingerprint", fingerprint(one, algorithm).replace(":", "").lower())
        for key_id in (read.subject_key_id, read.authority_key_id):
            if key_id:
                self._digits("key-id", key_id.hex())
        for serial in (read.serial, read.authority_serial):
            if serial is not None and abs(serial) >> 24:
                digits = f"{abs(serial):x}"
                even = digits if len(digits) % 2 == 0 else "0" + digits
                self._digits("serial", even)
                self._word(digits, "serial", even)
                self._word(str(serial), "serial", even)

    # The kinds of words

    def _host(self, text: str) -> None:
        bare = text.strip("[].").partition("%")[0]
        if not bare:
            return
        with suppress(ValueError):
            self.addresses.add(ip_address(bare))
            return
        if re.fullmatch(r"[\w.*-]+", bare):
            self.hosts.add(bare.lower())
            if "xn--" in bare.lower():
                with suppress(UnicodeError):
                    # Both forms of one name are one name.
                    self._word(bare.lower().encode("ascii").decode("idna"), "host", bare.lower())
        else:
            self._word(bare, "value")

    def _place(self, text: str) -> None:
        """A host or an address with or without a port; ``system`` is the word for the resolver of this machine."""
        if text == "system":
            return
        host, separator, port = text.rpartition(":")
        self._host(host if separator and port.isdecimal() and (host.count(":") == 0 or host.endswith("]")) else text)

    def _url(self, url: str) -> None:
        self._word(url, "url")
        rest = url.partition("://")[2]
        self._place(rest.partition("/")[0])
        if "/" in rest and len(rest.partition("/")[2]) > SHORTEST:
            self._word("/" + rest.partition("/")[2], "path")

    def _files(self, one: Observation) -> None:
        """Inspected files: their paths, the names of entries and requests, and the endpoint that they were compared with."""
        asked = one.target.inspecting
        for source in (*asked.sources, asked.saved) if asked else ():
            if source:
                self._file(source)
        for part in one.given:
            self._file(part.source)
        for file in (*one.files, *(each for part in one.given for each in part.files)):
            archive, _, inner = file.path.partition(": ")
            for path in (file.path, archive, inner):
                if path:
                    self._file(path)
            for entry in file.entries:
                if len(entry.alias) > SHORTEST:
                    self._word(entry.alias, "value")
                if entry.subject:
                    with suppress(ValueError):
                        self._name(read_name(entry.subject)[0], False)
                for name in entry.names:
                    self._host(name.rpartition(":")[2] if "://" not in name and "@" not in name else name)
        for served in one.against:
            self._host(served.address)
            self._host(served.sni)
            typed = (served.target.partition("://")[2] or served.target).partition("/")[0]
            self._host(typed.rpartition(":")[0] if typed.rpartition(":")[2].isdigit() else typed)

    def _file(self, path: str) -> None:
        self._word(path, "file")
        quoted = shlex.quote(path)
        if "'" in path:
            self._word(quoted, "file", path)
        base = path.rstrip("/").rpartition("/")[2]
        if base != path and len(base) > SHORTEST:
            self._word(base, "file", path)

    def _name(self, dn: Name, is_ca: bool) -> None:
        for label, value in dn.attributes:
            if label != "C" and value not in self.stay and value.strip():
                if HOST.fullmatch(value):
                    self._host(value)
                self._word(value, "value", label=label, is_ca=is_ca)
                self._word(re.sub(r'([,+"\\<>;])', r"\\\1", value), "value", value, label, is_ca)

    def _general(self, value: str) -> None:
        """A name of another kind: mail address, URL, directory name, network, or something in hex."""
        if "://" in value:
            self._url(value)
        elif "@" in value:
            self._word(value, "mail")
            self._host(value.rpartition("@")[2])
        elif "=" in value:
            for label, part in re.findall(r"(\w+)=((?:\\.|[^,+\\])+)", value):
                self._word(part, "value", label=label)
        elif re.fullmatch(r"[\w.*:-]+(/[\w.:]+)?", value):
            self._host(value.partition("/")[0])
        else:
            self._word(value, "value")

    def _said(self, data: bytes) -> None:
        """What the peer said in plain text: what a report quotes of it, and every name in it."""
        if data:
            self._word(first_line(data), "text")
            self._word(data[:24].hex(" "), "text")
            self._word(data[:20].hex(" "), "text")
            self._loose(data[:TEXT].decode("utf-8", "backslashreplace"))

    def _loose(self, text: str) -> None:
        for url in URL.findall(text):
            self._url(url)
        for name in (*LOOSE.findall(text), *IPV4.findall(text)):
            self._host(name)

    def _fingerprint(self, digits: str) -> None:
        self._digits("certificate", digits)
        self._word(digits[:16], "certificate", digits)

    def _digits(self, kind: str, digits: str) -> None:
        pairs = ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))
        for form in (digits, pairs, digits.upper(), pairs.upper()):
            self._word(form, kind, digits)

    def _word(self, text: str, kind: str, of: str = "", label: str = "", is_ca: bool = False) -> None:
        if text.strip() and text not in self.stay and text not in self.found:
            self.found[text] = Word(kind=kind, of=of or text, label=label, is_ca=is_ca)


def _pseudonym(word: Word, given: Pseudonyms) -> str:
    ways = {"host": given.host, "file": given.file, "url": given.url, "mail": given.mail}
    if word.kind == "value":
        return given.value(word.label, word.of, word.is_ca)
    if word.kind == "path":
        return given.path(word.of[1:])
    return ways[word.kind](word.of) if word.kind in ways else given.number(word.kind, word.of)


def _certificates(one: Observation) -> list[Certificate]:
    """Every certificate of an observation but the anchors that everybody knows."""
    found = [Certificate(der=der) for attempt in one.attempts for step in attempt.steps if isinstance(step, Handshake) for der in presented(step)]
    found += [held for call in one.calls for held in (*shown(call), *of_caller(call))]
    found += one.served.certificates if one.served else ()
    found += [entry.certificate for file in one.files for entry in file.entries if entry.certificate]
    found += [entry.certificate for part in one.given for file in part.files for entry in file.entries if entry.certificate]
    found += [held for served in one.against for held in served.presented]
    found += [held for fetch in one.fetches if fetch.purpose == "issuer" for held, _ in read_file(fetch.body).certificates]
    # Who signed an answer about revocation is named where the answer is.
    answers = [fetch.body for fetch in one.fetches if fetch.purpose == "ocsp"]
    answers += [step.staple for attempt in one.attempts for step in attempt.steps if isinstance(step, Handshake) and step.staple]
    read_answers = [read_answer(body) for body in answers]
    found += [held for answer in read_answers if not isinstance(answer, str) for held in answer.certificates]
    public = {held for store in (*one.stores, *one.compared) if store.kind == "certifi" for held in store.certificates}
    found += [held for store in (*one.stores, *one.compared) for held in store.certificates]
    found += one.identity.certificates if one.identity else ()
    found += (one.target.calling.registered,) if one.target.calling and one.target.calling.registered else ()
    found += (one.target.on_file.certificate,) if one.target.on_file else ()
    pins = (one.target.pin, one.target.uploaded, *one.target.also_pins)
    found += [pin.certificate for pin in pins if pin and pin.certificate]
    return [held for held in found if held not in public]
