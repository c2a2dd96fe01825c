"""How a server of the laboratory behaves before TLS, in words that begin in plain text."""

from probe.facts.noun import noun
from probe.facts.observation import Ending, How
from probe.lab.answers import Directory

DONE = Ending(how=How.CLOSED)
"""The conversation is over, and TLS does not begin."""


@noun
class Manners:
    """How a server behaves before TLS. ``protocol`` is the scheme.

    ``offers``: it says that it can begin TLS. ``listing`` stands among its capabilities besides. ``refuses``: it offers it and then says no.
    ``greets``: it lets the caller in; otherwise the greeting is a refusal. ``adds`` are bytes that follow the go-ahead.
    ``says`` is the line with which it refuses, or turns away, in place of its own. ``inside``: only what is said inside TLS is spoken.
    ``directory`` is what one of LDAP says, ``code`` the result with which it refuses.
    ``stops`` names the word of the client ("" for the connection itself) after which it is silent, or hangs up if ``hangs_up``.
    """

    protocol: str = "smtp"
    offers: bool = True
    listing: bytes = b""
    refuses: bool = False
    greets: bool = True
    adds: bytes = b""
    stops: bytes | None = None
    hangs_up: bool = False
    says: bytes = b""
    inside: bool = False
    directory: Directory = Directory()
    code: int = 52


def listed(how: Manners, word: bytes) -> tuple[bytes, ...]:
    """The word with which TLS is offered, or what stands in its place."""
    return ((word,) if how.offers else ()) + ((how.listing,) if how.listing else ())
