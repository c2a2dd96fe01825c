"""The server demands a client certificate, and none was configured.

In mutual TLS the server asks for the client's certificate as well. Without one it refuses: in TLS 1.2 during the
handshake, in TLS 1.3 only afterwards (so that it looks like a broken connection), and nginx with an HTTP page 400. A
server that merely asks, and serves without a certificate too, is not at fault.

Clients say: OpenSSL "sslv3 alert handshake failure" (40) or "tlsv13 alert certificate required" (116), Java "Received
fatal alert: bad_certificate" or "Broken pipe", browsers "400 No required SSL certificate was sent".
"""

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.tls import refusal
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.distinguished import text_of
from probe.facts.observation import How
from probe.tls.alerts import name as alert_name

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
CERTIFICATE = 11
"""The number of the certificate message (RFC 8446 section 4)."""
CERTIFICATE_REQUIRED = 116
NO_CERTIFICATE = {40, 41, 42, 46, 48, CERTIFICATE_REQUIRED}
"""Alerts with which servers answer an empty certificate message; 40 and 116 are the regular ones, Java used to send 42."""
SHOWN = 5
NGINX = b"No required SSL certificate was sent"
NGINX_PAGES = (NGINX, b"The SSL certificate error")


def judge(case: Case) -> Finding | None:
    """A certificate was requested, none was sent, and then came a refusal: an alert, the end of the connection without a word, or an HTTP page."""
    one = case.handshake
    if one is None:
        return None
    # A renegotiation in TLS 1.2 asks inside the encryption, where it is not seen: the alert then speaks for itself.
    requested = case.hello is not None and case.hello.certificate_requested
    says = (
        f"The server asked for a client certificate{_of_whom(case)}; none was configured, so an empty answer was sent."
        if requested
        else "No client certificate was configured."
    )
    asked = Evidence(says=says, at=case.pointer(one))
    alert = refusal(one)
    if alert and alert.description in NO_CERTIFICATE:
        proven = alert.description == CERTIFICATE_REQUIRED or not case.established
        return _finding(
            Certainty.PROVEN if proven else Certainty.LIKELY,
            f"The server demands a client certificate and refuses without one (alert {alert.description}, {alert_name(alert.description)}).",
            (asked, Evidence(says=f"Then it sent alert {alert.description} ({alert_name(alert.description)}).", at=case.pointer(one))),
        )
    if not requested:
        return _behind_a_proxy(case)
    if alert and any(message.sent and message.type == CERTIFICATE for message in one.messages):
        # GnuTLS answers an empty certificate message of TLS 1.2 with decode_error.
        return _finding(
            Certainty.LIKELY,
            f"The server asks for a client certificate and refuses after an empty answer (alert {alert.description}, {alert_name(alert.description)}).",
            (asked, Evidence(says=f"Then it sent alert {alert.description} ({alert_name(alert.description)}).", at=case.pointer(one))),
        )
    if not case.established:
        if one.ending.how in (How.CLOSED, How.RESET) and case.presented:
            return _finding(
                Certainty.LIKELY,
                "The server asks for a client certificate and hangs up when none comes.",
                (asked, Evidence(says="Then it closed the connection without an alert.", at=case.pointer(one))),
            )
        return None
    exchange = case.exchange
    if exchange is None:
        # Nothing was to be said, so nothing but the missing certificate can have made the peer hang up.
        if not one.closed_by_peer:
            return None
        return _finding(
            Certainty.LIKELY,
            "The server asks for a client certificate and hangs up when none comes.",
            (asked, Evidence(says="It closed the connection after the handshake, before anything was said.", at=case.pointer(one))),
        )
    there = case.pointer(exchange)
    if exchange.status is None and exchange.ending.how in (How.CLOSED, How.RESET):
        return _finding(
            Certainty.LIKELY,
            "The server asks for a client certificate and hangs up when none comes.",
            (asked, Evidence(says="After the handshake it closed the connection without an answer.", at=there)),
        )
    if exchange.status == 400 and NGINX in exchange.body:
        return _finding(
            Certainty.PROVEN,
            "The server demands a client certificate (nginx: No required SSL certificate was sent).",
            (asked, Evidence(says="It answered with HTTP 400 and nginx's page for a missing certificate.", at=there)),
        )
    if exchange.protocol == "https" and exchange.status in (400, 401, 403, 495, 496):
        return Finding(
            effect=Effect.RISKS,
            certainty=Certainty.POSSIBLE,
            summary=f"The server asks for a client certificate and answers HTTP {exchange.status} without one; the missing certificate may be the reason.",
            evidence=(asked, Evidence(says=f"It answered with HTTP {exchange.status}.", at=there)),
        )
    return None


def _behind_a_proxy(case: Case) -> Finding | None:
    """A web server behind the one that speaks TLS with us misses the certificate."""
    exchange = case.exchange
    page = next((text for text in NGINX_PAGES if exchange and exchange.status == 400 and text in exchange.body), None)
    if exchange is None or page is None:
        return None
    return _finding(
        Certainty.LIKELY,
        "The server in front asks for no client certificate, but the one behind it demands one.",
        (
            Evidence(
                says=f"Without a request for a certificate in TLS, the answer was HTTP 400 with nginx's words: {page.decode()}.", at=case.pointer(exchange)
            ),
        ),
    )


def _of_whom(case: Case) -> str:
    names = [text_of(one) for one in (case.hello.acceptable_issuers if case.hello else ())]
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f" issued by {' or '.join(names[:SHOWN])}{more}"


def _finding(certainty: Certainty, summary: str, evidence: tuple[Evidence, ...]) -> Finding:
    return Finding(effect=Effect.BREAKS, certainty=certainty, summary=summary, evidence=evidence)
