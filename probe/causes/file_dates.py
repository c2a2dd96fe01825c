"""What the causes about dates of certificates in files share."""

from collections.abc import Callable
from datetime import datetime

from probe.case.case import Case
from probe.causes.filed import MOST, is_archived, quoted, titled
from probe.causes.shown import Shown
from probe.causes.words import Effect, Evidence, Finding
from probe.facts.certificate import Certificate


def outlived(case: Case, wrong: Callable[[Certificate], bool], verb: str, day: Callable[[Certificate], datetime | None]) -> Finding | None:
    """One finding for all certificates outside of their time: what is needed and has no substitute breaks, what is left over is a note."""
    files = case.files
    found = tuple(one for one in files.certificates if wrong(one))
    if not found:
        return None
    current = frozenset(files.current)
    alive = {one.read.subject.key for one in current if one.read.subject}
    replaced = tuple(one for one in found if one.read.subject and one.read.subject.key in alive)
    above = {link.certificate for chain in files.chains if chain.tip in current for link in chain.path.links[1:]}
    leaves = frozenset(files.leaves)
    needed = tuple(one for one in found if one not in replaced and (one in leaves or one in above))
    alone = tuple(one for one in found if one not in replaced and one not in needed and not current)
    stacks: tuple[str, ...] = ()
    if needed:
        effect, told = Effect.BREAKS, needed
    elif alone:
        # Authorities only, none of them current: whoever ignores the dates of an anchor goes on.
        effect, told, stacks = Effect.BREAKS, alone, tuple(one.name for one in case.stacks if one.name != "java")
    else:
        effect, told = Effect.NOTE, tuple(one for one in found if one not in replaced) or found
    says = " ".join(f"{titled(one)} in {files.words(one)} {verb} {_day(day(one))}." for one in told[:3])
    says += f" So {'is' if len(told) == 4 else 'are'} {len(told) - 3} more." if len(told) > 3 else ""
    says += " A current certificate of the same name is in the files." if told == replaced else ""
    if alone and not needed and not stacks:
        effect = Effect.NOTE
    evidence = tuple(
        Evidence(says=f"{titled(one)} {verb} {_day(day(one))}.", at=files.where(one)) for one in (*told, *(one for one in found if one not in told))
    )
    return Finding(effect=effect, summary=says, about=told[:5], stacks=case.stopped(stacks), evidence=evidence[:MOST])


def commands(case: Case, finding: Finding, shows: str) -> Shown:
    """OpenSSL prints the dates of the first certificate, where it stands first in a file of its own."""
    for one in finding.about:
        for place in case.files.certificates.get(one, ()):
            held = [entry.certificate for entry in place.file.entries if entry.certificate]
            if held and held[0] == one and place.file.kind in ("pem", "der") and not is_archived(place.file):
                return Shown(commands=(f"openssl x509 -noout -subject -dates -in {quoted(place.file.path)}",), shows=shows)
    return Shown(commands=("openssl x509 -noout -subject -dates -in certificate.pem",), shows=shows)


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else "a day that cannot be read"
