"""The peer closes the connection on our ClientHello without a word.

The connection was accepted, the ClientHello was sent, and the peer closed or reset without any TLS alert. Usual
reasons: a load balancer without a backend, a proxy or firewall that does not like the host name in the ClientHello, a
service that allows only certain addresses, or a port that speaks another protocol and hangs up on what it does not
understand. If the handshake succeeds once TLS 1.3 is not offered, the server or a box on the way cannot bear TLS 1.3.

Clients say: OpenSSL "unexpected eof while reading" or "connect:errno=104", curl exit 35 "SSL_ERROR_SYSCALL", Java
"SSLHandshakeException: Remote host terminated the handshake".
"""

from probe.case.case import Case
from probe.causes.shown import Shown, client, openssl_says
from probe.causes.tcp import unasked_reset
from probe.causes.tls import limited, only_tls12, plain_answer, refusal
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(
    title="The handshake is cut off without an alert",
    owner=Owner.SERVER,
    actions=("find-box", "limit-to-tls12"),
    instead=("ask-caller",),
    references=("RFC 8446 section 6.1", "RFC 8446 section 4.2.1"),
)
USUAL = openssl_says("unexpected eof while reading", "errno=104", options="")


def shown_by(case: Case, _finding: Finding) -> Shown:
    """OpenSSL is cut off; where TLS 1.3 is what is not borne, it is not without."""
    if only_tls12(case):
        return Shown(commands=(*USUAL.commands, client("-tls1_2")), shows=f'{USUAL.shows} The second command, without TLS 1.3, prints "ESTABLISHED".')
    return USUAL


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The ordinary handshake ended by end of stream or reset, no alert came, and no plain text that would explain it."""
    one = case.handshake
    if one is None or one.ending.how not in (How.CLOSED, How.RESET) or refusal(one) or one.first_bytes:
        return None
    look = case.plaintext
    if not case.spoke_tls and (plain_answer(case) or unasked_reset(case)):
        return None
    how = "closed" if one.ending.how is How.CLOSED else "reset"
    late = " in the middle of its answer" if one.received else " right after the ClientHello"
    goodbye = any(not alert.sent and alert.description == 0 for alert in one.alerts)
    if goodbye:
        # A close_notify is an orderly end without a reason, not a refusal (RFC 8446 section 6.1).
        late = " right after the ClientHello" if not case.presented else late
    said = "only a close_notify (alert 0), which gives no reason," if goodbye else f"{one.received} bytes of TLS and no alert"
    evidence = [Evidence(says=f"The connection was {how}{late}; {said} had come.", at=case.pointer(one))]
    if look and not look.received:
        evidence.append(Evidence(says="The port says nothing in plain text either.", at=case.pointer(look)))
    elif look and not plain_answer(case):
        evidence.append(Evidence(says="To a plain HTTP request the port answers that it wants TLS.", at=case.pointer(look)))
    old = only_tls12(case)
    if old:
        evidence.append(limited(case, old))
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN,
        summary=f"The peer {how} the connection{late}, without an alert that says why." + (" Limited to TLS 1.2 the handshake succeeds." if old else ""),
        evidence=tuple(evidence),
        actions=("find-box", "limit-to-tls12") if old else ("find-box",),
    )
