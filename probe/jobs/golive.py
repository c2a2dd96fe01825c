"""Going through a plan: every endpoint and every name is looked at, several side by side, none eats the time of another. What it means is judged elsewhere."""

from collections.abc import Callable
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from probe import VERSION
from probe.capture.clock import Clock
from probe.capture.files import load as load_file
from probe.capture.store_password import StorePassword
from probe.capture.stores import Loaded
from probe.case.resolved import literal
from probe.facts.golive import Day, Inspection, Look, Place, Seen
from probe.facts.identity import Identity
from probe.facts.noun import noun
from probe.facts.profile import Agreement
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.jobs.check import Errand, observe_each, stores
from probe.jobs.golive_plan import LIMIT, Plan, Wanted, noted, read
from probe.jobs.identity import identified
from probe.jobs.profile import find
from probe.jobs.target import Options, target
from probe.jobs.wanted import wanted
from probe.profiles.table import Faults
from probe.stacks import load_all
from probe.tls.credential import Credential

if TYPE_CHECKING:
    from probe.capture.identity import Prompt

T = TypeVar("T")
Stores = dict[tuple[tuple[str, ...], str], tuple[Loaded, ...]]
"""What was read of trust sources, by their names and the variable with their password."""
AT_ONCE = 4
"""Checks that are made at the same time: judging what came takes the machine's time too, and a late look at the clock would be told as the peer's."""
SYSTEM = "system"


@noun
class Errands:
    """What is to be done for one place: the target itself, then its further names, each with a question about DNS where the address is given by hand."""

    place: Place
    spelled: str
    named: tuple[tuple[str, Errand, Errand | None], ...]
    credential: Credential | None = field(default=None, repr=False)


@noun
class Prepared:
    """A plan whose targets, stores and client certificates can all be used."""

    plan: Plan
    day: Day
    errands: tuple[Errands, ...]


def load_plan(path: Path) -> tuple[Plan, Faults]:
    """Read the plan in a file. Raises ``Unusable`` when there is no text to read."""
    try:
        text = load_file(path, 4 * LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"{path} is not a plan: it is not text in UTF-8.", "Write one; probe go-live --example prints a plan to begin with.") from None
    return read(text, str(path), path.parent)


def of_profile(options: Options, day: Day, title: str = "", trust_password_env: str = "") -> Plan:
    """The plan that one profile makes: every endpoint of the environment, in both directions."""
    name = options.profile or ""
    every = Wanted(number=0, place=Place(name=options.endpoint or "", required=True), options=options, trust_password_env=trust_password_env)
    return Plan(title=title or f"Before going live: {name}", source=f"profile {name}", day=day, wanted=(every,))


def prepared(plan: Plan, faults: Faults | None, day: Day, prompt: "Prompt | None" = None) -> Prepared:
    """Make targets of the plan and read every file that it names. What cannot be used is noted in ``faults``; without those it is raised, ``Unusable``."""
    now = Clock().taken_at
    # What is valid only from that day on is judged for that day.
    at = day.begin if day.begin is not None and day.begin > now else None
    every: list[Errands] = []
    trusted: Stores = {}
    for one in plan.wanted:
        preparing = _Preparing(one, faults, at.isoformat() if at else None, trusted, prompt)
        every += preparing.errands()
    return Prepared(plan=plan, day=day, errands=tuple(every))


def inspect(given: Prepared, progress: Callable[[str, str], None]) -> Inspection:
    """Look at everything, also when Ctrl-C or a timeout ends it early."""
    began = Clock().taken_at
    flat = [errand for one in given.errands for _, main, lookup in one.named for errand in (main, lookup) if errand is not None]
    # Questions about DNS alone are quick, and what they say is wanted even after Ctrl-C.
    order = sorted(range(len(flat)), key=lambda number: not flat[number].names_only)
    done = dict(zip(order, observe_each([flat[number] for number in order], AT_ONCE, progress), strict=True))
    answers = iter([done[number] for number in range(len(flat))])
    seen = []
    for one in given.errands:
        looks = []
        for name, _, lookup in one.named:
            observation, ending = next(answers)
            asked = next(answers)[0] if lookup is not None else None
            looks.append(Look(name=name, observation=observation, ending=ending, lookup=asked))
        seen.append(Seen(place=one.place, target=one.spelled, looks=tuple(looks)))
    plan = given.plan
    return Inspection(title=plan.title, source=plan.source, day=given.day, seen=tuple(seen), checked_by=plan.checked_by, began=began, probe=VERSION)


class _Preparing:
    """One table of the plan, on its way to what is to be done."""

    def __init__(self, one: Wanted, faults: Faults | None, at: str | None, trusted: "Stores", prompt: "Prompt | None") -> None:
        self.one = one
        self.faults = faults
        self.at = at
        self.trusted = trusted
        self.prompt = prompt
        self.failed = False

    def errands(self) -> list[Errands]:
        """Everything to do; nothing when something cannot be used."""
        options = self._options()
        if not self.one.spelled and options.profile is None:
            return []
        found = self._try("profile" if options.profile else "target", lambda: self._targets(options))
        made = [self._errands(place, main, agreement, options) for place, main, agreement in found or ()]
        return [] if self.failed else [one for one in made if one is not None]

    def _options(self) -> Options:
        """The options, without those that cannot be used, each noted at its own field; DNS is compared with what this machine finds by itself."""
        options = replace(self.one.options, at=self.at, records=True)
        if options.stack and options.stack not in (known := [one.name for one in load_all()]):
            self._note("as", Unusable(f"There is no client stack {options.stack!r}.", f"Known are {', '.join(known)}."))
            options = replace(options, stack=None)
        if options.connect and not self._usable("connect", Options(connect=options.connect)):
            options = replace(options, connect=None)
        if options.resolver and not self._usable("resolver", Options(resolver=options.resolver)):
            options = replace(options, resolver=None)
        if options.pin and not self._usable("pin", Options(pin=options.pin)):
            options = replace(options, pin=None)
        if options.uploaded and not self._usable("uploaded", Options(uploaded=options.uploaded)):
            options = replace(options, uploaded=None)
        given = (options.resolver,) if isinstance(options.resolver, str) else tuple(options.resolver or ())
        return replace(options, resolver=(*given, SYSTEM) if len(given) == 1 and given != (SYSTEM,) else given)

    def _usable(self, field_name: str, alone: Options) -> bool:
        return self._try(field_name, lambda: target("localhost", alone)) is not None

    def _targets(self, options: Options) -> list[tuple[Place, Target, Agreement | None]]:
        place = self.one.place
        if options.profile is None:
            return [(place, target(self.one.spelled, options), None)]
        profile = find(options.profile)
        pairs = wanted((self.one.spelled,) if self.one.spelled else (), options)
        found: list[tuple[Place, Target, Agreement | None]] = []
        for main, agreement in pairs:
            if agreement is None:
                continue
            end = agreement.endpoint
            name = f"{place.name}: {end.name}" if len(pairs) > 1 and place.name else place.name or end.name
            rules = tuple(one for one in profile.golive if not one.endpoint or one.endpoint == end.name)
            direction = end.direction if place.direction == "out" else place.direction
            aliases = tuple(one.text for one in end.aliases if "{" not in one.text)
            names = tuple(dict.fromkeys((*place.names, *(one.text for one in agreement.names.expect if "{" not in one.text))))
            found.append((replace(place, name=name, direction=direction, names=names, aliases=aliases, rules=rules), main, agreement))
        return found

    def _errands(self, place: Place, main: Target, agreement: Agreement | None, options: Options) -> Errands | None:
        trusted = self._try("trust", lambda: self._stores(main))
        own = self._try("cert", lambda: identified(main, options.password_env, self.prompt)) if place.direction == "out" else (None, None)
        if trusted is None or own is None:
            return None
        identity, credential = own
        named = [(main.name, self._errand(main, trusted, identity, credential, agreement), self._lookup(main))]
        for name in dict.fromkeys((*place.names, *place.aliases)):
            field_name = "names" if name in place.names else "profile"
            other = self._try(field_name, partial(_renamed, main, name))
            if other is not None and other.host != main.host:
                # The one harmless question is asked once: further names are only looked at.
                other = replace(other, app=False)
                named.append((other.host, self._errand(other, trusted, None, None, None), self._lookup(other)))
        return Errands(place=place, spelled=main.spelled, named=tuple(named), credential=credential)

    def _stores(self, main: Target) -> tuple[Loaded, ...]:
        key = (main.trust, self.one.trust_password_env)
        if key not in self.trusted:
            self.trusted[key] = stores(main, StorePassword(self.one.trust_password_env, self.prompt))
        return self.trusted[key]

    def _errand(
        self, one: Target, trusted: tuple[Loaded, ...], identity: Identity | None, credential: Credential | None, agreement: Agreement | None
    ) -> Errand:
        return Errand(target=one, trusted=trusted, identity=identity, credential=credential, agreement=agreement)

    def _lookup(self, one: Target) -> Errand | None:
        """The question about DNS that a check with an address given by hand does not ask."""
        resolved_elsewhere = one.proxy is not None and one.proxy.resolves
        if (one.connect is None and not resolved_elsewhere) or literal(one.host):
            return None
        return Errand(target=replace(one, connect=None, connect_port=None, proxy=None, records=False), trusted=(), names_only=True)

    def _try(self, field_name: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except Unusable as unusable:
            self._note(field_name, unusable)
            return None

    def _note(self, field_name: str, unusable: Unusable) -> None:
        self.failed = True
        if self.faults is None:
            raise unusable
        noted(self.faults, self.one, field_name, unusable)


def _renamed(main: Target, name: str) -> Target:
    """The same service under another name. Raises ``Unusable``."""
    shown = f"[{name}]" if ":" in name else name
    other = target(f"{main.protocol}://{shown}:{main.port}", Options())
    made = replace(main, spelled=other.spelled, host=other.host, name=other.name, sni=other.sni, path="/", pin=None, also_pins=(), only=())
    if main.proxy is not None and main.proxy.source == "--proxy":
        return made
    # The environment may exempt one name and not the other.
    return replace(made, proxy=other.proxy, unproxied=other.unproxied, unread_exemption=other.unread_exemption)
