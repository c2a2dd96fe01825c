"""What is spoken inside TLS, one module a protocol, without input or output."""

from functools import cache
from importlib import import_module

from probe.protocols.protocol import Protocol

NAMES = ("https", "ldaps", "ldap", "tls")
"""The schemes of a target. Each is a module of this package with a ``PROTOCOL``."""


@cache
def named(name: str) -> Protocol:
    """Give the protocol of this name, one of ``NAMES``; ``KeyError`` for any other."""
    if name not in NAMES:
        raise KeyError(name)
    found = import_module(f"{__name__}.{name}").PROTOCOL
    if not isinstance(found, Protocol):
        raise TypeError(name)
    return found
