"""How ``probe listen`` waited for calls."""

from probe.facts.noun import noun

LOWEST, HIGHEST = "TLSv1.2", "TLSv1.3"
"""The versions that a listener speaks: those of a server of today."""
REQUESTS = OFF, OPTIONAL, REQUIRED = ("off", "optional", "required")
"""Whether a caller is asked for a certificate, and whether one that sends none is let in."""


@noun
class Listening:
    """What a listener did: ``address`` is the one given by hand ("": all of this machine), ``request`` one of ``REQUESTS``, ``calls`` how many it waited for.

    ``status`` is the HTTP status that it answered with. ``temporary``: it had no certificate of the user's and made one that nobody can trust.
    ``named``: the user said under which name it is called (``Target.name``); else that is a name in the certificate.
    """

    address: str = ""
    request: str = "off"
    calls: int = 1
    status: int = 200
    temporary: bool = False
    named: bool = False
