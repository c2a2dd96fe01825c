"""What the causes of the words before TLS (StartTLS) share: why they were not heard, and their evidence."""

from probe.case.case import Case
from probe.case.starttls import Came, came
from probe.causes.words import Certainty, Evidence, NotObserved
from probe.facts.observation import Preamble


def unheard(one: Preamble) -> NotObserved | None:
    """Why it is not known what the peer would have answered, if the words ended before that."""
    how = came(one)
    if how is Came.SILENT:
        return NotObserved(why="The words before TLS were not answered in time.")
    if how in (Came.CUT, Came.OURS):
        return NotObserved(why="The words before TLS were cut off.")
    return NotObserved(why="The peer does not speak the protocol that was asked for.") if how is Came.STRANGE else None


def said(case: Case, one: Preamble, *more: str) -> tuple[Evidence, ...]:
    """The sentences in ``more``, and what the peer said of itself, each pointing at the words before TLS."""
    at = case.pointer(one)
    greeting = dict(one.fields).get("greeting", "")
    words = (f"It greeted with: {greeting}",) if greeting else ()
    return tuple(Evidence(says=text, at=at) for text in (*words, *more))


def capabilities(one: Preamble) -> str:
    """What the peer offers, for a sentence."""
    listed = [value for name, value in one.fields if name == "capability"]
    return ", ".join(listed[:16]) + (f" and {len(listed) - 16} more" if len(listed) > 16 else "")


def in_tunnel(case: Case) -> tuple[Certainty, tuple[tuple[str, str], ...]]:
    """How sure it is that the target itself, and no proxy before it, brought the words to nothing; and what else it could be."""
    if case.target.proxy is None:
        return Certainty.PROVEN, ()
    from probe.case.proxied import directly_the_same  # most checks go through no proxy

    if directly_the_same(case):
        return Certainty.PROVEN, ()
    says = f"What came may be from the proxy {case.target.proxy.url} and not from the target: one that opens TLS waits for a ClientHello in every tunnel."
    return Certainty.LIKELY, (("proxy.protocol", f"{says} A check without it (--proxy none) from where that is possible tells."),)
