"""Which ClientHello gets through: the large one of current clients, or only a small one, as the clients of the years before send it."""

from collections.abc import Sequence
from dataclasses import replace

from probe.case.path import StackVerdict
from probe.facts.observation import Attempt, Handshake, How
from probe.stacks import Stack, load_all
from probe.tls.messages import reading

LARGE = 1000
"""Bytes of a ClientHello from which its size may be what a box on the path does not like; without a post-quantum share it has a few hundred."""
CURRENT = "current-clients"
"""Stands among the client stacks for those of today, whose ClientHello is large. None of the compared stacks is one, the probe itself is."""
OTHERS = ("browsers", "Go 1.24")
"""Clients beside the stacks here whose first ClientHello carries a post-quantum key share (https://tldr.fail/; release notes of Go 1.24, crypto/tls)."""
SMALL = "small-hello"
_SMALLER = frozenset({SMALL, "tls12", "hello-in-pieces"})
"""Questions whose success says nothing against the size: their ClientHello is small, or comes in other packets."""


def only_small(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt with the small ClientHello at one address, if both sides agreed, and the ordinary one got no byte and no other large one got so far.

    ``None`` also when small TCP segments help: then large packets are lost, whatever is in them.
    """
    asked = {one.question.name: _handshake(one) for one in reversed(attempts)}
    first, small = asked.get("ordinary"), asked.get(SMALL)
    if first is None or small is None or not agreed(small) or first.hello_size < LARGE:
        return None
    if first.received or first.first_bytes or first.ending.how not in (How.CLOSED, How.RESET, How.TIMED_OUT):
        return None
    if any(one and agreed(one) for name, one in asked.items() if name not in _SMALLER):
        return None
    return next(one for one in attempts if one.question.name == SMALL)


def small_clients() -> str:
    """The releases of the known stacks that send a small ClientHello, as an enumeration."""
    return " and ".join(one.hello.without for one in load_all() if one.hello.without)


def large_clients() -> str:
    """The releases of clients from which on they send a large ClientHello, as an enumeration; "and newer" belongs to all but the first."""
    return ", ".join((*OTHERS, *(one.hello.since for one in load_all() if one.hello.since)))


def current(how: How) -> StackVerdict:
    """What clients of today meet: the probe's own first ClientHello is like theirs and ended like this."""
    note = f"The first ClientHello of this check is like theirs, with a post-quantum key share: {SILENCE[how]}."
    return StackVerdict(stack=CURRENT, title=f"Current clients ({large_clients()} and newer)", accepts=False, verified=False, note=note, unanswered=True)


def told(verdict: StackVerdict, stack: Stack, how: How) -> StackVerdict:
    """A stack's verdict on what came after the small ClientHello, with what its own ClientHello means for it."""
    if stack.hello.post_quantum:
        note = f"Its ClientHello has a post-quantum key share and gets no answer: {SILENCE[how]}."
        return StackVerdict(stack=verdict.stack, title=verdict.title, accepts=False, verified=False, note=note, unanswered=True)
    if not verdict.accepts or not stack.hello.since:
        return verdict
    note = f"Its ClientHello is small and gets through. From {stack.hello.since} on it is large."
    return replace(verdict, note=f"{verdict.note} {note}".strip())


SILENCE = {How.CLOSED: "the connection was closed", How.RESET: "the connection was reset", How.TIMED_OUT: "no byte came back"}
"""How a ClientHello that gets no answer ends, in words."""


def agreed(one: Handshake) -> bool:
    """Whether both sides agreed: the handshake was completed, or stopped only where the server wanted a client certificate."""
    if one.ending.how is How.DONE:
        return True
    facts = reading(one)
    return bool(facts.version and facts.certificate_requested and one.ending.how is not How.LOCAL)


def _handshake(attempt: Attempt) -> Handshake | None:
    return next((one for one in attempt.steps if isinstance(one, Handshake)), None)
