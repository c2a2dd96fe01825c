"""TLS works, but the web service behind it answers with an error.

The handshake succeeded and the certificate was judged on its own. The answer to one harmless request shows that a
gateway in front of the service has nothing behind it (502, 503, 504), or that the service failed (other 5xx). Answers
such as 401, 403 or 404 to the root page are normal for an API and are no fault of the connection.

Clients say: the HTTP status itself; curl exit 22 with --fail.
"""

from dataclasses import replace

from probe.case.case import Case
from probe.case.checked import mended
from probe.causes.checked import finding, not_understood, words
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="The web service answers with an error",
    owner=Owner.SERVER,
    actions=("read-server-log",),
    instead=("explain-answer", "give-websocket-login", "correct-websocket-path", "pass-upgrade"),
    references=("RFC 9110 section 15.6",),
)
BY_CURL = Shown(commands=("curl -gksSi --max-time 10 {url}",), shows="The first line that curl prints is the error.")


def shown_by(case: Case, _finding: Finding) -> Shown:
    """The same request by curl."""
    if case.target.protocol != "wss":
        return BY_CURL
    from probe.causes.upgraded import shown  # few targets are WebSockets

    return shown(case)


SHOWN_BY = shown_by
ERRORS, MISDIRECTED = 400, 421
GATEWAY = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


def judge(case: Case) -> Finding | None:
    """502, 503 and 504 break; other 5xx to the root page, and a request that ended up at the wrong host (421), are a risk.

    So is what a second connection no longer met, what a profile calls an error of the application, whatever the status says, and an error that it does not
    explain.
    """
    if case.target.protocol == "wss":
        from probe.causes.upgraded import refused  # few targets are WebSockets

        return refused(case)
    one = case.exchange
    asked = words(case)
    named = finding(case, "app.http-status")
    if isinstance(named, tuple) and (one is None or one.status not in GATEWAY or mended(case)):
        return replace(named[0], effect=Effect.RISKS)
    if mended(case) and one is not None:
        return Finding(
            effect=Effect.RISKS,
            summary=f"TLS works; the first answer to {asked} was HTTP {one.status}, and with a new connection it was well.",
            evidence=(Evidence(says=f"The first answer to {asked} was HTTP {one.status}.", at=case.pointer(one)),),
        )
    odd = not_understood(case, lambda said: said.protocol == "https" and (said.status or 0) >= ERRORS)
    if one is None or one.protocol != "https" or one.status is None or (one.status < 500 and one.status != MISDIRECTED):
        return odd
    if one.status == MISDIRECTED:
        return Finding(
            effect=Effect.RISKS,
            summary=f"TLS works; the web server says that it does not serve {case.target.sni or case.target.name} on this connection (421).",
            evidence=(Evidence(says=f"The answer to {asked} was HTTP 421 (Misdirected Request).", at=case.pointer(one)),),
        )
    gateway = one.status in GATEWAY
    if odd and not gateway:
        return odd
    what = f"{one.status} ({GATEWAY[one.status]})" if gateway else str(one.status)
    return Finding(
        effect=Effect.BREAKS if gateway else Effect.RISKS,
        summary=f"TLS works; the web server answers {what} to {asked}." + ("" if gateway else " Another path may well work."),
        evidence=(Evidence(says=f"The answer to {asked} was HTTP {what}.", at=case.pointer(one)),),
    )
