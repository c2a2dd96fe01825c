"""Files that a profile's exchange of certificates speaks of: read from where the variables lead. Raises ``Unusable``."""

from collections.abc import Callable
from pathlib import Path

from probe.capture.inspect import inspected
from probe.capture.store_password import Passwords
from probe.facts.files import InspectedFile
from probe.facts.given import AUTHORITIES, NEW, OWN, PRESENT, Given
from probe.facts.profile import Agreement

Progress = Callable[[str], None]


def given(
    agreement: Agreement | None,
    trust: tuple[str, ...],
    passwords: tuple[Passwords, Passwords],
    progress: Progress,
    new: tuple[str, tuple[InspectedFile, ...]] | None = None,
) -> tuple[Given, ...]:
    """The files by their parts; none for a profile without such an exchange, or when no new certificate is named.

    ``trust`` are the sources of the list of authorities; ``passwords`` those of trust stores, then those of other files. ``new`` is the partner's file when
    the user named it as what is to be looked at.
    """
    rules = agreement.renewal if agreement else None
    if rules is None or (new is None and not _named(rules.new)):
        return ()
    found = [Given(part=NEW, source=new[0], files=new[1])] if new else [_one(NEW, rules.new, passwords[1], progress)]
    found += [_one(part, source, passwords[1], progress) for part, source in ((PRESENT, rules.present), (OWN, rules.own)) if _named(source)]
    found += [_one(AUTHORITIES, source, passwords[0], progress) for source in trust if Path(source).exists()]
    return tuple(found)


def _named(source: str) -> bool:
    """Whether a template led to a file."""
    return bool(source) and "{" not in source


def _one(part: str, source: str, passwords: Passwords, progress: Progress) -> Given:
    return Given(part=part, source=source, files=inspected((source,), passwords, progress))
