"""Does a certificate speak for a name? The check of a reference identity (RFC 9525, RFC 6125) with the variants that real clients allow.

Clients differ, so the comparison collects facts: for each presented identifier all ``Form``s that stand between it and the reference.
A client's rules then say which forms it overlooks.
"""

from dataclasses import replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from probe.facts.certificate import Certificate, Reading
from probe.facts.distinguished import name
from probe.facts.noun import noun

MAX_NAME = 1024
"""Characters of a presented name that are compared; DNS allows 253."""


class Form(StrEnum):
    """What stands between a presented identifier and the reference. Those up to ``U_LABEL`` are overlooked by some clients (see ``NameRules``)."""

    CN_WITHOUT_SAN = "cn-without-san"  # only the CN fits, and there is no subjectAltName
    CN_BESIDE_OTHER = "cn-beside-other"  # only the CN fits, the subjectAltName has neither DNS name nor address nor URI
    CN_BESIDE_IP = "cn-beside-ip"  # ... has addresses
    CN_BESIDE_URI = "cn-beside-uri"  # ... has URIs
    CN_BESIDE_UNREADABLE = "cn-beside-unreadable"  # ... cannot be read
    CN_NOT_LAST = "cn-not-last"  # a CN that is not the last in the encoding
    IP_AS_CN = "ip-as-cn"
    IP_AS_DNS = "ip-as-dns"
    PARTIAL_PREFIX = "partial-prefix"  # api*.example.com
    PARTIAL_SUFFIX = "partial-suffix"  # *pi.example.com
    PARTIAL_INSIDE = "partial-inside"  # a*i.example.com
    WILDCARD_MIDDLE = "wildcard-middle"  # api.*.example, *.*.example
    WILDCARD_TLD = "wildcard-tld"  # *.example
    REFERENCE_TRAILING_DOT = "reference-trailing-dot"
    PRESENTED_TRAILING_DOT = "presented-trailing-dot"
    UNDERSCORE = "underscore"
    UNDERSCORE_UNDER_WILDCARD = "underscore-under-wildcard"
    DEVIATION = "deviation"  # the reference has a letter that IDNA 2003 and 2008 convert in two ways (RFC 5894 section 7.2)
    IP_MAPPED = "ip-mapped"  # an IPv4 address as ::ffff:192.0.2.1
    U_LABEL_IN_CN = "u-label-in-cn"  # an international name in the common name not as xn--
    U_LABEL = "u-label"  # the same in the subjectAltName
    OTHER_NAME = "other-name"
    OTHER_ADDRESS = "other-address"
    OTHER_KIND = "other-kind"  # an e-mail address, a URI, ...
    CN_BESIDE_DNS = "cn-beside-dns"  # the CN fits, but there are DNS names and then it does not count
    WILDCARD_APEX = "wildcard-apex"  # *.example.com for example.com
    WILDCARD_DEPTH = "wildcard-depth"  # *.example.com for a.b.example.com
    WILDCARD_BARE = "wildcard-bare"  # *
    WILDCARD_LAST = "wildcard-last"  # www.example.*
    NUL = "nul"
    WHITE_SPACE = "white-space"
    EMPTY = "empty"
    TOO_LONG = "too-long"


@noun
class NameRules:
    """Which forms a client overlooks. All false is RFC 9525 to the letter."""

    cn_without_san: bool = False
    cn_beside_other: bool = False
    cn_beside_ip: bool = False
    cn_beside_uri: bool = False
    cn_beside_unreadable: bool = False
    cn_not_last: bool = False
    ip_as_cn: bool = False
    ip_as_dns: bool = False
    partial_prefix: bool = False
    partial_suffix: bool = False
    partial_inside: bool = False
    wildcard_middle: bool = False
    wildcard_tld: bool = False
    reference_trailing_dot: bool = False
    presented_trailing_dot: bool = False
    underscore: bool = False
    underscore_under_wildcard: bool = False
    deviation: bool = False
    ip_mapped: bool = False
    u_label_in_cn: bool = False
    u_label: bool = False


COMMON = NameRules(
    cn_without_san=True,
    cn_beside_other=True,
    cn_beside_ip=True,
    cn_beside_uri=True,
    cn_beside_unreadable=True,
    cn_not_last=True,
    reference_trailing_dot=True,
    underscore=True,
    underscore_under_wildcard=True,
    deviation=True,
)
"""What most clients do: RFC 9525, the common name where there are no DNS names (RFC 6125 section 6.4.4), no objection to underscores and a last dot.

International names are converted as IDNA 2008 wants it.
"""


@noun
class Presented:
    """One identifier of the certificate: ``kind`` is san-dns, san-ip, cn, or san-other; ``forms`` stand between it and the reference (none: it matches).

    ``why`` says the same as half a sentence ("" when it matches).
    """

    kind: str
    value: str
    forms: tuple[Form, ...]
    why: str


@noun
class NameCheck:
    """A reference identity held against a certificate.

    ``matches``, ``by`` (san-dns, san-ip, cn or "") and ``pattern`` are after the rules ``COMMON``. ``forms`` are all forms of all identifiers, each once.
    ``compared`` is the reference as it is compared: lower case, A-labels, no last dot, a canonical address.
    ``good_for`` are the names that the certificate is good for, as written in it.
    """

    reference: str
    compared: str
    is_ip: bool
    matches: bool
    by: str
    pattern: str
    presented: tuple[Presented, ...]
    forms: tuple[Form, ...]
    good_for: tuple[str, ...]


_WHY = {
    Form.CN_WITHOUT_SAN: "it is only the common name, and there is no subjectAltName",
    Form.CN_BESIDE_OTHER: "it is only the common name, and the subjectAltName has no DNS name",
    Form.CN_BESIDE_IP: "it is only the common name, and the subjectAltName has addresses but no DNS name",
    Form.CN_BESIDE_URI: "it is only the common name, and the subjectAltName has URIs but no DNS name",
    Form.CN_BESIDE_UNREADABLE: "it is only the common name, and the subjectAltName cannot be read",
    Form.CN_NOT_LAST: "it is not the last of several common names",
    Form.IP_AS_CN: "an address counts only as an iPAddress of the subjectAltName, not as common name",
    Form.IP_AS_DNS: "an address counts only as an iPAddress of the subjectAltName, not as DNS name",
    Form.PARTIAL_PREFIX: "a wildcard must be a whole label",
    Form.PARTIAL_SUFFIX: "a wildcard must be a whole label",
    Form.PARTIAL_INSIDE: "a wildcard must be a whole label",
    Form.WILDCARD_MIDDLE: "a wildcard must be the first label, and the only one",
    Form.WILDCARD_TLD: "a wildcard directly under a top-level name does not count",
    Form.REFERENCE_TRAILING_DOT: "the name that was asked for ends in a dot",
    Form.PRESENTED_TRAILING_DOT: "the name in the certificate ends in a dot",
    Form.UNDERSCORE: "the name has an underscore, which host names must not have",
    Form.UNDERSCORE_UNDER_WILDCARD: "the wildcard would have to cover a name with an underscore",
    Form.DEVIATION: "it fits the name as IDNA 2008 converts it; clients that convert as IDNA 2003 or not at all compare another name",
    Form.IP_MAPPED: "it is the address in its IPv6 form",
    Form.U_LABEL_IN_CN: "an international name must be written as xn--... in a certificate",
    Form.U_LABEL: "an international name must be written as xn--... in a certificate",
    Form.OTHER_NAME: "it is another name",
    Form.OTHER_ADDRESS: "it is another address",
    Form.OTHER_KIND: "it is no host name",
    Form.CN_BESIDE_DNS: "the common name does not count, because the subjectAltName has DNS names",
    Form.WILDCARD_APEX: "the wildcard covers the names below the domain, not the domain itself",
    Form.WILDCARD_DEPTH: "the wildcard covers exactly one label",
    Form.WILDCARD_BARE: "a wildcard alone does not count",
    Form.WILDCARD_LAST: "a wildcard must not be the last label",
    Form.NUL: "it contains a NUL",
    Form.WHITE_SPACE: "it contains white space",
    Form.EMPTY: "it is empty",
    Form.TOO_LONG: "it is too long to be a name",
}


def converted_in_two_ways(written: str, host: str) -> bool:
    """Whether ``host`` (A-labels) is the IDNA 2008 form of a name that was ``written`` with a letter which IDNA 2003 converts into others."""

    def shown(label: str) -> str:
        try:
            return label[4:].encode().decode("punycode") if label.startswith("xn--") else ""
        except UnicodeError:
            return ""

    return bool(_DEVIATING & set(written)) and any(_DEVIATING & set(shown(label)) for label in host.split("."))


def compare(reference: str, certificate: Certificate, deviating: bool = False) -> NameCheck:
    """Hold ``reference`` (a host name or an address, also in brackets) against the certificate. Never raises.

    ``deviating``: the reference is an A-label that was written otherwise (see ``converted_in_two_ways``).
    """
    read = certificate.read
    address = _address(reference)
    compared = str(address) if address else _ascii(reference.lower().removesuffix("."))
    brought = (
        (Form.REFERENCE_TRAILING_DOT, reference.endswith(".")),
        (Form.UNDERSCORE, "_" in compared),
        (Form.DEVIATION, deviating or bool(_DEVIATING & set(reference))),
    )
    around = tuple(form for form, there in brought if there)
    presented: list[Presented] = []
    for value in read.dns_names:
        presented.append(_made("san-dns", value, _against_address(value, address, Form.IP_AS_DNS) if address else _against(value, compared, around)))
    for value in read.ip_addresses:
        presented.append(_made("san-ip", value, _among_addresses(value, compared, address)))
    presented += [_made("san-other", f"{kind}:{_readable(kind, value)}", (Form.OTHER_KIND,)) for kind, value in read.other_names]
    common = [value for label, value in (read.subject.attributes if read.subject else ()) if label == "CN"]
    for place, value in enumerate(common):
        forms = _against_address(value, address, Form.IP_AS_CN) if address else _against(value, compared, around, Form.U_LABEL_IN_CN)
        if not forms or set(forms) <= _TOLERABLE:
            forms = (*_standing(read), *((Form.CN_NOT_LAST,) if place < len(common) - 1 else ()), *forms)
        presented.append(_made("cn", value, forms))
    check = NameCheck(
        reference=reference,
        compared=compared,
        is_ip=address is not None,
        matches=False,
        by="",
        pattern="",
        presented=tuple(presented),
        forms=tuple(dict.fromkeys(form for one in presented for form in one.forms)),
        good_for=_good_for(read, common),
    )
    found = matching(check, COMMON)
    if found is None:
        return check
    fields = {field: getattr(check, field) for field in ("reference", "compared", "is_ip", "presented", "forms", "good_for")}
    return NameCheck(**fields, matches=True, by=found.kind, pattern=found.value)


def accepted(check: NameCheck, rules: NameRules) -> bool:
    """Whether a client with these rules accepts the certificate for the reference."""
    return matching(check, rules) is not None


def matching(check: NameCheck, rules: NameRules) -> Presented | None:
    """The first identifier with which a client with these rules is content."""
    return next((one for one in check.presented if all(getattr(rules, form.replace("-", "_"), False) for form in one.forms)), None)


_DEVIATING = frozenset("\u00df\u1e9e\u03c2\u200c\u200d")
"""Sharp s, final sigma, and the two joiners (UTS 46 section 2.3)."""
_TOLERABLE = frozenset(form for form in Form if form.replace("-", "_") in NameRules.__dataclass_fields__)


def _made(kind: str, value: str, forms: tuple[Form, ...]) -> Presented:
    return Presented(kind=kind, value=value, forms=forms, why="; ".join(dict.fromkeys(_WHY[form] for form in forms)))


def _readable(kind: str, value: str) -> str:
    return name(bytes.fromhex(value))[0].text if kind == "dn" else value


def _standing(read: Reading) -> tuple[Form, ...]:
    """What the subjectAltName has against the use of the common name."""
    if not read.has_san:
        return (Form.CN_WITHOUT_SAN,)
    if read.dns_names:
        return (Form.CN_BESIDE_DNS,)
    kinds = {kind for kind, _ in read.other_names}
    found = [form for form, there in ((Form.CN_BESIDE_IP, read.ip_addresses), (Form.CN_BESIDE_URI, "uri" in kinds)) if there]
    if kinds - {"uri"}:
        found.append(Form.CN_BESIDE_OTHER)
    return tuple(found) or (Form.CN_BESIDE_UNREADABLE,)


def _good_for(read: Reading, common: list[str]) -> tuple[str, ...]:
    if read.dns_names or read.ip_addresses:
        return tuple(dict.fromkeys((*read.dns_names, *read.ip_addresses)))
    return tuple(dict.fromkeys(value for value in common if value and " " not in value))


def _among_addresses(value: str, compared: str, address: IPv4Address | IPv6Address | None) -> tuple[Form, ...]:
    if address and value == compared:
        return ()
    presented = _address(value)
    mapped = presented.ipv4_mapped if isinstance(presented, IPv6Address) else None
    return (Form.IP_MAPPED,) if address and mapped == address else (Form.OTHER_ADDRESS,)


def _against_address(value: str, address: IPv4Address | IPv6Address, form: Form) -> tuple[Form, ...]:
    return (form,) if _address(value) == address else (Form.OTHER_NAME,)


def _against(value: str, host: str, around: tuple[Form, ...], international: Form = Form.U_LABEL) -> tuple[Form, ...]:
    """The forms between one name and the host (lower case, A-labels, no last dot); ``around`` are those that the reference itself brings."""
    if wrong := _unusable(value):
        return (wrong,)
    pattern = value.lower()
    own: list[Form] = []
    if pattern.endswith("."):
        pattern = pattern[:-1]
        own.append(Form.PRESENTED_TRAILING_DOT)
    if not pattern.isascii():
        pattern = _ascii(pattern)
        own.append(international)
    if pattern == host:
        return (*around, *own)
    if "*" not in pattern:
        return (Form.OTHER_NAME,)
    forms = _wildcard(pattern, host)
    if forms and not set(forms) <= _TOLERABLE:
        return forms
    below = tuple(Form.UNDERSCORE_UNDER_WILDCARD if form is Form.UNDERSCORE else form for form in around)
    return (*below, *own, *forms)


def _unusable(value: str) -> Form | None:
    if not value:
        return Form.EMPTY
    if "\0" in value:
        return Form.NUL
    if len(value) > MAX_NAME:
        return Form.TOO_LONG
    return Form.WHITE_SPACE if any(one.isspace() for one in value) else None


def _wildcard(pattern: str, host: str) -> tuple[Form, ...]:
    if pattern == "*":
        return (Form.WILDCARD_BARE,)
    wanted, labels = pattern.split("."), host.split(".")
    if wanted[0] == "*" and "*" not in pattern[1:]:
        below = wanted[1:]
        if labels == below:
            return (Form.WILDCARD_APEX,)
        if labels[-len(below) :] != below or len(labels) < len(wanted):
            return (Form.OTHER_NAME,)
        if len(labels) > len(wanted):
            return (Form.WILDCARD_DEPTH,)
        return (Form.WILDCARD_TLD,) if len(below) == 1 else ()
    if len(wanted) != len(labels):
        return (Form.OTHER_NAME,)
    forms: list[Form] = []
    for place, (want, label) in enumerate(zip(wanted, labels, strict=True)):
        if want == label:
            continue
        form = _label(want, label)
        if form is Form.OTHER_NAME:
            return (Form.OTHER_NAME,)
        forms += [form] if form else []
        forms += [Form.WILDCARD_MIDDLE] if place else []
    if "*" in wanted[-1]:
        return (Form.WILDCARD_LAST,)
    return tuple(dict.fromkeys((*forms, *((Form.WILDCARD_TLD,) if len(wanted) == 2 else ()))))


def _label(want: str, label: str) -> Form | None:
    """How a label with stars fits: ``None`` for the star alone, ``OTHER_NAME`` for not at all."""
    head, *inside = want.split("*")
    if not inside or not label:
        return Form.OTHER_NAME
    if want == "*":
        return None
    tail = inside.pop()
    rest = label[len(head) : len(label) - len(tail)]
    if len(label) < len(head) + len(tail) or not label.startswith(head) or not label.endswith(tail):
        return Form.OTHER_NAME
    for part in inside:
        _, found, rest = rest.partition(part) if part else ("", "*", rest)
        if not found:
            return Form.OTHER_NAME
    # Part of an A-label is no part of the name that people see (RFC 6125 section 7.2).
    if label.startswith("xn--"):
        return Form.OTHER_NAME
    return Form.PARTIAL_INSIDE if inside or (head and tail) else Form.PARTIAL_PREFIX if head else Form.PARTIAL_SUFFIX


def _ascii(host: str) -> str:
    """International names in A-labels (UTS 46); a name that has none stays as it is."""
    if host.isascii() or len(host) > MAX_NAME:
        return host
    import idna  # its tables take longer to load than all other work here, and few names need them

    labels: list[str] = []
    for label in host.replace("\u3002", ".").split("."):
        try:
            labels.append(label if label.isascii() else idna.encode(label, uts46=True).decode())
        except (idna.IDNAError, UnicodeError):
            labels.append(label)
    return ".".join(labels).lower()


def _address(text: str) -> IPv4Address | IPv6Address | None:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return ip_address(bare.partition("%")[0])
    except ValueError:
        return None


def uncompared(check: NameCheck) -> NameCheck:
    """The same for a client that compares no names, as a profile may say: whatever the certificate names, it fits."""
    fits = Presented(kind="san-dns", value=check.reference, forms=(), why="")
    return replace(check, matches=True, by="san-dns", pattern=check.reference, presented=(fits,), forms=())
