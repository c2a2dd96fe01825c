"""Commands of other programs with which a reader who does not trust the probe sees a fault with their own eyes.

A cause names them in ``SHOWN_BY``, beside ``CAUSE``: a ``Shown``, or a function that makes one of a case and its finding.
"""

from string import Formatter

from probe.facts.noun import noun

PLACEHOLDERS = frozenset(
    {"peer", "sni", "verify", "name", "versions", "alpn", "dig", "server_name", "url", "system_url", "store", "each_peer", "each_dig", "client"}
)
"""What a command may hold in braces; ``probe.report.sceptic`` fills them in, each quoted for a shell.

One with ``each_peer`` is repeated for every address that was tried, one with ``each_dig`` for every DNS server that was asked.
"""
FILES = ("root.pem", "certificate.pem", "issuer.pem")
"""Files that a command may read; the report says which certificate to save under which name: the trusted ones, those that the finding is about, and the
issuer of the first of these."""


@noun
class Shown:
    """``commands`` are for a POSIX shell and use ``openssl``, ``keytool``, ``curl`` or ``dig``. ``shows`` says in a sentence what to look for in their output.

    ``why_not`` is the reason why there is no such command. ``openssl``: what is shown is that OpenSSL itself refuses.
    """

    commands: tuple[str, ...] = ()
    shows: str = ""
    why_not: str = ""
    openssl: bool = False


WITH_CLIENT = "curl -gksSiv --max-time 10 {client} {url}"
"""The request that the probe made, with the same client certificate."""


def client(options: str = "{verify}") -> str:
    """Write a connection by OpenSSL's own client, which says in a few lines what it thinks."""
    return f"openssl s_client -brief -connect {{peer}} {{sni}} {options} </dev/null"


def openssl_says(*texts: str, options: str = "{verify}") -> Shown:
    """OpenSSL itself names the fault, in one of these words (those of its version 3)."""
    words = " or ".join(f'"{one}"' for one in texts)
    return Shown(commands=(client(options),), shows=f"OpenSSL prints {words}.", openssl=True)


def certificates_sent(shows: str) -> Shown:
    """The certificates as sent, in their order: a number, s: the subject, i: the issuer."""
    return Shown(commands=("openssl s_client -connect {peer} {sni} </dev/null",), shows=shows)


def unknown_fields(shown: Shown) -> tuple[str, ...]:
    """The placeholders in its commands that do not exist."""
    return tuple(field for command in shown.commands for _, field, _, _ in Formatter().parse(command) if field is not None and field not in PLACEHOLDERS)
