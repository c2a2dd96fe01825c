"""A large ClientHello gets no answer, a small one does.

Since 2024 clients send a post-quantum key share in the ClientHello, which makes it about 1,500 to 1,800 bytes long, so that
it comes in two TCP segments. Firewalls, load balancers and servers that read only the first segment, or that have a
fixed limit, then drop it, reset the connection, or wait forever. It begins with an update of the client, not of the
server, and has nothing to do with certificates. A client that sends a small ClientHello gets through all the same: judged as
one, the endpoint works, and this is a risk for the day on which the client is updated.

Clients say: OpenSSL 3.5 "unexpected eof while reading", "connect:errno=104" or nothing at all, Go 1.24 "i/o timeout" or
"EOF", Java 27 "Remote host terminated the handshake", Chrome "ERR_CONNECTION_RESET", while older versions of the same
client work.
"""

from probe.case.case import Case, step
from probe.case.hello_size import CURRENT, SILENCE, large_clients, small_clients
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
    commands=(client("-groups X25519:P-256"), f"timeout 5 {client('-groups X25519:P-256 -alpn $(seq -s, 10000 10300),http/1.1')}"),
    shows='The first command prints "CONNECTION ESTABLISHED"; the second, which fills the ClientHello with protocol names to over 2,000 bytes, does not.',
)


def judge(case: Case) -> Finding | None:
    """The ordinary handshake got no byte, nor did any other with a large ClientHello, and the one with a single small key share was answered.

    It stops the clients whose ClientHello is large. Judged as one whose ClientHello is small, it is only a risk.
    """
    one, small = step(case.first, Handshake), step(case.small_only, Handshake)
    if one is None or small is None:
        return None
    evidence = [
        Evidence(says=f"After a ClientHello of {one.hello_size} bytes {SILENCE[one.ending.how]}.", at=case.pointer(one)),
        Evidence(
            says=f"A ClientHello of {small.hello_size} bytes, without a post-quantum key share and without the placeholder for Encrypted Client Hello, "
            f"is answered and the handshake {_end(small)}.",
            at=case.pointer(small),
        ),
        *_pieces(case),
    ]
    large = tuple(stack.name for stack in case.stacks if stack.hello.post_quantum)
    spared = len(large) < len(case.stacks)
    risk = spared and case.target.stack is not None
    return Finding(
        effect=Effect.RISKS if risk else Effect.BREAKS,
        summary=(
            f"A ClientHello of {one.hello_size} bytes, as current browsers send it, gets no answer ({SILENCE[one.ending.how]}), one of {small.hello_size} "
            f"bytes does. Clients without a post-quantum key share, such as {small_clients()}, get through; those with one "
            f"must be expected to fail: {large_clients()} and newer."
        ),
        evidence=tuple(evidence),
        stacks=(*large, CURRENT) if spared and not risk else (),
        actions=("let-large-hello-pass",) if risk else (),
    )


def _end(small: Handshake) -> str:
    return f"succeeds ({small.version})" if small.ending.how is How.DONE else "goes on to where the server demands a client certificate"


def _pieces(case: Case) -> list[Evidence]:
    attempt = case.asked("hello-in-pieces")
    found = step(attempt, Handshake)
    if attempt is None or found is None:
        return []
    written = f"The large ClientHello written in pieces of at most {attempt.question.segment} bytes"
    if found.ending.how is How.DONE:
        return [Evidence(says=f"{written} is answered too: it is the size of a single packet that is not borne.", at=case.pointer(found))]
    return [Evidence(says=f"{written} gets no answer either: it is the size of the whole message, or that it comes in several.", at=case.pointer(found))]
