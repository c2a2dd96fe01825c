"""The domain controllers of an Active Directory domain, as DNS lists them (SRV), and the checks of every one. Raises ``Unusable``."""

from collections.abc import Callable
from dataclasses import replace

from probe.capture.clock import Clock
from probe.capture.records import services
from probe.capture.resolve import configured, server
from probe.capture.run import drive, together
from probe.case.controllers import CATALOG, NAMES, hosts
from probe.facts.noun import noun
from probe.facts.observation import Lookup, Observation
from probe.facts.profile import Agreement
from probe.facts.records import Service
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.jobs.check import Errand, observe_each
from probe.jobs.profile import find
from probe.jobs.target import Options, domain_name
from probe.profiles.agree import values
from probe.profiles.templates import used

SECONDS = 10.0
"""For the questions to DNS."""
MOST = 32
"""Controllers that are checked; the answer says how many were left out."""
AT_ONCE = 8
"""Checks that are made at the same time; most of their time they wait."""
NXDOMAIN = 3
Wanted = tuple[tuple[Target, Agreement | None], ...]


@noun
class Found:
    """The controllers of ``domain``: ``spelled`` are the targets, two for each, ``lookups`` the answers that listed them.

    ``why_not`` says why none is known although nobody said that there is none ("": there are some).
    """

    domain: str
    spelled: tuple[str, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    why_not: str = ""


def meant(targets: tuple[str, ...], options: Options) -> str:
    """The domain that is meant: that of ``--domain``, else that of a profile which names no host; "" for none."""
    if options.domain is not None:
        if targets:
            raise Unusable("--domain finds the targets, and there are others besides.", "Leave out one of the two.")
        if options.connect is not None:
            raise Unusable("--connect names one address, and --domain finds many.", "Leave out one of the two.")
        return options.domain
    if targets or not options.profile or not any(one.startswith("domain=") for one in options.var):
        return ""
    profile = find(options.profile)
    place = next((one for one in profile.endpoints if one.srv), None)
    given = dict(one.partition("=")[::2] for one in options.var)
    known = values(profile, tuple((name, value) for name, value in given.items()))
    if place is None or "domain" not in used(place.srv) or not set(used(place.host)) - set(known):
        return ""
    return f"{known['domain']}:{known['port']}" if known.get("port") else known["domain"]


def controllers(text: str, options: Options) -> Found:
    """Ask DNS for the controllers of ``DOMAIN`` or ``DOMAIN:PORT`` (PORT is that of LDAPS)."""
    domain, port = domain_name(text)
    given = next((one for one in options.resolver or () if one != "system"), None) if not isinstance(options.resolver, str) else options.resolver
    servers = (server(given),) if given else configured()
    if not servers:
        raise Unusable("This machine names no DNS server that could be asked for domain controllers.", "Name one with --resolver IP.")
    clock = Clock()
    seconds = min(SECONDS, options.timeout)
    answers: dict[str, Lookup] = {}

    async def ask(name: str) -> None:
        answers[name] = await services(f"{name}.{domain}", servers, clock, seconds, MOST)

    async def work() -> None:
        await together(*((lambda name=one: ask(name)) for one in (*NAMES, CATALOG)))

    ended = drive(work, seconds + 1.0)
    if ended == "interrupted":
        raise KeyboardInterrupt
    lookups = tuple(answers[one] for one in (*NAMES, CATALOG) if one in answers)
    found = hosts(lookups)
    if found:
        return Found(domain=domain, lookups=lookups, spelled=tuple(one for host in list(found)[:MOST] for one in _both(host, found[host], port)))
    asked = ", ".join(f"{one.server}" for one in lookups[:1] if one.server) or "DNS"
    listing = [one for one in lookups if not one.name.startswith(CATALOG)]
    if len(listing) == len(NAMES) and all(one.rcode in (0, NXDOMAIN) for one in listing):
        nowhere = any(isinstance(record, Service) and not record.host for one in listing for record in one.records)
        says = f"DNS lists no domain controller of {domain}: " + (
            "it says that there decidedly is none." if nowhere else f"{NAMES[0]}.{domain} has no SRV record."
        )
        raise Unusable(says, f"Asked was {asked}. The zone may only be known inside: name the domain's own DNS server with --resolver IP.")
    ways = sorted({one.ending.how.value if one.rcode is None else f"rcode {one.rcode}" for one in listing}) or ["no answer"]
    return Found(
        domain=domain, lookups=lookups, why_not=f"Which controllers {domain} has could not be found out: {asked} gave no usable answer ({', '.join(ways)})."
    )


def observe_domain(found: Found, errands: tuple[Errand, ...], progress: Callable[[str, str], None]) -> tuple[Observation, ...]:
    """Check every controller, several at the same time.

    Raises ``KeyboardInterrupt`` when nothing at all was seen before Ctrl-C, ``RuntimeError`` for a defect of the probe.
    """
    marked = [replace(one, target=replace(one.target, domain=found.domain, plain_port=_plain_port(found, one.target))) for one in errands]
    done = observe_each(marked, AT_ONCE, progress)
    defect = next((ending for _, ending in done if ending.startswith("defect")), "")
    if defect:
        raise RuntimeError(defect)
    seen = tuple(replace(one, lookups=(*_about(found.lookups, one.target.host), *one.lookups)) for one, _ in done if one is not None)
    if not seen:
        raise KeyboardInterrupt
    return seen


def _both(host: str, plain: int, port: int) -> tuple[str, str]:
    return f"ldaps://{host}:{port}", f"ldap://{host}:{plain}"


def _plain_port(found: Found, target: Target) -> int:
    return target.plain_port or hosts(found.lookups).get(target.host, 0)


def _about(lookups: tuple[Lookup, ...], host: str) -> tuple[Lookup, ...]:
    """The answers with the records of one host alone; the others are counted."""
    made = []
    for one in lookups:
        own = tuple(record for record in one.records if isinstance(record, Service) and record.host == host)
        made.append(replace(one, records=own, left_off=one.left_off + len(one.records) - len(own)))
    return tuple(made)
