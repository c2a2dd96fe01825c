"""What was said to a broker and what it answered, as lines of a report."""

from probe.case.broker import Call, Took, calls, decisive, why_not
from probe.case.case import Case
from probe.protocols.mqtt_codes import named

NOT_ASKED = "not asked"
CAME = {
    Took.SILENT: "the broker ended the connection without an answer",
    Took.STRANGE: "the answer is no CONNACK",
    Took.UNANSWERED: "no answer came",
}


def lines(case: Case) -> list[tuple[str, str]]:
    """Each CONNECT with its answer, or why none was sent, as (label, value)."""
    if case.target.protocol != "mqtts":
        return []
    if why := why_not(case):
        return [("MQTT", f"{NOT_ASKED}: {why}")]
    calling = case.target.calling
    found = []
    if calling is not None:
        made = ", made up for this check" if calling.own else ""
        user = f", user {calling.user} with a password" if calling.user else ""
        found.append(("Client ID", f"{calling.client_id or '(empty)'}{made}{user}"))
    return [*found, *((f"CONNECT, MQTT {one.version}", _answer(one)) for one in calls(case))]


def _answer(one: Call) -> str:
    if one.code is None:
        return CAME.get(one.took, "no answer came")
    rest = ", ".join(f"{name}: {named(int(value)) if name == 'disconnect' else value}" for name, value in one.exchange.fields if name != "version")
    return f"CONNACK {named(one.code)}" + (f"; {rest}" if rest else "")


def accepted(case: Case) -> str:
    """What to say of a broker in the sentence that something works: that it let the client in, or that it was not asked; "" for what is no broker."""
    if case.target.protocol != "mqtts":
        return ""
    one = decisive(case)
    if one is not None:
        return ", and the broker let the client in" if one.took is Took.ACCEPTED else ""
    return "; whether the broker lets the client in was not asked (--allow-connect)" if not (case.target.calling and case.target.calling.consented) else ""
