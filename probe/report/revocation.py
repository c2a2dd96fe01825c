"""Revocation in one line: what was found out about each certificate, and what the client stacks do by themselves."""

from dataclasses import replace

from probe.case.case import Case
from probe.case.path import StackVerdict
from probe.case.revocation import OFF, STAPLE, Standing, by_itself, standings
from probe.case.status import Status
from probe.causes.revocation import kinds
from probe.causes.words import Effect
from probe.diagnose import Diagnosis
from probe.facts.certificate import title
from probe.report.words import short
from probe.stacks import Stack

CODES = frozenset({"chain.revoked", "chain.revocation-unreachable"})
_WORDS = {
    Status.GOOD: "good",
    Status.REVOKED: "revoked",
    Status.UNKNOWN: "not known to the responder",
    Status.UNREACHABLE: "no usable answer",
    Status.NOT_ASKED: "not looked at",
    Status.NOT_OFFERED: "nowhere to ask",
}
_SOURCES = {STAPLE: "stapled", "ocsp": "OCSP", "crl": "list"}


def revocation(case: Case) -> str:
    """What was found out, and what the voting stacks do without being told; "" when no certificate was seen."""
    if not case.presented:
        return ""
    each = standings(case)
    defaults = _defaults(case.stacks)
    if case.target.revocation == OFF:
        said = next((one for one in each if one.said), None)
        stapled = f"the stapled answer: {_WORDS[said.status]}" if said else "not looked at"
        return f"{stapled} (--revocation off); {defaults}."
    if not each and by_itself(case):
        return f"nothing to ask: the server's certificate is itself the trusted one ({case.target.revocation}); {defaults}."
    if not each:
        return f"not looked at, for want of a path to a trusted certificate; {defaults}."
    same = {_one(one) for one in each}
    told = next(iter(same)) if len(same) == 1 else ", ".join(f'"{title(one.certificate)}" {_one(one)}' for one in each)
    return f"looked at by the probe ({case.target.revocation}): {told}; {defaults}."


def stapled(case: Case) -> str:
    """What the staple of the end-entity certificate says, in one or two words."""
    for one in standings(case):
        for said in one.said:
            if one.certificate == case.leaf and said.source == STAPLE:
                return _WORDS[said.word.status]
    return "not judged"


def noted(found: Diagnosis) -> tuple[StackVerdict, ...]:
    """The stacks' verdicts; where revocation is what breaks, with what makes each stack look at it."""
    breaking = {one.code for one in found.findings if one.effect is Effect.BREAKS}
    if not CODES & breaking:
        return found.stacks
    known = {one.name: one for one in found.case.stacks}
    return tuple(_noted(one, known[one.stack]) if one.stack in known else one for one in found.stacks)


def _noted(one: StackVerdict, stack: Stack) -> StackVerdict:
    if stack.revocation.by_default:
        return one
    note = f"It does not look for revoked certificates unless it is told to: {stack.revocation.turned_on_by}."
    return replace(one, note=f"{one.note} {note}".strip())


def _one(one: Standing) -> str:
    source = next((said.source for said in one.said if said.word.status is one.status), "") if one.status in (Status.GOOD, Status.REVOKED) else ""
    if one.status is Status.NOT_ASKED and any(said.word.untimely for said in one.said):
        return "answered for another time only"
    if one.beyond:
        return f"not looked at, for it names only what this tool cannot ask ({kinds(one)})"
    return f"{_WORDS[one.status]} ({_SOURCES[source]})" if source else _WORDS[one.status]


def _defaults(stacks: tuple[Stack, ...]) -> str:
    blind = [short(one.title) for one in stacks if not one.revocation.by_default]
    looking = [short(one.title) for one in stacks if one.revocation.by_default]
    parts = [f"{' and '.join(blind)} {'does' if len(blind) == 1 else 'do'} not look by default"] if blind else []
    parts += [f"{' and '.join(looking)} {'looks' if len(looking) == 1 else 'look'} by default"] if looking else []
    return ", ".join(parts)
