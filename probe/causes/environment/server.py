"""The server belongs to another environment than the one that is meant.

Test and production of one system have hosts, authorities and partners of their own. Whoever reaches the other one, by a host
name in a configuration, an entry in a hosts file or in DNS, gets errors of every other kind: an unknown authority, a wrong
name, an identifier that nobody knows. The marks in the profile tell the environments apart; which one is meant says --env.

Clients say: what they say of unknown authorities and wrong names: Java "PKIX path building failed", OpenSSL "hostname
mismatch"; or nothing, and data ends up in the wrong place.
"""

from probe.case.case import Case
from probe.case.environments import of_host, of_server, titled
from probe.causes.environment import certainty, effect, evidence, named
from probe.causes.shown import Shown
from probe.causes.words import Cause, Finding, NotObserved, Owner

CAUSE = Cause(
    title="This is the server of another environment",
    owner=Owner.USER,
    actions=("use-environment-endpoint",),
    references=("RFC 9525 section 6", "RFC 5280 section 4.1.2.4"),
    explains=(
        *("name.mismatch", "name.cn-only", "name.wildcard", "trust.store-not-used", "trust.only-intermediate"),
        *("chain.root-untrusted", "chain.issuer-unknown", "chain.intermediate-missing", "chain.self-signed", "chain.issuer-rekeyed", "chain.pin-mismatch"),
        *("environment.trust-store", "environment.client-certificate", "client.not-on-file", "client.untrusted", "client.rejected", "client.not-sent"),
        *("app.unknown-identity",),
    ),
)
SHOWN_BY = Shown(
    commands=("openssl s_client -connect {peer} {sni} </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -ext subjectAltName",),
    shows="The names and the issuer of the server's certificate are those of the other environment.",
)


def judge(case: Case) -> Finding | NotObserved | None:
    """The host that was asked for, or the certificates that were sent, carry marks of another environment and none of this one."""
    agreement, target = case.observation.agreement, case.target
    asked = of_host(agreement, target.host, target.name)
    if asked and not asked.contradicted:
        return Finding(
            effect=effect(asked),
            certainty=certainty(asked),
            summary=f"{target.host} is a host of {titled(asked.met)}; meant is {titled(asked.meant)} (--env {asked.meant.name}).",
            evidence=evidence(asked, "/target"),
            values=(("good", titled(asked.meant)),),
        )
    met = of_server(agreement, case.presented)
    if met is None:
        return None if case.presented else NotObserved(why="The server sent no certificate that could carry a mark of an environment.")
    return Finding(
        effect=effect(met),
        certainty=certainty(met),
        summary=f"The server at {target.host} shows marks of {titled(met.met)}: {named(met)}. Meant is {titled(met.meant)} (--env {met.meant.name}).",
        about=tuple(dict.fromkeys(one.certificate for one in met.hits if one.certificate)),
        evidence=evidence(met, case.pointer(case.chain_handshake)),
        values=(("good", titled(met.meant)),),
    )
