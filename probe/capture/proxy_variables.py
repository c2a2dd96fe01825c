"""The proxy variables of the environment, as curl reads them: which one names a proxy for a protocol, and which hosts are exempt.

A value may hold a password, so that none of it leaves this module but to its readers.
"""

import os

from probe.facts.noun import noun

ALL = ("all_proxy", "ALL_PROXY")
EXEMPT = ("no_proxy", "NO_PROXY")
SECURED = ("https_proxy", "HTTPS_PROXY")
_LIKE_HTTPS = frozenset({"https", "wss"})


@noun
class Named:
    """One variable: its name and its value. ``fits``: it is for the protocol in question."""

    variable: str
    value: str
    fits: bool = True

    def __repr__(self) -> str:
        return f"Named({self.variable})"


def naming(protocol: str) -> Named | None:
    """The variable that names a proxy for this protocol: its own in lower case, then in upper case, then those for all protocols.

    Where only ``HTTPS_PROXY`` is set and the protocol is another one, that variable, as one that does not fit. An empty variable is none.
    """
    own = (f"{protocol}_proxy", f"{protocol.upper()}_PROXY") if protocol not in _LIKE_HTTPS else SECURED
    found = _first((*own, *ALL))
    if found is not None:
        return Named(variable=found, value=os.environ[found])
    other = _first(SECURED)
    return Named(variable=other, value=os.environ[other], fits=False) if other else None


def exemptions() -> Named | None:
    """The variable that exempts hosts."""
    found = _first(EXEMPT)
    return Named(variable=found, value=os.environ[found]) if found else None


def value(variable: str) -> str:
    """What a variable holds now; "" when there is none."""
    return os.environ.get(variable, "")


def _first(names: tuple[str, ...]) -> str | None:
    return next((one for one in names if os.environ.get(one)), None)
