"""The items about names: where each leads, and whether the certificate is for it. Pure."""

from dataclasses import replace

from probe.case.case import Case
from probe.case.path import StackVerdict
from probe.case.resolved import LIMIT, addresses, literal
from probe.causes.catalogue import entries
from probe.causes.words import Certainty, Effect, Evidence, Finding
from probe.facts.observation import How, Observation, Resolution
from probe.report.checklist import Item, Outcome
from probe.report.golive_dns import local, shown_time, slow, times
from probe.report.golive_view import View, answers, sentences
from probe.report.words import short

NOT_THERE = ("dns.nxdomain", "dns.no-address")
SHOWN = 6
OTHER_RECORDS = ("dns.caa", "dns.tlsa-mismatch")
"""What is said of other records than addresses."""


def found(view: View) -> Item | None:
    """Where the name leads: every address, alias and time to live, DNS against the hosts file and against other resolvers; ``None`` for an address."""
    if literal(view.name):
        return None
    asked = view.look.lookup or view.observation
    view.take(*(one.code for one in entries() if one.stage == "dns" and one.code not in OTHER_RECORDS))
    if asked is None:
        return view.open("dns", "Nothing was asked.", about=view.name)
    here = view.lookup_at if view.look.lookup else view.at
    case = Case(asked)
    given = addresses(asked.target, asked.resolutions)
    # Elsewhere it is a note that other sources name only other addresses close by; here somebody is about to rely on where DNS leads.
    apart = not set(given) & {address for one in asked.resolutions if one.source == "dns" for address in one.addresses}
    # Items of their own are about further records.
    about_addresses = (one for one in answers(case, "dns").findings if one.code not in OTHER_RECORDS)
    told = (one for one in about_addresses if one.effect is not Effect.NOTE or (apart and given and _asked_dns(asked)))
    judged = tuple(sorted(told, key=lambda one: one.effect is not Effect.BREAKS))
    evidence = tuple(Evidence(says=_said(one), at=f"{here}{case.pointer(one)}") for one in asked.resolutions)
    proxied = view.observation is not None and view.observation.target.proxy is not None and view.observation.target.proxy.resolves
    if proxied and not given:
        reached = [one for one in view.cases if one.connected]
        if not reached:
            return view.open("dns", "This machine finds no address; the proxy resolves the name, and did not get there.", about=view.name)
        says = "The proxy finds its address; this machine finds none, which is no fault behind a proxy."
        evidence = tuple(view.seen(one, "The proxy made the tunnel.", one.tunnel) for one in reached)
        return view.item("dns", Outcome.PASS, says, evidence=evidence, about=view.name)
    if view.look.lookup and view.observation and view.observation.target.connect:
        return _by_hand(view, view.observation, asked, given, judged, evidence)
    if view.observation and view.observation.target.connect:
        return view.open("dns", "DNS was not asked, because the address was given by hand.", about=view.name)
    if any(one.effect is Effect.BREAKS for one in judged) or not given:
        if not judged:
            return view.open("dns", "No answer came.", about=view.name)
        return view.item("dns", Outcome.FAIL, sentences(judged), found=judged, evidence=evidence, about=view.name)
    says = told_of(asked, given)
    warned = f"{sentences(judged)}{local(asked, given)}{slow(asked, view.days.window)}".strip()
    if warned:
        return view.item("dns", Outcome.WARN, f"{says} {warned}", found=judged, evidence=evidence, about=view.name)
    return view.item("dns", Outcome.PASS, says, evidence=evidence, about=view.name)


def _by_hand(view: View, seen: Observation, asked: Observation, given: tuple[str, ...], judged: tuple[Finding, ...], evidence: tuple[Evidence, ...]) -> Item:
    """The name is looked at where it will be; DNS may not lead there yet, which is no fault."""
    there = seen.target.connect or ""
    if not given:
        absent = not judged or any(one.code in NOT_THERE for one in judged)
        says = f"Not switched yet: {view.name} is not in DNS." if absent else f"DNS gave no answer about {view.name}."
        return view.item("dns", Outcome.WARN, f"{says} Checked at {there}.", found=judged, evidence=evidence, about=view.name)
    if set(given) == {there}:
        return view.item("dns", Outcome.PASS, f"DNS leads to the address that was checked. {told_of(asked, given)}", evidence=evidence, about=view.name)
    listed = _listed(given)
    if there in given:
        says = f"DNS gives {listed}; only {there} was checked."
        return view.item("dns", Outcome.WARN, says, found=judged, evidence=evidence, about=view.name)
    says = f"Not switched yet: DNS gives {listed}, checked at {there}.{slow(asked, view.days.window) or _lasting(asked)}"
    return view.item("dns", Outcome.WARN, says, found=judged, evidence=evidence, about=view.name)


def told_of(asked: Observation, given: tuple[str, ...]) -> str:
    """All that is known of a name that leads somewhere, in a sentence or two."""
    answer = [one for one in asked.resolutions if one.source == "dns" and set(one.addresses) & set(given)]
    aliases = list(dict.fromkeys(f"{alias.name} -> {alias.target} (TTL {alias.ttl} s)" for one in answer for alias in one.aliases))
    lasting = sorted({one.ttl for one in answer if one.ttl is not None})
    vouched = ", validated by DNSSEC as the DNS server says" if answer and all(one.authentic for one in answer) else ""
    ttl = f", TTL {lasting[0]} s{vouched}" if lasting else vouched
    way = f" Alias: {'; '.join(aliases[:SHOWN])}." if aliases else ""
    return f"{len(given)} address{'es' if len(given) != 1 else ''}: {_listed(given)}{ttl}.{way}"


def _asked_dns(asked: Observation) -> bool:
    return any(one.source == "dns" and one.rcode is not None for one in asked.resolutions)


def _listed(given: tuple[str, ...]) -> str:
    return ", ".join(given[:LIMIT])


def _lasting(asked: Observation) -> str:
    """How long the old addresses live on after the switch."""
    known = times(asked)
    return f" After the switch, resolvers may give the old address for up to {shown_time(max(known))} (TTL)." if known else ""


def _said(one: Resolution) -> str:
    who = "The resolver of this machine" if one.source == "system" else f"The DNS server {one.server}" if one.server else "DNS"
    what = "" if one.type == "any" else f" for {one.type}"
    if one.addresses:
        ttl = f" (TTL {one.ttl} s)" if one.ttl is not None else ""
        vouched = ", and says that DNSSEC vouches for it (AD)" if one.authentic else ""
        return f"{who} answered{what} with {', '.join(one.addresses)}{ttl}{vouched}."
    if one.rcode is not None:
        return f"{who} answered{what} with code {one.rcode} and no address."
    return f"{who} did not answer{what}." if one.ending.how is How.TIMED_OUT else f"{who} gave no address{what} ({one.ending.how})."


def covered(view: View, main: View) -> Item:
    """Whether the certificate is for the name, at every address that showed one. Where none was, the main one counts."""
    judged = view.take("name")
    if view.shown:
        name = view.observation.target.name if view.observation else view.name
        refusing = [one for case in view.shown for one in case.verdicts if one.name_refused]
        breaking = tuple(one for one in judged if one.effect is Effect.BREAKS)
        if refusing or breaking:
            says = sentences(judged) or f"{_who(refusing)} the certificate for {name}."
            return view.item("names", Outcome.FAIL, says, found=judged, about=name)
        evidence = tuple(view.seen(one, _covering(one), one.chain_handshake) for one in view.shown[:SHOWN])
        outcome = Outcome.WARN if judged else Outcome.PASS
        return view.item("names", outcome, f"{_covering(view.shown[0])} {sentences(judged)}".strip(), found=judged, evidence=evidence, about=name)
    if not view.main and main.shown:
        return _elsewhere(view, main)
    return view.open("names", "No certificate was seen.", about=view.name)


def _elsewhere(view: View, main: View) -> Item:
    """A name that could not be connected to, held against the certificate of the target: under its own it might get another one, so this proves no fault."""
    renamed = [Case(replace(one.observation, target=replace(one.observation.target, name=view.name)), one.address) for one in main.shown]
    evidence = tuple(main.seen(one, _covering(one), one.chain_handshake) for one in renamed[:SHOWN] if one.names and one.names.matches)
    if renamed and all(one.verdicts and not any(verdict.name_refused for verdict in one.verdicts) for one in renamed):
        says = f"The certificate that is shown for {main.name} covers {view.name}; under this name itself none was seen."
        return view.item("names", Outcome.PASS, says, evidence=evidence, about=view.name)
    if view.expected:
        return view.open("names", f"No certificate was seen under this name, and the one for {main.name} does not cover it.", about=view.name)
    found = tuple(dict.fromkeys(one for case in renamed for one in answers(case, "name").findings if one.effect is not Effect.NOTE))
    says = f"The certificate for {main.name} does not cover this name, and under the name itself none was seen."
    return view.item("names", Outcome.WARN, says, found=tuple(replace(one, certainty=Certainty.POSSIBLE) for one in found), about=view.name)


def _covering(case: Case) -> str:
    names = case.names
    if names is None or not names.matches:
        return f"{case.address}: the certificate is for {', '.join(names.good_for[:SHOWN]) if names else 'nothing that can be read'}."
    how = {"san-dns": "its subjectAltName", "san-ip": "its subjectAltName (address)", "cn": "only its common name"}.get(names.by, "it")
    return f"{how[0].upper()}{how[1:]} {names.pattern} covers {names.reference}."


def _who(refusing: list[StackVerdict]) -> str:
    titles = list(dict.fromkeys(short(one.title) for one in refusing))
    return f"{' and '.join(titles)} refuse{'s' if len(titles) == 1 else ''}"
