"""The items about further records in DNS: who may issue the next certificate, which one is announced; and what else is told of the name. Pure."""

from ipaddress import IPv6Address

from probe.case.caa import May, Rule, rule
from probe.case.case import Case
from probe.case.public import public_path
from probe.case.tlsa import SELECTORS, USAGES, Fits, expected, spelled
from probe.causes.words import Effect, Evidence
from probe.facts.observation import Lookup, Observation
from probe.facts.records import Pointer
from probe.report.checklist import Item, Outcome
from probe.report.golive_view import View, sentences

SHOWN = 6


def allowed(view: View) -> list[Item]:
    """Whether the authority of the certificate may issue the next one; nothing where no records restrict it, or no public authority issued it."""
    judged = view.take("dns.caa")
    case = next((one for one in view.shown if rule(one) is not None), None)
    found = rule(case) if case else None
    if case is None or found is None or found.lookup is None or found.may is May.ANYBODY:
        return []
    evidence = (_seen(view, case, found.lookup),)
    if judged:
        return [view.item("caa", Outcome.WARN, sentences(judged), found=judged)]
    if public_path(case) is None:
        # An authority of an organization's own does not look at these records.
        return []
    if found.may is May.YES:
        return [view.item("caa", Outcome.PASS, _permitted(found, found.lookup), evidence=evidence)]
    says = f"The CAA records of {found.lookup.name} name {', '.join(found.listed[:SHOWN])}. {found.why}"
    return [view.item("caa", Outcome.NOT_DONE, f"Cannot be decided. {says}", evidence=evidence)]


def announced(view: View) -> list[Item]:
    """Whether TLSA records fit what each address shows; nothing where there are none."""
    judged = view.take("dns.tlsa-mismatch", effects=(Effect.BREAKS, Effect.RISKS, Effect.NOTE))
    known = [(case, found) for case in view.shown if (found := expected(case)) is not None]
    if not known:
        return []
    case, first = known[0]
    vouched = "DNSSEC vouches for them, says the DNS server." if first.authentic else "Nothing said that DNSSEC vouches for them; without it they do not count."
    evidence = (_seen(view, case, first.lookup),)
    if judged:
        return [view.item("tlsa", Outcome.WARN, sentences(judged), found=judged)]
    if not first.usable:
        says = f"No TLSA record of {first.lookup.name} means anything to a client of this protocol."
        return [view.item("tlsa", Outcome.WARN, says, evidence=evidence)]
    if any(found.met is None for _, found in known):
        says = f"Whether the TLSA records of {first.lookup.name} fit cannot be decided from what was sent."
        return [view.item("tlsa", Outcome.NOT_DONE, says, evidence=evidence)]
    fitting = next(one for one, fits in first.usable if fits is Fits.YES)
    says = f"The record {spelled(fitting)} ({USAGES[fitting.usage]}, {SELECTORS[fitting.selector]}) fits. {vouched}"
    return [view.item("tlsa", Outcome.PASS if first.authentic else Outcome.WARN, says, evidence=evidence)]


def circumstances(seen: Observation) -> tuple[tuple[str, str], ...]:
    """What DNS and this machine say of the name besides, as (label, value)."""
    if not seen.target.records:
        return ()
    lines: list[tuple[str, str]] = []
    pointers = [one for one in seen.lookups if one.type == "PTR"]
    if pointers:
        lines.append(("Names of the addresses (PTR)", "; ".join(f"{_address(one.name)}: {_called(one)}" for one in pointers[:SHOWN])))
    if any(one.type == "CAA" for one in seen.lookups) and not any(one.type == "CAA" and one.records for one in seen.lookups):
        answered = all(one.rcode in (0, 3) for one in seen.lookups if one.type == "CAA")
        known = answered and any(one.type == "CAA" and one.rcode == 0 for one in seen.lookups)
        lines.append(("Who may issue (CAA)", "no records: any authority" if known else "not known: the DNS server gave no answer that counts"))
    asked = [one for one in seen.resolutions if one.source == "dns" and one.rcode == 0 and one.server]
    if asked:
        lines.append(("DNSSEC", flagged(any(one.authentic for one in asked), asked[0].server or "")))
    beside = seen.beside
    if beside and beside.hosts:
        lines.append(("Hosts file", f"{beside.file} gives {', '.join(beside.hosts)}; programs of this machine go there, whatever DNS says"))
    if beside and beside.search:
        lines.append(("Search list", ", ".join(beside.search)))
    return tuple(lines)


def flagged(authentic: bool, server: str) -> str:
    """What the flag of a DNS server is worth."""
    if authentic:
        return f"{server} says that it validated the answer (AD); that is its word and no proof"
    return f"{server} does not say that it validated the answer (AD): the zone is not signed, or this server does not validate"


def _permitted(found: Rule, lookup: Lookup) -> str:
    who = found.issuer.name if found.issuer else "the authority"
    bound = f" Only under these conditions, which were not checked: {'; '.join(found.bound[:SHOWN])}." if found.bound else ""
    return f"The CAA records of {lookup.name} let {who} issue ({', '.join(found.listed[:SHOWN])}).{bound}"


def _seen(view: View, case: Case, lookup: Lookup) -> Evidence:
    count = len(lookup.records) + lookup.left_off
    return view.seen(case, f"The DNS server {lookup.server} gave {count} {lookup.type} record{'s' if count != 1 else ''} of {lookup.name}.", lookup)


def _called(one: Lookup) -> str:
    names = [record.host for record in one.records if isinstance(record, Pointer)]
    return ", ".join(names[:SHOWN]) or ("none" if one.rcode in (0, 3) else "no answer")


def _address(name: str) -> str:
    """The address that a name of the reverse tree is about."""
    labels = name.removesuffix(".in-addr.arpa").split(".")
    if name.endswith(".in-addr.arpa"):
        return ".".join(reversed(labels))
    digits = "".join(reversed(name.removesuffix(".ip6.arpa").split(".")))
    return str(IPv6Address(int(digits, 16))) if len(digits) == 32 and all(one in "0123456789abcdef" for one in digits) else name
