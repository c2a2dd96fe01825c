"""What became of the plain words before TLS (StartTLS), read from their step."""

from dataclasses import replace
from enum import StrEnum

from probe.case.case import Case, step
from probe.facts.observation import Handshake, How, Local, Preamble
from probe.facts.target import Target
from probe.protocols import AT_ONCE, PORTS, TITLES
from probe.protocols.ldap_results import spelled
from probe.protocols.scripted import NOT_ANNOUNCED
from probe.tls.plaintext import recognise

DIRECT, PLAIN_FIRST = "tls-at-once", "starttls"
"""Questions that decide: TLS at once where plain words were expected, and plain words first where TLS was expected."""
SPOKEN = {
    "SMTP": "smtp",
    "IMAP": "imap",
    "POP3": "pop3",
    "FTP": "ftp",
    "LMTP": "lmtp",
    "ManageSieve": "sieve",
    "XMPP": "xmpp",
    "PostgreSQL": "postgres",
    "MySQL": "mysql",
    "LDAP": "ldap",
    "SMTP or FTP": "smtp",
}
"""The scheme whose plain words a recognised protocol has."""
XMPP_SERVER = 5269
_NUMBERED = frozenset({"smtp", "lmtp", "ftp"})
_KIN = {"smtp": {"SMTP", "SMTP or FTP"}, "lmtp": {"SMTP", "LMTP", "SMTP or FTP"}, "ftp": {"FTP", "SMTP or FTP"}, "xmpp-server": {"XMPP"}}
PROTOCOL_ERROR = 2
"""The LDAP result with which a server says that it does not know the extended operation (RFC 4511 section 4.12)."""
NEVER = 500
_ASIDE = {"ldap": "the request to begin TLS", "postgres": "the request to begin TLS (SSLRequest)", "mysql": "the request to begin TLS (SSLRequest)"}


class Came(StrEnum):
    """How the words ended."""

    GO = "go"
    UNSUPPORTED = "unsupported"  # the peer does not offer it
    REFUSED = "refused"  # the peer says no
    STRANGE = "strange"  # the peer speaks something else, or without end
    SILENT = "silent"
    CUT = "cut"  # closed or reset
    OURS = "ours"  # this machine, or Ctrl-C


def came(one: Preamble) -> Came:
    """Say how the words before TLS ended."""
    fields = dict(one.fields)
    if one.ending.how is How.DONE:
        # The S of PostgreSQL is also the first letter of SSH.
        return Came.STRANGE if one.surplus and stranger(one) else Came.GO
    if one.ending.how is How.LOCAL:
        return Came.STRANGE if one.ending.local is Local.LIMIT else Came.OURS
    if stranger(one):
        return Came.STRANGE
    if one.ending.how is How.TIMED_OUT:
        return Came.SILENT
    if one.ending.how is not How.DECLINED:
        return Came.CUT
    if fields.get("starttls") == NOT_ANNOUNCED or (one.protocol == "ldap" and one.status == PROTOCOL_ERROR):
        return Came.UNSUPPORTED
    return Came.REFUSED if one.status is not None or "answer" in fields else Came.STRANGE


def stranger(one: Preamble) -> str:
    """The protocol that the peer speaks in place of the one that was asked for, "" when it is that, or not known.

    SMTP and FTP greet alike, and a greeting may hold any name: it counts only if the peer then does not understand the words either.
    """
    spoken = recognise(one.received)
    if one.protocol == "lmtp" and unknown_hello(one):
        # Every server of LMTP knows LHLO (RFC 2033 section 4.1).
        return "SMTP" if spoken in ("SMTP", "SMTP or FTP") else ""
    if not spoken or kin(one.protocol, spoken):
        return ""
    if one.protocol not in _NUMBERED or spoken not in ("SMTP", "FTP", "LMTP"):
        return spoken
    understood = any(name == "capability" for name, _ in one.fields)
    return "" if understood or (one.status is not None and one.status < NEVER) else spoken


def unknown_hello(one: Preamble) -> bool:
    """Whether a mail server does not know the very first word, EHLO or LHLO."""
    fields = dict(one.fields)
    return one.protocol in ("smtp", "lmtp") and one.status is not None and fields.get("starttls") == NOT_ANNOUNCED and "capability" not in fields


def answer(one: Preamble) -> str:
    """The peer's own words with which it said no, as they came."""
    fields = dict(one.fields)
    if "answer" in fields:
        return fields["answer"]
    said = fields.get("diagnosticMessage", "")
    return f"result {spelled(one.status)} {said}".strip() if one.status is not None else ""


def last_word(one: Preamble) -> str:
    """What we said last, for a sentence; "" when we were still waiting for the greeting."""
    if not one.sent:
        return ""
    if one.protocol in _ASIDE:
        return _ASIDE[one.protocol]
    if one.protocol.startswith("xmpp"):
        return "<starttls/>" if b"<starttls" in one.sent else "the opening of the stream"
    return one.sent.decode("ascii", "backslashreplace").strip().splitlines()[-1]


def title(protocol: str) -> str:
    """What a protocol is called."""
    return TITLES.get(protocol, protocol.upper())


def other_spelling(target: Target, protocol: str) -> str:
    """The target as it would have to be written for another protocol."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    return f"{protocol}://{host}:{target.port}"


def at_once(protocol: str) -> str:
    """The scheme that means the same service with TLS at once."""
    wanted = f"{protocol.partition('-')[0]}s{protocol[len(protocol.partition('-')[0]) :]}"
    return wanted if wanted in AT_ONCE or wanted == "ldaps" else "tls"


def port(case: Case) -> int:
    """The port that was connected to."""
    return case.connect.port if case.connect and not case.target.proxy else case.target.connect_port or case.target.port


def tls_at_once(case: Case) -> Handshake | None:
    """The handshake without plain words before it, at a port where they were expected, if TLS records came."""
    found = step(case.asked(DIRECT), Handshake)
    return found if found and found.received else None


def plain_at_once(case: Case) -> tuple[Handshake, str] | None:
    """Where no plain word was answered: the handshake that was tried without any, and the protocol in whose plain words it was answered."""
    found = step(case.asked(DIRECT), Handshake)
    spoken = recognise(found.first_bytes) if found else None
    return (found, spoken) if found and spoken else None


def elsewhere(case: Case) -> bool:
    """Whether a ClientHello without plain words before it showed that another protocol is spoken here, or TLS at once."""
    other = plain_at_once(case)
    one = case.start
    if one is None or one.received or one.fields:
        return False
    return tls_at_once(case) is not None or (other is not None and not kin(one.protocol, other[1]))


def kin(protocol: str, spoken: str) -> bool:
    """Whether what was recognised may be this protocol."""
    return spoken in _KIN.get(protocol, {TITLES.get(protocol, "")})


def plain_first(case: Case) -> tuple[Preamble, Handshake | None] | None:
    """The plain words that were tried at a port where TLS was expected at once, and the handshake after them."""
    attempt = case.asked(PLAIN_FIRST)
    said = step(attempt, Preamble)
    return (said, step(attempt, Handshake)) if said else None


def guessed_start(case: Case) -> str:
    """The protocol whose plain words might come first at a port that did not answer to TLS: by its first bytes, else by its number."""
    first = case.handshake.first_bytes if case.handshake else b""
    look = case.plaintext
    spoken = recognise(first) or (recognise(look.received) if look else None)
    if spoken == "SMTP or FTP":
        return PORTS.get(port(case), "smtp")
    if spoken:
        return "xmpp-server" if spoken == "XMPP" and port(case) == XMPP_SERVER else SPOKEN.get(spoken, "")
    return PORTS.get(port(case), "")


def as_other(target: Target, protocol: str) -> Target:
    """The target with another scheme, as a person would type it again."""
    return replace(target, spelled=other_spelling(target, protocol), protocol=protocol)
