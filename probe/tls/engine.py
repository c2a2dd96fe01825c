"""A TLS client without a socket: OpenSSL over memory BIOs, with a tap on both directions.

The engine never judges a certificate: it goes on whatever the server presents, so that everything can be seen; judging happens later.
It decides by alert numbers, messages and ends of stream only; the words of OpenSSL are kept for people.
``OPENSSL_CONF`` changes what OpenSSL does and has to be dropped from the environment before this module is imported.
"""

import ipaddress
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from probe.facts.observation import Alert, Ending, Handshake, How, Local, Question
from probe.facts.target import VERSIONS
from probe.tls import alerts, registry
from probe.tls.credential import Credential
from probe.tls.messages import CERTIFICATE_REQUEST
from probe.tls.presenting import offer_later, presenting, words
from probe.tls.recorded import recorded
from probe.tls.tap import ALERTS_LIMIT, Tap

_REQUESTED = b"SSLv3/TLS read server certificate request"
"""How OpenSSL calls the state in which it reads that message; compared with real servers by the tests."""

READ_LIMIT = 1024 * 1024
"""Bytes of application data that wait to be read; what comes beyond is dropped."""

_SNI_LIMIT = 255
_LEGACY = VERSIONS[:2]
_ALL_SUITES = "ALL:!aNULL:!eNULL:!PSK:!SRP"
_CHUNK = 65536
_CURVES: MappingProxyType[str, Callable[[], ec.EllipticCurve]] = MappingProxyType(
    {"secp256r1": ec.SECP256R1, "secp384r1": ec.SECP384R1, "secp521r1": ec.SECP521R1}
)
"""The groups that can be offered alone: pyOpenSSL sets one NIST curve and no lists."""


_OP_ECH_GREASE = 1 << 37
"""Send the placeholder for Encrypted Client Hello (RFC 9849 section 6.2), as browsers do, so that the first ClientHello is as large as theirs.

SSL_OP_ECH_GREASE of OpenSSL 4.0, for which pyOpenSSL has no name; an OpenSSL that does not know the bit ignores it."""


class State(StrEnum):
    """How far a connection is. ``ended`` follows ``established`` only."""

    HANDSHAKING = "handshaking"
    ESTABLISHED = "established"
    FAILED = "failed"
    ENDED = "ended"


class _Watch:
    """What OpenSSL's callbacks write to. It knows no connection, so that no cycle keeps a closed one alive."""

    __slots__ = ("alerts", "asked_inside", "deaf", "handshakes", "now", "tap")

    def __init__(self, now: Callable[[], float], serving: bool = False) -> None:
        self.now = now
        self.tap = Tap(serving=serving)
        self.alerts: list[Alert] = []
        self.deaf = False
        self.handshakes = 0
        self.asked_inside = False

    def step(self, where: int, connection: SSL.Connection) -> None:
        """Note a second handshake inside the first, of which the tap sees nothing (RFC 5246 section 7.4.1.1)."""
        if where & SSL.SSL_CB_HANDSHAKE_START:
            self.handshakes += 1
        elif self.handshakes > 1 and where & SSL.SSL_CB_LOOP and connection.get_state_string() == _REQUESTED:
            self.asked_inside = True

    def alert(self, where: int, value: int) -> None:
        """Note an alert in the form in which OpenSSL's info callback gives it."""
        if not self.deaf and len(self.alerts) < 2 * ALERTS_LIMIT:
            self.alerts.append(Alert(at=self.now(), sent=bool(where & SSL.SSL_CB_WRITE), level=value >> 8 & 255, description=value & 255))


class Engine:
    """One client connection. Bytes go in by ``incoming``, come out by ``outgoing``; ``record`` tells what was seen, at any time.

    ``sni`` is the reference to put into the ClientHello; an IP literal, a name over 255 bytes or one that is not ASCII is never sent, and ``says`` tells so.
    ``alpn`` are the protocols to offer; ``question.groups`` may name one group,
    secp256r1, secp384r1 or secp521r1 (else ``ValueError``). ``now`` gives seconds since the observation began. ``credential`` is what to answer a request for
    a client certificate with, when ``question.with_identity`` asks for it; one whose key does not fit raises ``ValueError``.
    Nothing that a peer sends makes a method raise.
    """

    def __init__(self, *, sni: str | None, question: Question, alpn: tuple[str, ...], now: Callable[[], float], credential: Credential | None = None) -> None:
        self._start(question, now)
        self._connection = SSL.Connection(self._settings(credential if question.with_identity else None), None)
        self._connection.set_app_data(self._watch)
        self._connection.set_connect_state()
        self._connection.request_ocsp()
        name = sni if question.with_sni else None
        if name is not None:
            if sendable(name):
                self._connection.set_tlsext_host_name(name.encode("ascii"))
            else:
                self._says.append("The name cannot be sent as SNI: it is an IP address, longer than 255 bytes, or not ASCII.")
        if alpn and question.with_alpn:
            self._connection.set_alpn_protos([one.encode("ascii") for one in alpn])

    def _start(self, question: Question, now: Callable[[], float], serving: bool = False) -> None:
        """Set up what a connection has before OpenSSL comes into it. ``serving``: ours is the server's side."""
        self._question = question
        self._level = _effective_level(question)
        self._watch = _Watch(now, serving)
        self._tap = self._watch.tap
        self._says: list[str] = []
        self._begun = self._done = False
        self._state = State.HANDSHAKING
        self._gave_up = False
        self._closed_by_peer = False
        self._ended = False
        self._answered = False
        self._spoken = 0
        self._out = bytearray()
        self._unsent = bytearray()
        self._plain = bytearray()
        self._offered_later = False

    def _settings(self, credential: Credential | None) -> SSL.Context:
        one = self._question
        if credential is None:
            return _context(one.tls_min, one.tls_max, self._level, one.legacy_renegotiation, one.groups)
        try:
            context = presenting(_made(one.tls_min, one.tls_max, self._level, one.legacy_renegotiation, one.groups), credential, one.issuers)
        except SSL.Error as problem:
            # OpenSSL's default level does not send a weak key or hash; the server is the one to judge it.
            self._says += words(problem)
            self._level = 0
            context = presenting(_made(one.tls_min, one.tls_max, 0, one.legacy_renegotiation, one.groups), credential, one.issuers)
        self._offered_later = offer_later(context)
        return context

    @property
    def state(self) -> State:
        """How far the connection is."""
        return self._state

    @property
    def failed_alert(self) -> int | None:
        """The number of the alert with which the peer ended the connection, also after the handshake; ``None`` when there was none."""
        return next((one.description for one in self._all_alerts() if not one.sent and self._fatal(one)), None)

    @property
    def sent_alert(self) -> int | None:
        """The number of the alert with which we ended the connection."""
        return next((one.description for one in self._all_alerts() if one.sent and self._fatal(one)), None)

    @property
    def closed_by_peer(self) -> bool:
        """Whether the end of the stream or a close_notify came."""
        return self._closed_by_peer

    @property
    def certificate_requested(self) -> bool:
        """Whether the server asked for a client certificate."""
        return any(one.type == CERTIFICATE_REQUEST and not one.sent for one in self._tap.messages)

    @property
    def says(self) -> str:
        """OpenSSL's words, for people only."""
        return "; ".join(self._says)

    def outgoing(self) -> bytes:
        """Return the bytes that are to be sent now, and forget them. The first call makes the ClientHello."""
        if not self._begun:
            self._begun = True
            self._step()
        found = bytes(self._out)
        self._out.clear()
        return found

    def incoming(self, data: bytes) -> None:
        """Take bytes from the peer."""
        # In slices, so that the tap has the secrets of what it reads after a few records at the latest.
        for start in range(0, 0 if self._ended else len(data), _CHUNK):
            part = data[start : start + _CHUNK]
            self._tap.feed(False, part, self._watch.now())
            if self._state in (State.HANDSHAKING, State.ESTABLISHED):
                self._connection.bio_write(part)
                self._step()

    def end_of_stream(self) -> None:
        """Note that the peer has closed, or that the connection was reset."""
        # OpenSSL is not told: at an end of stream it makes up an alert that can never be sent.
        self._ended = self._watch.deaf = self._closed_by_peer = True
        self._out.clear()
        if self._state is State.HANDSHAKING:
            self._state = State.FAILED
        elif self._state is State.ESTABLISHED:
            self._state = State.ENDED

    def write(self, data: bytes) -> None:
        """Encrypt application data; before the handshake is done, or while OpenSSL cannot, it waits. After a failure it is dropped."""
        if self._state in (State.HANDSHAKING, State.ESTABLISHED):
            self._unsent += data
            self._flush()
            self._drain()

    def read(self) -> bytes:
        """Return the application data that came since the last call."""
        found = bytes(self._plain)
        self._plain.clear()
        return found

    def close(self) -> None:
        """Say close_notify, where the connection is in a state to say it."""
        if self._state is State.ESTABLISHED:
            self._attempt(self._connection.shutdown)
            self._drain()
            if self._state is State.ESTABLISHED:
                self._state = State.ENDED

    def ending(self, otherwise: Ending | None = None) -> Ending:
        """Say how the handshake ended, from numbers only.

        An alert of the peer counts first (also one after the handshake, as long as no application data came), then what made the engine give up; the code
        is then the alert that we sent. Else ``otherwise``, what the caller knows (a timeout, a reset), or the end of the stream, or that it is done.
        """
        refused = self.failed_alert
        if refused is not None and not self._answered:
            return Ending(how=How.DECLINED, code=refused)
        said_goodbye = any(not one.sent and one.description == alerts.CLOSE_NOTIFY for one in self._all_alerts())
        if self._gave_up and not self._answered and not (said_goodbye and self.sent_alert is None):
            return Ending(how=How.LOCAL, local=Local.ENGINE, code=self.sent_alert)
        if otherwise is not None:
            return otherwise
        if self._done:
            return Ending(how=How.DONE)
        if self._closed_by_peer or said_goodbye:
            return Ending(how=How.CLOSED, code=alerts.CLOSE_NOTIFY if said_goodbye else None)
        return Ending(how=How.LOCAL, local=Local.INTERRUPTED)

    def record(self, *, started: float, took: float, ending: Ending | None = None, says: str | None = None, listened: float = 0.0) -> Handshake:
        """Make the noun of what was seen so far. ``ending`` and ``says`` are the engine's own unless they are given."""
        return recorded(
            self._tap,
            self._question,
            started=started,
            took=took,
            ending=ending or self.ending(),
            says=self.says if says is None else says,
            alerts=self._all_alerts(),
            security_level=self._level,
            listened=listened,
            closed_by_peer=self._closed_by_peer,
            renegotiated=self._watch.handshakes > 1 and self._tap.version != registry.TLS_1_3,
            asked_inside=self._watch.asked_inside and self._tap.version != registry.TLS_1_3,
            offered_later=self._offered_later,
            spoken=self._spoken,
        )

    def _step(self) -> None:
        """Let OpenSSL work on what has come."""
        if self._state is State.HANDSHAKING and self._attempt(self._connection.do_handshake):
            self._state = State.ESTABLISHED
            self._done = True
        self._flush()
        while self._state is State.ESTABLISHED and self._attempt(self._receive):
            pass
        self._drain()

    def _receive(self) -> None:
        data = self._connection.recv(_CHUNK)
        self._answered = True
        self._spoken += len(data)
        self._plain += data[: READ_LIMIT - len(self._plain)]

    def _flush(self) -> None:
        while self._unsent and self._state is State.ESTABLISHED and self._attempt(self._send):
            pass

    def _send(self) -> None:
        del self._unsent[: self._connection.send(bytes(self._unsent[:_CHUNK]))]

    def _attempt(self, act: Callable[[], object]) -> bool:
        """Do something with OpenSSL; whether it worked. Afterwards ``state`` says whether to go on."""
        try:
            act()
        except (SSL.WantReadError, SSL.WantWriteError, SSL.WantX509LookupError):
            return False
        except SSL.ZeroReturnError:
            self._closed_by_peer = True
            self._state = State.ENDED if self._done else State.FAILED
            return False
        except SSL.Error as problem:
            self._gave_up = True
            self._state = State.FAILED
            self._says += words(problem)
            return False
        return True

    def _drain(self) -> None:
        """Move what OpenSSL wrote to the output, past the tap."""
        while True:
            try:
                data = self._connection.bio_read(_CHUNK)
            except SSL.Error:
                return
            # Without a ClientHello on the wire an alert would tell the peer nothing.
            if self._ended or not self._worth_saying(data):
                self._watch.alerts.clear()
                continue
            self._tap.feed(True, data, self._watch.now())
            self._out += data

    def _worth_saying(self, data: bytes) -> bool:
        """Whether the peer can make sense of these bytes."""
        return self._tap.bytes_of(True) > 0 or data[:1] == b"\x16"

    def _fatal(self, one: Alert) -> bool:
        return alerts.ends_connection(one.level, one.description, tls_1_3=self._tap.version == registry.TLS_1_3)

    def _all_alerts(self) -> tuple[Alert, ...]:
        """The tap's alerts, and of OpenSSL's those that the tap could not read."""
        seen = list(self._tap.alerts)
        known = [(one.sent, one.level, one.description) for one in seen]
        for one in self._watch.alerts:
            key = (one.sent, one.level, one.description)
            if key in known:
                known.remove(key)
            elif self._tap.opaque(one.sent):
                seen.append(one)
        return tuple(sorted(seen, key=lambda one: one.at))


def openssl_version() -> str:
    """The name and version of the library that the engine runs on."""
    return SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode("ascii", "replace")


def sendable(name: str) -> bool:
    """Whether a name may stand in a ClientHello (RFC 6066 section 3): ASCII, 1 to 255 bytes, no IP literal."""
    if not 0 < len(name) <= _SNI_LIMIT or not name.isascii() or not name.isprintable() or " " in name:
        return False
    try:
        ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return True
    return False


def _effective_level(question: Question) -> int | None:
    """TLS 1.0 and 1.1 exist at security level 0 only; with a higher one OpenSSL could not even send a ClientHello."""
    if question.tls_min in _LEGACY or question.tls_max in _LEGACY:
        return 0
    return question.security_level


@lru_cache(maxsize=64)
def _context(tls_min: str | None, tls_max: str | None, level: int | None, legacy_renegotiation: bool, groups: tuple[str, ...]) -> SSL.Context:
    return _made(tls_min, tls_max, level, legacy_renegotiation, groups)


def _made(tls_min: str | None, tls_max: str | None, level: int | None, legacy_renegotiation: bool, groups: tuple[str, ...]) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    if level is not None:
        context.set_cipher_list(f"{_ALL_SUITES if level == 0 else 'DEFAULT'}:@SECLEVEL={level}".encode())
    context.set_min_proto_version(registry.VERSION_NUMBERS[tls_min] if tls_min else 0)
    context.set_max_proto_version(registry.VERSION_NUMBERS[tls_max] if tls_max else 0)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_COMPRESSION)
    if legacy_renegotiation:
        context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
    if groups:
        if len(groups) != 1 or groups[0] not in _CURVES:
            raise ValueError(f"of the groups only one of {', '.join(_CURVES)} can be offered alone")
        context.set_tmp_ecdh(_CURVES[groups[0]]())
    else:
        context.set_options(_OP_ECH_GREASE)
    context.set_keylog_callback(_key_log)
    context.set_info_callback(_info)
    return context


def _key_log(connection: SSL.Connection, line: bytes) -> None:
    watch = connection.get_app_data()
    if isinstance(watch, _Watch):
        watch.tap.key_log(line)


def _info(connection: SSL.Connection, where: int, value: int) -> None:
    watch = connection.get_app_data()
    if not isinstance(watch, _Watch):
        return
    if where & SSL.SSL_CB_ALERT:
        watch.alert(where, value)
    else:
        watch.step(where, connection)
