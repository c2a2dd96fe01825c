"""The connection is accepted, then the handshake gets no answer.

TCP works, and the ClientHello disappears. Usual reasons: the port belongs to a service that waits for plain text, the
service hangs or is overloaded, or a box on the path swallows the ClientHello or the answer. Where a link on the path
carries only smaller packets and nobody is told (a tunnel, blocked ICMP), everything small works and the first full
packet is lost: then the question with small TCP segments succeeds. If it succeeds once TLS 1.3 is not offered, the server
or a box on the way cannot bear TLS 1.3.

Clients say: curl exit 28 "SSL connection timeout", Java "java.net.SocketTimeoutException: Read timed out", OpenSSL
nothing at all.
"""

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.tls import limited, only_tls12, plain_answer
from probe.causes.tls.hello_size import SHOWN_BY as LARGE_HELLO
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import Handshake, How

CAUSE = Cause(
    title="The handshake is never answered",
    owner=Owner.SERVER,
    actions=("find-box", "mend-path-mtu", "limit-to-tls12"),
    references=("RFC 8446 section 2", "RFC 2923 section 2.1", "RFC 4821 section 1"),
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """Curl gets no answer; where only large packets to the server are lost, a large ClientHello is needed to see it; without TLS 1.3 it may get one."""
    if finding.owner is Owner.NETWORK and case.succeeded("small-hello"):
        return LARGE_HELLO
    usual, shows = "curl -gksv --connect-timeout 5 {url}", 'curl prints that it is connected, and after five seconds "SSL connection timeout".'
    if finding.owner is not Owner.NETWORK and only_tls12(case):
        return Shown(commands=(usual, f"{usual} --tls-max 1.2"), shows=f"{shows} The second command, without TLS 1.3, gets an answer.")
    return Shown(commands=(usual,), shows=shows)


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The ordinary handshake ran out of time, and the port does not speak plain text."""
    one = case.handshake
    if one is None or one.ending.how is not How.TIMED_OUT or one.first_bytes:
        return None
    if not case.spoke_tls and plain_answer(case):
        return None
    if (small := case.succeeded("small-segments")) and not case.succeeded("legacy"):
        return _large_packets(case, one, small)
    if one.received:
        summary = f"The answer to the ClientHello began and was not finished within {one.took:.0f} s."
        says = f"{one.received} bytes of TLS came in {one.took:.1f} s, then the time was up; {one.pieces} of them belong to an unfinished message."
    else:
        summary = "The connection is accepted, and the ClientHello is never answered."
        says = f"No byte came back within {one.took:.1f} s after a ClientHello of {one.hello_size} bytes."
    evidence = (Evidence(says=says, at=case.pointer(one)),)
    if old := only_tls12(case):
        summary += " Limited to TLS 1.2 the handshake succeeds."
        return Finding(effect=Effect.BREAKS, summary=summary, evidence=(*evidence, limited(case, old)), actions=("find-box", "limit-to-tls12"))
    return Finding(effect=Effect.BREAKS, summary=summary, evidence=evidence, actions=("find-box",))


def _large_packets(case: Case, one: Handshake, small: Handshake) -> Finding:
    """Nothing but the size of the packets was another: they are lost on the way, and nobody is told (a path MTU black hole)."""
    attempt = case.asked("small-segments")
    size = attempt.question.mss if attempt else 0
    came = f"{one.received} bytes of TLS had come" if one.received else "no byte had come"
    return Finding(
        effect=Effect.BREAKS,
        summary=f"Large packets are lost on the way: with TCP segments of at most {size} bytes the same handshake succeeds (path MTU black hole).",
        evidence=(
            Evidence(says=f"With packets of the usual size {came} when the time was up, after {one.took:.1f} s.", at=case.pointer(one)),
            Evidence(
                says=f"With TCP segments of at most {size} bytes in both directions the handshake succeeds in {small.took:.1f} s.", at=case.pointer(small)
            ),
        ),
        owner=Owner.NETWORK,
        actions=("mend-path-mtu",),
    )
