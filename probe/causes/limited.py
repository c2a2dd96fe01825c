"""Limits of the client stacks themselves: more certificates, bytes or steps than they take."""

from probe.case.case import Case
from probe.case.path import Origin, StackVerdict
from probe.case.stacks import beforehand, message_size
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.stacks import Stack


@noun
class Limited:
    """A stack that refuses because of its own limit. ``sentence`` is for people; ``mended`` if it takes what is really needed of the chain."""

    stack: str
    sentence: str
    mended: bool


def named(case: Case, stacks: tuple[str, ...]) -> str:
    """The names of stacks for people."""
    titles = {one.stack: one.title.partition(" (")[0] for one in case.verdicts}
    return " and ".join(titles.get(one, one) for one in stacks)


def needed(case: Case) -> tuple[Certificate, ...]:
    """The presented certificates between the server's own and the first that a trust store holds, on the nearest path; all when no path reaches one."""
    path = case.nearest
    if path is None or not any(one.anchor for one in path.links):
        return case.presented
    ends = next(place for place, one in enumerate(path.links) if one.anchor)
    return tuple(one.certificate for place, one in enumerate(path.links) if one.origin is Origin.PRESENTED and (place < ends or place == 0))


def limited(case: Case) -> tuple[Limited, ...]:
    """The voting stacks that a limit of their own stops, but for those that only cannot sort a chain (see ``chain.order``)."""
    stacks = {one.name: one for one in case.stacks}
    found = (_one(case, verdict, stacks[verdict.stack]) for verdict in case.verdicts if verdict.limit)
    return tuple(one for one in found if one)


def _one(case: Case, verdict: StackVerdict, stack: Stack) -> Limited | None:
    who, kept, search = named(case, (stack.name,)), needed(case), stack.search
    fewer = len(kept) < len(case.presented)
    if verdict.limit == "search-too-long":
        places = [one.index for one in verdict.path.links if one.index is not None] if verdict.path else []
        if search.way != "greedy" and places != sorted(places):
            return None
        says = f"{who} does not look for a path over more than {search.max_intermediates} intermediates."
        return Limited(stack=stack.name, sentence=says, mended=fewer and search.way == "ordered")
    says = f"The chain has {len(case.presented)} certificates; {who} takes at most {search.max_certificates}."
    if verdict.limit == "message-too-large":
        says = f"The server's certificates make a message of {message_size(case.presented)} bytes; {who} takes at most {search.max_message}."
    return Limited(stack=stack.name, sentence=says, mended=fewer and beforehand(stack, kept) is None)
