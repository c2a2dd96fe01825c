"""What asking a proxy for a tunnel has in common, whatever it speaks."""

from typing import Protocol as Shape

from probe.protocols.login import Login
from probe.protocols.protocol import Conversation

BODY = 4096
"""Bytes that are kept of the page of a proxy that refuses, or of an answer that is none."""
FIRST = 16
"""Bytes that are kept of an answer to somebody who has sent a password: enough to tell what speaks there."""
HIDDEN = b"(hidden)"


class Negotiation(Conversation, Shape):
    """The client's side of asking for a tunnel: done once the tunnel stands, declined with the proxy's code, or without one if it speaks something else."""

    @property
    def authenticated(self) -> bool:
        """Whether a user name was sent, with a password where there is one."""

    def rest(self) -> bytes:
        """What came behind the proxy's consent: the target's first bytes, if it speaks first."""


def bare(data: bytes, login: Login | None, secrets_sent: bool) -> bytes:
    """What may be kept of an answer: once a password was sent, hardly anything, as the peer may repeat it in any form."""
    if login is None or not secrets_sent:
        return data[:BODY]
    return HIDDEN if any(one in data for one in login.hidden) else data[:FIRST]
