"""The server can only do what today's clients refuse.

The handshake succeeds only with TLS 1.0 or 1.1, with a lowered security level (short keys, SHA-1), with a short
Diffie-Hellman group, or without secure renegotiation. Old appliances and outdated Java or Windows servers are the usual
reason. The connection worked until the client was updated.

Clients say: OpenSSL "unsupported protocol", "dh key too small", "ee key too small" or "unsafe legacy renegotiation
disabled", Java "The server selected protocol version TLS10 is not accepted by client preferences" or "No appropriate
protocol", curl exit 35.
"""

from probe.case.case import Case
from probe.causes.tls import objection, refusal, rescued
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import Handshake
from probe.tls.messages import reading

CAUSE = Cause(
    title="The server only offers outdated TLS",
    owner=Owner.SERVER,
    actions=("modernise-server",),
    references=("RFC 8996", "RFC 9325 section 3.1", "RFC 5746 section 3.4"),
    explains=("tls.version", "tls.cipher", "tls.closed", "tls.malformed"),
)
OLD = ("TLSv1", "TLSv1.1", "SSLv3")


def judge(case: Case) -> Finding | None:
    """The ordinary handshake fails, the one with everything old allowed succeeds."""
    one = case.handshake
    found = rescued(case, "legacy")
    if one is None or found is None or any(case.succeeded(question) for question in ("any-version", "without-sni", "with-sni", "without-alpn")):
        return None
    _, old = found
    alert = refusal(one) or objection(one)
    evidence = []
    if alert:
        evidence.append(
            Evidence(says=f"The ordinary handshake ended with alert {alert.description}, sent by {'us' if alert.sent else 'the server'}.", at=case.pointer(one))
        )
    evidence.append(Evidence(says=f"With outdated settings allowed, the handshake succeeds: {_what(old)}.", at=case.pointer(old)))
    return Finding(effect=Effect.BREAKS, summary=f"The server only offers {_what(old)}.", evidence=tuple(evidence))


def _what(old: Handshake) -> str:
    facts = reading(old)
    version = facts.version or old.version or "an old version"
    if version in OLD:
        return version
    if facts.dh_bits and facts.dh_bits < 2048:
        return f"{version} with a Diffie-Hellman group of {facts.dh_bits} bits"
    if facts.renegotiation_info is False and version == "TLSv1.2":
        return f"{version} without secure renegotiation"
    return f"{version} with {old.cipher or 'an old cipher suite'}, below the security level of current clients"
