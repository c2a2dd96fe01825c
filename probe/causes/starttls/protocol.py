"""The port does not speak the plain protocol in which TLS was to be asked for.

The target says that plain words come first (StartTLS), and what came are not the words of that protocol. Either TLS
begins at once on this port, as on 465 (smtps), 993 (imaps) or 995 (pop3s): a server waits there for the ClientHello,
while the client waits for the greeting. Or another service answers, or one that breaks the rules of the protocol: then
the first bytes tell which.

Clients say: OpenSSL and mail programs nothing at all until their time is up; curl exit 8 "Weird server reply" or 28;
psql "received invalid response to SSL negotiation".
"""

from probe.case.case import Case
from probe.case.starttls import SPOKEN, Came, at_once, came, elsewhere, other_spelling, plain_at_once, port, stranger, title, tls_at_once
from probe.causes.plain_words import in_tunnel, said
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import How, Local, Preamble
from probe.tls.plaintext import first_line

CAUSE = Cause(
    title="The port does not speak the protocol in which TLS was to be asked for",
    owner=Owner.USER,
    actions=("respell-target", "use-right-protocol"),
    instead=("repair-peer",),
    references=("RFC 8314 section 3", "RFC 3207 section 4"),
)


def shown_by(case: Case, _finding: Finding) -> Shown:
    """Where TLS begins at once OpenSSL needs no words before it; else curl, which is told to take anything for an answer, prints what the port says."""
    if tls_at_once(case):
        return Shown(
            commands=("openssl s_client -brief -connect {peer} -servername {server_name} </dev/null",),
            shows='OpenSSL, which is told nothing of words before TLS, prints "CONNECTION ESTABLISHED".',
        )
    return Shown(
        commands=("curl -sS --http0.9 --max-time 3 http://{peer}/",),
        shows="curl prints the first words of the service, which are not those of the protocol that was asked for.",
    )


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """TLS at once was answered with TLS, or other words than those of the protocol came."""
    one = case.start
    if one is None or case.established or came(one) in (Came.GO, Came.OURS, Came.REFUSED, Came.UNSUPPORTED):
        return None
    name = title(one.protocol)
    direct = tls_at_once(case)
    certainty, alternatives = in_tunnel(case)
    if direct and not one.fields:
        scheme = at_once(one.protocol)
        ended = "done" if direct.ending.how is How.DONE else "answered with TLS"
        first = _nothing(one, name) if not one.received else f"The first bytes were: {first_line(one.received)}"
        return Finding(
            effect=Effect.BREAKS,
            certainty=certainty,
            alternatives=alternatives,
            summary=f"TLS begins at once on port {port(case)}, without words of {name} before it: the target is {other_spelling(case.target, scheme)}.",
            evidence=(*said(case, one, first), Evidence(says=f"A ClientHello without any words before it: handshake {ended}.", at=case.pointer(direct))),
            values=(("respelled", scheme),),
            actions=("respell-target",),
        )
    if came(one) is not Came.STRANGE:
        return _in_other_words(case, one) if elsewhere(case) else None
    if one.ending.local is Local.LIMIT:
        says = f"The reading was stopped; it began with: {first_line(one.received)}"
        return Finding(
            effect=Effect.BREAKS,
            certainty=certainty,
            alternatives=alternatives,
            summary=f"The {name} server's answer has no end.",
            evidence=said(case, one, says),
            owner=Owner.SERVER,
            actions=("repair-peer",),
        )
    other = stranger(one)
    scheme = SPOKEN.get(other, "")
    what = f"answers in plain {other}, not in {name}" if other else f"does not answer in {name}"
    return Finding(
        effect=Effect.BREAKS,
        certainty=certainty,
        alternatives=alternatives,
        summary=f"Port {port(case)} {what}." + (f" The target may be {other_spelling(case.target, scheme)}." if scheme else ""),
        evidence=said(case, one, f"The first bytes were: {first_line(one.received) or 'none that can be shown'}"),
        values=(("respelled", scheme),) if scheme else (),
        actions=("respell-target",) if scheme else ("use-right-protocol",) if other or case.target.guessed else ("use-right-protocol", "repair-peer"),
    )


def _nothing(one: Preamble, name: str) -> str:
    """How the wait for the first word ended: a server that hangs up at once lets nobody wait."""
    if one.ending.how in (How.CLOSED, How.RESET):
        return f"The server ended the connection without a word of {name}."
    return f"No word of {name} came within {one.took:.1f} s."


def _in_other_words(case: Case, one: Preamble) -> Finding | None:
    """Who said nothing to plain words answered a ClientHello in the plain words of something else."""
    found = plain_at_once(case)
    if found is None:
        return None
    hello, spoken = found
    name = title(one.protocol)
    certainty, alternatives = in_tunnel(case)
    return Finding(
        effect=Effect.BREAKS,
        certainty=certainty,
        alternatives=alternatives,
        summary=f"Port {port(case)} does not greet in {name}; it answers in plain {spoken}.",
        evidence=(
            *said(case, one, _nothing(one, name)),
            Evidence(says=f"The answer to a ClientHello began with: {first_line(hello.first_bytes)}", at=case.pointer(hello)),
        ),
        actions=("use-right-protocol",),
    )
