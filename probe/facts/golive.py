"""Before going live: the endpoints of a plan, the day that counts, and what was seen of each. Nothing in here is a judgement."""

from datetime import datetime

from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.facts.profile import GoLive

SCHEMA = 1
"""The number in a saved inspection; it goes up when a field changes its meaning, not when one is added."""
MOST_DAYS = 3650
MOST_MINUTES = 7 * 24 * 60
"""The longest window for a switch, a week."""
DAYS = 30
"""For how many days after the day everything should still be valid, unless the plan says otherwise."""
STEPS = (
    "dns",
    "tls",
    "addresses",
    "chain",
    "names",
    "dates",
    "pin",
    "caa",
    "tlsa",
    "client-certificate",
    "client-accepted",
    "client-demand",
    "vantage",
    "app",
    "reverse",
    "other",
)
"""The ids of the items that a list can have, in their order."""


@noun
class Day:
    """The day on which it must work, from ``begin`` until ``end`` (``None``: the moment of the check), and for how many ``days`` after it.

    ``named`` is how the user wrote it ("" when nobody did). ``window`` is for how many minutes the switch of an address may take (``None``: nobody said).
    """

    begin: datetime | None = None
    end: datetime | None = None
    days: int = DAYS
    named: str = ""
    window: int | None = None


@noun
class Place:
    """One endpoint of a plan. ``direction`` is out (we call) or in (they call us). ``aliases`` are names that need not exist in DNS yet.

    ``skip`` are steps that the plan leaves out because of ``reason``. ``required``: it counts for the whole. ``rules`` are what a profile says of single steps.
    """

    name: str
    direction: str = "out"
    names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    required: bool = True
    skip: tuple[str, ...] = ()
    reason: str = ""
    rules: tuple[GoLive, ...] = ()


@noun
class Look:
    """One name of a place: what was seen of it, and how the look ended: "" (to its end), timeout, interrupted, or the kind of a defect of the probe.

    ``observation`` is ``None`` when it never began. ``lookup`` is what DNS says where the address to connect to was given by hand.
    """

    name: str
    observation: Observation | None = None
    ending: str = ""
    lookup: Observation | None = None


@noun
class Seen:
    """A place and its looks; the first is the one at the target itself."""

    place: Place
    target: str
    looks: tuple[Look, ...]


@noun
class Inspection:
    """Everything that was seen for one list. ``checked_by`` are names to sign it, ``source`` is the plan's file or the profile.

    ``schema`` is the number in a saved one.
    """

    schema: int = SCHEMA
    title: str
    source: str = ""
    day: Day = Day()
    seen: tuple[Seen, ...] = ()
    checked_by: tuple[str, ...] = ()
    began: datetime
    probe: str = ""
