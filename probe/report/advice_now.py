"""What the advice says about the stores that are in use today, about a running program, and about what no trust store mends."""

from probe.case.choices import Choices, is_root, trusts
from probe.case.files import Files
from probe.causes.words import Certainty, Effect, Finding
from probe.diagnose import Diagnosis
from probe.facts.certificate import Certificate, title
from probe.facts.observation import Observation
from probe.facts.program import Program, ReadStore
from probe.facts.trust import TrustStore, as_counted
from probe.report.advice import Remark
from probe.report.inspected import unchecked
from probe.report.words import short

BOX, REVOKED = "chain.intercepted", "chain.revoked"
ALREADY = frozenset(
    {
        "chain.root-untrusted",
        "chain.issuer-unknown",
        "chain.self-signed",
        "endpoint.expires-soon",
        "trust.store-empty",
        "trust.only-intermediate",
        "trust.anchor-expired",
        "trust.store-not-used",
    }
)
"""Codes that the choices themselves speak of."""
TONES = {Effect.BREAKS: "bad", Effect.RISKS: "warn", Effect.NOTE: "good"}
SHOWN = 10
UNNAMED = ("system", "certifi", "none")


def intercepted(base: Diagnosis | None) -> str:
    """What speaks for a box on the way that opens TLS; "" when nothing does."""
    findings = (*base.findings, *base.explained) if base else ()
    return next((one.summary for one in findings if _is_box(one)), "")


def revoked(after: Diagnosis | None) -> str:
    """What says that a certificate of the chain is revoked; "" when nothing does, or nobody asked."""
    return next((one.summary for one in after.findings if one.code == REVOKED), "") if after else ""


def _is_box(one: Finding) -> bool:
    """Whether a finding says that a box opens TLS; that another address shows another certificate is possible for other reasons."""
    return one.code == BOX and one.certainty is not Certainty.POSSIBLE


def unverified(observation: Observation) -> tuple[Remark, ...]:
    """Stores whose check value nobody could compare."""
    says = unchecked(Files(observation))
    return (("warn", says),) if says else ()


def remaining(after: Diagnosis | None) -> tuple[Remark, ...]:
    """What still stands in the way with the best choice installed, and its risks."""
    if after is None:
        return ()
    found: list[Finding] = [one for one in after.findings if one.code not in (*ALREADY, REVOKED) and not _is_box(one) and one.effect is not Effect.NOTE]
    good = after.case.names.good_for if after.case.names and not after.case.names.matches else ()
    told = [(TONES[one.effect], f"{one.summary} ({one.code})" + _names(one, good)) for one in found]
    return tuple(told)


def _names(one: Finding, good: tuple[str, ...]) -> str:
    return f" No trust store mends that; use a name that stands in the certificate: {', '.join(good[:6])}." if one.code.startswith("name.") and good else ""


def now(choices: Choices, base: Diagnosis | None) -> tuple[Remark, ...]:
    """What each client stack says with the stores in use, and of each store that the user named what its certificates are to this chain."""
    if base is None or not choices.sent:
        return ()
    found: list[Remark] = []
    places = " and ".join(dict.fromkeys(one.path or one.source for one in choices.observation.stores if one.kind != "none")) or "an empty trust store"
    yes = [short(one.title) for one in base.stacks if trusts(one)]
    no = [short(one.title) for one in base.stacks if not trusts(one) and not one.unanswered]
    if yes:
        stacks = {one.stack for one in base.stacks if trusts(one)}
        # The certificates suffice; whether the file is taken as it is stands in a line of its own.
        what = "what is in " if any(one.stack in stacks for store in choices.observation.stores for one in store.refused) else ""
        says = f"With {what}{places} {' and '.join(yes)} trust{'s' if len(yes) == 1 else ''} the chain already; a program that reads it needs nothing."
        found.append(("good", says))
    if no:
        found.append(("warn", f"With {places} {' and '.join(no)} do{'es' if len(no) == 1 else ''} not trust the chain."))
    for one in choices.observation.stores:
        if one.kind not in UNNAMED and one.source not in UNNAMED:
            found += [*_taken(choices, one), *_named(choices, one)]
    return tuple(found)


def _taken(choices: Choices, store: TrustStore) -> list[Remark]:
    """What each voting stack makes of the very file, where that is not all that is in it."""
    found: list[Remark] = []
    for stack in choices.stacks:
        name = short(stack.title)
        if refused := next((one for one in store.refused if one.stack == stack.name), None):
            found.append(("warn", f"{name} does not take {store.path}{' as it is' if refused.convertible else ''}: {refused.why}."))
        elif less := next((one for one in store.uncounted if one.stack == stack.name), None):
            found.append(
                ("warn", f"{name} counts {less.size:,} of the {store.size:,} certificate{'' if store.size == 1 else 's'} in {store.path}: {less.why}.")
            )
    return found


def _named(choices: Choices, store: TrustStore) -> list[Remark]:
    """Whether a file that the user named is the right one, before it is sent to anybody."""
    on_path = {link.certificate for paths in choices.paths.values() for path in paths for link in path.links}
    issuers = {one.read.issuer.key: one for one in on_path if one.read.issuer}
    found: list[Remark] = []
    if any(one.other and "key" in one.why for one in store.skipped):
        found.append(("bad", f"{store.path} holds a private key: never send it. Take the certificate out of it."))
    fitting = [one for one in store.certificates if one in on_path]
    for one in store.certificates[:SHOWN]:
        read = one.read
        if read.not_after and read.not_after < choices.at:
            found.append(("bad", f'"{title(one)}" in {store.path} expired on {read.not_after:%Y-%m-%d}: do not send it; get its successor.'))
        elif one in on_path:
            found.append(("good", f'"{title(one)}" in {store.path} is {_what(choices, one)}.'))
        elif read.subject and read.subject.key in issuers:
            found.append(
                ("bad", f'"{title(one)}" in {store.path} has the name of an issuer here, but it is another certificate: a renewed or another authority.')
            )
    if not fitting:
        count = "The only certificate" if store.size == 1 else f"None of the {store.size} certificates"
        verb = "has nothing" if store.size == 1 else "has anything"
        found.append(("bad", f"{count} in {store.path} {verb} to do with this chain: perhaps it is for another environment or another system. Do not send it."))
    return found


def _what(choices: Choices, one: Certificate) -> str:
    if any(one == sent.presented[0] for sent in choices.sent):
        return "the server's own certificate, the last resort"
    return "the root of this chain" if is_root(one) else "an intermediate of this chain"


def program_lines(choices: Choices, program: Program) -> tuple[Remark, ...]:
    """Which stores a running program reads, and what it makes of the chain with each."""
    found: list[Remark] = [("good", f"Process {program.pid} is {program.executable}.")]
    for one in program.stores:
        found.append((one.tone, f"{one.reader}: {one.says}"))
        found.append(_judged(choices, one))
    found += [("warn", note) for note in program.notes]
    return tuple(found)


def _judged(choices: Choices, one: ReadStore) -> Remark:
    if one.store is None:
        return ("bad", f"{one.reader} gets no trust store from it: {one.problem}.")
    store = as_counted(one.store, one.stack)
    why = f" ({one.problem})" if one.problem else ""
    if not choices.sent:
        return ("warn" if why else "good", f"It counts {store.size:,} certificates in it{why}.")
    refusing: list[str] = []
    for sent in choices.sent:
        for verdict in choices.judge(sent, store.certificates, store.size, one.stack).verdicts:
            if not trusts(verdict):
                refusing.append(verdict.says)
    size = f"{store.size:,} certificate{'s' if store.size != 1 else ''}"
    if not refusing:
        return ("good", f"With that store ({size}) {one.reader} trusts the chain.")
    return ("bad", f"With that store ({size}) {one.reader} does not trust the chain{why}: {refusing[0] or 'the issuer is not in it'}")
