"""The sides of a comparison: one address of a checked endpoint, or files that were inspected. Pure."""

from dataclasses import replace
from datetime import datetime

from probe.case.case import Case, addresses
from probe.causes.words import Verdict
from probe.diagnose import Diagnosis
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.report import ChainBox
from probe.report.certificates import Numbers
from probe.report.chain import boxes
from probe.report.inspected import pictured
from probe.report.words import short


@noun
class Side:
    """What is compared: its name, when it was seen, the certificates (its own first), whether it is files, the facts by label, and the verdict in words.

    ``root`` is the last certificate of its chain that is known, ``anchored`` whether one of its certificates is in the trust
    store, ``picture`` are the boxes of the chain, and ``observation`` is what all this was read from.
    """

    label: str
    taken_at: datetime
    chain: tuple[Certificate, ...] = ()
    held: tuple[Certificate, ...] = ()
    files: bool = False
    verdict: str = ""
    works: bool | None = None
    stacks: tuple[tuple[str, bool | None], ...] = ()
    root: Certificate | None = None
    facts: tuple[tuple[str, str], ...] = ()
    anchored: bool = False
    picture: tuple[ChainBox, ...] = ()
    observation: Observation | None = None


def sides(found: Diagnosis, label: str) -> tuple[Side, ...]:
    """The sides of one observation: each address of an endpoint, or all files together."""
    if found.case.target.inspecting:
        return (_files(found, label),)
    places = addresses(found.case.observation)
    if not places:
        return (_endpoint(found, found.case, label),)
    return tuple(_endpoint(found, Case(found.case.observation, one), f"{label} ({one})" if len(places) > 1 else label) for one in places)


def _files(found: Diagnosis, label: str) -> Side:
    files = found.case.files
    # Of files with authorities only no certificate is the one that matters.
    leaves = [one for one in files.chains if not files.is_authority(one.tip)]
    longest = max(leaves, key=lambda one: (one.tip in files.with_key, one.tip in files.current, len(one.path.links)), default=None)
    chain = tuple(link.certificate for link in longest.path.links if link.certificate in files.certificates) if longest else ()
    held = tuple(files.certificates)
    keys = sum(one.keys for one in files.every)
    return Side(
        label=label,
        taken_at=found.case.observation.taken_at,
        chain=chain,
        held=held,
        files=True,
        verdict=_verdict(found),
        works=found.verdict is Verdict.WORKS if found.verdict is not Verdict.UNDECIDED else None,
        root=longest.top if longest else None,
        facts=(("Private keys", str(keys)),) if keys else (),
        picture=_unnumbered(pictured(files, longest, Numbers(found.case)).boxes) if longest else (),
        observation=found.case.observation,
    )


def _endpoint(found: Diagnosis, case: Case, label: str) -> Side:
    one, seen = case.handshake, case.observation
    facts: list[tuple[str, str]] = []
    if one is not None:
        facts += [("TLS version", one.version or "none"), ("Cipher suite", one.cipher or "none"), ("Key agreement", one.group or "none")]
        facts += [("Application protocol", one.alpn or "none agreed"), ("Name sent (SNI)", one.sni or "none")]
    facts.append(("Client certificate", "asked for" if case.client.requested else "not asked for"))
    if case.exchange and case.exchange.status is not None:
        facts.append(("Answer of the service", f"{case.exchange.protocol} {case.exchange.status}"))
    facts.append(("Protocol", case.target.protocol))
    facts.append(("Name checked", case.target.name))
    facts.append(("Proxy", case.target.proxy.url if case.target.proxy else "none"))
    if case.target.proxy is None:
        # Through a proxy no address of the target is known.
        facts.append(("Addresses", ", ".join(sorted(addresses(seen))) or "none"))
    stores = [f"{store.path or store.source}, {store.size} anchor{'s' if store.size != 1 else ''}" for store in seen.stores]
    facts.append(("Trust store", "; ".join(stores) or "none"))
    facts.append(("Seen from", seen.vantage.host))
    return Side(
        label=label,
        taken_at=seen.taken_at,
        chain=case.presented,
        held=case.presented,
        verdict=_verdict(found),
        works=None if found.verdict is Verdict.UNDECIDED else found.verdict is Verdict.WORKS,
        stacks=tuple((short(stack.title), stack.accepts) for stack in case.answers),
        root=case.nearest.links[-1].certificate if case.nearest else None,
        facts=tuple(facts),
        anchored=case.nearest is not None and any(link.anchor for link in case.nearest.links),
        picture=_unnumbered(boxes(case, Numbers(case))),
        observation=seen,
    )


def _unnumbered(found: tuple[ChainBox, ...]) -> tuple[ChainBox, ...]:
    """The boxes without the numbers of a report: a comparison lists no certificates that they could refer to."""
    return tuple(replace(one, number=None) for one in found)


def _verdict(found: Diagnosis) -> str:
    words = {
        Verdict.WORKS: "fine" if found.case.target.inspecting else "works",
        Verdict.FAILS: "fails",
        Verdict.DEPENDS: "depends on the client",
        Verdict.UNDECIDED: "undecided",
    }
    return f"{words[found.verdict]}: {found.cause.code}" if found.cause else words[found.verdict]
