"""Until when will each client stack go on accepting the chain? The saved facts judged again at the moments at which a certificate begins or ends."""

from dataclasses import replace
from datetime import datetime, timedelta

from probe.case.case import Case
from probe.case.path import StackVerdict
from probe.facts.certificate import Certificate
from probe.facts.noun import noun

MOMENTS = 32
"""Moments that are judged at most. A chain has two to five certificates, a store seldom more than two that matter to it."""
YEARS = 9999
SECOND = timedelta(seconds=1)


@noun
class End:
    """A stack that accepts now. It refuses from ``at`` on with the verdict ``then``; both are ``None`` when no end is in sight."""

    stack: str
    title: str
    at: datetime | None = None
    then: StackVerdict | None = None


def ends(case: Case) -> tuple[End, ...]:
    """One for each voting stack that accepts chain and name now, in the order in which they vote; empty when none does.

    ``at`` is the notAfter (or notBefore) itself, though some clients still accept during that second.
    """
    accepting = {one.stack: one for one in case.answers if one.accepts}
    found: dict[str, End] = {}
    for boundary, judged in _moments(case) if accepting else ():
        if len(found) == len(accepting):
            break
        later = Case(replace(case.observation, target=replace(case.target, at=judged)), case.address)
        for one in later.verdicts:
            if one.stack in accepting and one.stack not in found and one.accepts is False:
                found[one.stack] = End(stack=one.stack, title=one.title, at=boundary, then=one)
    return tuple(found.get(one.stack) or End(stack=one.stack, title=one.title) for one in accepting.values())


def _moments(case: Case) -> tuple[tuple[datetime, datetime], ...]:
    """The moments to come, the next first: when it is, and when to judge. A certificate is still valid at its notAfter (RFC 5280 section 4.1.2.5)."""
    certificates: dict[Certificate, None] = dict.fromkeys(link.certificate for path in case.paths.paths for link in path.links)
    certificates |= dict.fromkeys(case.anchors)
    # By the last year that can be written "no end" is meant (RFC 5280 section 4.1.2.5).
    last = {one.read.not_after for one in certificates if one.read.not_after and one.read.not_after.year < YEARS}
    first = {one.read.not_before for one in certificates if one.read.not_before}
    every = {(one, one + SECOND) for one in last} | {(one, one) for one in first}
    return tuple(sorted((one for one in every if one[1] > case.at), key=lambda one: one[1])[:MOMENTS])
