"""What is spoken inside TLS and before it, one module a protocol, without input or output."""

from functools import cache
from importlib import import_module

from probe.protocols.protocol import Protocol

STARTTLS = ("smtp", "imap", "pop3", "ftp", "lmtp", "sieve", "xmpp", "xmpp-server", "postgres", "mysql")
"""Protocols that begin in plain text and go over to TLS (StartTLS), beside ``ldap``."""
PORTS = {
    21: "ftp",
    24: "lmtp",
    25: "smtp",
    110: "pop3",
    143: "imap",
    389: "ldap",
    587: "smtp",
    3268: "ldap",
    3306: "mysql",
    4190: "sieve",
    5222: "xmpp",
    5269: "xmpp-server",
    5432: "postgres",
}
"""Ports on which plain words come before TLS (IANA service names registry)."""
TITLES = {
    "https": "HTTP",
    "ldaps": "LDAP",
    "ldap": "LDAP",
    "smtp": "SMTP",
    "imap": "IMAP",
    "pop3": "POP3",
    "ftp": "FTP",
    "lmtp": "LMTP",
    "sieve": "ManageSieve",
    "xmpp": "XMPP",
    "xmpp-server": "XMPP",
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "mqtts": "MQTT",
    "wss": "WebSocket",
}
"""What the protocols that have words of their own are called."""
WORDED = frozenset({"imap", "pop3", "sieve", "xmpp", "xmpp-server"})
"""Protocols that answer in words: their status is 0 for yes and 1 for no."""
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
NAMES = ("https", "ldaps", "ldap", "tls", "mqtts", "wss", *STARTTLS, *AT_ONCE)
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
