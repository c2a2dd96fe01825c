"""TLS works, but the broker does not let the client in.

The broker answered CONNECT with a code that says no, or it ended the connection without a word. The codes of MQTT 3.1.1 and
5 name the reason roughly: the version, the client ID, user name or password, the authorization. Some brokers, AWS IoT
among them, say nothing at all and hang up, whatever the reason is: the authority of the client certificate is not registered
or not verified, the certificate is inactive or revoked, its chain was not sent, the client ID is not one that a policy
allows. A first connection that is dropped may be the one that registers the certificate, so a second one is tried. No
CONNECT is sent without --allow-connect.

Clients say: "Connection Refused: not authorised" or "Connection refused - return code 5" (Mosquitto, Paho), "Not authorized
to connect (5)" (Paho for Java), "Connection lost", "EOFException" or "socket hang up" where the broker says nothing.
"""

from probe.case.broker import Call, Took, calls, decisive, dropped, row_of, why_not
from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.profile import Expect
from probe.protocols.mqtt_codes import BUSY, DENIALS, ELSEWHERE, IDENTIFIERS, LOGINS, TAKEN_OVER, VERSIONS, named

CODE = "app.mqtt-refused"
CAUSE = Cause(
    title="The broker does not let the client in",
    owner=Owner.SERVER,
    actions=("read-broker-log",),
    instead=("correct-client-id", "give-broker-login", "speak-other-mqtt"),
    references=(
        "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html",
        "https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html",
    ),
)
SHOWN_BY = Shown(
    why_not="A CONNECT has side effects, and curl and openssl do not speak MQTT; any client of MQTT shows the same, and the broker's log says why."
)
MEANT: tuple[tuple[frozenset[int], Owner, tuple[str, ...]], ...] = (
    (VERSIONS, Owner.CLIENT, ("speak-other-mqtt",)),
    (IDENTIFIERS, Owner.CLIENT, ("correct-client-id", "read-broker-log")),
    (LOGINS, Owner.CLIENT, ("give-broker-login", "read-broker-log")),
    (DENIALS, Owner.SERVER, ("read-broker-log", "correct-client-id")),
)
"""What a code means for who acts and what to do; all others are the broker's own matter."""


def judge(case: Case) -> Finding | NotObserved | None:
    """CONNACK with another code than 0, or the end of the connection in its place."""
    one = decisive(case)
    if one is None:
        return NotObserved(why=why_not(case)) if case.target.protocol == "mqtts" and why_not(case) else None
    row = row_of(case, one)
    if row is not None and row.cause not in ("", CODE):
        return None
    if one.took is Took.ACCEPTED:
        return _accepted(case, one)
    if one.took is Took.REFUSED:
        return _refused(case, one, row)
    return _silent(case, one, row) if one.took is Took.SILENT else None


def _accepted(case: Case, one: Call) -> Finding | None:
    """Let in. Worth a word is what came before, and a broker that ends the connection again and says why."""
    code = one.field("disconnect")
    if code and code != str(TAKEN_OVER):
        says = f"The broker accepts {_who(case)} and then ends the connection: DISCONNECT {named(int(code))}."
        return Finding(effect=Effect.RISKS, summary=f"{says}{_reason(one)}", evidence=_evidence(case), values=_values(case))
    before = dropped(case)
    if before is not None and before.version == one.version:
        says = (
            f"The first CONNECT of {_who(case)} was dropped without a word, and the second was accepted: so it goes where the first connection of a new "
            "certificate registers it. The client has to try again after a pause."
        )
        return Finding(effect=Effect.NOTE, certainty=Certainty.LIKELY, summary=says, evidence=_evidence(case), values=_values(case))
    refused = next((other for other in calls(case) if other.version != one.version), None)
    if refused is None:
        return None
    says = f"The broker accepts {_who(case)} with MQTT {one.version}, and not with MQTT {refused.version} ({_told(refused)})."
    return Finding(effect=Effect.NOTE, summary=says, evidence=_evidence(case), values=_values(case))


def _refused(case: Case, one: Call, row: Expect | None) -> Finding:
    code = one.code or 0
    owner, actions = next(((who, what) for codes, who, what in MEANT if code in codes), (None, ()))
    also = ""
    if code in DENIALS and case.target.calling is not None and (login := _of_login(case)):
        also, actions = f" {login}", (*actions[:1], "give-broker-login", *actions[1:])
    if code in BUSY:
        also = " It says so to everybody now; later it may be otherwise."
    elif code in ELSEWHERE and (server := one.field("server reference")):
        also = f" It names another server: {server}"
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN,
        summary=f"TLS works; the broker refuses {_who(case)}: CONNACK {named(code)}.{_reason(one)}{also}{_meant(case, row)}",
        evidence=_evidence(case),
        values=_values(case),
        owner=owner,
        actions=actions,
    )


def _of_login(case: Case) -> str:
    """What "not authorized" may mean besides: Mosquitto says so with MQTT 5 for a wrong password, and when none was told."""
    calling = case.target.calling
    if calling is not None and calling.user:
        return "Some brokers say the same when the user name or the password is wrong."
    return "" if case.client.sent else "Neither a user name nor a client certificate was told to it; it may want one."


def _silent(case: Case, one: Call, row: Expect | None) -> Finding:
    times = sum(1 for other in calls(case) if other.took is Took.SILENT)
    often = {1: "", 2: " twice"}.get(times, f" {times} times")
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY,
        summary=f"TLS works; the broker ended the connection after CONNECT of {_who(case)}{often} and said nothing, so that the reason is not known from here."
        f"{_meant(case, row)}",
        evidence=_evidence(case),
        values=_values(case),
        alternatives=_candidates(case),
        actions=("read-broker-log", "correct-client-id"),
    )


def _candidates(case: Case) -> tuple[tuple[str, str], ...]:
    """What may be the reason where the broker says nothing, as far as the facts leave it open."""
    calling, identity = case.target.calling, case.client.identity
    client_id = f'"{calling.client_id}"' if calling and calling.client_id else "that was sent"
    found = [(CODE, f"The client ID {client_id} may not be one that the broker's policy allows to this client.")]
    if not case.client.sent:
        what = "No client certificate was asked for" if not case.client.requested else "No client certificate was sent"
        return (*found, ("client.required", f"{what}; the broker may want one, or a user name and a password."))
    found.append(("client.issuer-not-registered", "The authority that signed the client certificate may not be registered with the broker, or not verified."))
    found.append(("client.revoked", "The client certificate may be inactive or revoked at the broker."))
    if identity is not None and len(case.client.climb.sent) < 2:
        found.append(("client.chain-incomplete", "The client certificate was sent without its authority, which the first connection of a new one needs."))
    return tuple(found)


def _who(case: Case) -> str:
    calling = case.target.calling
    if calling is None or not calling.client_id:
        return "a client without an ID"
    made = " (made up for this check)" if calling.own else ""
    user = f' of the user "{calling.user}"' if calling.user else ""
    return f'the client ID "{calling.client_id}"{made}{user}'


def _reason(one: Call) -> str:
    return f' It adds: "{one.field("reason")}".' if one.field("reason") else ""


def _meant(case: Case, row: Expect | None) -> str:
    """What the profile says of this answer."""
    agreement = case.observation.agreement
    text = agreement.text(row.text) if agreement and row and row.text else None
    return f" {text.explain}" if text and text.explain else ""


def _told(one: Call) -> str:
    return f"CONNACK {named(one.code)}" if one.code is not None else "it hangs up"


def _evidence(case: Case) -> tuple[Evidence, ...]:
    found = []
    for one in calls(case):
        after = {
            Took.SILENT: f"the connection ended ({one.exchange.ending.how}) and not a byte had come",
            Took.UNANSWERED: "nothing came",
            Took.STRANGE: "something came that is no CONNACK",
        }.get(one.took, _told(one))
        paused = f", {one.attempt.question.pause:g} s later" if one.attempt.question.pause else ""
        found.append(Evidence(says=f"CONNECT with MQTT {one.version}{paused}: {after}.", at=case.pointer(one.exchange)))
    return tuple(found)


def _values(case: Case) -> tuple[tuple[str, str], ...]:
    calling = case.target.calling
    return (("client_id", f'"{calling.client_id}"'),) if calling and calling.client_id else ()
