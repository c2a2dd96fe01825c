"""What is spoken inside TLS and before it, one module a protocol, without input or output."""

from functools import cache
from importlib import import_module

from probe.protocols.protocol import Protocol

STARTTLS = ("smtp", "imap", "pop3", "ftp", "lmtp", "sieve", "xmpp", "xmpp-server", "postgres", "mysql")
"""Protocols that begin in plain text and go over to TLS (StartTLS), beside ``ldap``."""
AT_ONCE = {
    "smtps": 465,
    "imaps": 993,
    "pop3s": 995,
    "ftps": 990,
    "nntps": 563,
    "xmpps": 5223,
    "xmpps-server": 5270,
    "amqps": 5671,
    "sips": 5061,
    "ircs": 6697,
}
"""Schemes that mean TLS at once, without words of their own, and their ports (IANA service names registry; XEP-0368 for XMPP)."""
ALIASES = {"postgresql": "postgres", "mariadb": "mysql", "managesieve": "sieve", "submissions": "smtps"}
"""Other spellings of schemes."""
NAMES = ("https", "ldaps", "ldap", "tls", *STARTTLS, *AT_ONCE)
"""The schemes of a target. Each is a module of this package with a ``PROTOCOL``, or stands in ``AT_ONCE``."""


@cache
def named(name: str) -> Protocol:
    """Give the protocol of this name, one of ``NAMES``; ``KeyError`` for any other."""
    if name not in NAMES:
        raise KeyError(name)
    if name in AT_ONCE:
        return Protocol(name=name, port=AT_ONCE[name])
    found = import_module(f"{__name__}.{name.replace('-', '_')}").PROTOCOL
    if not isinstance(found, Protocol):
        raise TypeError(name)
    return found
