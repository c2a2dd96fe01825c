"""The items about the server: does it answer everywhere, alike, with a chain that is trusted, and for long enough. Pure."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from probe.case.case import Case
from probe.case.path import Objection, StackVerdict, Why
from probe.case.pins import met
from probe.causes.objected import which
from probe.causes.unfiled import ACTION as FIND_FILED
from probe.causes.words import Certainty, Effect, Evidence, Finding
from probe.facts.certificate import title
from probe.facts.observation import How
from probe.report.checklist import Item, Outcome
from probe.report.golive_view import View, sentences
from probe.report.words import short

DATES = ("chain.expired", "chain.not-yet-valid")
PINS = ("chain.pin-mismatch", "endpoint.rollover-pending")
BY_TIME = (Why.EXPIRED, Why.NOT_YET_VALID)
SHOWN = 8


def answering(view: View) -> Item:
    """Whether every address takes a connection and completes the handshake."""
    uneven = [one for one in view.findings if one.code == "endpoint.inconsistent"]
    dead = [one for one in view.cases if not one.established]
    stages = ("tcp", "tls", "proxy", "starttls")
    judged = view.take(*stages, *(("endpoint.inconsistent",) if dead and uneven else ()))
    if not view.cases:
        return view.open("tls", "There was no address to connect to.")
    cause = view.diagnosis.cause if view.diagnosis else None
    if view.diagnosis and cause and cause.code.startswith("client."):
        # What only follows from the want of a client certificate is told there.
        judged = tuple(one for one in judged if one not in view.diagnosis.explained)
    evidence = tuple(view.seen(one, f"{_place(one)}: {_state(one)}.", one.handshake or one.connect) for one in view.cases)
    good = [one for one in view.cases if one.established]
    breaking = tuple(one for one in judged if one.effect is Effect.BREAKS)
    if not dead and not breaking:
        versions = ", ".join(dict.fromkeys(one.handshake.version or "TLS" for one in good if one.handshake))
        says = f"{versions} at {_many([_place(one) for one in good])}."
        return view.item("tls", Outcome.WARN if judged else Outcome.PASS, f"{says} {sentences(judged)}".strip(), found=judged, evidence=evidence)
    # A fault of the chain or the name may be the cause of the whole, and still it was the certificate that ended these handshakes.
    sure = any(one.code.startswith("client.") and one.effect is Effect.BREAKS and one.certainty is not Certainty.POSSIBLE for one in view.findings)
    ended = (cause and cause.code.startswith("client.")) or (sure and all(one.client.refusal for one in dead))
    if dead and not breaking and ended and all(one.connected for one in dead):
        says = f"{_many([_place(one) for one in view.cases])} answered; the handshake ended at the client certificate, see there."
        return view.item("tls", Outcome.PASS, says, evidence=evidence)
    if good and not breaking and all(one.connect and one.connect.ending.how in (How.UNREACHABLE, How.LOCAL) for one in dead):
        says = f"{_many([_place(one) for one in dead])} cannot be reached from this machine, so it was not looked at."
        return view.item("tls", Outcome.WARN, says, evidence=evidence, found=judged)
    if not judged and view.why_not:
        return view.open("tls", "")
    says = sentences(judged) or f"{_many([_place(one) for one in dead])} did not complete a handshake."
    return view.item("tls", Outcome.FAIL, says, found=judged, evidence=evidence)


def alike(view: View) -> Item:
    """Whether all addresses show the same certificate, the same chain, and speak the same version."""
    judged = view.take("endpoint.inconsistent")
    each = [one for one in view.cases if one.established or one.presented]
    breaking = tuple(one for one in judged if one.effect is Effect.BREAKS)
    evidence = tuple(view.seen(one, f"{_place(one)}: {_shape(one)}.", one.chain_handshake or one.connect) for one in each)
    if breaking:
        return view.item("addresses", Outcome.FAIL, sentences(breaking), found=judged, evidence=evidence)
    if not each:
        return view.open("addresses", "No address answered.")
    if len(view.cases) == 1:
        by_hand = view.observation is not None and view.observation.target.connect is not None
        says = f"Only {_place(each[0])} was looked at, the address given by hand." if by_hand else f"There is one address, {_place(each[0])}."
        proxy = view.observation.target.proxy if view.observation is not None else None
        if proxy is not None and proxy.resolves and not by_hand:
            says = "The proxy found the address; whether there are others cannot be seen through it."
        return view.item("addresses", Outcome.PASS, says, evidence=evidence)
    differing = [
        what
        for what, values in (
            ("server's own certificates", {one.leaf for one in each}),
            ("chains", {one.presented for one in each}),
            ("TLS versions", {one.handshake.version if one.handshake else None for one in each}),
        )
        if len(values) > 1
    ]
    silent = len(view.cases) - len(each)
    more = f" {silent} of {len(view.cases)} addresses did not answer." if silent else ""
    if differing:
        # Each is judged by itself: two good certificates are no fault, but somebody should know why there are two.
        # Other certificates make other chains: the first says it all.
        what = differing[0] if differing[0].startswith("server") else " and ".join(differing)
        says = f"The addresses differ in {what}: {'; '.join(one.says.rstrip('.') for one in evidence[:4])}."
        return view.item("addresses", Outcome.WARN, f"{says}{more}", found=judged, evidence=evidence)
    outcome = Outcome.WARN if judged or silent else Outcome.PASS
    return view.item(
        "addresses", outcome, f"{len(each)} addresses, the same certificates and version.{more} {sentences(judged)}".strip(), found=judged, evidence=evidence
    )


def trusted(view: View) -> Item:
    """Whether the chain is complete and every client that counts accepts it; dates and names are items of their own."""
    view.take(*DATES)
    # Test and production mixed up accounts for what is wrong with the chain, so it comes first.
    mixed = view.take("environment.server", "environment.trust-store")
    judged = (*mixed, *(one for one in view.take("chain", "trust") if one.code not in (*DATES, *PINS)))
    if not view.shown:
        return view.open("chain", "No certificate was seen.")
    refusing = [(case, one) for case in view.shown for one in case.answers if _refuses_chain(one)]
    breaking = tuple(one for one in judged if one.effect is Effect.BREAKS and one.certainty is not Certainty.POSSIBLE)
    evidence = view.evidence(judged) or tuple(view.seen(one, f"{_place(one)}: {_path(one)}", one.chain_handshake) for one in view.shown[:SHOWN])
    unfiled = [one for one in judged if FIND_FILED in one.actions]
    if unfiled and not breaking:
        # Only what the other side has on file would tell.
        return view.open("chain", sentences(tuple(unfiled)))
    if refusing or breaking:
        says = sentences(judged) or f"{_titles([one for _, one in refusing])} the chain at {_place(refusing[0][0])}."
        return view.item("chain", Outcome.FAIL, says, found=judged, evidence=evidence)
    case = view.shown[0]
    says = f"{_path(case)} Accepted by {' and '.join(short(one.title) for one in case.answers)}." if case.answers else _path(case)
    return view.item("chain", Outcome.WARN if judged else Outcome.PASS, f"{says} {sentences(judged)}".strip(), found=judged, evidence=evidence)


def lasting(view: View) -> Item:
    """Whether every certificate that matters is valid during the whole day, and some days after it."""
    judged = tuple(one for one in view.take(*DATES, "endpoint.expires-soon") if one.code in DATES)
    if not view.shown:
        return view.open("dates", "No certificate was seen.")
    days = view.days
    for moment, outcome in ((days.begin, Outcome.FAIL), (days.end, Outcome.FAIL), (days.until, Outcome.WARN)):
        for case in view.shown:
            then = _at(case, moment)
            found = [(objection, one.path, one) for one in then.verdicts for objection in one.objections if objection.why in BY_TIME and one.path]
            if found:
                objection, path, _ = found[0]
                certificate = objection.about
                what = which(path, objection.at)
                says = f"{what} {_over(objection, moment, view.looked or days.begin)}{_timing(view, outcome)}"
                others = {one.about for one, _, _ in found} - {certificate}
                says += f" So {'does' if len(others) == 1 else 'do'} {len(others)} more of the chain." if others else ""
                code = "endpoint.expires-soon" if outcome is Outcome.WARN else "chain.expired" if objection.why is Why.EXPIRED else "chain.not-yet-valid"
                fact = Finding(
                    code=code,
                    effect=Effect.BREAKS if outcome is Outcome.FAIL else Effect.RISKS,
                    summary=says,
                    about=(certificate,),
                    evidence=(Evidence(says=_period(objection), at=case.where(certificate)),),
                )
                return view.item("dates", outcome, says, found=judged if outcome is Outcome.FAIL and judged else (fact,), evidence=view.evidence((fact,)))
    ends = [(link.certificate.read.not_after, link.certificate) for case in view.shown for one in case.verdicts if one.path for link in one.path.links]
    known = sorted((end, title(one)) for end, one in ends if end is not None)
    evidence = tuple(
        Evidence(
            says=f'"{title(one.leaf)}" at {_place(one)} is valid until {one.leaf.read.not_after:%Y-%m-%d %H:%M} UTC.', at=f"{view.at}{one.where(one.leaf)}"
        )
        for one in view.shown[:SHOWN]
        if one.leaf and one.leaf.read.not_after
    )
    first = f' The first to end is "{known[0][1]}", on {known[0][0]:%Y-%m-%d %H:%M} UTC.' if known else ""
    return view.item("dates", Outcome.PASS, f"Valid {days.shown} and for {days.days} days after it.{first}", evidence=evidence)


def pinned(view: View) -> Item | None:
    """Whether exactly the expected certificate is served everywhere; ``None`` when none is expected."""
    judged = view.take(*PINS, effects=(Effect.BREAKS, Effect.RISKS, Effect.NOTE))
    pin = view.observation.target.pin if view.observation else None
    if pin is None:
        return None
    if not view.shown:
        return view.open("pin", "No certificate was seen.")
    same = [one for one in view.shown if met(one.target, one.leaf, one.at)]
    if len(same) == len(view.shown):
        evidence = tuple(
            view.seen(one, f"{_place(one)} sends the certificate with SHA-256 {sha256(one.leaf.der).hexdigest()}.", one.chain_handshake)
            for one in same[:SHOWN]
            if one.leaf
        )
        return view.item("pin", Outcome.PASS, f"Exactly the certificate in {pin.source} is served.", evidence=evidence)
    if judged and all(one.effect is Effect.NOTE for one in judged):
        return view.item("pin", Outcome.WARN, sentences(judged), found=judged, evidence=view.evidence(judged))
    where = _many([_place(one) for one in view.shown if one not in same])
    evidence = view.evidence(judged) or tuple(view.seen(one, f"{_place(one)} sends another one.", one.chain_handshake) for one in view.shown if one not in same)
    return view.item("pin", Outcome.FAIL, sentences(judged) or f"{where} sends another certificate than {pin.source}.", found=judged, evidence=evidence)


def _refuses_chain(one: StackVerdict) -> bool:
    """Whether a client refuses for another reason than the dates or the name, which are items of their own."""
    if one.accepts is not False or one.unanswered:
        return False
    return any(objection.why not in BY_TIME for objection in one.objections) or not (one.objections or one.name_refused)


def _at(case: Case, moment: datetime) -> Case:
    return Case(replace(case.observation, target=replace(case.observation.target, at=moment)), case.address)


def _over(one: Objection, moment: datetime, looked: datetime) -> str:
    read = one.about.read
    if one.why is Why.NOT_YET_VALID:
        return f"is valid only from {read.not_before:%Y-%m-%d %H:%M} UTC on." if read.not_before else "is not valid yet."
    if read.not_after is None:
        return "is not valid."
    return f"{'ended' if read.not_after < min(looked, moment) else 'ends'} on {read.not_after:%Y-%m-%d %H:%M} UTC."


def _timing(view: View, outcome: Outcome) -> str:
    days = view.days
    if outcome is Outcome.WARN:
        return f" That is within {days.days} days after {'the check' if days.shown == 'now' else days.shown.removeprefix('on ')}."
    return "" if days.shown == "now" else f" It must be valid {days.shown}."


def _period(one: Objection) -> str:
    read = one.about.read
    begins = f"{read.not_before:%Y-%m-%d %H:%M:%S} UTC" if read.not_before else "an unreadable time"
    ends = f"{read.not_after:%Y-%m-%d %H:%M:%S} UTC" if read.not_after else "an unreadable time"
    return f'"{title(one.about)}" is valid from {begins} to {ends}.'


def _place(case: Case) -> str:
    return case.address or case.target.host


def _many(places: list[str]) -> str:
    shown = places[:SHOWN]
    return ", ".join(shown[:-1]) + (" and " if len(shown) > 1 else "") + (shown[-1] if shown else "nothing")


def _state(case: Case) -> str:
    if case.established:
        return f"{case.handshake.version if case.handshake else 'TLS'} agreed"
    if not case.connected:
        return f"no connection ({case.connect.ending.how if case.connect else 'not tried'})"
    return f"connected, the handshake was not completed ({case.handshake.ending.how if case.handshake else 'not tried'})"


def _shape(case: Case) -> str:
    if case.leaf is None:
        return "no certificate"
    digits = sha256(case.leaf.der).hexdigest()
    version = case.handshake.version if case.handshake and case.handshake.version else "no version agreed"
    return f'"{title(case.leaf)}" (SHA-256 {digits[:16]}...), {len(case.presented)} certificates, {version}'


def _path(case: Case) -> str:
    path = case.nearest
    links = path.links if path else ()
    names = [title(one.certificate) for one in links] or [title(one) for one in case.presented]
    return " <- ".join(names[:SHOWN]) + "."


def _titles(found: list[StackVerdict]) -> str:
    titles = list(dict.fromkeys(short(one.title) for one in found))
    return f"{' and '.join(titles)} refuse{'s' if len(titles) == 1 else ''}"
