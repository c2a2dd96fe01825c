"""The items about further records in DNS: who may issue the next certificate, and which one is announced. Pure."""

from probe.case.caa import May, Rule, rule
from probe.case.case import Case
from probe.case.public import public_path
from probe.case.tlsa import SELECTORS, USAGES, Fits, expected, spelled
from probe.causes.words import Effect, Evidence
from probe.facts.observation import Lookup
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


def _permitted(found: Rule, lookup: Lookup) -> str:
    who = found.issuer.name if found.issuer else "the authority"
    bound = f" Only under these conditions, which were not checked: {'; '.join(found.bound[:SHOWN])}." if found.bound else ""
    return f"The CAA records of {lookup.name} let {who} issue ({', '.join(found.listed[:SHOWN])}).{bound}"


def _seen(view: View, case: Case, lookup: Lookup) -> Evidence:
    count = len(lookup.records) + lookup.left_off
    return view.seen(case, f"The DNS server {lookup.server} gave {count} {lookup.type} record{'s' if count != 1 else ''} of {lookup.name}.", lookup)
