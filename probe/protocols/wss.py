"""WebSockets over TLS: the opening handshake (RFC 6455 section 4) and, when the server agreed, a close frame. No other frame is ever sent.

The handshake is one request of HTTP with a header field that asks to go over to another protocol. The server's proof that it understood is the hash of what was
sent (section 4.2.2), so that a page of some cache does not pass for one. OCPP names its versions as subprotocols and the charging station in the path.
"""

import os
from base64 import b64encode
from hashlib import sha1

import h11

from probe import VERSION
from probe.facts.observation import Ending, How
from probe.facts.target import Target
from probe.protocols.https import VALUE, Request, fields, host_field, path_of
from probe.protocols.protocol import Asked, Protocol, Words

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SWITCHING = 101
ACCEPT, SUBPROTOCOL, EXTENSIONS = "sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions"
RIGHT, WRONG, MISSING = "as it must be", "wrong", "missing"
NORMAL = (1000).to_bytes(2)
UPGRADED = frozenset({"upgrade", SUBPROTOCOL, EXTENSIONS, "sec-websocket-version"})
"""Header fields of an answer that are kept besides those of any answer over HTTP; what ``sec-websocket-accept`` is worth is written in its place."""


def accept(key: bytes) -> str:
    """What the server has to answer to a key (RFC 6455 section 4.2.2)."""
    return b64encode(sha1(key + GUID, usedforsecurity=False).digest()).decode()


def closing() -> bytes:
    """A close frame with the status 1000, masked as a client's must be (RFC 6455 sections 5.3 and 5.5.1)."""
    mask = os.urandom(4)
    return b"\x88\x82" + mask + bytes(one ^ mask[place] for place, one in enumerate(NORMAL))


class Upgrade(Request):
    """One opening handshake and its answer; the status is that of HTTP, 101 when the server goes over to WebSockets."""

    def __init__(self, target: Target, asked: Asked | None = None) -> None:
        self._key = b64encode(os.urandom(16))
        self._farewell = b""
        super().__init__(target, asked)
        self._keep |= UPGRADED
        login = asked.login if asked else None
        # The user's name is no secret, and a short one would stand in many an answer.
        self._hide += tuple(one for one in (login.basic, login.basic.rstrip(b"="), login.password) if one) if login else ()
        self._wanted = target.subprotocols
        self._over: tuple[tuple[str, str], ...] = ()

    def words(self) -> Words:
        """Tell the status, the fields and the head of the body as far as they have come; goodbye when the server went over."""
        said = super().words()
        return Words(
            status=said.status, fields=(*said.fields, *self._over), body=said.body, ending=said.ending, complete=said.complete, farewell=self._farewell
        )

    def _ask(self, target: Target, asked: Asked) -> bytes:
        headers = [
            ("Host", host_field(target)),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", self._key.decode()),
            ("Sec-WebSocket-Version", "13"),
            ("User-Agent", f"probe/{VERSION}"),
        ]
        headers += [("Sec-WebSocket-Protocol", ", ".join(target.subprotocols))] if target.subprotocols else []
        headers += [("Authorization", f"Basic {asked.login.basic.decode()}")] if asked.login else []
        headers += asked.headers
        request = h11.Request(method="GET", target=asked.path if asked.path.startswith("/") else path_of(target), headers=headers)
        return b"".join(self._connection.send(one) or b"" for one in (request, h11.EndOfMessage()))

    def _taken(self, event: object) -> bool:
        if not isinstance(event, h11.InformationalResponse) or event.status_code != SWITCHING:
            return super()._taken(event)
        given = {name.decode("latin-1").lower(): value.decode("latin-1").strip() for name, value in event.headers}
        worth = MISSING if ACCEPT not in given else RIGHT if given[ACCEPT] == accept(self._key) else WRONG
        self._status = SWITCHING
        chosen = given.get(SUBPROTOCOL, "")
        known = ((SUBPROTOCOL, chosen),) if chosen in self._wanted else ()
        self._fields = fields(event.headers, self._keep - {SUBPROTOCOL} if known else self._keep)
        self._over = (*known, (ACCEPT, worth))
        if worth == RIGHT:
            self._farewell = closing()
            self._end(Ending(how=How.DONE))
        else:
            self._end(Ending(how=How.DECLINED, code=SWITCHING))
        return False


def agreed(said: tuple[tuple[str, str], ...]) -> str:
    """The subprotocol that an answer names ("": none)."""
    return next((value[:VALUE] for name, value in said if name == SUBPROTOCOL), "")


PROTOCOL = Protocol(name="wss", port=443, alpn=("http/1.1",), begin=Upgrade, ask=Upgrade)
"""WebSockets over HTTP/2 (RFC 8441) are another matter; HTTP/1.1 alone is offered, as a client of OCPP does."""
