"""The server demands a client certificate, and none was configured.

In mutual TLS the server asks for the client's certificate as well. Without one it refuses: in TLS 1.2 during the
handshake, in TLS 1.3 only afterwards (so that it looks like a broken connection), and nginx with an HTTP page 400. A
server that merely asks, and serves without a certificate too, is not at fault.

Clients say: OpenSSL "sslv3 alert handshake failure" (40) or "tlsv13 alert certificate required" (116), Java "Received
fatal alert: bad_certificate" or "Broken pipe", browsers "400 No required SSL certificate was sent".
"""

from probe.case.case import Case
from probe.case.client_auth import ABOUT_CERTIFICATES, POSTFIX, Refusal, Said, asked_for
from probe.causes.identity import of_whom, told
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.tls.alerts import name as alert_name

NGINX = "nginx"
CAUSE = Cause(
    title="The server demands a client certificate",
    owner=Owner.CLIENT,
    actions=("provide-client-certificate",),
    references=("RFC 8446 section 4.3.2", "RFC 8446 section 6.2", "RFC 5246 section 7.4.4"),
    explains=("tls.cipher", "tls.closed", "tls.malformed", "app.http-status", "app.protocol"),
)
SHOWN_BY = Shown(
    commands=("curl -gksSiv --max-time 10 {url}",),
    shows='curl prints an alert of the server, such as "certificate required" or "handshake failure", or a page that says so.',
)
FORBIDDEN = "forbidden"


def judge(case: Case) -> Finding | None:
    """No certificate was sent, and then came a refusal: an alert, the end of the connection without a word, or a page."""
    # A caller that can present none has a cause of its own.
    return demanded(case) if case.target.client_auth != FORBIDDEN else None


def demanded(case: Case) -> Finding | None:
    """The refusal of a client without certificate."""
    seen = case.client
    refused = seen.refusal
    if refused is None or seen.sent or seen.unable or _named_elsewhere(case):
        return None
    # A renegotiation in TLS 1.2 asks inside the encryption, where it is not seen: the alert then speaks for itself.
    requested = asked_for(seen.handshake)
    there = case.pointer(refused.at)
    configured = "none was configured" if seen.identity is None else "the one that is named was not sent"
    asked = Evidence(
        says=f"The server asked for a client certificate, {of_whom(seen.issuers)}; {configured}, so an empty answer was sent."
        if requested
        else "No client certificate was configured."
        if seen.identity is None
        else "The client certificate that is named was not asked for in TLS, and so not sent.",
        at=case.pointer(seen.handshake),
    )
    if refused.said is Said.ALERT:
        number = refused.alert or 0
        # GnuTLS answers an empty certificate message of TLS 1.2 with decode_error.
        regular = number in ABOUT_CERTIFICATES
        what = "demands a client certificate and refuses without one" if regular else "asks for a client certificate and refuses after an empty answer"
        return _finding(
            Certainty.PROVEN if refused.sure else Certainty.LIKELY,
            f"The server {what} ({told(refused)}).",
            (asked, Evidence(says=f"Then it sent alert {number} ({alert_name(number)}).", at=there)),
        )
    if refused.said is Said.CLOSED:
        when = "It closed the connection after the handshake" if case.established else "Then it closed the connection"
        return _finding(
            Certainty.LIKELY,
            "The server asks for a client certificate and hangs up when none comes.",
            (asked, Evidence(says=f"{when}, without an alert or an answer.", at=there)),
        )
    if refused.said is Said.PAGE:
        return _of_page(refused, requested, asked, there)
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.POSSIBLE,
        summary=f"The server asks for a client certificate and answers HTTP {refused.status} without one; the missing certificate may be the reason.",
        evidence=(asked, Evidence(says=f"It answered with HTTP {refused.status}.", at=there)),
    )


def _of_page(refused: Refusal, requested: bool, asked: Evidence, there: str) -> Finding | None:
    if refused.whose == POSTFIX:
        said = Evidence(says=f"It ended the session with {refused.status} and the words of Postfix: {refused.words}.", at=there)
        return _finding(Certainty.PROVEN, f"The mail server demands a client certificate ({told(refused)}).", (asked, said)) if refused.missing else None
    seen = Evidence(says=f"It answered with HTTP {refused.status} and a page of {refused.whose}: {refused.words}.", at=there)
    if refused.whose != NGINX:
        # Apache asks after the handshake, IIS by a renegotiation: both write these words only when the certificate is what is missing.
        certainty = Certainty.PROVEN if refused.missing else Certainty.LIKELY
        return _finding(certainty, f"The server demands a client certificate for this path ({told(refused)}).", (asked, seen))
    if not requested:
        return _finding(
            Certainty.LIKELY,
            "The server in front asks for no client certificate, but the one behind it demands one.",
            (Evidence(says=f"Without a request for a certificate in TLS, the answer was HTTP 400 with nginx's words: {refused.words}.", at=there),),
        )
    if not refused.missing:
        return None
    return _finding(Certainty.PROVEN, "The server demands a client certificate (nginx: No required SSL certificate was sent).", (asked, seen))


def _named_elsewhere(case: Case) -> bool:
    """Whether the reason why none was sent is a finding of its own: it is outside of its dates, or has not the right key."""
    return case.client.held_back and bool(case.client.flaws or case.client.withheld)


def _finding(certainty: Certainty, summary: str, evidence: tuple[Evidence, ...]) -> Finding:
    return Finding(effect=Effect.BREAKS, certainty=certainty, summary=summary, evidence=evidence)
