"""The items about client certificates, in both directions, and about what the application says. Pure."""

from ipaddress import ip_address

from probe.case.case import Case
from probe.case.checked import Outcome as Answered
from probe.case.checked import of as answered
from probe.case.identity import Flaw, Listing, examine
from probe.case.resolved import literal
from probe.causes.catalogue import entry
from probe.causes.loading import sentence
from probe.causes.sent_chain import unseen
from probe.causes.words import Certainty, Effect, Evidence, Finding
from probe.facts.certificate import title
from probe.facts.identity import Identity
from probe.facts.observation import Exchange, How, Observation
from probe.protocols import named
from probe.report.checklist import Item, Outcome
from probe.report.golive_view import View, sentences
from probe.report.words import answered as answer_words

CODES = {
    Flaw.MISFIT: "client.key-mismatch",
    Flaw.EXPIRED: "client.expired",
    Flaw.NOT_YET_VALID: "client.not-yet-valid",
    Flaw.EKU: "client.eku",
    Flaw.WEAK: "client.weak",
}
UNLOADABLE = ("client.key-mismatch", "client.key-unusable")
BY_TIME = (Flaw.EXPIRED, Flaw.NOT_YET_VALID)
LISTED = {
    Listing.UNNAMED: "The server names no issuers that it accepts.",
    Listing.DIRECT: "Its issuer is among those that the server names.",
    Listing.ABOVE: "An issuer above it is among those that the server names, and the way there is sent along.",
    Listing.BEYOND: "An issuer above it is among those that the server names, but the intermediate that leads there is not sent.",
    Listing.NONE: "Its issuer is not among those that the server names.",
}
IN_APPLICATION = ("client.not-on-file", "client.issuer-not-registered", "client.id-in-use")
"""Codes of the client stage that the application tells, when the certificate itself has been accepted."""


def presented(view: View) -> tuple[Item, ...]:
    """Our own client certificate: by itself, and what the server made of it. Nothing when there is none and none was asked for."""
    identity = view.observation.identity if view.observation else None
    items = (_examined(view, identity),) if identity else ()
    accepted = _accepted(view, identity)
    return (*items, accepted) if accepted else items


def _examined(view: View, identity: Identity) -> Item:
    """Its dates, key, usage and strength, before anything is sent; its issuer against those that the server names."""
    own = identity.own
    days = view.days
    if own is None:
        return view.open("client-certificate", "There is no certificate in the file.")
    own_evidence = Evidence(says=_described(identity), at=f"{view.at}/identity/certificates/0")
    for moment, late in ((days.begin, False), (days.end, False), (days.until, True)):
        flaws = examine(identity, moment)
        firm = [one for one in flaws if one.firm and (not late or one.flaw in BY_TIME)]
        if firm:
            outcome = Outcome.WARN if late else Outcome.FAIL
            effect = Effect.RISKS if late else Effect.BREAKS
            found = tuple(Finding(code=CODES[one.flaw], effect=effect, summary=one.fact, about=(one.about,)) for one in firm if entry(CODES[one.flaw]))
            when = f" That is within {days.days} days after the day." if late else ""
            return view.item("client-certificate", outcome, f"{' '.join(one.fact for one in firm[:3])}{when}", found=found, evidence=(own_evidence,))
    weak = [one for one in examine(identity, days.begin) if not one.firm]
    found = tuple(Finding(code=CODES[one.flaw], effect=Effect.RISKS, summary=one.fact, about=(one.about,)) for one in weak if entry(CODES[one.flaw]))
    if identity.unloadable:
        judged = tuple(one for one in view.findings if one.code in UNLOADABLE and one.effect is not Effect.BREAKS)
        says = " ".join(sentence(identity, one) for one in identity.unloadable)
        return view.item("client-certificate", Outcome.WARN, f'"{title(own)}": {says}', found=(*found, *judged), evidence=(own_evidence,))
    says = f'"{title(own)}", {identity.key}, the key fits, valid {days.shown} and for {days.days} days after it.'
    told = " ".join((says, *(one.fact for one in weak[:2])))
    return view.item("client-certificate", Outcome.WARN if weak else Outcome.PASS, told, found=found, evidence=(own_evidence,))


def _described(identity: Identity) -> str:
    own = identity.own
    if own is None:
        return "No certificate."
    read = own.read
    period = f", valid from {read.not_before:%Y-%m-%d %H:%M} to {read.not_after:%Y-%m-%d %H:%M} UTC" if read.not_before and read.not_after else ""
    return f'The certificate "{title(own)}"{period}; {len(identity.certificates) - 1} more in the file.'


def _accepted(view: View, identity: Identity | None) -> Item | None:
    judged = tuple(one for one in view.take("client", "environment.client-certificate") if one.code not in IN_APPLICATION)
    # What is no more than possible could not be tried, and leaves the item open.
    breaking = tuple(one for one in judged if one.effect is Effect.BREAKS and one.certainty is not Certainty.POSSIBLE)
    tried = [one for one in view.cases if one.connected]
    asking = [one for one in tried if one.client.requested]
    if not tried or not any(one.presented for one in tried):
        return view.open("client-accepted", "The handshake did not come as far as that.") if identity else None
    if breaking or any(one.client.accepted is False for one in tried):
        case = next((one for one in tried if one.client.accepted is False), tried[0])
        evidence = view.evidence(breaking) or (view.seen(case, "It refused.", case.handshake),)
        return view.item("client-accepted", Outcome.FAIL, sentences(breaking) or "The server refuses the client certificate.", found=judged, evidence=evidence)
    if not asking:
        if identity is None:
            return None
        says = "The server did not ask for a client certificate, so none was sent: either it needs none, or it asks for it only elsewhere."
        return view.item(
            "client-accepted", Outcome.WARN, says, found=judged, evidence=(view.seen(tried[0], "No request for a certificate.", tried[0].handshake),)
        )
    case = asking[0]
    evidence = tuple(view.seen(one, f"{one.address}: {_treated(one)}", one.handshake) for one in asking)
    if identity is None:
        demanded = any(one.client.required for one in asking)
        if not demanded and any(one.client.unheard for one in asking):
            says = "The server asks for a client certificate, and none is named in the plan. Nothing was asked after the handshake, where many servers refuse."
            return view.item("client-accepted", Outcome.WARN, says, found=judged, evidence=evidence)
        says = "The server asks for a client certificate, and none is named in the plan." + (
            "" if demanded else " It answers without one too, as far as was seen."
        )
        return view.item("client-accepted", Outcome.FAIL if demanded else Outcome.WARN, says, found=judged, evidence=evidence)
    listed = "Of whom it asked was not seen, as it asked inside the encryption." if unseen(case.client) else LISTED[case.client.listing]
    if any(one.client.held_back or not one.client.sent for one in asking):
        anyway = "send-anyway = true presents it all the same"
        held = f"it is one for a server; {anyway}" if case.client.serving else f"it is not valid today; {anyway}"
        why = held if case.client.held_back else "it was not presented"
        return view.open("client-accepted", f"The server asks for a certificate, but {why}. {listed}")
    if all(one.client.accepted or _arrived(one) for one in asking):
        warned = bool(judged)
        says = f"Asked for, sent, and the server went on. {listed}"
        return view.item("client-accepted", Outcome.WARN if warned else Outcome.PASS, f"{says} {sentences(judged)}".strip(), found=judged, evidence=evidence)
    why = "nothing was asked after the handshake, where many servers refuse" if case.client.unheard else "that cannot be told from what it answered"
    return view.open("client-accepted", f"It was sent; whether the server accepts it is not known: {why}. {listed}")


def _arrived(case: Case) -> bool:
    """Whether an answer shows, by what the profile knows, that the certificate was accepted on the way to the application."""
    return any(one.row and {"client-chain", "client-cert"} & set(one.row.proves) for one in answered(case))


def _treated(case: Case) -> str:
    client = case.client
    sent = "our certificate was sent" if client.sent else "none was sent"
    known = True if _arrived(case) else client.accepted
    went = {True: "and the server went on", False: "and the server refused", None: "and what the server makes of it is not known"}[known]
    return f"a certificate was asked for, {sent}, {went}." if client.sent else f"a certificate was asked for, {sent}."


def demanded(view: View) -> Item:
    """Whether a partner without a client certificate gets through to us."""
    judged = view.take("client")
    tried = [one for one in view.cases if one.connected and one.presented]
    if not tried:
        return view.open("client-demand", "The handshake did not come as far as that.")
    breaking = tuple(one for one in judged if one.effect is Effect.BREAKS)
    evidence = tuple(
        view.seen(one, f"{one.address}: {'a certificate is asked for' if one.client.requested else 'no certificate is asked for'}.", one.handshake)
        for one in tried
    )
    if breaking or any(one.client.required for one in tried):
        says = sentences(breaking) or "Without a client certificate the endpoint refuses."
        return view.item("client-demand", Outcome.FAIL, f"{says} The partner presents none.", found=judged, evidence=(*view.evidence(breaking), *evidence))
    asking = [one for one in tried if one.client.requested]
    if not asking:
        return view.item(
            "client-demand", Outcome.WARN if judged else Outcome.PASS, f"None is asked for. {sentences(judged)}".strip(), found=judged, evidence=evidence
        )
    if any(one.client.required is None for one in asking):
        return view.open("client-demand", f"A certificate is asked for; whether the endpoint insists on it was not found out. {sentences(judged)}".strip())
    says = "A certificate is asked for but not demanded. A caller that presents one of an issuer that is not accepted may be refused all the same."
    return view.item("client-demand", Outcome.WARN, says, found=judged, evidence=evidence)


def vantage(view: View) -> Item:
    """From where it was seen: the partner sees it from elsewhere, which cannot be tried from here."""
    seen = view.observation
    if seen is None or not view.cases:
        return view.open("vantage", "Nothing was connected to.")
    if seen.target.proxy:
        says = f"Seen from {_from(seen)} through the proxy {seen.target.proxy.url}. What the partner reaches, and through which firewall, it does not show."
        return view.item("vantage", Outcome.WARN, says, evidence=(Evidence(says=f"The proxy is named by {seen.target.proxy.source}.", at=f"{view.at}/target"),))
    inside = [one.address for one in view.cases if one.address and not _public(one.address)]
    evidence = (Evidence(says=f"Seen from {_from(seen)}.", at=f"{view.at}/vantage"),)
    if inside:
        says = (
            f"Seen from {_from(seen)} at {', '.join(inside[:4])}, which is an internal address: the partner reaches another one, and perhaps another machine."
        )
        return view.item("vantage", Outcome.WARN, f"{says} Run this from outside of your network too.", evidence=evidence)
    says = f"Seen from {_from(seen)} at a public address. Whether a firewall lets the partner's own addresses through cannot be seen from here."
    return view.item("vantage", Outcome.PASS, says, evidence=evidence)


def _from(seen: Observation) -> str:
    return seen.vantage.host + (f" ({seen.vantage.address})" if seen.vantage.address else "")


def _public(address: str) -> bool:
    """Whether this is a public address; what only a proxy knows by its name is taken for one."""
    return literal(address) is None or ip_address(address.partition("%")[0]).is_global


def application(view: View) -> tuple[Item, ...]:
    """What the service behind TLS answers: to the checks of the profile, else to one harmless question."""
    seen = view.observation
    if seen is not None and seen.agreement is not None and view.cases:
        case = next((one for one in view.cases if one.established), view.cases[0])
        outcomes = answered(case)
        judged = view.take("app", *IN_APPLICATION)
        items = [_check(view, case, check, [one for one in outcomes if one.check == check], judged) for check in dict.fromkeys(one.check for one in outcomes)]
        named = {code for item in items for code in (fault.code for fault in item.faults)}
        rest = tuple(one for one in judged if one.code not in named)
        more = (_words(view, case, rest),) if rest and items else () if items else (_asked(view, rest),)
        return (*items, *more)
    return (_asked(view, view.take("app", *IN_APPLICATION)),)


def _words(view: View, case: Case, rest: tuple[Finding, ...]) -> Item:
    breaks = any(one.effect is Effect.BREAKS for one in rest)
    return view.item("app", Outcome.FAIL if breaks else Outcome.WARN, sentences(rest), found=rest)


def _check(view: View, case: Case, check: object, outcomes: list[Answered], judged: tuple[Finding, ...]) -> Item:
    """One check of the profile. What has side effects and was not consented to is not done, and the whole does not depend on it."""
    last = outcomes[-1]
    name, heading = last.check.id, last.check.title
    if last.why_not:
        effects = f"Not done, because it has side effects: it {last.check.side_effects}." if not last.check.safe and last.check.side_effects else last.why_not
        required = last.check.safe and last.check.level == "app"
        return view.item("app", Outcome.NOT_DONE, view.why_not or effects, about=name, title=heading, required=required)
    status = last.exchange.status if last.exchange else None
    came = f"The answer was {status}." if status is not None else "No answer came."
    text = last.text.short if last.text else ""
    fact = next((step for attempt in case.attempts for step in attempt.steps if step is last.exchange), None)
    evidence = (view.seen(case, came, fact or case.handshake),)
    if last.row is None:
        mine = tuple(one for one in judged if one.code.startswith("app."))
        if any(one.effect is Effect.BREAKS for one in mine):
            return view.item("app", Outcome.FAIL, sentences(mine), about=name, title=heading, found=mine, evidence=evidence)
        # An answer that nobody understands shows neither that it works nor that it does not.
        outcome = Outcome.NOT_DONE if last.check.safe and last.check.expect and status is not None else Outcome.WARN
        return view.item("app", outcome, f"{came} The profile does not say what that means.", about=name, title=heading, found=mine, evidence=evidence)
    if last.row.cause:
        mine = tuple(one for one in judged if one.code == last.row.cause) or tuple(one for one in view.findings if one.code == last.row.cause)
        return view.item("app", Outcome.FAIL, text or sentences(mine) or came, about=name, title=heading, found=mine, evidence=evidence)
    # Some answers only show that the question arrived.
    whole = not last.row.proves or "app" in last.row.proves
    return view.item("app", Outcome.PASS if whole else Outcome.WARN, f"{came} {text}".strip(), about=name, title=heading, evidence=evidence)


def _asked(view: View, judged: tuple[Finding, ...]) -> Item:
    """The one harmless question that is asked of any service."""
    seen = view.observation
    breaking = tuple(one for one in judged if one.effect is Effect.BREAKS)
    if breaking:
        return view.item("app", Outcome.FAIL, sentences(judged), found=judged)
    if seen is not None and (not seen.target.app or seen.target.protocol == "tls"):
        return view.open("app", "Behind tls:// nothing is asked." if seen.target.protocol == "tls" else "The application was not asked.", required=False)
    if seen is not None and seen.target.protocol == "mqtts" and any(attempt.question.level for attempt in seen.attempts):
        says = sentences(judged) or "The broker let the client in."
        return view.item("app", Outcome.WARN if judged else Outcome.PASS, says, found=judged)
    if seen is not None and seen.target.protocol == "mqtts":
        return view.open("app", "No CONNECT was sent: it would end the connection of a running client with the same client ID.", required=False)
    if seen is not None and named(seen.target.protocol).begin is None and not judged:
        return view.open("app", f"Behind {seen.target.protocol}:// nothing is asked.", required=False)
    if any(one.client.refusal and one.client.refusal.sure for one in view.cases):
        return view.open("app", "The server answered about the client certificate, see there.")
    told = [one for one in view.cases if one.exchange and one.exchange.status is not None]
    if not told:
        if judged:
            return view.item("app", Outcome.WARN, sentences(judged), found=judged)
        quiet = next((one for one in view.cases if one.exchange), None)
        if quiet and quiet.exchange and quiet.exchange.ending.how is not How.DONE and not view.why_not:
            return view.item("app", Outcome.WARN, "TLS works, but no answer came.", evidence=(view.seen(quiet, "No answer.", quiet.exchange),))
        return view.open("app", "The connection did not come as far as that.")
    evidence = tuple(view.seen(one, f"{one.address}: {_said(one)}.", one.exchange) for one in told)
    return view.item(
        "app", Outcome.WARN if judged else Outcome.PASS, f"It answered {_said(told[0])}. {sentences(judged)}".strip(), found=judged, evidence=evidence
    )


def _said(case: Case) -> str:
    one = case.exchange
    if one is None:
        return "nothing"
    return (
        f"HTTP {one.status} to GET {case.target.path}"
        if one.protocol == "https"
        else f"LDAP result {one.status}"
        if one.protocol in ("ldaps", "ldap")
        else _in_words(one)
    )


def _in_words(one: Exchange) -> str:
    label, value = answer_words(one)
    return f"{label.removesuffix(' answer')} {value}"
