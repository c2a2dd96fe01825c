"""Commands of a remedy as they fit this target: words before TLS, the protocols of curl, and proxies that OpenSSL does not speak to."""

import shlex

from probe.facts.proxy import HTTP
from probe.facts.target import Target
from probe.protocols import NAMES, named

WITH_CURL = ("smtp", "imap", "pop3", "ftp")
"""Protocols with words before TLS that curl speaks too."""
AT_ONCE_WITH_CURL = ("smtps", "imaps", "pop3s", "ftps")
OPENSSL, CURL = "openssl s_client ", "curl "
_URLS = ("{url}", "{direct_url}")


def begins(target: Target) -> bool:
    """Whether words come before TLS."""
    return target.protocol in NAMES and named(target.protocol).start is not None


def before(target: Target) -> str:
    """The option of OpenSSL for a protocol that begins in plain text; XMPP opens a stream to the name that is checked. "" for TLS at once."""
    if not begins(target):
        return ""
    return f"-starttls {target.protocol}" + (f" -xmpphost {shlex.quote(target.name)}" if target.protocol.startswith("xmpp") else "")


def fitting(commands: tuple[str, ...], target: Target) -> tuple[str, ...]:
    """The commands, not yet filled in, as they fit the target; those that would show something else are left out."""
    return tuple(_begun(one, target) for one in commands if not _elsewhere(one, target))


def _begun(command: str, target: Target) -> str:
    option = before(target).replace("{", "{{").replace("}", "}}")
    return command.replace(OPENSSL, f"{OPENSSL}{option} ") if option else command


def _elsewhere(command: str, target: Target) -> bool:
    """Whether the command goes past a SOCKS proxy, which OpenSSL does not speak to, or is one of curl for a protocol that curl does not speak."""
    if OPENSSL in command and "{peer}" in command and target.proxy is not None and target.proxy.scheme != HTTP:
        return True
    return command.startswith(CURL) and any(one in command for one in _URLS) and begins(target) and target.protocol not in WITH_CURL
