"""What the answer to a WebSocket's opening handshake means: shared by the causes of the application's stage."""

import shlex

from probe.case.case import Case
from probe.case.upgraded import LOGIN, UNAUTHORIZED, answer
from probe.causes.shown import Shown
from probe.causes.words import Certainty, Effect, Evidence, Finding, Owner
from probe.facts.observation import Exchange, How
from probe.protocols.wss import ACCEPT, SWITCHING, agreed

ERRORS, TOO_MANY, SERVER_ERRORS = 400, 429, 500
NOT_FOUND, FORBIDDEN = 404, 403


def of_websocket(case: Case) -> Exchange | None:
    """The answer that counts, for a target that is a WebSocket, once it has a status."""
    one = answer(case) if case.target.protocol == "wss" else None
    return one if one is not None and one.status is not None else None


def not_upgraded(case: Case) -> Finding | None:
    """HTTP was spoken, and no WebSocket of the wanted kind came of it, though no status said no."""
    one = of_websocket(case)
    if one is None or one.status is None or one.status >= ERRORS:
        return None
    there = case.pointer(one)
    where = f"{case.target.path}"
    if one.status != SWITCHING:
        return Finding(
            effect=Effect.BREAKS,
            summary=f"TLS works; the answer to the handshake of a WebSocket at {where} was HTTP {one.status}, a page or a redirect, and not 101: this path "
            "speaks plain HTTP, or something in front of the server does not pass the upgrade on.",
            evidence=(Evidence(says=f"The answer was HTTP {one.status}.", at=there),),
            owner=Owner.SERVER,
            actions=("pass-upgrade",),
        )
    if one.ending.how is not How.DONE:
        proof = next((value for name, value in one.fields if name == ACCEPT), "missing")
        return Finding(
            effect=Effect.BREAKS,
            summary=f"TLS works; the server answers 101 at {where}, but its Sec-WebSocket-Accept is {proof}: it did not understand the handshake, or "
            "another one answers.",
            evidence=(Evidence(says=f"Sec-WebSocket-Accept is {proof} (RFC 6455 section 4.2.2).", at=there),),
            owner=Owner.SERVER,
            actions=("pass-upgrade",),
        )
    wanted, got = case.target.subprotocols, agreed(one.fields)
    # Which one of those that were asked for is the server's choice; its letters count (RFC 6455 section 4.1).
    if got in wanted or (not wanted and not got):
        return None
    asked = f"was asked for {' or '.join(wanted)}" if wanted else "was asked for none"
    return Finding(
        effect=Effect.BREAKS,
        summary=f"TLS works; the server goes over to WebSockets at {where}, {asked}, and "
        f"{f'names the subprotocol {got!r}' if got else 'agrees on no subprotocol'}: the client has to give up (RFC 6455 section 4.1).",
        evidence=(Evidence(says=f"The answer was 101, Sec-WebSocket-Protocol: {got or '(not there)'}.", at=there),),
        owner=Owner.CLIENT if not got else Owner.SERVER,
        values=(("subprotocol", " or ".join(wanted) or "none"),),
        actions=("agree-subprotocol",),
    )


def refused(case: Case) -> Finding | None:
    """The server answered the opening handshake with a status that says no."""
    one = of_websocket(case)
    if one is None or one.status is None or one.status < ERRORS:
        return None
    told = case.asked(LOGIN) is not None
    said = f"TLS works; the server answers the handshake of a WebSocket at {case.target.path} with HTTP {one.status}"
    evidence = (Evidence(says=f"The answer {'with the user name and the password ' if told else ''}was HTTP {one.status}.", at=case.pointer(one)),)
    if one.status == UNAUTHORIZED and not told and not case.client.sent:
        return Finding(
            effect=Effect.RISKS,
            certainty=Certainty.LIKELY,
            summary=f"{said}: it wants a user name and a password, and none were given here. Whether a client that has them gets through was not seen.",
            evidence=evidence,
            owner=Owner.CLIENT,
            actions=("give-websocket-login",),
        )
    known: dict[int, tuple[str, Owner, tuple[str, ...]]] = {
        UNAUTHORIZED: (": it does not take " + ("this user name and password." if told else "this client."), Owner.CLIENT, ("give-websocket-login",)),
        FORBIDDEN: (": this client may not use this path.", Owner.CLIENT, ("give-websocket-login", "correct-websocket-path")),
        NOT_FOUND: (
            ": it does not know this path. In OCPP the path ends with the identity of the charging station, as it is on file.",
            Owner.CLIENT,
            ("correct-websocket-path",),
        ),
        TOO_MANY: (": there are too many requests now.", Owner.SERVER, ("read-server-log",)),
    }
    usual = (
        (".", Owner.SERVER, ("read-server-log",))
        if one.status >= SERVER_ERRORS
        else (": it does not go over.", Owner.SERVER, ("pass-upgrade", "correct-websocket-path"))
    )
    why, owner, actions = known.get(one.status, usual)
    return Finding(effect=Effect.BREAKS, summary=f"{said}{why}", evidence=evidence, owner=owner, actions=actions)


def shown(case: Case) -> Shown:
    """The same handshake by curl, with the key of RFC 6455 section 1.3, whose right answer is known."""
    asked = "".join(f" -H {shlex.quote(f'Sec-WebSocket-Protocol: {one}')}" for one in case.target.subprotocols).replace("{", "{{").replace("}", "}}")
    headers = "-H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='"
    return Shown(
        commands=(f"curl -gksSi --http1.1 --max-time 3 {{client}} {headers}{asked} {{url}}",),
        shows="The first line is the answer. A server that goes over says 101, with Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo= and the subprotocol, "
        "and then waits, so that curl ends when its time is over.",
    )
