"""Different sources give different addresses for this name.

The hosts file, the resolver of this machine and the DNS servers that were asked do not agree. Programs that ask one of
them reach another machine than programs that ask the other, or none at all. Usual reasons: a line in the hosts file that
was meant for a test, DNS that answers differently inside and outside of a network (split DNS), a change that has not
reached every server yet, or a typing error in one of several zones.

Clients say: whatever the machine that they reach makes them say; where the name leads nowhere, curl exit 6 "Could not
resolve host" and Java "java.net.UnknownHostException".
"""

from ipaddress import ip_address, ip_network

from probe.case.case import Case
from probe.case.resolved import DNS, SYSTEM, asked_as, literal, of_target
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.noun import noun
from probe.facts.observation import How, Local, Resolution

CAUSE = Cause(
    title="Different sources give different addresses",
    owner=Owner.DNS,
    actions=("align-resolvers",),
    references=("RFC 1034 section 3.7", "RFC 6950 section 4"),
    explains=("dns.nxdomain", "dns.no-address", "dns.servfail", "dns.refused", "dns.timeout"),
)
NXDOMAIN = 3
NOWHERE = frozenset({-2, -5})
"""EAI_NONAME and EAI_NODATA: the system's resolver is sure that there is no address."""
NEAR = {4: 16, 6: 32}
"""Length of the prefix that the addresses of one operator usually share, by IP version."""


@noun
class Source:
    """All that one source said: its name for people, how it was asked, and its answers."""

    title: str
    asked: str
    answers: tuple[Resolution, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address, each once; what is none (a saved file may say anything) is left out."""
        return tuple(dict.fromkeys(address for one in self.answers for address in one.addresses if literal(address)))

    @property
    def begins(self) -> str:
        """The title as a sentence begins."""
        return f"T{self.title[1:]}"

    @property
    def nowhere(self) -> bool:
        """Whether it is sure that the name has no address."""
        return not self.addresses and all(one.rcode in (0, NXDOMAIN) if one.source == "dns" else one.ending.code in NOWHERE for one in self.answers)

    @property
    def told(self) -> str:
        """The answer in words."""
        if self.addresses:
            return f"gives {', '.join(self.addresses)}"
        if self.nowhere:
            return "says that the name does not exist" if any(one.rcode == NXDOMAIN for one in self.answers) else "knows no address"
        codes = [one.rcode for one in self.answers if one.rcode]
        return f"refuses or fails (code {codes[0]})" if codes else "gives no answer"


def judge(case: Case) -> Finding | None:
    """Compared are the addresses of each source; one that was named by hand and gives none is told too.

    A name that only this machine knows is a note: hosts files are made for that.
    """
    sources = _sources(case)
    if len(sources) < 2 or any(one.ending.local is Local.INTERRUPTED for source in sources for one in source.answers):
        return None
    first = next((one for one in sources if one.asked == (DNS if case.target.resolver else SYSTEM)), sources[0])
    others = tuple(one for one in sources if one is not first)
    if not first.addresses:
        return _lost(case, first, others)
    by_hand = [one for one in others if _given(case, one)]
    lost = [one for one in by_hand if one.nowhere]
    if lost:
        names = " and ".join(one.title for one in lost)
        # The first source decides, and it leads somewhere: from here it works.
        return _finding(case, sources, Effect.RISKS, f"For programs that ask {names}, {case.target.host} leads nowhere; {first.title} {first.told}.")
    apart = [one for one in others if one.addresses and not set(one.addresses) & set(first.addresses)]
    if apart:
        near = all(_near(first.addresses, one.addresses) for one in apart)
        certain = bool(case.target.resolver or case.target.also_resolvers) or any(_inside(first.addresses) != _inside(one.addresses) for one in apart)
        summary = f"{case.target.host} is not the same machine for everybody: {first.title} {first.told}, {apart[0].title} {apart[0].told}."
        if near and not any(_given(case, one) for one in apart):
            return _finding(case, sources, Effect.NOTE, f"{summary} The addresses are close to each other, as those of one operator are.")
        return _finding(case, sources, Effect.RISKS, summary, Certainty.PROVEN if certain else Certainty.LIKELY)
    silent = [one for one in by_hand if not one.addresses]
    if silent:
        # What answers with an error says so to everybody; silence may be the network's between here and there.
        answered = all(any(other.rcode is not None for other in one.answers) for one in silent)
        says = f"Programs that ask nobody else do not find {case.target.host}; {first.title} {first.told}."
        return _finding(case, sources, Effect.RISKS, f"{_dead(silent)} {says}", Certainty.PROVEN if answered else Certainty.LIKELY, silent=())
    partly = [one for one in others if one.addresses and set(one.addresses) != set(first.addresses)]
    if partly and (any(_given(case, one) for one in partly) or any(not set(one.addresses) >= set(first.addresses) for one in partly)):
        return _finding(case, sources, Effect.NOTE, f"{first.begins} and {partly[0].title} share only some of the addresses of {case.target.host}.")
    alone = [one for one in others if one.nowhere]
    if alone and first.asked == SYSTEM and "." in case.target.host and not case.target.host.endswith(".local"):
        return _finding(case, sources, Effect.NOTE, f"Only this machine knows {case.target.host} (its hosts file, for example); {alone[0].title} does not.")
    return None


def shown_by(case: Case, _finding: Finding) -> Shown:
    """Ask every DNS server for itself, and see where a program of this machine goes."""
    sources = _sources(case)
    if any(source.asked == SYSTEM for source in sources):
        return Shown(commands=("dig {each_dig} A", "curl -gksv --connect-timeout 5 {system_url}"), shows="dig prints what DNS says, curl the address it tries.")
    return Shown(commands=("dig {each_dig} A",), shows="The answers differ.")


SHOWN_BY = shown_by


def _lost(case: Case, first: Source, others: tuple[Source, ...]) -> Finding | None:
    """The source that counts has no address; others do."""
    knowing = [one for one in others if one.addresses]
    if not knowing or case.attempts:
        return None
    sure = first.nowhere or any(one.rcode for one in first.answers)
    summary = f"{first.begins} {first.told}; {knowing[0].title} {knowing[0].told}."
    return _finding(case, (first, *others), Effect.BREAKS, summary, Certainty.PROVEN if sure else Certainty.LIKELY)


def _sources(case: Case) -> tuple[Source, ...]:
    found: dict[str, list[Resolution]] = {}
    for one in of_target(case.target, case.observation.resolutions):
        found.setdefault(asked_as(one, case.target), []).append(one)
    # A source that was given up because another one had already answered says nothing.
    return tuple(
        Source(title=_title(asked, answers), asked=asked, answers=tuple(answers))
        for asked, answers in found.items()
        if asked in case.target.also_resolvers or asked == SYSTEM or any(one.rcode is not None for one in answers) or case.target.resolver
    )


def _title(asked: str, answers: list[Resolution]) -> str:
    server = next((one.server for one in answers if one.server), None)
    return "the resolver of this machine" if asked == SYSTEM else f"the DNS server {server}" if server else "the DNS server"


def _given(case: Case, one: Source) -> bool:
    """Whether the user named this source, so that the comparison is what they want to know."""
    return one.asked in case.target.also_resolvers


def _near(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether every address of the one lies close to an address of the other, and both on the same side of a network's border."""
    networks = [ip_network(f"{one.partition('%')[0]}/{NEAR[ip_address(one).version]}", strict=False) for one in some]
    return _inside(some) == _inside(others) and all(any(ip_address(other.partition("%")[0]) in network for network in networks) for other in others)


def _inside(addresses: tuple[str, ...]) -> bool:
    return any(not ip_address(one.partition("%")[0]).is_global for one in addresses)


def _dead(silent: list[Source]) -> str:
    return " ".join(f"{one.begins} {one.told}." for one in silent)


def _finding(
    case: Case, sources: tuple[Source, ...], effect: Effect, summary: str, certainty: Certainty = Certainty.PROVEN, silent: tuple[Source, ...] | None = None
) -> Finding:
    """A finding over all sources. ``silent`` are those given by hand without any address that the summary does not name yet (``None``: find them)."""
    if silent is None:
        silent = tuple(one for one in sources if _given(case, one) and not one.addresses and not one.nowhere and one.begins not in summary)
        summary = f"{summary} {_dead(list(silent))}".strip()
    evidence = tuple(Evidence(says=f"{source.begins} {_said(one)}.", at=case.pointer(one)) for source in sources for one in source.answers)
    return Finding(effect=effect, certainty=certainty, summary=summary, evidence=evidence)


def _said(one: Resolution) -> str:
    question = "" if one.type == "any" else f" to the question for {one.type}"
    if one.addresses:
        return f"answered{question} with {', '.join(one.addresses)}"
    if one.rcode is not None:
        return f"answered{question} with code {one.rcode}{' and no record' if one.rcode == 0 else ''}"
    return f"did not answer{question} within {one.took:.1f} s" if one.ending.how is How.TIMED_OUT else f"gave no address{question} ({one.ending.how})"
