"""A TLS server on loopback that can be told every way in which a server may be set up, the wrong ones included."""

import contextlib
import socket
from collections.abc import Callable
from dataclasses import field, replace
from functools import partial
from itertools import cycle
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL, crypto

from probe.facts.noun import noun
from probe.lab import late, raw_server, wire
from probe.lab.answers import REQUEST_LIMIT, Answer, greeting, reply, stays
from probe.lab.keys import SigningKey
from probe.lab.listener import Listener, finish
from probe.lab.manners import Manners
from probe.lab.pki import Issued
from probe.lab.reaction import Reaction, reaction_to
from probe.lab.starttls import after, before, speak
from probe.lab.tls_alert import SECRET, encrypted_alert

T = TypeVar("T")
_VERSIONS = {"TLSv1": SSL.TLS1_VERSION, "TLSv1.1": SSL.TLS1_1_VERSION, "TLSv1.2": SSL.TLS1_2_VERSION, "TLSv1.3": SSL.TLS1_3_VERSION}
_CURVES: dict[str, Callable[[], ec.EllipticCurve]] = {"secp256r1": ec.SECP256R1, "secp384r1": ec.SECP384R1, "secp521r1": ec.SECP521R1}
UNRECOGNIZED_NAME = 112


@noun
class Credentials:
    """What a server shows: the certificates exactly as they are sent, its own first, the key to it, and an OCSP response to staple."""

    chain: tuple[bytes, ...]
    key: SigningKey = field(repr=False)
    staple: bytes = b""


@noun
class Serving:
    """How a TLS server behaves.

    ``credentials`` are those without a fitting name in ``by_name``: several of different key types may be given. ``unknown_name`` says what happens to a
    client whose SNI is not in ``by_name``, or that sends none: ``default`` (it gets ``credentials``) or ``refuse`` (alert unrecognized_name).
    Versions are named as in ``probe.facts.target.VERSIONS``; ``ciphers`` and ``suites`` are OpenSSL lists for TLS 1.2 and below, and for TLS 1.3.
    ``curve`` is the only curve used (secp256r1, secp384r1, secp521r1).
    ``client`` is ``none``, ``requested`` or ``required``; ``client_issuers`` are named to the client and the only ones accepted.
    ``alpn`` lists the protocols spoken; a client that offers others only is refused. ``answer`` is what is said afterwards.
    ``turns``: connection after connection is served as one of these, in turn, as by a balancer with several machines behind it; ``None`` closes at once.
    ``client_unnamed`` are accepted without being named; ``client_lists`` are CRLs (DER) in which client certificates are looked up; ``client_level`` is the
    security level at which they are judged.
    ``client_word`` is how a client whose certificate is missing (if required) or not accepted is told: ``alert`` in the handshake, ``page`` (as nginx does,
    HTTP 400 after it) or ``close`` (as slapd does, the handshake succeeds, and then the connection ends without a word).
    ``close_without_client``: a client without certificate is let in and then cut off without a word, as slapd does.
    ``plain`` is how the server behaves in plain words before TLS (StartTLS); it then speaks that protocol inside too, in place of ``answer``.
    ``reactions``: a client certificate is asked for, and what follows is what these say, in place of any judgement and of ``answer``.
    ``late``: the certificate is only asked for when a request for a path that begins so has come, as Apache httpd does for a location ("": in the handshake).
    """

    credentials: tuple[Credentials, ...]
    by_name: tuple[tuple[str, Credentials], ...] = ()
    unknown_name: str = "default"
    tls_min: str = "TLSv1.2"
    tls_max: str = "TLSv1.3"
    ciphers: str = "ALL"
    suites: str | None = None
    curve: str | None = None
    client: str = "none"
    client_issuers: tuple[Issued, ...] = ()
    client_unnamed: tuple[Issued, ...] = ()
    client_lists: tuple[bytes, ...] = ()
    client_level: int = 0
    client_word: str = "alert"
    close_without_client: bool = False
    reactions: tuple[Reaction, ...] = ()
    alpn: tuple[str, ...] = ()
    answer: Answer = Answer()
    turns: tuple[Credentials | None, ...] = ()
    late: str = ""
    plain: Manners | None = None


class _Client:
    """What the server made of the client's certificate, where it does not end the handshake for it, and the secret of what it says in TLS 1.3.

    ``kept`` is what the library calls back into as long as the connection lives.
    """

    __slots__ = ("kept", "refused", "secret")

    def __init__(self) -> None:
        self.refused = False
        self.secret = b""
        self.kept: object = None


class NoCommonProtocol(Exception):
    """Said to pyOpenSSL inside the ALPN callback, which then sends the alert no_application_protocol (RFC 7301 section 3.2)."""


class TlsServer:
    """Serves on ``address`` from construction until ``close``; ``port`` is the port that it got. Raises ``OSError`` when the address cannot be had."""

    def __init__(self, serving: Serving, address: str = "127.0.0.1", port: int = 0) -> None:
        self._serving = serving
        self._default = _context(serving, serving.credentials)
        turns: list[SSL.Context | None] = [None if one is None else _context(serving, (one,)) for one in serving.turns]
        self._turns = cycle(turns or [self._default])
        self._by_name = {name: _context(serving, (credentials,)) for name, credentials in serving.by_name}
        self._listener = Listener(self._talk, address, port)
        self.port = self._listener.port

    def close(self) -> None:
        """Stop listening and end all connections."""
        self._listener.close()

    def _talk(self, connection: socket.socket) -> None:
        if (plain := self._serving.plain) and not plain.inside and not speak(before(plain), connection.recv, connection.sendall, plain):
            if not plain.hangs_up:
                finish(connection)
            return
        hello = wire.read_hello(connection)
        if not hello:
            return
        name = wire.server_name(hello)
        if self._serving.unknown_name == "refuse" and name not in self._by_name:
            connection.sendall(wire.alert(UNRECOGNIZED_NAME))
            finish(connection)
            return
        turn = next(self._turns)
        if turn is None:
            return
        tls = SSL.Connection(self._by_name.get(name or "", turn), None)
        tls.set_accept_state()
        tls.set_app_data(_Client())
        tls.bio_write(hello)
        with contextlib.suppress(SSL.Error, NoCommonProtocol):
            if self._serving.late:
                _until_done(tls, connection, tls.do_handshake)
                self._ask_late(tls, connection)
            elif self._serving.reactions:
                _repeated(tls, connection, tls.do_handshake)
                self._react(tls, connection)
                return
            else:
                _until_done(tls, connection, tls.do_handshake)
                answer = self._answer(tls)
                if answer is not None:
                    self._converse(tls, connection, answer)
            with contextlib.suppress(SSL.Error):
                tls.shutdown()
        _flush(tls, connection)
        finish(connection)

    def _ask_late(self, tls: SSL.Connection, connection: socket.socket) -> None:
        """Read a request, ask for the certificate if it is for such a path, and answer. Raises ``SSL.Error`` when the client or the library ends it."""
        serving, request = self._serving, b""
        while b"\r\n\r\n" not in request and len(request) <= REQUEST_LIMIT:
            request += _until_done(tls, connection, lambda: tls.recv(16384))
        words = request.split(b" ", 2)
        answer: Answer | None = serving.answer
        if len(words) == 3 and words[1].decode("latin-1").startswith(serving.late):
            answer = self._asked_late(tls, connection)
        if answer is not None:
            _say(tls, connection, reply(answer, request) or b"")

    def _asked_late(self, tls: SSL.Connection, connection: socket.socket) -> Answer | None:
        """Ask, and give the answer that follows; ``None``: nothing, the connection ends."""
        serving = self._serving
        known = serving.reactions
        demand = reaction_to((), known).ends == "alert" if known else serving.client == "required"
        before = tls.get_peer_finished()
        if late.begin(tls, partial(_alert_for, known), demand):
            _until_done(tls, connection, tls.do_handshake)
            _until_done(tls, connection, lambda: late.answered(tls, before))
        elif not known:
            return late.FORBIDDEN if demand else serving.answer
        if not known:
            return serving.answer
        found = reaction_to(_of_client(tls), known)
        if found.ends == "reset":
            raw_server.reset_at_once(connection)
        if found.ends == "silence":
            raw_server.silence(connection)
        return None if found.ends else found.answer

    def _react(self, tls: SSL.Connection, connection: socket.socket) -> None:
        """Do what was seen of another server. The handshake is done, but what the server says last in it is not sent yet."""
        reaction = reaction_to(_of_client(tls), self._serving.reactions)
        match reaction.ends:
            case "alert":
                if reaction.late and tls.get_protocol_version() == SSL.TLS1_3_VERSION:
                    # What the library would say last, session tickets, must not go out: the alert is numbered as the first record.
                    _swallow(tls)
                    _repeated(tls, connection, lambda: tls.recv(16384))
                connection.sendall(_alert(tls, reaction))
            case "reset":
                raw_server.reset_at_once(connection)
                return
            case "silence":
                raw_server.silence(connection)
            case "close" | "":
                _flush(tls, connection)
                if not reaction.ends:
                    self._converse(tls, connection, reaction.answer)
                with contextlib.suppress(SSL.Error):
                    tls.shutdown()
                _flush(tls, connection)
        finish(connection)

    def _answer(self, tls: SSL.Connection) -> Answer | None:
        """What a client is told whose handshake succeeded; ``None``: nothing, the connection ends."""
        serving, client = self._serving, tls.get_app_data()
        missing = tls.get_peer_certificate(as_cryptography=True) is None
        if missing and (serving.close_without_client or (serving.client == "required" and serving.client_word == "close")):
            return None
        if serving.client_word == "alert" or not (client.refused or (missing and serving.client == "required")):
            return serving.answer
        page = "No required SSL certificate was sent" if missing else "The SSL certificate error"
        return None if serving.client_word == "close" else Answer(status=400, body=f"<title>400 {page}</title>".encode(), content_type="text/html")

    def _converse(self, tls: SSL.Connection, connection: socket.socket, answer: Answer) -> None:
        if (plain := self._serving.plain) is not None:
            if script := after(plain):
                speak(script, lambda size: _until_done(tls, connection, lambda: tls.recv(size)), partial(_say, tls, connection), replace(plain, stops=None))
            return
        request = b""
        _say(tls, connection, greeting(answer))
        while True:
            request += _until_done(tls, connection, lambda: tls.recv(16384))
            said = reply(answer, request)
            if said is None:
                continue
            _say(tls, connection, said)
            if not said or (answer.protocol != "ldap" and not stays(answer)):
                return
            request = b""


def loadable(credentials: Credentials) -> bool:
    """Whether a server can be set up with these certificates and this key."""
    try:
        _context(Serving(credentials=(credentials,)), (credentials,))
    except (SSL.Error, ValueError, TypeError):
        return False
    return True


def _say(tls: SSL.Connection, connection: socket.socket, words: bytes) -> None:
    if words:
        tls.sendall(words)
        _flush(tls, connection)


def _alert_for(reactions: tuple[Reaction, ...], own: bytes) -> int:
    """How a certificate that came late is judged: as the library does, or as was seen of another server."""
    if not reactions:
        return late.AS_FOUND
    found = reaction_to((own,), reactions) if own else Reaction()
    return found.alert if found.ends == "alert" else 0


def _until_done(tls: SSL.Connection, connection: socket.socket, step: Callable[[], T]) -> T:
    """Repeat ``step`` while it wants more bytes, and send what it has to say. Raises ``SSL.Error``, also when the peer closed."""
    done = _repeated(tls, connection, step)
    _flush(tls, connection)
    return done


def _repeated(tls: SSL.Connection, connection: socket.socket, step: Callable[[], T]) -> T:
    """Repeat ``step`` while it wants more bytes; what it says at last is not sent yet. Raises ``SSL.Error``, also when the peer closed."""
    while True:
        try:
            return step()
        except SSL.WantReadError:
            _flush(tls, connection)
            if data := connection.recv(16384):
                tls.bio_write(data)
            else:
                tls.bio_shutdown()


def _swallow(tls: SSL.Connection) -> None:
    """Throw away what is to be sent."""
    with contextlib.suppress(SSL.Error):
        while tls.bio_read(65536):
            pass


def _of_client(tls: SSL.Connection) -> tuple[bytes, ...]:
    """The certificates that the client presented, its own first."""
    own = tls.get_peer_certificate(as_cryptography=True)
    others = tls.get_peer_cert_chain(as_cryptography=True) or []
    return tuple(dict.fromkeys(one.public_bytes(Encoding.DER) for one in (own, *others) if one is not None))


def _alert(tls: SSL.Connection, reaction: Reaction) -> bytes:
    """The alert of a reaction as a record: up to TLS 1.2 the server has not begun to encrypt yet."""
    if tls.get_protocol_version() != SSL.TLS1_3_VERSION:
        return wire.alert(reaction.alert, reaction.level)
    return encrypted_alert(reaction.alert, reaction.level, tls.get_cipher_name() or "", tls.get_app_data().secret)


def _flush(tls: SSL.Connection, connection: socket.socket) -> None:
    with contextlib.suppress(SSL.Error):
        while data := tls.bio_read(65536):
            connection.sendall(data)


def _context(serving: Serving, credentials: tuple[Credentials, ...]) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    # The laboratory shows what is weak: level 0 lets OpenSSL load such certificates and speak old versions.
    context.set_cipher_list(f"{serving.ciphers}:@SECLEVEL={serving.client_level}".encode())
    context.set_min_proto_version(_VERSIONS[serving.tls_min])
    context.set_max_proto_version(_VERSIONS[serving.tls_max])
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    if serving.suites:
        context.set_tls13_ciphersuites(serving.suites.encode())
    if serving.curve:
        context.set_tmp_ecdh(_CURVES[serving.curve]())
    for one in credentials:
        _load(context, one)
    if serving.client != "none":
        _ask_client(context, serving)
    if serving.late:
        late.prepare(context)
    if serving.reactions:
        if not serving.late:
            context.set_verify(SSL.VERIFY_PEER, lambda *_what: True)
        for issuer in serving.client_issuers:
            context.add_client_ca(issuer.x509)
        context.set_keylog_callback(_note_secret)
    if serving.alpn:
        context.set_alpn_select_callback(_chooser(serving.alpn))
    return context


def _note_secret(tls: SSL.Connection, line: bytes) -> None:
    kind, _, secret = line.split(b" ")
    if kind == SECRET:
        tls.get_app_data().secret = bytes.fromhex(secret.decode())


def _load(context: SSL.Context, credentials: Credentials) -> None:
    own, *others = (x509.load_der_x509_certificate(der) for der in credentials.chain)
    context.use_certificate(own)
    context.use_privatekey(credentials.key)
    for other in others:
        context.add_extra_chain_cert(other)
    if credentials.staple:
        context.set_ocsp_server_callback(lambda _tls, _data: credentials.staple)


def _ask_client(context: SSL.Context, serving: Serving) -> None:
    alerting = serving.client_word == "alert"
    mode = SSL.VERIFY_PEER | (SSL.VERIFY_FAIL_IF_NO_PEER_CERT if serving.client == "required" and alerting else 0)
    if not serving.late:
        context.set_verify(mode, _judging(alerting))
    for issuer in serving.client_issuers:
        context.add_client_ca(issuer.x509)
    store = context.get_cert_store()
    if store is None:
        return
    for issuer in (*serving.client_issuers, *serving.client_unnamed):
        store.add_cert(crypto.X509.from_cryptography(issuer.x509))
    for one in serving.client_lists:
        store.add_crl(x509.load_der_x509_crl(one))
    if serving.client_lists:
        store.set_flags(crypto.X509StoreFlags.CRL_CHECK)


def _judging(alerting: bool) -> Callable[[SSL.Connection, crypto.X509, int, int, int], bool]:
    def judge(tls: SSL.Connection, _certificate: crypto.X509, _number: int, _depth: int, good: int) -> bool:
        if alerting:
            return bool(good)
        client = tls.get_app_data()
        client.refused = client.refused or not good
        return True

    return judge


def _chooser(spoken: tuple[str, ...]) -> Callable[[SSL.Connection, list[bytes]], bytes]:
    def choose(_tls: SSL.Connection, offered: list[bytes]) -> bytes:
        for one in spoken:
            if one.encode() in offered:
                return one.encode()
        raise NoCommonProtocol(", ".join(spoken))

    return choose
