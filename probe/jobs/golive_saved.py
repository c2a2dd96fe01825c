"""What go-live has saved: read, checked, and made ready to be judged for another day. Nothing is connected to."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from probe.capture.files import load
from probe.facts.codec import Unreadable, parse
from probe.facts.golive import MOST_DAYS, SCHEMA, Day, Inspection, Look, Seen
from probe.facts.observation import Observation
from probe.facts.unusable import Unusable
from probe.jobs.replay import LIMIT, refuse_newer, refuse_unspoken

NEXT = "Name a file that probe go-live wrote with --save, and copy it again if it was cut off."


def saved(path: Path) -> Inspection | None:
    """Read what was saved; ``None`` for a file that is a plan. Raises ``Unusable`` for what cannot be read, is damaged, or is of a newer version."""
    data = load(path, LIMIT).lstrip(b"\xef\xbb\xbf \t\r\n")
    # No TOML document begins with a brace, and every JSON object does.
    if not data.startswith(b"{"):
        return None
    try:
        document = data.decode("utf-8")
        value = json.loads(document)
    except (ValueError, RecursionError):
        raise Unusable(f"{path} is neither a plan nor what was seen: it is not one whole JSON document.", NEXT) from None
    if "seen" not in value:
        raise Unusable(f"{path} is not what go-live saved: it holds no endpoints that were looked at.", NEXT)
    number = value.get("schema")
    refuse_newer(number if isinstance(number, int) and not isinstance(number, bool) else None, SCHEMA, path)
    try:
        found = parse(Inspection, document)
    except Unreadable as error:
        raise Unusable(f"{path} is not all that go-live saved: {error}.", NEXT) from None
    return _checked(found, path)


def rejudged(found: Inspection, day: Day) -> Inspection:
    """The same, to be judged for another day."""
    # As when it was looked at: what is valid only from that day on is judged for that day.
    at = day.begin if day.begin is not None and day.begin > found.began else None

    def moved(one: Observation | None) -> Observation | None:
        return one and replace(one, target=replace(one.target, at=at))

    def again(look: Look) -> Look:
        return replace(look, observation=moved(look.observation), lookup=moved(look.lookup))

    return replace(found, day=day, seen=tuple(replace(one, looks=tuple(again(look) for look in one.looks)) for one in found.seen))


def chosen(found: Inspection, endpoint: str) -> Inspection:
    """Only the endpoint with this name. Raises ``Unusable`` when there is none."""
    kept: tuple[Seen, ...] = tuple(one for one in found.seen if one.place.name == endpoint)
    if not kept:
        raise Unusable(f"No endpoint {endpoint!r} was looked at.", f"There are: {', '.join(one.place.name for one in found.seen)}.")
    return replace(found, seen=kept)


def _checked(found: Inspection, path: Path) -> Inspection:
    """Refuse what no inspection can be like, as it would break what judges it. Raises ``Unusable``."""
    if any(not one.looks for one in found.seen) or not 0 <= found.day.days <= MOST_DAYS:
        raise Unusable(f"{path} is not all that go-live saved: an endpoint without a look, or a number of days that cannot be.", NEXT)
    try:
        _ = (found.began + timedelta(days=MOST_DAYS), (found.day.end or found.began) + timedelta(days=MOST_DAYS))
    except OverflowError:
        raise Unusable(f"{path} is not all that go-live saved: its dates are out of range.", NEXT) from None
    for one in found.seen:
        for look in one.looks:
            for observation in (look.observation, look.lookup):
                if observation is not None:
                    refuse_unspoken(observation, path)
    return found
