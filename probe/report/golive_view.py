"""One name of one endpoint as the items see it: its cases, its findings for the day, and where each fact stands in the document of the list. Pure."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from probe.case.case import Case, cases
from probe.causes.catalogue import Answers, ask_all, entries, entry
from probe.causes.words import Certainty, Effect, Evidence, Finding
from probe.diagnose import Diagnosis, diagnose
from probe.facts.golive import Look, Place
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.report.checklist import Fault, Item, Outcome
from probe.report.compose import placed
from probe.report.words import owner

TITLES = {
    "dns": "The name leads to an address",
    "tls": "Every address answers and agrees on TLS",
    "addresses": "All addresses give the same answer",
    "chain": "The chain is complete and trusted",
    "names": "The certificate is for the name",
    "dates": "Every certificate of the server is valid",
    "pin": "The expected certificate is served",
    "caa": "DNS lets the authority issue the next certificate",
    "tlsa": "The certificate is the one that DNS announces",
    "client-certificate": "Our client certificate is in order",
    "client-accepted": "The server accepts our client certificate",
    "client-demand": "The partner needs no client certificate",
    "vantage": "Seen from where the partner is",
    "app": "The application answers",
    "reverse": "The other direction",
    "other": "Nothing else stands in the way",
}
OPTIONAL = ("vantage", "caa", "tlsa")
"""Items that cannot be decided from here, so that the whole does not depend on them."""
SKIPPED = "Left out by the plan: "
"""What an item says that the plan leaves out; behind it stands the reason, in the words of whoever wrote the plan."""
SPELLED = {"tcp": "tls", "trust": "chain"}
"""Words of profiles for items that have another name here."""
RANK = (Certainty.PROVEN, Certainty.LIKELY, Certainty.POSSIBLE)


@noun
class Days:
    """The moments that are judged: the day from ``begin`` to ``end``, and ``until``, ``days`` after it. ``shown`` is it in a sentence ("on 2026-12-31").

    ``window`` is for how many minutes the switch of an address may take (``None``: nobody said).
    """

    begin: datetime
    end: datetime
    until: datetime
    days: int
    shown: str
    window: int | None = None


class View:
    """``at`` is the JSON pointer to the observation, ``lookup_at`` that to the question about DNS, if it was a separate one."""

    def __init__(self, place: Place, look: Look, days: Days, at: str, lookup_at: str, main: bool) -> None:
        self.place = place
        self.look = look
        self.days = days
        self.at = at
        self.lookup_at = lookup_at
        self.main = main
        self.used: set[str] = set()

    @property
    def name(self) -> str:
        """The name that this is about."""
        return self.look.name

    @property
    def about(self) -> str:
        """The name, where an item is about one of several."""
        return "" if self.main else self.name

    @property
    def expected(self) -> bool:
        """Whether the name must exist: aliases of a profile need not."""
        return self.main or self.name not in self.place.aliases

    @property
    def looked(self) -> datetime | None:
        """When it was looked at."""
        return self.look.observation.taken_at if self.look.observation else None

    @property
    def observation(self) -> Observation | None:
        """What was seen."""
        return self.look.observation

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        """What all causes say of it."""
        return placed(diagnose(self.observation)) if self.observation else None

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """One for each address that was tried."""
        return tuple(one for one in cases(self.observation) if one.address is not None) if self.observation else ()

    @cached_property
    def shown(self) -> tuple[Case, ...]:
        """Those whose server showed a certificate."""
        return tuple(one for one in self.cases if one.presented)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, also those that another one explains: each item speaks for itself."""
        return (*self.diagnosis.findings, *self.diagnosis.explained) if self.diagnosis else ()

    @property
    def why_not(self) -> str:
        """Why nothing more is known, if the look ended early."""
        look = self.look
        if look.ending == "interrupted" or (self.observation is not None and self.observation.unfinished == "interrupted"):
            return "Interrupted."
        if look.ending.startswith("defect"):
            return f"The probe itself failed here ({look.ending.partition(': ')[2]}); please report it."
        if self.observation is not None and self.observation.unfinished == "timeout":
            return f"The time for the check ran out ({self.observation.target.timeout:g} s)."
        return ""

    def take(self, *which: str, effects: tuple[Effect, ...] = (Effect.BREAKS, Effect.RISKS)) -> tuple[Finding, ...]:
        """The findings of these codes or stages ("tls"), what breaks and what is sure first. They count as dealt with."""
        found = [one for one in self.findings if one.effect in effects and (one.code in which or one.code.partition(".")[0] in which)]
        self.used |= {one.code for one in found}
        return tuple(sorted(found, key=lambda one: (one.effect is not Effect.BREAKS, RANK.index(one.certainty))))

    def left(self) -> tuple[Finding, ...]:
        """What breaks or is a risk and belongs to no item."""
        found = [one for one in self.findings if one.effect is not Effect.NOTE and one.code not in self.used]
        return tuple(sorted(found, key=lambda one: (one.effect is not Effect.BREAKS, RANK.index(one.certainty))))

    def evidence(self, found: Iterable[Finding], limit: int = 8) -> tuple[Evidence, ...]:
        """The evidence of findings, each piece once, its pointers from the root of the list's document."""
        pieces = dict.fromkeys(Evidence(says=piece.says, at=f"{self.at}{piece.at}") for one in found for piece in one.evidence)
        return tuple(pieces)[:limit]

    def seen(self, case: Case, says: str, fact: object) -> Evidence:
        """One piece of evidence of an item's own."""
        return Evidence(says=says, at=f"{self.at}{case.pointer(fact)}")

    def faults(self, found: Iterable[Finding]) -> tuple[Fault, ...]:
        """Findings as an item names them."""
        return tuple(fault(one, self) for one in found)

    def item(
        self,
        step: str,
        outcome: Outcome,
        says: str,
        *,
        found: tuple[Finding, ...] = (),
        evidence: tuple[Evidence, ...] = (),
        about: str | None = None,
        title: str = "",
        required: bool = True,
        defect: bool = False,
    ) -> Item:
        """One line of the list, as the plan and the profile want it."""
        place = self.place
        wanted = about if step == "app" and about else step
        rule = next((one for one in place.rules if self._spelled(one.check) == wanted), None)
        required = place.required and self.expected and step not in OPTIONAL and (rule.required if rule else required)
        about = self.about if about is None else about
        if step in place.skip:
            return Item(id=step, title=TITLES[step], about=about, required=False, outcome=Outcome.NOT_DONE, says=f"{SKIPPED}{place.reason}")
        if outcome is Outcome.FAIL and (not self.expected or (rule and rule.passes == "seen")):
            outcome = Outcome.WARN
        if rule and rule.passes == "no-problem" and outcome is Outcome.WARN:
            outcome = Outcome.FAIL
        return Item(
            id=step,
            title=(rule.title if rule and self.main else "") or title or TITLES[step],
            about=about,
            required=required,
            outcome=outcome,
            says=says,
            evidence=evidence or self.evidence(found),
            faults=self.faults(found),
            defect=defect,
        )

    def _spelled(self, check: str) -> str:
        """The item that a profile means by its word for it."""
        return "client-demand" if check == "client-certificate" and self.place.direction == "in" else SPELLED.get(check, check)

    def open(self, step: str, why: str, *, required: bool = True, about: str | None = None) -> Item:
        """An item that could not be done."""
        known = self.why_not
        return self.item(step, Outcome.NOT_DONE, known or why, required=required, about=about, defect=self.look.ending.startswith("defect"))


def fault(one: Finding, view: View) -> Fault:
    """A finding as an item names it."""
    known = entry(one.code)
    who = one.owner or (known.cause.owner if known else None)
    target = view.observation.target if view.observation else None
    if known is None or who is None or target is None:
        raise ValueError(one.code)
    return Fault(code=one.code, title=known.cause.title, certainty=one.certainty, owner=who, owner_text=owner(who, target), summary=one.summary)


def answers(case: Case, stage: str) -> Answers:
    """What the causes of one stage say of a case."""
    return ask_all(case, tuple(one for one in entries() if one.stage == stage))


def sentences(found: Iterable[Finding], most: int = 2) -> str:
    """What findings say, the first of them in full."""
    every = list(dict.fromkeys(one.summary for one in found))
    more = f" And {len(every) - most} more." if len(every) > most else ""
    return " ".join(every[:most]) + more
