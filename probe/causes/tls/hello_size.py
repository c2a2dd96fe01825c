"""A large ClientHello gets no answer, a small one does.

Since 2024 clients send a post-quantum key share in the ClientHello, which makes it about 1,500 to 1,800 bytes long, so that
it comes in two TCP segments. Firewalls, load balancers and servers that read only the first segment, or that have a
fixed limit, then drop it, reset the connection, or wait forever. It begins with an update of the client, not of the
server, and has nothing to do with certificates.

Clients say: OpenSSL 3.5 "unexpected eof while reading", "connect:errno=104" or nothing at all, Go 1.24 "i/o timeout" or
"EOF", Java 27 "Remote host terminated the handshake", Chrome "ERR_CONNECTION_RESET", while older versions of the same
client work.
"""

from probe.case.case import Case
from probe.causes.shown import Shown, client
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import Handshake, How

CAUSE = Cause(
    title="Only a small ClientHello gets through",
    owner=Owner.NETWORK,
    actions=("let-large-hello-pass", "send-small-hello"),
    references=("RFC 8446 section 4.1.2", "RFC 9293 section 3.8", "https://tldr.fail/"),
    explains=("tls.closed", "tls.timeout"),
)
SHOWN_BY = Shown(
    commands=(client("-groups X25519:P-256"), f"timeout 5 {client('-groups X25519:P-256 -alpn $(seq -s, 10000 10250),http/1.1')}"),
    shows='The first command prints "CONNECTION ESTABLISHED"; the second, which fills the ClientHello with protocol names to over 1,700 bytes, does not.',
)
SILENCE = {How.CLOSED: "the connection was closed", How.RESET: "the connection was reset", How.TIMED_OUT: "no byte came back"}


def judge(case: Case) -> Finding | None:
    """The ordinary handshake got no byte, nor did any other with a large ClientHello, and the one with a single small key share was completed."""
    one = case.handshake
    small = case.succeeded("small-hello")
    if one is None or small is None or case.established or one.received or one.first_bytes or one.ending.how not in SILENCE or case.succeeded("legacy"):
        return None
    if one.ending.how is How.TIMED_OUT and case.succeeded("small-segments"):
        # Then it is no matter of the ClientHello: tls.timeout tells that large packets are lost.
        return None
    evidence = [
        Evidence(says=f"After a ClientHello of {one.hello_size} bytes {SILENCE[one.ending.how]}.", at=case.pointer(one)),
        Evidence(
            says=f"A ClientHello of {small.hello_size} bytes, without a post-quantum key share, is answered and the handshake succeeds ({small.version}).",
            at=case.pointer(small),
        ),
        *_pieces(case),
    ]
    return Finding(
        effect=Effect.BREAKS,
        summary=(
            f"A ClientHello of {one.hello_size} bytes, as current browsers send it, gets no answer ({SILENCE[one.ending.how]}), one of {small.hello_size} "
            "bytes does. Clients without a post-quantum key share, such as Java up to 26 and OpenSSL before 3.5, get through."
        ),
        evidence=tuple(evidence),
    )


def _pieces(case: Case) -> list[Evidence]:
    attempt = case.asked("hello-in-pieces")
    found = next((one for one in attempt.steps if isinstance(one, Handshake)), None) if attempt else None
    if attempt is None or found is None:
        return []
    written = f"The large ClientHello written in pieces of at most {attempt.question.segment} bytes"
    if found.ending.how is How.DONE:
        return [Evidence(says=f"{written} is answered too: it is the size of a single packet that is not borne.", at=case.pointer(found))]
    return [Evidence(says=f"{written} gets no answer either: it is the size of the whole message, or that it comes in several.", at=case.pointer(found))]
