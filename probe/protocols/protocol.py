"""What a protocol is to the probe: a port, the names it offers in ALPN, and the first words after TLS.

A conversation does no input or output: whoever owns the connection sends what ``outgoing`` gives, feeds what arrives into ``incoming``,
and reads ``words`` at any time. It never raises, whatever the peer says.
"""

from collections.abc import Callable
from dataclasses import field
from typing import Protocol as Shape

from probe.facts.noun import noun
from probe.facts.observation import Ending
from probe.facts.target import Target
from probe.protocols.login import Login


@noun
class Words:
    """What the peer has said so far.

    ``ending`` is ``None`` as long as nothing was understood; ``complete`` says that nothing more is wanted. An answer that is not this
    protocol ends as declined without a code and without a status, and ``body`` then holds the first bytes as they came (at most 1 KiB).
    ``surplus`` is what came in plain text after the go-ahead of a StartTLS, at most 1 KiB. ``farewell`` is what is said at the end, when it may still be said.
    """

    status: int | None = None
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    ending: Ending | None = None
    complete: bool = False
    surplus: bytes = b""
    farewell: bytes = b""


class Conversation(Shape):
    """The client's side of the first words after TLS, or of those before it."""

    def outgoing(self) -> bytes:
        """Give the bytes to send now; each byte is given once."""

    def incoming(self, data: bytes) -> None:
        """Take bytes that the peer sent; empty bytes are the end of its stream."""

    def words(self) -> Words:
        """Tell what was said so far."""


@noun
class Asked:
    """What to say in place of the usual first words: one request of HTTP, whole; or a CONNECT of MQTT with the target's client ID, of this protocol ``level``;
    or the handshake of a WebSocket with a ``login``. It may hold secrets, so it is never written down.

    ``keep`` are further header fields of the answer that may be kept. ``hide`` are the secrets, which an answer may repeat and nobody shall see.
    ``to`` are the servers that it may be said to: the SHA-256 (lower-case hex) of their certificates, of which one must be shown on the very connection. Empty:
    any.
    """

    method: str = ""
    path: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    keep: tuple[str, ...] = ()
    hide: tuple[bytes, ...] = field(default=(), repr=False)
    to: tuple[str, ...] = ()
    level: int = 0
    login: Login | None = field(default=None, repr=False)


@noun
class Protocol:
    """``alpn`` are the protocol names of RFC 7301 that are offered, in order. ``begin`` is ``None`` for a protocol without words of its own, and
    for one that says nothing unasked.

    ``ask`` begins with another request than the usual one; ``None`` where there is only that.
    ``start`` holds the words before TLS, for a protocol that begins in plain text (StartTLS): they end as done with the peer's go-ahead, as declined with its
    code when it refuses, and as declined without a code when it speaks something else.
    """

    name: str
    port: int
    alpn: tuple[str, ...] = ()
    begin: Callable[[Target], Conversation] | None = None
    ask: Callable[[Target, Asked], Conversation] | None = None
    start: Callable[[Target], Conversation] | None = None
