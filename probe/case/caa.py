"""Who may issue for a name, as its CAA records say (RFC 8659). Pure."""

from enum import StrEnum

from probe.case.case import Case
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.observation import Lookup
from probe.facts.records import Authorization
from probe.policies import CaaIssuer, caa_issuers

NXDOMAIN = 3
CRITICAL = 0x80
ISSUE, ISSUE_WILD = "issue", "issuewild"
TAGS = frozenset({ISSUE, ISSUE_WILD, "iodef", "issuemail", "issuevmc", "contactemail", "contactphone", "auth", "path", "policy"})
"""The tags that somebody gave a meaning (IANA registry of CAA properties); an authority must refuse at a critical one that it does not know."""


class May(StrEnum):
    """Whether the authority of a certificate may issue the next one."""

    YES = "yes"
    NO = "no"
    NOBODY = "nobody"  # no authority may
    ANYBODY = "anybody"  # there is no rule
    UNKNOWN = "unknown"


@noun
class Rule:
    """What the records say for one certificate. ``name`` is what was asked about, ``wildcard``: it begins with an asterisk.

    ``lookup`` is the answer that counts (``None``: none does), ``listed`` are the authorities' domain names in it. ``issuer`` is the authority if it is known.
    ``why`` says in a sentence why it is not known. ``bound`` are parameters that narrow the permission, as an account does (RFC 8657).
    """

    may: May
    name: str
    wildcard: bool = False
    lookup: Lookup | None = None
    listed: tuple[str, ...] = ()
    issuer: CaaIssuer | None = None
    why: str = ""
    bound: tuple[str, ...] = ()


def rule(case: Case) -> Rule | None:
    """What holds for the certificate that was shown; ``None`` when no such records were asked for, or no name of it is the one that was asked about."""
    lookups = tuple(one for one in case.observation.lookups if one.type == "CAA")
    if case.names is not None and not case.names.matches:
        # Who will issue for the name that was asked about, nobody knows.
        return None
    pattern = (case.names.pattern if case.names and case.names.by == "san-dns" else case.target.host).lower()
    wildcard = pattern.startswith("*.")
    name = pattern.removeprefix("*.")
    if not lookups or case.leaf is None or name not in (case.target.host, case.target.host.partition(".")[2]):
        return None
    found, why = relevant(lookups, name)
    if why:
        return Rule(may=May.UNKNOWN, name=name, wildcard=wildcard, why=why)
    if found is None:
        return Rule(may=May.ANYBODY, name=name, wildcard=wildcard)
    records = tuple(one for one in found.records if isinstance(one, Authorization))
    strange = next((one.tag for one in records if one.flags & CRITICAL and one.tag not in TAGS), "")
    if strange:
        says = f'The property "{strange}" is marked as critical, and no authority knows it.'
        return Rule(may=May.NOBODY, name=name, wildcard=wildcard, lookup=found, why=says)
    tag = ISSUE_WILD if wildcard and any(one.tag == ISSUE_WILD for one in records) else ISSUE
    values = tuple(_value(one.value) for one in records if one.tag == tag)
    if not values:
        return Rule(may=May.ANYBODY, name=name, wildcard=wildcard, lookup=found)
    listed = tuple(dict.fromkeys(domain for domain, _ in values if domain))
    if not listed:
        return Rule(may=May.NOBODY, name=name, wildcard=wildcard, lookup=found)
    issuer = known(case.leaf)
    if issuer is None:
        says = "It is not known by which domain name this authority knows itself in CAA records; its certification practice statement says it."
        return Rule(may=May.UNKNOWN, name=name, wildcard=wildcard, lookup=found, listed=listed, why=says)
    mine = tuple(bound for domain, bound in values if domain in issuer.domains)
    # A permission without conditions makes those with conditions superfluous.
    bound = () if not all(mine) else mine
    return Rule(may=May.YES if mine else May.NO, name=name, wildcard=wildcard, lookup=found, listed=listed, issuer=issuer, bound=bound)


def relevant(lookups: tuple[Lookup, ...], name: str) -> tuple[Lookup | None, str]:
    """The answer that counts for a name: its own records, else those of the nearest name above (section 3); or a sentence that says why it is not known."""
    labels = name.split(".")
    existing = False
    for place in range(len(labels)):
        here = ".".join(labels[place:])
        one = next((one for one in lookups if one.name == here), None)
        if one is None:
            return None, f"{here} was not asked about."
        if one.records:
            return one, ""
        if one.rcode not in (0, NXDOMAIN):
            return None, f"The question about {here} was not answered{f' (code {one.rcode})' if one.rcode is not None else ''}."
        existing = existing or one.rcode == 0
    # Who does not even know the top-level domain knows nothing of what an authority sees.
    return None, "" if existing else "The DNS server that was asked knows none of the names above it."


def known(certificate: Certificate) -> CaaIssuer | None:
    """The authority that issued a certificate, by the organization in its issuer's name."""
    issuer = certificate.read.issuer
    names = {value for label, value in (issuer.attributes if issuer else ()) if label == "O"}
    return next((one for one in caa_issuers() if names & set(one.organizations)), None)


def _value(text: str) -> tuple[str, str]:
    """Domain name and parameters of an issue property; what is not written as section 4.2 wants it names nobody."""
    domain, _, parameters = text.partition(";")
    domain = domain.strip(" \t").lower().rstrip(".")
    labels = domain.split(".")
    sound = all(one and all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in one) for one in labels)
    return (domain if sound else "", parameters.strip(" \t"))
