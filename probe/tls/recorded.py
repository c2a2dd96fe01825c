"""The noun of a handshake, from what a tap saw of it."""

from probe.facts.observation import Alert, Ending, Handshake, Question
from probe.tls.messages import CLIENT_HELLO, mirrored, read_messages
from probe.tls.tap import Tap


def recorded(
    tap: Tap,
    question: Question,
    *,
    started: float,
    took: float,
    ending: Ending,
    says: str = "",
    alerts: tuple[Alert, ...] | None = None,
    security_level: int | None = None,
    listened: float = 0.0,
    closed_by_peer: bool = False,
    renegotiated: bool = False,
    asked_inside: bool = False,
    offered_later: bool = False,
    spoken: int = 0,
) -> Handshake:
    """Write down everything that the tap saw, and what the caller knows. ``alerts`` are the tap's own unless they are given."""
    messages = tap.messages
    read = read_messages(mirrored(messages) if tap.serving else messages)
    hello = next((one for one in messages if one.sent is not tap.serving and one.type == CLIENT_HELLO), None)
    return Handshake(
        started=started,
        took=took,
        ending=ending,
        says=says,
        sni=read.offered_sni,
        tls_min=question.tls_min,
        tls_max=question.tls_max,
        security_level=security_level,
        hello_size=hello.size + 4 if hello else 0,
        messages=messages,
        alerts=tap.alerts if alerts is None else alerts,
        version=read.version,
        cipher=read.cipher,
        group=read.group,
        alpn=read.alpn,
        staple=read.staple,
        first_bytes=tap.first_bytes,
        sent=tap.bytes_of(True),
        received=tap.bytes_of(False),
        pieces=tap.pieces,
        listened=listened,
        closed_by_peer=closed_by_peer,
        renegotiated=renegotiated,
        asked_inside=asked_inside,
        offered_later=offered_later,
        spoken=spoken,
    )
