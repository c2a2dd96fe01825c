"""TLS works, but behind it speaks another protocol than expected, or nobody.

After the handshake one harmless question was asked in the protocol of the target (an HTTP request, an LDAP search for
the root entry). The answer was something else, or the connection ended without one. Either the target was given with
the wrong protocol, or the service behind a TLS front end is not there.

Clients say: curl exit 1 "Received HTTP/0.9 when not allowed", 52 "Empty reply from server", Java "Invalid Http
response", LDAP clients "Protocol error" or "connection closed".
"""

from probe.case.case import Case
from probe.causes.checked import not_understood
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.observation import Exchange, How
from probe.protocols import TITLES
from probe.tls.plaintext import first_line, recognise

CAUSE = Cause(
    title="Behind TLS speaks another protocol than expected",
    owner=Owner.USER,
    actions=("use-right-protocol",),
    instead=("explain-answer", "pass-upgrade", "agree-subprotocol"),
    references=("RFC 9110 section 3", "RFC 4511 section 4.1.1"),
)
BY_CURL = Shown(
    commands=("curl -gksSi --http0.9 --max-time 10 {url}",),
    shows="curl prints the first words of the service, which are not those of the protocol that was asked for.",
)


def shown_by(case: Case, _finding: Finding) -> Shown:
    """The same question by curl."""
    if case.target.protocol != "wss":
        return BY_CURL
    from probe.causes.upgraded import shown  # few targets are WebSockets

    return shown(case)


SHOWN_BY = shown_by
ERRORS = 400
"""The first status of HTTP that says itself that something is wrong (RFC 9110 section 15)."""
NUMBERED = ("smtp", "lmtp", "ftp")
"""Protocols whose first words after TLS are answered with a number."""
WORDS = {
    "https": "an HTTP request",
    "ldaps": "an LDAP search for the root entry",
    "ldap": "an LDAP search for the root entry",
    "mqtts": "CONNECT of MQTT",
    "wss": "the handshake of a WebSocket",
}


def judge(case: Case) -> Finding | None:
    """The exchange brought no answer of the protocol: other bytes, the end of the connection, or silence; or one that the profile does not explain."""
    if case.target.protocol == "wss":
        from probe.causes.upgraded import not_upgraded  # few targets are WebSockets

        if (found := not_upgraded(case)) is not None:
            return found
    one = _of_broker(case) or case.exchange
    if one is not None and one.protocol in NUMBERED and one.status is not None and one.ending.how is How.DECLINED:
        return _declined(case, one)
    if one is None or one.status is not None:
        return not_understood(case, lambda said: said.protocol != "mqtts" and (said.protocol != "https" or (said.status or 0) < ERRORS))
    name = TITLES.get(one.protocol, one.protocol)
    question = WORDS.get(one.protocol, f"the first words of {name}")
    there = case.pointer(one)
    if one.ending.how is How.TIMED_OUT:
        got = f"Only {one.received} bytes came" if one.received else "No byte came"
        return Finding(
            # Whoever lets a CONNECT be sent wants to know; without an answer it is not known.
            effect=Effect.BREAKS if one.protocol == "mqtts" else Effect.RISKS,
            certainty=Certainty.POSSIBLE,
            summary=f"TLS works; {question} got no whole answer within {one.took:.0f} s. The service may be slow, or speak another protocol.",
            evidence=(Evidence(says=f"{got} within {one.took:.1f} s.", at=there),),
        )
    if one.body or one.received:
        spoken = recognise(one.body)
        what = f"plain {spoken} inside TLS" if spoken and spoken != name else f"no valid {name}"
        return Finding(
            effect=Effect.NOTE if case.target.guessed else Effect.BREAKS,
            summary=f"TLS works; the answer to {question} is {what}.",
            evidence=(Evidence(says=f"The answer began with: {first_line(one.body) or 'nothing that can be shown'}", at=there),),
        )
    if one.ending.how in (How.CLOSED, How.RESET):
        return Finding(
            effect=Effect.NOTE if case.target.guessed else Effect.BREAKS,
            certainty=Certainty.LIKELY,
            summary=f"TLS works; the server ends the connection on {question} without an answer.",
            evidence=(Evidence(says=f"After {question} the connection ended ({one.ending.how}) and not a byte had come.", at=there),),
        )
    return None


def _declined(case: Case, one: Exchange) -> Finding:
    """The service speaks the protocol, and does not want to go on with this caller."""
    name, at = TITLES.get(one.protocol, one.protocol), case.pointer(one)
    said = dict(one.fields).get("answer", str(one.status))
    return Finding(
        effect=Effect.RISKS,
        summary=f"TLS works; behind it the {name} server turns the caller away ({one.status}). Others it may let in.",
        evidence=(Evidence(says=f"The answer after TLS was: {said}", at=at),),
    )


def _of_broker(case: Case) -> Exchange | None:
    """The answer to a CONNECT that is none of MQTT, or the silence after it; that a broker hangs up has a cause of its own."""
    if not any(one.question.level for one in case.attempts):
        return None
    from probe.case.broker import Took, decisive  # few checks call a broker

    call = decisive(case)
    return call.exchange if call is not None and call.took in (Took.STRANGE, Took.UNANSWERED) else None
