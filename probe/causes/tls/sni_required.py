"""The server answers only to the right name in the ClientHello.

Many services share one address; the name in the ClientHello (SNI) tells them apart. A client that sends no name, or one
that the server does not know, gets a refusal, no answer, or somebody else's certificate. Old clients, clients that
connect by IP address, and reverse proxies that do not pass the name on are the usual reasons.

Clients say: OpenSSL "tlsv1 unrecognized name" (alert 112) or a name mismatch, Java "Received fatal alert:
unrecognized_name" or "No subject alternative DNS name matching ... found".
"""

from probe.case.case import Case
from probe.case.names import compare
from probe.causes.shown import Shown, client
from probe.causes.tls import refusal
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate
from probe.facts.observation import Handshake
from probe.tls.messages import presented

CAUSE = Cause(
    title="The server does not answer to the name in the ClientHello (SNI)",
    owner=Owner.CLIENT,
    actions=("send-sni",),
    instead=("serve-name",),
    references=("RFC 6066 section 3", "RFC 9325 section 3.7"),
    explains=(
        "name.mismatch",
        "name.wildcard",
        "name.cn-only",
        "name.ip-not-in-san",
        "chain.self-signed",
        "chain.root-untrusted",
        "chain.intermediate-missing",
        "chain.expired",
        "tls.closed",
        "tls.cipher",
        "tls.timeout",
    ),
)
UNRECOGNIZED_NAME = 112
SHOWN_BY = Shown(
    commands=(client("{verify} {name}"), "openssl s_client -brief -connect {peer} -servername {server_name} {verify} {name} </dev/null"),
    shows="With the name that the client sends, or without any, OpenSSL prints an alert or an error about the certificate; with the right one it does not.",
)


def judge(case: Case) -> Finding | None:
    """Fails or shows the wrong certificate without the name and is good with it; or the name itself is refused."""
    one = case.handshake
    if one is None:
        return None
    named = case.succeeded("with-sni")
    if named and one.sni is None and (not case.established or (not case.chain_accepted and _better(case, named))):
        what = "refuses the handshake" if not case.established else "shows another certificate"
        return Finding(
            effect=Effect.BREAKS,
            summary=f"Without a name in the ClientHello the server {what}; with {named.sni} it does not.",
            evidence=(
                Evidence(says=f"Without a server name the server {what}.", at=case.pointer(one)),
                Evidence(says=f"With the server name {named.sni} the handshake succeeds with a certificate for that name.", at=case.pointer(named)),
            ),
            values=(("sni", named.sni or ""),),
        )
    alert = refusal(one)
    if alert is None or alert.description != UNRECOGNIZED_NAME or case.established:
        return None
    nameless = case.succeeded("without-sni")
    evidence = [Evidence(says=f"The server refused the ClientHello for {one.sni or 'no name'} with alert 112 (unrecognized_name).", at=case.pointer(one))]
    if nameless:
        evidence.append(Evidence(says="Without a server name the same server completes the handshake.", at=case.pointer(nameless)))
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN,
        summary=f"The server does not know the name {one.sni}." if one.sni else "The server refuses a ClientHello without a name.",
        evidence=tuple(evidence),
        values=(("sni", one.sni or case.target.name),),
        owner=Owner.SERVER if one.sni else None,
        actions=("serve-name",) if one.sni else (),
    )


def _better(case: Case, named: Handshake) -> bool:
    """Whether the certificate that came with the name fits the name, and is another one than without."""
    if not case.leaf:
        return False
    chain = presented(named)
    return bool(chain) and chain[0] != case.leaf.der and compare(case.target.name, Certificate(der=chain[0])).matches
