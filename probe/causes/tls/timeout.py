"""The connection is accepted, then the handshake gets no answer.

TCP works, and the ClientHello disappears. Usual reasons: the port belongs to a service that waits for plain text, the
service hangs or is overloaded, or a box on the path swallows the ClientHello or the answer.

Clients say: curl exit 28 "SSL connection timeout", Java "java.net.SocketTimeoutException: Read timed out", OpenSSL
nothing at all.
"""

from probe.case.case import Case
from probe.causes.tls import plain_answer
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(title="The handshake is never answered", owner=Owner.SERVER, actions=("find-box",), references=("RFC 8446 section 2",))


def judge(case: Case) -> Finding | None:
    """The ordinary handshake ran out of time, and the port does not speak plain text."""
    one = case.handshake
    if one is None or one.ending.how is not How.TIMED_OUT or one.first_bytes:
        return None
    if not case.spoke_tls and plain_answer(case):
        return None
    if one.received:
        summary = f"The answer to the ClientHello began and was not finished within {one.took:.0f} s."
        says = f"{one.received} bytes of TLS came in {one.took:.1f} s, then the time was up; {one.pieces} of them belong to an unfinished message."
    else:
        summary = "The connection is accepted, and the ClientHello is never answered."
        says = f"No byte came back within {one.took:.1f} s after a ClientHello of {one.hello_size} bytes."
    return Finding(effect=Effect.BREAKS, summary=summary, evidence=(Evidence(says=says, at=case.pointer(one)),))
