"""What DNS means for the day of a switch: how long old addresses live on, and whether this machine found the name by a way of its own. Pure."""

from probe.case.resolved import DNS, asked_as
from probe.facts.observation import Observation

NXDOMAIN = 3


def times(asked: Observation) -> tuple[int, ...]:
    """For how many seconds the answers may be remembered: the records that lead to the addresses, the aliases included; where there is none, that."""
    answers = [one for one in asked.resolutions if one.source == "dns" and (one.ttl is not None or one.aliases)]
    return tuple(found for one in answers for found in (*((one.ttl,) if one.ttl is not None else ()), *(alias.ttl for alias in one.aliases)))


def slow(asked: Observation, window: int | None) -> str:
    """A sentence where a switch would take longer than the window (in minutes) that is planned for it; "" where it would not, or where nobody said."""
    known = times(asked)
    if window is None or not known or max(known) <= window * 60:
        return ""
    whole = any(one.authoritative for one in asked.resolutions if one.source == "dns" and asked_as(one, asked.target) == DNS)
    at_least = "" if whole else " at least"
    return (
        f" Resolvers may remember the address for{at_least} {shown_time(max(known))} (TTL), which is longer than the {window} minutes planned for the switch: "
        f"lower the time to live to {window * 60} s or less, that long before it."
    )


def local(asked: Observation, given: tuple[str, ...]) -> str:
    """A sentence where this machine came to the address by a way that others do not have: its hosts file, or its search list."""
    beside, target = asked.beside, asked.target
    if beside is None:
        return ""
    if target.resolver is None and beside.hosts and set(given) <= set(beside.hosts):
        return f" The address comes from {beside.file} of this machine: others are led by DNS, and that was not connected to."
    appended = next((one for one in beside.searched if set(one.addresses) & set(given)), None)
    if appended is not None:
        return f" It is not in DNS by this name but as {appended.name}: only machines with that search list find it, while the name to certify stays this one."
    if "." not in target.host and beside.search and target.host != "localhost":
        return f" A name without a dot leads somewhere only with a search list (here: {', '.join(beside.search)})."
    return ""


def shown_time(seconds: int) -> str:
    """Seconds as people say them."""
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
