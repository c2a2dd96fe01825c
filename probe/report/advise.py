"""From an observation to the advice which certificate to install. Pure: the same observation gives the same advice."""

from dataclasses import replace

from probe.case.case import Case
from probe.case.choices import Choice, Choices, Judged, Kind, is_root, trusts
from probe.case.path import StackVerdict, Why
from probe.case.rollover import Rollover
from probe.causes.words import Verdict
from probe.diagnose import Diagnosis, diagnose
from probe.facts.certificate import Certificate, title
from probe.facts.observation import How, Local, Observation
from probe.facts.program import Program
from probe.facts.target import Target
from probe.facts.trust import TrustStore
from probe.report.advice import Advice, ChoiceText, Installed, Missing, Remark, StackSays
from probe.report.advice_files import Named, named
from probe.report.advice_now import intercepted, now, program_lines, remaining, revoked, unverified
from probe.report.advice_texts import PASSWORD, fingerprints, platforms, question, ticket, verify
from probe.report.certificates import Numbers
from probe.report.compose import UNKNOWN_HOST
from probe.report.rollover import Table
from probe.report.words import circumstances, endpoint, repeat, short, titled

HEADINGS = {
    Kind.ROOT: "Root certificate",
    Kind.WITH_MISSING: "Root certificate, with the intermediates that the server does not send",
    Kind.SEVERAL: "One root certificate for each chain",
    Kind.INTERMEDIATE: "Intermediate certificate",
    Kind.LEAF: "The server's own certificate (last resort)",
}
ITSELF = "The server's own certificate, which signed itself"
PUBLIC, SYSTEM = "certifi", "system"
CLIENT_AUTH = "clientAuth"


def advise(observation: Observation, program: Program | None = None, password: str = PASSWORD) -> Advice:
    """Give the advice for one endpoint, or for files. ``program`` is a running program whose stores are held against it.

    ``password`` is what commands say for the password of a written store: the usual word, or the shell's variable that holds it; never a secret.
    """
    choices = Choices(observation)
    best = choices.best
    endpoints = not observation.target.inspecting
    base = diagnose(observation) if endpoints else None
    after = diagnose(_trusting(observation, best)) if endpoints and best else None
    names = named(choices.all)
    numbers = _Numbered(observation, choices)
    box = intercepted(base) or revoked(after)
    verdict = _verdict(choices, best, bool(box), observation)
    unproven = [one for one in best.certificates if verify(choices, one)] if best else []
    made = Advice(
        target=endpoint(observation.target),
        verdict=verdict,
        sentence=_sentence(choices, best, verdict, base, box),
        before=_before(choices, best, unproven, box, base),
        taken_at=observation.taken_at,
        judged_at=choices.at,
        choices=tuple(_choice(choices, one, one is best and not box, numbers, names) for one in choices.all),
        certificates=numbers.texts,
        observation=observation,
        now=(*now(choices, base), *(program_lines(choices, program) if program else ())),
        remarks=(*((("bad", box),) if box else ()), *_keys(observation), *unverified(observation), *_places(choices), *remaining(after or base)),
        missing=_missing(choices),
        platforms=platforms(observation, best, names, password) if best and not box else (),
        question=question(choices, best, unproven),
        fingerprints=fingerprints(names),
        circumstances=circumstances(Case(observation)) if endpoints else (),
        repeat=_repeat(observation.target),
        program=program,
        interrupted=observation.unfinished == "interrupted",
        unknown_host=base is not None
        and base.cause is not None
        and base.cause.code == UNKNOWN_HOST
        and not any(one.aliases for one in observation.resolutions),
    )
    made = replace(made, ticket=ticket(choices, best, names, unproven) if best and verdict is Verdict.WORKS else None)
    rules = observation.agreement.renewal if observation.agreement else None
    if rules is None:
        return made
    if not observation.given:
        says = "Name the partner's new certificate too, and its exchange is told step by step"
        return replace(made, now=(*made.now, ("warn", f"{says}: --var {rules.new.strip('{}')}=FILE")))
    return _exchanged(made, Table(Rollover(observation), rules, made.target))


def _exchanged(made: Advice, table: Table) -> Advice:
    """The advice with the steps of the exchange of a partner's certificate, and its answer."""
    if made.interrupted:
        return replace(made, steps=table.steps)
    answer, verdict, sentence = table.answer
    # What is in the system's own list is trusted already; of what is to be imported the steps say how to make sure.
    return replace(made, steps=table.steps, answer=answer, verdict=verdict, sentence=sentence, before="", ticket=None)


def _repeat(target: Target) -> str:
    """The command that asks again, with the options that it has."""
    plain = replace(target, app=True, client_auth="allowed", cert="", key="", send_anyway=False, on_file=None, allowed=(), revocation="off")
    plain = replace(plain, pin=None, also_pins=(), uploaded=None)
    plain = replace(plain, tls_min=None, tls_max=None, repeat=1, public=PUBLIC)
    return repeat(plain).replace("probe check", "probe trust", 1).replace("probe inspect", "probe trust", 1)


class _Numbered:
    """Numbers and texts of all certificates that the advice speaks of."""

    def __init__(self, observation: Observation, choices: Choices) -> None:
        made = Numbers(Case(observation, choices.sent[0].places[0] if choices.sent and not observation.target.inspecting else None))
        every = dict.fromkeys((*(one for choice in choices.all for one in choice.certificates), *(one for sent in choices.sent for one in sent.presented)))
        made.numbers = {one: number for number, one in enumerate(every, 1)}
        self.of = made.numbers
        sent = {one for chain in choices.sent for one in chain.presented}
        got = {one for _, one in choices.fetched}

        def standing(one: Certificate) -> str:
            if one in sent:
                return "file" if observation.target.inspecting else "presented"
            return "store" if one in choices.known else "fetched" if one in got else "unused"

        marks = {"trusted", "not on the path", "not sent"}
        texts = zip(every, made.texts(), strict=True)
        self.texts = tuple(replace(text, standing=standing(one), marks=tuple(mark for mark in text.marks if mark not in marks)) for one, text in texts)


def _trusting(observation: Observation, choice: Choice) -> Observation:
    """The facts as they would be with a trust store that holds just these certificates."""
    store = TrustStore(source="choice", kind="pem", path="a store with just this", size=len(choice.certificates), certificates=choice.certificates)
    return replace(observation, stores=(store,), target=replace(observation.target, trust=("choice",)))


def _verdict(choices: Choices, best: Choice | None, box: bool, observation: Observation) -> Verdict:
    if not choices.sent or all(one.authority for one in choices.sent):
        return Verdict.FAILS if _over(choices) else Verdict.UNDECIDED
    whole = {one.name for one in choices.stacks}
    if best is None or box:
        return Verdict.FAILS
    if best.accepting >= whole:
        return Verdict.UNDECIDED if observation.unfinished else Verdict.WORKS
    return Verdict.DEPENDS if best.accepting else Verdict.FAILS


def _over(choices: Choices) -> tuple[Certificate, ...]:
    """The authorities of a file with nothing else, when all of them have expired; else none."""
    held = tuple(dict.fromkeys(one.presented[0] for one in choices.sent if one.authority))
    over = tuple(one for one in held if one.read.not_after and one.read.not_after < choices.at)
    return over if len(over) == len(choices.sent) else ()


def _sentence(choices: Choices, best: Choice | None, verdict: Verdict, base: Diagnosis | None, box: str) -> str:
    where = endpoint(choices.observation.target)
    if not choices.sent:
        cause = base.cause if base else None
        what = titled(cause.code, choices.observation.target) if cause else "it holds none that could be read" if base is None else "no chain was seen"
        return f"No certificate of {where} was seen: {what}." if base else f"{where}: {what}."
    if all(one.authority for one in choices.sent):
        if over := _over(choices):
            end = over[0].read.not_after
            return f'Do not send {where}: "{title(over[0])}" in it expired{f" on {end:%Y-%m-%d}" if end else ""}. Get its successor.'
        roots = [one.certificates[0] for one in choices.all if one.kind is Kind.ROOT]
        found = (
            f'The root is "{title(roots[0])}".'
            if len(roots) == 1
            else "Which of them is needed depends on the endpoint."
            if roots
            else "Their root is not known."
        )
        return f"There are only certificates of authorities in {where}. {found} Name the endpoint too to have it proven: probe trust TARGET --trust FILE."
    if box:
        return (
            f"Install nothing yet: {'another box probably answers in place of' if intercepted(base) else 'a certificate is revoked in the chain of'} {where}."
        )
    if best is None:
        return f"{_helpless(choices)} clients refuse {where}: {_against(choices)}.{_clients_own(choices)}"
    what = _named(best)
    if verdict is Verdict.WORKS:
        chain = where if base else f"the chain in {where}"
        return f"Install {what}: with nothing else in the trust store {_titles(choices, best.accepting)} accept{_s(best.accepting)} {chain}."
    if best.trusting == {one.name for one in choices.stacks}:
        return f"With {what} {_titles(choices, best.trusting)} trust{_s(best.trusting)} {where}, but still refuse{_s(best.trusting)} its name."
    refusing = frozenset(one.name for one in choices.stacks) - best.trusting
    return f"With {what} {_titles(choices, best.trusting)} trust{_s(best.trusting)} {where}; no choice is good for {_titles(choices, refusing)} too."


def _helpless(choices: Choices) -> str:
    """How far it is true that nothing helps. Of a certificate that is trusted itself Java looks neither at the dates nor at the usage."""
    trusting = frozenset(stack for one in choices.all for stack in one.trusting)
    if not trusting:
        return "No certificate helps. Whatever is installed,"
    only = all(one.kind is Kind.LEAF for one in choices.all if one.trusting)
    what = "the server's own certificate" if only else "what is listed below"
    who = _titles(choices, trusting)
    return f"No certificate is to be installed. With {what} in the trust store {who} would not look at what is wrong, which hides it and mends nothing; other"


def _clients_own(choices: Choices) -> str:
    """What a file with a client's certificate is to be judged by, "" for any other: this command speaks of servers."""
    tips = [one.presented[0] for one in choices.sent]
    fault = any(one.why is Why.EKU and one.about in tips for one in choices.faults)
    if not choices.observation.target.inspecting or not fault or not all(CLIENT_AUTH in (one.read.extended_key_usage or ()) for one in tips):
        return ""
    roots = [one.certificates[0] for one in choices.all if one.kind is Kind.ROOT]
    wanted = f'the root "{title(roots[0])}"' if len(roots) == 1 else "its root"
    return f" It is the certificate of a client: a server that shall accept it needs {wanted} in the list of authorities for clients."


def _named(choice: Choice) -> str:
    words = {
        Kind.ROOT: "the root",
        Kind.WITH_MISSING: "the root",
        Kind.SEVERAL: "the roots",
        Kind.INTERMEDIATE: "the intermediate",
        Kind.LEAF: "the server's own",
    }
    first, *rest = [f'"{title(one)}"' for one in choice.certificates[:6]]
    more = f" and {'the intermediate ' if choice.kind is Kind.WITH_MISSING else ''}{' and '.join(rest)}" if rest else ""
    end = min((one.read.not_after for one in choice.certificates if one.read.not_after), default=None)
    until = f" (until {end:%Y-%m-%d})" if end else ""
    last = ", as a last resort" if choice.kind is Kind.LEAF and not is_root(choice.certificates[0]) else ""
    return f"{words[choice.kind]} {first}{more}{until}{last}"


def _titles(choices: Choices, stacks: frozenset[str]) -> str:
    return " and ".join(short(one.title) for one in choices.stacks if one.name in stacks)


def _s(stacks: frozenset[str]) -> str:
    return "s" if len(stacks) == 1 else ""


def _against(choices: Choices) -> str:
    """What the stacks have against the chain with the choice that comes nearest."""
    fault = next((fact for one in choices.faults for fact in one.facts[:1]), "")
    if fault:
        return fault.rstrip(".")
    judged = [verdict for one in choices.all[:1] for each in one.judged for verdict in each.verdicts if not trusts(verdict)]
    return next((why for verdict in judged if (why := _why(verdict))), "nothing leads to a root").rstrip(".")


def _why(verdict: StackVerdict) -> str:
    """The first thing that a stack stops at, in a sentence."""
    fact = next((fact for one in verdict.objections for fact in one.facts[:1]), "")
    return fact or ("the chain is longer or larger than it takes" if verdict.limit else "")


def _before(choices: Choices, best: Choice | None, unproven: list[Certificate], box: str, base: Diagnosis | None) -> str:
    if box and not intercepted(base):
        return "Ask whoever runs the server for a new certificate; what is revoked must not be made trusted in another way."
    if box:
        return (
            "Ask whoever runs the network whether TLS is opened on the way, and look again from another network. The box's authority lets it read everything."
        )
    if best is None:
        return ""
    better = best.kind in (Kind.INTERMEDIATE, Kind.LEAF) and choices.open_ends
    first = ["The root is better, and was found nowhere: ask for it with the question below before you install anything less."] if better else []
    return " ".join(dict.fromkeys((*first, *(verify(choices, one) for one in unproven))))


def _choice(choices: Choices, one: Choice, best: bool, numbers: _Numbered, names: tuple[Named, ...]) -> ChoiceText:
    files = {each.certificate: (each.pem, each.cer) for each in names}
    installed = tuple(
        Installed(number=numbers.of[each], origin=_origin(choices, each), verify=verify(choices, each), files=files[each], remarks=_dates(choices, each))
        for each in one.certificates
    )
    recommended = " (recommended)" if best and one.kind in (Kind.ROOT, Kind.WITH_MISSING, Kind.SEVERAL) else " (the best there is)" if best else ""
    remarks: list[Remark] = []
    if one.kind is Kind.WITH_MISSING:
        remarks.append(("warn", "Better: let the server send its intermediates, as every server should. Then the root alone is enough for all clients."))
    if one.kind is Kind.INTERMEDIATE:
        remarks.append(("warn", "It ends before its root, or is exchanged, and then has to be installed again."))
    if one.kind is Kind.LEAF:
        end = one.certificates[0].read.not_after
        left = f"It ends on {end:%Y-%m-%d} (in {max(0, (end - choices.at).days):,} days)" if end and end >= choices.at else ""
        again = f"{left}, or earlier when the server gets another one; each new one has to be installed at that moment."
        remarks.append(("warn", again if left else "It is over: whoever runs the server has to get a new one, and that is what is to be judged."))
    return ChoiceText(
        kind=one.kind.value,
        heading=(ITSELF if one.kind is Kind.LEAF and is_root(one.certificates[0]) else HEADINGS[one.kind]) + recommended,
        best=best,
        certificates=installed,
        stacks=_stacks(choices, one.judged),
        proof=_proof(choices, one),
        remarks=tuple(remarks),
    )


def _proof(choices: Choices, one: Choice) -> str:
    if not any(each.verdicts for each in one.judged):
        return "Not tried: no server's certificate is at hand that it could be tried on."
    chains = f" of all {len(one.judged)} chains" if len(one.judged) > 1 else ""
    refusing = frozenset(each.name for each in choices.stacks) - one.trusting
    if not refusing:
        return f"Judged again{chains} with a trust store that holds just this: it suffices for {_titles(choices, one.trusting)}."
    good = f"it suffices for {_titles(choices, one.trusting)}, " if one.trusting else ""
    return f"Judged again{chains} with a trust store that holds just this: {good}{'not' if good else 'it does not suffice'} for {_titles(choices, refusing)}."


def _stacks(choices: Choices, judged: tuple[Judged, ...]) -> tuple[StackSays, ...]:
    """Each stack once: what it says of the chain that it refuses first, if there is one."""
    found = []
    for place, stack in enumerate(choices.stacks):
        verdicts = [one.verdicts[place] for one in judged if one.verdicts]
        if not verdicts:
            continue
        worst = min(verdicts, key=lambda one: (trusts(one), not one.name_refused))
        found.append(
            StackSays(
                stack=stack.name,
                title=stack.title,
                trusts=trusts(worst),
                name_refused=worst.name_refused,
                says=worst.says,
                why=_why(worst),
                verified=worst.verified,
            )
        )
    return tuple(found)


def _origin(choices: Choices, one: Certificate) -> str:
    """Where a certificate is known from, everything that is true of it."""
    places = [_store(store) for store in choices.stores if one in store.certificates]
    at = [address for sent in choices.sent if one in sent.presented for address in sent.places]
    if at:
        what = f"in {', '.join(at[:3])}" if choices.observation.target.inspecting else f"sent by the server ({', '.join(at[:4])})"
        places.append(what)
    places += [f"fetched from {url}" for url, other in choices.fetched if other == one][:1]
    return "; ".join(dict.fromkeys(places)) or "unknown"


def _store(store: TrustStore) -> str:
    if store.source == PUBLIC:
        return "in the list of public authorities"
    return f"in the system's trust store of this machine ({store.path})" if store.source == SYSTEM else f"in {store.path or store.source}"


def _dates(choices: Choices, one: Certificate) -> tuple[Remark, ...]:
    read = one.read
    if read.not_after and read.not_after < choices.at:
        return (("bad", f"It expired on {read.not_after:%Y-%m-%d}. Java does not look at that in a trust store, OpenSSL and most others do."),)
    if read.not_before and read.not_before > choices.at:
        return (("bad", f"It is valid only from {read.not_before:%Y-%m-%d %H:%M} UTC on."),)
    return ()


def _keys(observation: Observation) -> tuple[Remark, ...]:
    """Files that must not be sent to anybody."""
    held = [one.path for one in observation.files if one.keys] if observation.target.inspecting else []
    return tuple(("bad", f"{path} holds a private key: never send it. Take the certificate out of it.") for path in held[:8])


def _places(choices: Choices) -> tuple[Remark, ...]:
    """What is to be said when several addresses or files show different chains."""
    if len(choices.sent) < 2 or all(one.authority for one in choices.sent):
        return ()
    parts = []
    for one in choices.sent:
        issuer = one.presented[0].read.issuer
        parts.append(f'{", ".join(one.places[:4])}: "{title(one.presented[0])}" issued by {issuer.text if issuer else "?"}')
    what = "files hold" if choices.observation.target.inspecting else "addresses send"
    return (("warn", f"Its {what} {len(choices.sent)} different chains; a choice has to be good for all of them. {'; '.join(parts)}."),)


def _missing(choices: Choices) -> tuple[Missing, ...]:
    """For each open end of a chain, what is known about the issuer that is nowhere."""
    found = []
    for one in choices.open_ends:
        read = one.read
        lines = [("Issued by", read.issuer.text if read.issuer else "cannot be read"), ("It issued", f'"{title(one)}"')]
        if read.authority_key_id:
            lines.append(("Key identifier of the issuer", read.authority_key_id.hex(":").upper()))
        for url in read.ca_issuers[:4]:
            lines.append(("Where it should be", f"{url} ({_fetched(choices, url)})"))
        if not read.ca_issuers:
            lines.append(("Where it should be", "the certificate names no URL; only whoever runs the authority has it"))
        found.append(Missing(title=read.issuer.text if read.issuer else title(one), lines=tuple(lines)))
    return tuple(found)


def _fetched(choices: Choices, url: str) -> str:
    """What became of the attempt to get an issuer."""
    if not url.lower().startswith("http:") and not url.lower().startswith("https:"):
        return "only to be reached inside of its own network; ask for the file"
    if not choices.observation.target.fetch:
        return "not asked, because of --no-fetch"
    one = next((each for each in choices.observation.fetches if each.url == url), None)
    if one is None:
        return "not asked"
    if one.ending.local is Local.PRIVATE_ADDRESS:
        return "an internal address, which is only asked with --fetch-private"
    if one.ending.how is How.DONE:
        return "what it gave is not the issuer"
    return f"not to be had: {one.ending.how.value}"
