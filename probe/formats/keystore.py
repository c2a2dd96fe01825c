"""What a key store was found to hold, whatever its form: entries with their aliases, and what could not be had. Sans I/O."""

from datetime import datetime

from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.trust import Skipped
from probe.formats.keys import Problem


@noun
class Entry:
    """One certificate of a store. ``where`` is its place ("entry 3"), ``alias`` its name there ("" where it has none), ``added`` when it was put there.

    ``kind`` is ``trusted`` (marked as such), ``own`` (the first of a private key's chain), ``chain`` (what follows there), ``bare`` (without any mark), or
    ``distrusted`` (marked as such).
    ``sealed`` when it stood in a part that nobody reads without the password.
    """

    certificate: Certificate
    kind: str
    where: str
    alias: str = ""
    added: datetime | None = None
    sealed: bool = False


@noun
class KeyStore:
    """A store as it was read. ``kind`` is jks, jceks, pkcs12 or nss; ``keys`` counts the private keys, of which nothing else is kept.

    ``checked``: its check value fits the password. ``checkable``: it has one. ``sealed``: there are parts that need a password.
    ``problem`` says why nothing, or not all, could be had, ``why`` where; ``skipped`` are entries that are no usable certificate.
    """

    kind: str
    entries: tuple[Entry, ...] = ()
    keys: int = 0
    checked: bool = False
    checkable: bool = False
    sealed: bool = False
    problem: Problem | None = None
    why: str = ""
    skipped: tuple[Skipped, ...] = ()
