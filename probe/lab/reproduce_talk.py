"""From the observed connections to one address to what a copy does with ClientHellos like theirs."""

import socket
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from probe.case.case import step
from probe.case.client_auth import asked_for
from probe.case.identity import signs
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.observation import Alert, Attempt, Exchange, Handshake, How, Local, Message, Observation, Preamble
from probe.lab import raw_server, wire
from probe.lab.answers import Answer, Directory
from probe.lab.listener import finish
from probe.lab.manners import Manners
from probe.lab.reaction import Reaction
from probe.lab.reproduce_answer import Asked, answer_of, answer_to, directory_of
from probe.lab.reproduce_chain import Copied, Copies
from probe.lab.reproduce_client import accompanies, alike, completed, reacting, requested
from probe.lab.reproduce_dh import Group, group_of
from probe.lab.reproduce_front import Plain, Reply, Seen, relay
from probe.lab.reproduce_issuers import named_issuers
from probe.lab.reproduce_words import Words, words_of
from probe.lab.stage import Stage
from probe.lab.starttls import after
from probe.lab.tls_server import Credentials, Serving, loadable
from probe.tls.messages import CERTIFICATE, HandshakeReading, presented, reading

MOST_SAID = 4096
"""Bytes that are said in place of words that were not kept."""
SERVERS = 64
"""TLS servers of one copy; an honest observation needs one for each address and a few for its questions."""
_OLD = ("TLSv1", "TLSv1.1")
_REGULAR = (40, 116)
"""The alerts with which OpenSSL's server refuses a client without certificate, in TLS 1.2 and 1.3."""
_SERVER_HELLO = 2
_IN_THE_CLEAR = frozenset({_SERVER_HELLO, 11, 12, 13, 14, 22})
"""The server's messages up to TLS 1.2 that come before any encryption: ServerHello to ServerHelloDone, and the staple."""


@noun
class Talks:
    """How one address of the copy talks, and what of the original's talk could not be copied."""

    seen: tuple[Seen, ...]
    plain: Plain
    losses: tuple[str, ...] = ()
    words: Words | None = None


class Talking:
    """Makes the talks of addresses of the observation, with TLS servers on ``stage``. ``staple`` copies a stapled OCSP answer."""

    def __init__(self, stage: Stage, copies: Copies, observation: Observation, staple: Callable[[bytes], bytes | None]) -> None:
        self._stage = stage
        self._copies = copies
        self._observation = observation
        self._staple = staple
        self._ports: dict[tuple[Serving, Group | None], int] = {}
        self._losses: list[str] = []
        self._group: Group | None = None
        self._usual: Exchange | None = None
        self._known: tuple[Reaction, ...] = ()

    def talks(self, attempts: tuple[Attempt, ...]) -> Talks:
        """Make what the address does to which these attempts were made."""
        self._losses = []
        handshakes = [one for attempt in attempts if (one := step(attempt, Handshake))]
        self._group = next((group for one in handshakes if one.ending.how is How.DONE and (group := group_of(one))), None)
        self._usual = next((words for attempt in attempts if (words := step(attempt, Exchange))), None)
        # Reactions to certificates that were seen in another kind of connection only; what they cannot say was said there.
        self._known = reacting(self._observation, self._copies, attempts, self._answer).reactions if requested(attempts) else ()
        self._losses = []
        leading = [one for one in attempts if not accompanies(one)]
        leading += [one for one in attempts if accompanies(one) and not any(alike(one, other) for other in leading)]
        seen = []
        for attempt in leading:
            handshake = step(attempt, Handshake)
            together = (attempt, *(one for one in attempts if one is not attempt and accompanies(one) and alike(one, attempt)))
            reply = self._reply(handshake, together) if handshake else None
            if handshake and reply:
                hello = reading(handshake).offered
                asked = attempt.question
                seen.append(Seen(hello=hello, size=handshake.hello_size, in_pieces=asked.segment > 0, segment=asked.mss, reply=reply))
        before, loss = words_of(attempts)
        self._losses += [loss] if loss else []
        return Talks(seen=tuple(seen), plain=_plain(attempts), losses=tuple(dict.fromkeys(self._losses)), words=before)

    def _reply(self, one: Handshake, together: tuple[Attempt, ...]) -> Reply | None:
        facts = reading(one)
        if one.first_bytes:
            return _says(one.first_bytes)
        if facts.version is None:
            return self._refusal(one)
        chain = [self._copies.copy(Certificate(der=der)) for der in presented(one)]
        if asked_for(one) or one.ending.how is How.DONE or (self._group and group_of(one) == self._group):
            return self._tls(one, facts, chain, together)
        if one.ending.how is How.LOCAL and one.ending.local is Local.ENGINE and facts.version == "TLSv1.3":
            self._losses.append("a faulty answer in TLS 1.3, which is encrypted; the copy sends the same certificates in TLS 1.2")
            return _says(wire.record(wire.HANDSHAKE, wire.server_hello() + wire.certificate(_ders(chain)) + wire.server_hello_done()))
        return _flight(one, facts, chain)

    def _refusal(self, one: Handshake) -> Reply | None:
        """What followed a ClientHello that no ServerHello answered; ``None`` when the attempt was given up on this side."""
        alert = _alert(one)
        if alert is not None:
            return _says(wire.alert(alert.description, alert.level))
        if one.ending.how is How.LOCAL and one.ending.local is Local.LIMIT:
            return lambda connection, _words: raw_server.endless(connection)
        if one.ending.how is How.LOCAL and one.ending.local is Local.ENGINE:
            self._losses.append("bytes in place of a ServerHello, which were not kept; the copy sends others that are as wrong")
            return _says(wire.record(wire.HANDSHAKE, wire.message(_SERVER_HELLO, b"\3\3")))
        return _end(one)

    def _tls(self, one: Handshake, facts: HandshakeReading, chain: list[Copied], together: tuple[Attempt, ...]) -> Reply:
        """A real server of TLS, as far as the library speaks it."""
        version = facts.version or ""
        own = Credentials(chain=_ders(chain), key=chain[0].key) if chain and chain[0].key else None
        if own is None or len(self._ports) >= SERVERS or not loadable(own) or version not in (*_OLD, "TLSv1.2", "TLSv1.3"):
            self._losses.append(f"a whole handshake with these certificates in {version}; the copy sends its messages up to where the private key is needed")
            return _flight(one, facts, chain)
        stapled = one.staple or facts.staple
        staple = self._staple(stapled) if stapled else b""
        if staple is None:
            self._losses.append("the stapled OCSP answer; the copy staples none")
        own = replace(own, staple=staple or b"")
        if version != "TLSv1.3" and not facts.renegotiation_info:
            self._losses.append("a server without secure renegotiation (RFC 5746); the copy has it")
        asking = requested(together)
        found = reacting(self._observation, self._copies, together, self._answer) if asking else None
        self._losses += found.losses if found else []
        reactions = completed(found.reactions or (Reaction(),), self._known, version) if found else ()
        if self._excluding(facts) and (port := self._excluding_port(own, facts, reactions)):
            return relay(port)
        group = self._group if group_of(one) else None
        if group is not None and asking:
            self._losses.append("the wish for a client certificate of a server with this Diffie-Hellman group; the copy does not ask for one")
        serving = Serving(
            credentials=(own,),
            tls_min=version if version in _OLD else "TLSv1.2",
            tls_max=version,
            # What only a lowered security level reached is kept as it was; otherwise the client chooses, as with most servers.
            ciphers=one.cipher if one.security_level == 0 and one.cipher and version != "TLSv1.3" else "ALL",
            curve=facts.retry_group if facts.retry_group in ("secp256r1", "secp384r1", "secp521r1") else None,
            client_issuers=named_issuers(self._issuers(together)) if asking else (),
            reactions=reactions,
            late="/" if found and found.late else "",
            alpn=(facts.alpn,) if facts.alpn else (),
            answer=Answer() if asking else self._answer(together),
            plain=_inside(self._usual),
        )
        return relay(self._port(serving, group))

    def _issuers(self, together: tuple[Attempt, ...]) -> tuple[bytes, ...]:
        """The issuers that were named to the client in any of these."""
        named = (reading(found).acceptable_issuers for one in together if (found := step(one, Handshake)))
        return next((one for one in named if one), ())

    def _answer(self, attempts: tuple[Attempt, ...]) -> Answer:
        """What was said to the requests of these attempts."""
        said: list[tuple[Asked, Answer]] = []
        for one in attempts:
            words, handshake = step(one, Exchange), step(one, Handshake)
            if words is None and handshake is not None and handshake.spoken:
                self._losses.append("what the server said unasked, which was not kept; the copy says as many empty lines")
                return Answer(protocol="raw", body=b"\n" * min(handshake.spoken, MOST_SAID))
            words = words or (self._usual if not said else None)
            if words is None or words.ending.local is Local.INTERRUPTED:
                continue
            answer, loss = answer_of(words, self._observation.taken_at)
            self._losses += [loss] if loss else []
            said.append((self._asked(one), answer))
        return answer_to(tuple(said))

    def _asked(self, one: Attempt) -> Asked:
        agreement = self._observation.agreement
        check = agreement.check(one.question.check) if agreement and one.question.check else None
        return (check.request.method, check.request.path) if check else ("GET", self._observation.target.path)

    def _excluding(self, facts: HandshakeReading) -> bool:
        """Whether the server accepts only signatures that the client's key cannot make."""
        own = self._observation.identity.own if self._observation.identity else None
        return own is not None and facts.certificate_requested and signs(own, facts.request_schemes, facts.version) is False

    def _excluding_port(self, own: Credentials, facts: HandshakeReading, reactions: tuple[Reaction, ...]) -> int:
        """The port of a server that names these kinds of signatures, which the library cannot be told to do for clients only; 0 without one."""
        without = next((one for one in reactions if not one.chain), Reaction())
        if without.ends != "alert" or without.alert not in _REGULAR:
            self._losses.append(
                "what the server says to a client without certificate; the copy " + ("refuses by an alert" if without.ends else "says something else")
            )
        version = "-tls1_3" if facts.version == "TLSv1.3" else "-tls1_2"
        options = ["-Verify" if without.ends else "-verify", "9", version, "-client_sigalgs", ":".join(facts.request_schemes)]
        if named := named_issuers(facts.acceptable_issuers):
            options += ["-CAfile", self._stage.trust_file(*named, name="client-ca.pem")]
        try:
            return self._stage.openssl(own, "-cipher", "ALL:@SECLEVEL=0", *options)
        except OSError:
            self._losses.append("the signatures that the server accepts of clients; the copy accepts all")
            return 0

    def _port(self, serving: Serving, group: Group | None) -> int:
        """The port of such a server; the same for the same behaviour."""
        place = (serving, group)
        if place not in self._ports:
            if group is None:
                self._ports[place] = self._stage.tls(serving)
            else:
                file = str(self._stage.write("dh.pem", group.pem))
                self._ports[place] = self._stage.openssl(serving.credentials[0], "-tls1_2", "-cipher", f"{group.cipher}:@SECLEVEL=0", "-dhparam", file)
        return self._ports[place]


def _plain(attempts: tuple[Attempt, ...]) -> Plain:
    looks = [one for attempt in attempts for one in attempt.steps if isinstance(one, Preamble) and not one.protocol and one.received]
    unasked = next((one.received for one in looks if not one.sent), b"")
    # The last question of a look is the one that was answered; each protocol's first byte tells it from the others.
    return Plain(unasked=unasked, answers=tuple((one.sent[:1], one.received) for one in looks if one.sent))


def _inside(words: Exchange | None) -> Manners | None:
    """What is said inside TLS by a service that began in plain text, if it said anything."""
    if words is None or words.status is None or not after(Manners(protocol=words.protocol)):
        return None
    said = directory_of(words) if words.protocol == "ldap" else Directory()
    return Manners(protocol=words.protocol, inside=True, directory=said)


def _alert(one: Handshake) -> Alert | None:
    return next((alert for alert in one.alerts if not alert.sent and 0 < alert.description < 256 and 0 <= alert.level < 256), None)


def _ders(chain: list[Copied]) -> tuple[bytes, ...]:
    return tuple(one.certificate.der for one in chain)


def _flight(one: Handshake, facts: HandshakeReading, chain: list[Copied]) -> Reply:
    """The server's messages in the clear, sent again as they were with the copied certificates, and then the end that it had."""
    kinds = _IN_THE_CLEAR if facts.version != "TLSv1.3" else {_SERVER_HELLO}
    messages = b"".join(_message(message, chain) for message in one.messages if not message.sent and message.type in kinds)
    alert = _alert(one)
    words = wire.record(wire.HANDSHAKE, messages) + (wire.alert(alert.description, alert.level) if alert else b"")
    return partial(_say, said=words, then=_end(one) or _finish)


def _message(one: Message, chain: list[Copied]) -> bytes:
    return wire.certificate(_ders(chain)) if one.type == CERTIFICATE else wire.message(one.type, one.body)


def _end(one: Handshake) -> Reply | None:
    """How the other side ended the connection; ``None`` when it did not."""
    match one.ending.how:
        case How.CLOSED:
            return _finish
        case How.RESET:
            return lambda connection, _words: raw_server.reset_at_once(connection)
        case How.TIMED_OUT:
            return lambda connection, _words: raw_server.silence(connection)
    return None


def _says(said: bytes) -> Reply:
    return partial(_say, said=said, then=_finish)


def _say(connection: socket.socket, words: bytes, said: bytes, then: Reply) -> None:
    connection.sendall(said)
    then(connection, words)


def _finish(connection: socket.socket, _words: bytes) -> None:
    finish(connection)
