"""Checklist: what is passed, failed or open before going live, before any format. A renderer gets a Checklist and nothing else; all strings are raw."""

from datetime import datetime
from enum import StrEnum

from probe.causes.words import Certainty, Evidence, Owner
from probe.facts.noun import noun
from probe.facts.observation import Observation


class Outcome(StrEnum):
    """What came of one item. ``NOT_DONE``: nobody could, or wanted to, look; it is never called fine."""

    PASS = "pass"  # noqa: S105 -- a word, not a secret
    FAIL = "fail"
    WARN = "warn"
    NOT_DONE = "not-done"


@noun
class Fault:
    """A finding behind an item that did not pass: its code, who must act (as a word and for people), and the sentence that names this case."""

    code: str
    title: str
    certainty: Certainty
    owner: Owner
    owner_text: str
    summary: str


@noun
class Item:
    """One line of the list. ``id`` is one of ``probe.facts.golive.STEPS``, ``about`` the name that it is about ("": the endpoint).

    ``required``: the whole depends on it. ``says`` is one or two sentences; ``evidence`` points into the JSON document of the list (RFC 6901).
    ``faults`` has the findings when it failed or warns, the most important first. ``defect`` when the probe itself could not judge it.
    """

    id: str
    title: str
    about: str = ""
    required: bool = True
    outcome: Outcome
    says: str
    evidence: tuple[Evidence, ...] = ()
    faults: tuple[Fault, ...] = ()
    defect: bool = False

    @property
    def code(self) -> str:
        """The code of the most important finding."""
        return self.faults[0].code if self.faults else ""

    @property
    def owner(self) -> Owner | None:
        """Who must act."""
        return self.faults[0].owner if self.faults else None


@noun
class Group:
    """The items of one endpoint. ``observations`` are what they rest on, that of the target first, then those of further names.

    ``lookups`` go with them: what DNS says where an address was given by hand (``None`` elsewhere).
    """

    name: str
    direction: str
    target: str
    items: tuple[Item, ...]
    circumstances: tuple[tuple[str, str], ...] = ()
    repeat: str = ""
    observations: tuple[Observation | None, ...] = ()
    lookups: tuple[Observation | None, ...] = ()


@noun
class Checklist:
    """The whole list. ``begin`` to ``end`` is the day that was judged, ``until`` the end of the days after it. ``remarks`` are about the list itself.

    ``redacted``: names are pseudonyms, and it holds no observation.
    """

    title: str
    source: str
    began: datetime
    begin: datetime
    end: datetime
    until: datetime
    groups: tuple[Group, ...]
    sentence: str
    ready: bool
    remarks: tuple[str, ...] = ()
    checked_by: tuple[str, ...] = ()
    made_by: str = ""
    interrupted: bool = False
    redacted: bool = False

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of all endpoints."""
        return tuple(item for group in self.groups for item in group.items)

    def count(self, outcome: Outcome, *, required: bool | None = None) -> int:
        """How many items have this outcome, of all or only of the required (or the other) ones."""
        return sum(1 for one in self.items if one.outcome is outcome and required in (None, one.required))


def exit_code(found: Checklist, strict: bool = False) -> int:
    """0 all required items passed (warnings included, unless ``strict``), 1 one failed, 3 only open ones stand in the way, 4 a defect, 130 interrupted."""
    if found.interrupted:
        return 130
    if any(one.defect for one in found.items):
        return 4
    if found.count(Outcome.FAIL, required=True) or (strict and found.count(Outcome.WARN)):
        return 1
    return 3 if found.count(Outcome.NOT_DONE, required=True) or not found.items else 0
