"""The endpoint demands a certificate of callers that cannot give one.

Some callers never present a certificate: browsers of customers, or a partner's system that is not built for it. With
--client-auth forbidden the probe speaks for such a caller. A server that merely asks is no fault: it goes on without. But
an optional request refuses a certificate that it does not trust all the same, so that a caller that does present one, of
another authority, fails where one without gets through.

Clients say: whatever they say without a certificate: "alert certificate required", "400 No required SSL certificate was
sent", or the end of the connection.
"""

from dataclasses import replace

from probe.case.case import Case
from probe.causes.client.required import FORBIDDEN, demanded
from probe.causes.identity import EXPLAINS, of_whom
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="The server demands a certificate of a caller that cannot give one",
    owner=Owner.SERVER,
    actions=("stop-asking-clients",),
    references=("RFC 8446 section 4.3.2", "RFC 5246 section 7.4.4"),
    explains=tuple(code for code in EXPLAINS if code.startswith(("tls.", "app."))),
)
SHOWN_BY = Shown(
    commands=("curl -gksSiv --max-time 10 {url}",),
    shows='curl prints an alert of the server, such as "certificate required" or "handshake failure", or a page that says so.',
)


def judge(case: Case) -> Finding | None:
    """The caller cannot present a certificate, and the server refuses without one, or asks for one."""
    if case.target.client_auth != FORBIDDEN:
        return None
    if found := demanded(case):
        return replace(found, summary=f"{found.summary} The caller that this check stands for cannot present one (--client-auth forbidden).")
    seen = case.client
    if not seen.requested or seen.handshake is None:
        return None
    went = (
        "and finishes the handshake without one; whether it insists on one was not seen, because nothing was asked after the handshake."
        if seen.unheard
        else "and goes on without one: no fault for a caller that has none."
    )
    return Finding(
        effect=Effect.NOTE,
        certainty=Certainty.PROVEN,
        summary=f"The server asks for a client certificate, {of_whom(seen.issuers)}, {went} "
        "A caller that presents one that the server does not trust is refused all the same.",
        evidence=(Evidence(says="The server asked for a client certificate and went on without.", at=case.pointer(seen.handshake)),),
    )
