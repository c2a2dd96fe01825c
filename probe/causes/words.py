"""The words of a diagnosis: cause, finding, evidence."""

from enum import StrEnum

from probe.facts.certificate import Certificate
from probe.facts.noun import noun


class Owner(StrEnum):
    """Who must act."""

    SERVER = "server"  # who runs the endpoint
    CLIENT = "client"  # who runs the connecting program or its trust store
    NETWORK = "network"  # firewall, proxy, routing
    DNS = "dns"  # who runs the name's zone or the resolver
    CA = "ca"  # who issued the certificate
    USER = "user"  # who typed the target
    NOBODY = "nobody"


class Verdict(StrEnum):
    """The answer to "does it work?". ``DEPENDS``: some client stacks accept, some refuse."""

    WORKS = "works"
    FAILS = "fails"
    DEPENDS = "depends"
    UNDECIDED = "undecided"


class Effect(StrEnum):
    """What a finding does to the connection."""

    BREAKS = "breaks"
    RISKS = "risks"
    NOTE = "note"


class Certainty(StrEnum):
    """How sure a finding is."""

    PROVEN = "proven"
    LIKELY = "likely"
    POSSIBLE = "possible"


@noun
class Cause:
    """What is always true of a cause. ``explains`` are codes of findings that are only its consequences; ``actions`` name remedies.

    ``instead`` are actions that a finding may name in their place.
    """

    title: str
    owner: Owner
    actions: tuple[str, ...]
    references: tuple[str, ...]
    explains: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


@noun
class Evidence:
    """One checkable sentence. ``at`` is a JSON pointer (RFC 6901) into the observation document."""

    says: str
    at: str


@noun
class Finding:
    """One cause, found here. ``summary`` is the sentence that names this very case; ``stacks`` are the client stacks that it stops (empty: all).

    ``code`` is filled in by the catalogue. ``alternatives`` are (code, why) of causes that the facts do not rule out.
    ``values`` fill the remedy texts: (name, value). ``owner`` is who must act if in this case it is another one than the cause's,
    ``actions`` are those of the cause's actions that fit this case (empty: all).
    """

    code: str = ""
    effect: Effect
    certainty: Certainty = Certainty.PROVEN
    summary: str
    about: tuple[Certificate, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    stacks: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    owner: Owner | None = None
    actions: tuple[str, ...] = ()


@noun
class NotObserved:
    """A cause that could not be looked for, and why."""

    code: str = ""
    why: str
