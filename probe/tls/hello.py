"""ClientHellos made by hand, for what the engine no longer speaks, and a client that sends one and only listens (RFC 5246 section 7.4.1, RFC 6101).

No key is made and no Finished is sent: the server's answer in the clear (ServerHello, Certificate, ServerKeyExchange, or an alert) is all that is wanted.
"""

import os
from collections.abc import Callable
from types import MappingProxyType

from probe.facts.observation import Ending, Handshake, How, Local, Question
from probe.tls import alerts, registry, suites
from probe.tls.engine import State, sendable
from probe.tls.hellos import RENEGOTIATION_INFO, SERVER_NAME, SIGNATURE_ALGORITHMS, SUPPORTED_GROUPS
from probe.tls.recorded import recorded
from probe.tls.tap import Tap

OLD_SUITES, SSL3 = "old-suites", "ssl3"
SERVER_HELLO_DONE = 14

_HANDSHAKE_RECORD, _CLIENT_HELLO = 22, 1
_EC_POINT_FORMATS = 11
_FALLBACK = 0x00FF  # TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746 section 3.3), which SSL 3.0 servers take too
_GROUPS = (0x0017, 0x0018, 0x0019)
_SCHEMES = (0x0401, 0x0501, 0x0601, 0x0403, 0x0503, 0x0603, 0x0201, 0x0203, 0x0202, 0x0101)
_OLD = ("3DES", "RC4_128", "IDEA", "SEED", "DES_CBC", "RC4_40", "RC2", "DES40", "NULL")
"""What the engine has no more, the least bad first: many servers take the first of the client's list that they know."""


def old_suites() -> tuple[int, ...]:
    """The suites that the engine cannot offer and old servers still choose, without anonymous ones, the least bad first."""
    found = [(number, iana) for number, (iana, _) in suites.table().items() if "_anon_" not in iana]
    return tuple(number for word in _OLD for number, iana in found if f"WITH_{word}" in iana)


def ssl3_suites() -> tuple[int, ...]:
    """What an SSL 3.0 server may know: AES in CBC mode, which libraries added later, and everything old; nothing with elliptic curves."""
    plain = [number for number, (iana, _) in suites.table().items() if iana.endswith(("AES_128_CBC_SHA", "AES_256_CBC_SHA")) and number < 0x0100]
    named = suites.table()
    return tuple(one for one in (*plain, *old_suites()) if one < 0x0100 and "_anon_" not in named[one][0])


def hello(kind: str, name: str | None, random: bytes) -> bytes:
    """Write the record with the ClientHello of this kind; ``random`` has 32 bytes. Raises ``KeyError`` for a kind that does not exist.

    ``old-suites`` offers TLS 1.2 and below with the suites of ``old_suites``; ``ssl3`` offers SSL 3.0 alone, without extensions, so without a name.
    """
    version, offered, extended = _KINDS[kind]
    extensions = _extensions(name) if extended else b""
    body = _number(version, 2) + random + b"\0" + _vector(_numbers((*offered(), _FALLBACK)), 2) + b"\x01\0"
    body += _vector(extensions, 2) if extended else b""
    message = bytes((_CLIENT_HELLO,)) + _vector(body, 3)
    # The record layer of a first flight carries an old version, so that no server stumbles over it (RFC 5246 appendix E.1).
    return bytes((_HANDSHAKE_RECORD,)) + _number(min(version, registry.VERSION_NUMBERS["TLSv1"]), 2) + _vector(message, 2)


class HandMade:
    """One connection on which a hand-made ClientHello is sent. Bytes go in and out as with ``Engine``; it is never established.

    ``sni`` is the name to send where the kind has extensions. ``now`` gives seconds since the observation began.
    Nothing that a peer sends makes a method raise.
    """

    def __init__(self, *, sni: str | None, question: Question, now: Callable[[], float]) -> None:
        self._question = question
        self._now = now
        self._tap = Tap()
        self._closed_by_peer = False
        self._state = State.HANDSHAKING
        name = sni if question.with_sni and sni is not None and sendable(sni) else None
        self._out = hello(question.raw, name, os.urandom(32))

    @property
    def state(self) -> State:
        """``handshaking`` as long as more of the answer may come, else ``failed``."""
        return self._state

    def outgoing(self) -> bytes:
        """Return the ClientHello, once."""
        found, self._out = self._out, b""
        if found:
            self._tap.feed(True, found, self._now())
        return found

    def incoming(self, data: bytes) -> None:
        """Take bytes from the peer."""
        if self._state is not State.HANDSHAKING:
            return
        self._tap.feed(False, data, self._now())
        if self._tap.first_bytes or self._refused() is not None or self._answered():
            self._state = State.FAILED

    def end_of_stream(self) -> None:
        """Note that the peer has closed, or that the connection was reset."""
        self._closed_by_peer = True
        self._state = State.FAILED

    def ending(self, otherwise: Ending | None = None) -> Ending:
        """Say how it ended: an alert of the peer first, then a whole answer, on which we stop, then what the caller knows or the end of the stream."""
        refused = self._refused()
        if refused is not None:
            return Ending(how=How.DECLINED, code=refused)
        if self._answered() or self._tap.first_bytes:
            return Ending(how=How.LOCAL, local=Local.SKIPPED if self._answered() else Local.UNUSABLE)
        return otherwise or Ending(how=How.CLOSED if self._closed_by_peer else How.LOCAL, local=None if self._closed_by_peer else Local.INTERRUPTED)

    def record(self, *, started: float, took: float, ending: Ending | None = None, listened: float = 0.0) -> Handshake:
        """Make the noun of what was seen so far."""
        return recorded(
            self._tap, self._question, started=started, took=took, ending=ending or self.ending(), listened=listened, closed_by_peer=self._closed_by_peer
        )

    def _answered(self) -> bool:
        return any(one.type == SERVER_HELLO_DONE and not one.sent for one in self._tap.messages)

    def _refused(self) -> int | None:
        found = (one.description for one in self._tap.alerts if not one.sent and alerts.ends_connection(one.level, one.description, tls_1_3=False))
        return next(found, None)


def _extensions(name: str | None) -> bytes:
    listed = [
        (RENEGOTIATION_INFO, b"\0"),
        (SUPPORTED_GROUPS, _vector(_numbers(_GROUPS), 2)),
        (_EC_POINT_FORMATS, b"\x01\0"),
        (SIGNATURE_ALGORITHMS, _vector(_numbers(_SCHEMES), 2)),
    ]
    if name is not None:
        listed.insert(0, (SERVER_NAME, _vector(b"\0" + _vector(name.encode("ascii"), 2), 2)))
    return b"".join(_number(kind, 2) + _vector(data, 2) for kind, data in listed)


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def _numbers(values: tuple[int, ...]) -> bytes:
    return b"".join(_number(one, 2) for one in values)


def _vector(data: bytes, size: int) -> bytes:
    return _number(len(data), size) + data


_KINDS: MappingProxyType[str, tuple[int, Callable[[], tuple[int, ...]], bool]] = MappingProxyType(
    {OLD_SUITES: (registry.VERSION_NUMBERS["TLSv1.2"], old_suites, True), SSL3: (registry.VERSION_NUMBERS["SSLv3"], ssl3_suites, False)}
)
"""Kind to version, suites, and whether there are extensions."""
