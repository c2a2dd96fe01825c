"""The server can only do what today's clients refuse.

The handshake succeeds only with TLS 1.0 or 1.1, with a lowered security level (short keys, SHA-1), with a short
Diffie-Hellman group, or without secure renegotiation; or not at all, because the server knows nothing but SSL 3.0, 3DES,
RC4 or export suites, which libraries have no more. Old appliances and outdated Java or Windows servers are the usual
reason. The connection worked until the client was updated.

Clients say: OpenSSL "unsupported protocol", "dh key too small", "ee key too small", "unsafe legacy renegotiation
disabled" or "handshake failure", Java "The server selected protocol version TLS10 is not accepted by client preferences"
or "No appropriate protocol", curl exit 35.
"""

from probe.case.case import Case, step
from probe.causes.shown import Shown, client
from probe.causes.tls import objection, refusal, rescued
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import Handshake
from probe.tls.messages import HandshakeReading, reading

CAUSE = Cause(
    title="The server only offers outdated TLS",
    owner=Owner.SERVER,
    actions=("modernise-server", "allow-outdated"),
    references=("RFC 8996", "RFC 7568", "RFC 7465", "RFC 9325 section 3.1", "RFC 5746 section 3.4"),
    explains=("tls.version", "tls.cipher", "tls.closed", "tls.malformed"),
)
OLDEST = "-min_protocol TLSv1 -cipher ALL:@SECLEVEL=0 -legacy_server_connect"
"""Options with which OpenSSL does whatever it still can."""
OLD = ("TLSv1", "TLSv1.1", "SSLv3")
SHORT = 2048
"""Bits below which current clients refuse a Diffie-Hellman group (RFC 9325 section 4.1)."""
FAMILIES = (("EXP", "an export suite"), ("3DES", "3DES"), ("DES-CBC3", "3DES"), ("RC4", "RC4"), ("DES-CBC", "single DES"), ("IDEA", "IDEA"), ("SEED", "SEED"))
"""What stands in OpenSSL's name of an obsolete suite, and what people call it; the first that fits."""


def shown_by(case: Case, _finding: Finding) -> Shown:
    """With everything allowed it works, or OpenSSL cannot do even then what the server wants."""
    if rescued(case, "legacy"):
        says = 'The first command ends with an error, the second one prints "CONNECTION ESTABLISHED".'
    else:
        says = "Both commands end with an error: OpenSSL 3 has no more what this server offers, whatever is allowed."
    return Shown(commands=(client(""), client(OLDEST)), shows=says)


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The ordinary handshake fails; the one with everything old allowed succeeds, or a hand-made ClientHello or the server's own words show what it is."""
    one = case.handshake
    if one is None or case.established or any(case.succeeded(question) for question in ("any-version", "without-sni", "with-sni", "without-alpn")):
        return None
    alert = refusal(one) or objection(one)
    evidence = []
    if alert:
        evidence.append(
            Evidence(says=f"The ordinary handshake ended with alert {alert.description}, sent by {'us' if alert.sent else 'the server'}.", at=case.pointer(one))
        )
    if found := rescued(case, "legacy"):
        _, old = found
        what = _what(reading(old), old)
        evidence.append(Evidence(says=f"With outdated settings allowed, the handshake succeeds: {what}.", at=case.pointer(old)))
    elif shown := _shown(case, one):
        old, says = shown
        what = _what(reading(old), old)
        evidence.append(Evidence(says=f"{says}: {what}.", at=case.pointer(old)))
    else:
        return None
    # What no library speaks any more, no setting of a client brings back.
    actions = CAUSE.actions if found else CAUSE.actions[:1]
    return Finding(effect=Effect.BREAKS, summary=f"The server only offers {what}.", evidence=tuple(evidence), actions=actions)


def _shown(case: Case, one: Handshake) -> tuple[Handshake, str] | None:
    """A handshake, not completed, in which the server chose what no current client accepts; and what to say of it."""
    tried = step(case.asked("legacy"), Handshake)
    if tried is None or case.succeeded("tls12"):
        return None
    for question in ("old-suites", "ssl3"):
        made = step(case.asked(question), Handshake)
        facts = reading(made) if made else None
        if made and facts and facts.offered and facts.suite in facts.offered.suites:
            return made, "No setting of a current library helps, but a hand-made ClientHello that offers obsolete algorithms is answered"
    for seen in (one, tried):
        facts = reading(seen)
        if objection(seen) and (facts.version in OLD or _short(facts)):
            return seen, "We had to refuse what the server chose, also with outdated settings allowed"
    return None


def _what(facts: HandshakeReading, old: Handshake) -> str:
    version = facts.version or old.version or "an old version"
    cipher = facts.cipher or old.cipher or "an old cipher suite"
    family = next((name for part, name in FAMILIES if part in cipher), None)
    group = f"a Diffie-Hellman group of {facts.dh_bits} bits" if _short(facts) else ""
    if family:
        return f"{version} with {family} ({cipher})" + (f" and {group}" if group else "")
    if version in OLD:
        return version
    if group:
        return f"{version} with {group}"
    if facts.renegotiation_info is False and version == "TLSv1.2":
        return f"{version} without secure renegotiation"
    return f"{version} with {cipher}, below the security level of current clients"


def _short(facts: HandshakeReading) -> bool:
    return facts.dh_bits is not None and facts.dh_bits < SHORT
