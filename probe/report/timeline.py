"""The timeline: name resolution, attempts and fetches as rows of bars, and the wire's messages as marks."""

from probe.facts.observation import (
    Alert,
    Attempt,
    Connect,
    Ending,
    Exchange,
    Fetch,
    Handshake,
    How,
    Local,
    Lookup,
    Message,
    Observation,
    Preamble,
    Resolution,
    Step,
    Tunnel,
)
from probe.report import TimelineBar, TimelineEvent, TimelineRow
from probe.tls.alerts import name as alert_name
from probe.tls.registry import message_name

ENDINGS = {
    How.DONE: "done",
    How.REFUSED: "refused",
    How.TIMED_OUT: "timed out",
    How.RESET: "reset by the peer",
    How.CLOSED: "closed by the peer",
    How.UNREACHABLE: "unreachable",
    How.DECLINED: "declined",
    How.LOCAL: "ended by us",
}
QUESTIONS = {
    "ordinary": "as an ordinary client",
    "direct": "without the proxy",
    "without-sni": "without a server name",
    "with-sni": "with a server name",
    "tls12": "TLS 1.2 only",
    "legacy": "outdated settings allowed",
    "any-version": "all TLS versions",
    "without-alpn": "without application protocols",
    "plaintext": "in plain text",
    "tls-at-once": "with TLS at once",
    "starttls": "with plain words before TLS (StartTLS)",
    "small-hello": "with a small ClientHello",
    "hello-in-pieces": "with the ClientHello in small pieces",
    "small-segments": "with small TCP segments",
    "old-suites": "with suites that are obsolete",
    "ssl3": "SSL 3.0 only",
    "without-identity": "without the client certificate",
    "identity-tls12": "with the client certificate, TLS 1.2 at most",
    "identity-whole": "with the client certificate and its missing issuers",
}
SHOWN = 40
FETCHES = {"ocsp": "OCSP", "crl": "CRL"}


def rows(observation: Observation) -> tuple[TimelineRow, ...]:
    """All that was done, in the order in which it began."""
    found: list[tuple[float, TimelineRow]] = []
    for one in observation.resolutions:
        title = f"{'system resolver' if one.source == 'system' else one.server or 'DNS'}: {one.name} {'' if one.type == 'any' else one.type}".rstrip()
        found.append((one.started, TimelineRow(title=title, bars=(_bar("DNS", one, _answer(one)),))))
    for other in observation.lookups:
        found.append((other.started, TimelineRow(title=f"{other.server or 'DNS'}: {other.name} {other.type}", bars=(_bar("DNS", other, _records(other)),))))
    for attempt in observation.attempts:
        if attempt.steps:
            found.append(
                (
                    attempt.steps[0].started,
                    TimelineRow(title=f"{place(attempt)}, {question(attempt.question.name)}", bars=tuple(_step(one) for one in attempt.steps)),
                )
            )
    for call in observation.calls:
        steps = tuple(_step(one) for one in (call.handshake, call.exchange) if one)
        who = f"[{call.address}]:{call.port}" if ":" in call.address else f"{call.address}:{call.port}"
        found.append((call.started, TimelineRow(title=f"call from {who}", bars=steps or (_bar("TCP", call, f"not one byte, {ending(call.ending)}"),))))
    for fetch in observation.fetches:
        found.append((fetch.started, TimelineRow(title=fetch.url, bars=(_bar(FETCHES.get(fetch.purpose, "fetch"), fetch, _fetched(fetch)),))))
    return tuple(row for _, row in sorted(found, key=lambda one: one[0]))


def question(name: str) -> str:
    """A question of the planner in words."""
    return QUESTIONS.get(name, name)


def place(attempt: Attempt) -> str:
    """Address and port of an attempt."""
    return f"[{attempt.address}]:{attempt.port}" if ":" in attempt.address else f"{attempt.address}:{attempt.port}"


def ending(one: Ending) -> str:
    """How a step ended, in words with its number."""
    words = ENDINGS[one.how]
    if one.local:
        words = f"{words} ({one.local})"
    if one.code is not None and one.how is How.DECLINED:
        return f"{words}, code {one.code}"
    return f"{words}, errno {one.errno}" if one.errno else words


def tone(one: Ending) -> str:
    """good, warn or bad."""
    if one.how is How.DONE:
        return "good"
    return "warn" if one.how is How.LOCAL else "bad"


def _in_order(handshake: Handshake) -> list[Message | Alert]:
    every: list[Message | Alert] = [*handshake.messages, *handshake.alerts]
    return sorted(every, key=lambda one: one.at)


def _words(one: Message | Alert) -> str:
    if isinstance(one, Message):
        return f"{message_name(one.type)}, {one.size} bytes"
    return f"alert {one.description} {alert_name(one.description)} ({'fatal' if one.level == 2 else 'warning'})"


def _bar(label: str, one: Step, says: str, events: tuple[TimelineEvent, ...] = ()) -> TimelineBar:
    return TimelineBar(label=label, started=one.started, took=one.took, tone=tone(one.ending), says=says, events=events)


def _step(one: Connect | Tunnel | Preamble | Handshake | Exchange) -> TimelineBar:
    if isinstance(one, Connect):
        return _bar("TCP", one, ending(one.ending))
    if isinstance(one, Tunnel):
        return _bar("proxy", one, f"answer {one.status}" if one.status is not None else ending(one.ending))
    if isinstance(one, Preamble) and one.protocol:
        return _bar("StartTLS", one, "go-ahead" if one.ending.how is How.DONE else f"answer {one.status}" if one.status is not None else ending(one.ending))
    if isinstance(one, Preamble):
        return _bar("plain text", one, f"{len(one.received)} bytes, {ending(one.ending)}")
    if isinstance(one, Exchange):
        return _bar(
            one.protocol.upper().removesuffix("S") if one.protocol != "tls" else "TLS",
            one,
            f"answer {one.status}" if one.status is not None else ending(one.ending),
        )
    every = _in_order(one)[:SHOWN]
    events = tuple(
        TimelineEvent(at=what.at, says=_words(what), sent=what.sent, tone="bad" if isinstance(what, Alert) and what.description else "good") for what in every
    )
    says = f"{one.version}, {one.cipher}" if one.ending.how is How.DONE and one.version else ending(one.ending)
    if one.ending.local is Local.SKIPPED and one.version:
        # A hand-made ClientHello was answered, and more was not wanted.
        says = f"answered with {one.version}, {one.cipher}"
    return _bar("TLS", one, says, events)


def _answer(one: Resolution) -> str:
    if one.addresses:
        return ", ".join(one.addresses)
    return f"no address, {ending(one.ending)}" if one.ending.how is not How.DONE else "no address"


def _records(one: Lookup) -> str:
    count = len(one.records) + one.left_off
    if count:
        return "1 record" if count == 1 else f"{count} records"
    return f"no record, {ending(one.ending)}" if one.ending.how is not How.DONE else "no record"


def _fetched(one: Fetch) -> str:
    return f"{len(one.body)} bytes" if one.ending.how is How.DONE else ending(one.ending)
