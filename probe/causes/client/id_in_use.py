"""Another client with the same client ID is running.

A broker lets in one client for each client ID: a second connection ends the first (MQTT 3.1.1 section 3.1.4, MQTT 5.0
section 3.1.4). Two programs with one ID, or one program that was started twice, end each other's connection again and again.
The probe sees it when the client that runs takes its connection back: with MQTT 5 the broker then says "session taken
over", with MQTT 3.1.1 it only hangs up. It looks for that only with --allow-connect, for two seconds, and may itself have been what
interrupted a client that is the only one.

Clients say: "Session taken over" (142), "Connection lost" every few seconds, in the log of Mosquitto "Client ... already
connected, closing old connection", in the events of AWS IoT DUPLICATE_CLIENTID.
"""

from probe.case.broker import decisive
from probe.case.case import Case
from probe.causes.checked import finding
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.protocols.mqtt_codes import TAKEN_OVER, named

CAUSE = Cause(
    title="Another client with the same client ID is running",
    owner=Owner.CLIENT,
    actions=("use-own-client-id",),
    references=(
        "https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html",
        "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html",
    ),
)
SHOWN_BY = Shown(why_not="A CONNECT has side effects, and curl and openssl do not speak MQTT; the log of the broker names both connections.")


def judge(case: Case) -> Finding | NotObserved | None:
    """The broker let us in and then ended the connection for another one; without a reason that is only possible."""
    told = finding(case, "client.id-in-use") if case.observation.agreement else None
    if isinstance(told, tuple):
        return told[0]
    one, calling = decisive(case), case.target.calling
    if one is None or calling is None or not one.hung_up or calling.own:
        return None
    there = case.pointer(one.exchange)
    harmless = "If that is the client that should run, all is well: it was interrupted by this check and has its connection back."
    if one.taken_over:
        return Finding(
            effect=Effect.RISKS,
            summary=f'A client with the client ID "{calling.client_id}" is running: it took the connection over. {harmless} Any other one needs an ID '
            "of its own, or the two end each other's connection for ever.",
            evidence=(Evidence(says=f"CONNACK 0, then DISCONNECT {named(TAKEN_OVER)}.", at=there),),
            values=(("client_id", f'"{calling.client_id}"'),),
        )
    if one.field("disconnect"):
        return None
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.POSSIBLE,
        summary=f'The broker let the client ID "{calling.client_id}" in and ended the connection soon after, without a reason: perhaps because a running '
        f"client with the same ID took it back. {harmless}",
        evidence=(Evidence(says=f"CONNACK 0 with MQTT {one.version}, then the end of the connection, which nobody here had asked for.", at=there),),
        values=(("client_id", f'"{calling.client_id}"'),),
    )
