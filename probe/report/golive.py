"""From what was seen to the list before going live. Pure: the same inspection gives the same list."""

from datetime import datetime, timedelta

from probe.causes.words import Effect
from probe.facts.golive import Day, Inspection, Seen
from probe.facts.observation import Observation
from probe.facts.target import Target
from probe.report.checklist import Checklist, Group, Item, Outcome
from probe.report.dns_records import circumstances
from probe.report.golive_client import application, demanded, presented, vantage
from probe.report.golive_names import covered, found
from probe.report.golive_records import allowed, announced
from probe.report.golive_server import alike, answering, lasting, pinned, trusted
from probe.report.golive_view import Days, View, sentences
from probe.report.words import repeat


def compose(seen: Inspection) -> Checklist:
    """Every item of every endpoint, in the order of the plan."""
    days, remarks = judged_days(seen.day, seen.began)
    groups = tuple(_group(one, days, f"/results/{number}") for number, one in enumerate(seen.seen))
    items = [item for group in groups for item in group.items]
    interrupted = any(look.ending == "interrupted" for one in seen.seen for look in one.looks)
    ready = bool(items) and all(one.outcome in (Outcome.PASS, Outcome.WARN) for one in items if one.required)
    return Checklist(
        title=seen.title,
        source=seen.source,
        began=seen.began,
        begin=days.begin,
        end=days.end,
        until=days.until,
        groups=groups,
        sentence=_sentence(items, ready, interrupted),
        ready=ready,
        remarks=remarks,
        checked_by=seen.checked_by,
        made_by=f"probe {seen.probe}",
        interrupted=interrupted,
    )


def judged_days(day: Day, began: datetime) -> tuple[Days, tuple[str, ...]]:
    """The moments to judge for, none before the check itself, and what to say about a day that is over."""
    later = timedelta(days=day.days)
    if day.begin is None or day.end is None:
        return Days(begin=began, end=began, until=began + later, days=day.days, shown="now", window=day.window), ()
    if day.end < began:
        says = f"The day {day.named} is past; everything is judged for the moment of the check."
        return Days(begin=began, end=began, until=began + later, days=day.days, shown="now", window=day.window), (says,)
    begin = max(day.begin, began)
    return Days(begin=begin, end=day.end, until=day.end + later, days=day.days, shown=f"on {day.named}", window=day.window), ()


def pointer(results: str, number: int, *, lookup: bool = False) -> str:
    """Where the document of the list has the observation of the look with this number (0 is the target itself)."""
    return f"{results}/lookups/{number}" if lookup else f"{results}/observation" if number == 0 else f"{results}/further/{number - 1}"


def _group(seen: Seen, days: Days, results: str) -> Group:
    views = [
        View(seen.place, look, days, pointer(results, number), pointer(results, number, lookup=True), main=number == 0)
        for number, look in enumerate(seen.looks)
    ]
    main = views[0]
    items = [*_named(main, main), answering(main), alike(main), trusted(main), lasting(main), *_some(pinned(main)), *allowed(main), *announced(main)]
    if seen.place.direction == "in":
        items += [demanded(main), vantage(main)]
    else:
        items += presented(main)
    items += application(main)
    for view in views[1:]:
        items += _further(view, main)
    items += [one for view in views for one in _rest(view)]
    if seen.place.direction == "out" and any(rule.check == "reverse" for rule in seen.place.rules):
        items.append(
            main.open(
                "reverse", 'Their calls to us are an endpoint of their own: direction = "in" in a plan, or the profile for that direction.', required=False
            )
        )
    target = main.observation.target if main.observation else None
    return Group(
        name=seen.place.name,
        direction=seen.place.direction,
        target=seen.target,
        items=tuple(items),
        circumstances=_circumstances(main.observation, target),
        repeat=repeat(target) if target else "",
        observations=tuple(look.observation for look in seen.looks),
        lookups=tuple(look.lookup for look in seen.looks),
    )


def _named(view: View, main: View) -> list[Item]:
    return [*_some(found(view)), covered(view, main)]


def _further(view: View, main: View) -> list[Item]:
    """A further name: what differs from the target itself. Where the same certificates are shown, their chain and dates have been told."""
    items = _named(view, main)
    answers = answering(view)
    if view.expected:
        items.append(answers)
    known = {one.presented for one in main.shown}
    if any(one.presented not in known for one in view.shown):
        items += [trusted(view), lasting(view)]
    else:
        view.take("chain", "trust", "endpoint")
    items += [*allowed(view), *announced(view)]
    # Without a client certificate and without a question nothing can be said about these under a further name.
    view.take("client", "app", "endpoint", "environment")
    return items


def _rest(view: View) -> list[Item]:
    """What speaks against it and belongs to no other item, so that nothing is lost; and what the probe could not judge."""
    left = view.left()
    items = []
    if left:
        breaks = any(one.effect is Effect.BREAKS for one in left)
        items.append(view.item("other", Outcome.FAIL if breaks else Outcome.WARN, sentences(left, 3), found=left))
    if view.diagnosis and view.diagnosis.defects:
        says = f"Not everything could be judged, because of a defect of the probe ({', '.join(code for code, _ in view.diagnosis.defects[:3])})."
        items.append(view.item("other", Outcome.NOT_DONE, says, defect=True))
    return items


def _some(item: Item | None) -> list[Item]:
    return [item] if item else []


def _circumstances(seen: Observation | None, target: Target | None) -> tuple[tuple[str, str], ...]:
    if seen is None or target is None:
        return ()
    place = seen.vantage.host + (f" ({seen.vantage.address})" if seen.vantage.address else "")
    lines = [
        ("Seen from", place),
        ("Looked at", f"{seen.taken_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Trusted", ", ".join(one.path or one.source for one in seen.stores)),
    ]
    if target.connect:
        lines.append(("Address given by hand", f"{target.connect}{f', port {target.connect_port}' if target.connect_port else ''}"))
    if target.resolver or target.also_resolvers:
        lines.append(("DNS asked", ", ".join((*((target.resolver,) if target.resolver else ()), *target.also_resolvers))))
    lines += circumstances(seen)
    if target.stack:
        lines.append(("Client", target.stack))
    if seen.identity:
        lines.append(("Client certificate", seen.identity.source))
    if seen.agreement:
        lines.append(("Profile", f"{seen.agreement.title}{f', {seen.agreement.environment}' if seen.agreement.environment else ''}"))
        lines += [("Not verified", one) for one in seen.agreement.unverified[:5]]
    return tuple(lines)


def _sentence(items: list[Item], ready: bool, interrupted: bool) -> str:
    failed = sum(1 for one in items if one.required and one.outcome is Outcome.FAIL)
    still = sum(1 for one in items if one.required and one.outcome is Outcome.NOT_DONE)
    warned = sum(1 for one in items if one.outcome is Outcome.WARN)
    required = sum(1 for one in items if one.required)
    cut = "The check was interrupted. " if interrupted else ""
    if not items:
        return f"{cut}Nothing was checked."
    if ready:
        looks = f" {_counted(warned, 'item')} {'wants' if warned == 1 else 'want'} a look." if warned else ""
        return f"{cut}Ready: all {required} required items passed.{looks}" if required > 1 else f"{cut}Ready: the required items passed.{looks}"
    parts = [f"{_counted(failed, 'required item')} failed"] if failed else []
    parts += [f"{_counted(still, 'required item')} could not be done"] if still else []
    return f"{cut}Not ready: {' and '.join(parts)}, of {required}."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
