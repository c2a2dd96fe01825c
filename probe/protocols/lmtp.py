"""LMTP with STARTTLS (RFC 2033): SMTP with LHLO in place of EHLO, between a mail server and its store.

Its port is never 25 (RFC 2033 section 5); 24 is the one that IANA gives to private mail systems.
"""

from functools import partial

from probe.facts.target import Target
from probe.protocols.protocol import Conversation, Protocol
from probe.protocols.scripted import Scripted
from probe.protocols.smtp import beginning, following


def start(_target: Target) -> Conversation:
    """The words before TLS."""
    return Scripted(partial(beginning, verb=b"LHLO"))


def begin(_target: Target) -> Conversation:
    """LHLO once more, for the same reasons as in SMTP, and goodbye."""
    return Scripted(partial(following, verb=b"LHLO"))


PROTOCOL = Protocol(name="lmtp", port=24, begin=begin, start=start)
