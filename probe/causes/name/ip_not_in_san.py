"""The target is an IP address, and the certificate does not name it.

A client that connects by address needs that address in the certificate as an alternative name of type IP. An address as
common name, or written as a DNS name, is accepted by next to no client.

Clients say: OpenSSL "IP address mismatch" (error 64), Java "No subject alternative names matching IP address ... found"
or "No subject alternative names present", Go "x509: cannot validate certificate for ... because it doesn't contain any
IP SANs".
"""

from probe.case.case import Case
from probe.causes.name import effect, good_for, refusers
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The certificate does not name this IP address",
    owner=Owner.SERVER,
    actions=("use-certificate-name", "reissue-with-name"),
    references=("RFC 9525 section 6.5", "RFC 5280 section 4.2.1.6"),
)
SHOWN_BY = openssl_says("IP address mismatch", options="{verify} {name}")


def judge(case: Case) -> Finding | None:
    """The reference identity is an IP address that is not among the alternative names of type IP."""
    check = case.names
    if check is None or not check.is_ip or check.by == "san-ip":
        return None
    what = effect(case)
    good = good_for(check)
    return Finding(
        effect=what,
        summary=f'The certificate "{title(case.presented[0])}" does not name the address {case.target.name}; it is for {good}.',
        about=case.presented[:1],
        evidence=(Evidence(says=f"Asked for the address {case.target.name}; the certificate names {good}.", at=case.pointer(case.chain_handshake)),),
        stacks=case.stopped(refusers(case)) if what is Effect.BREAKS else (),
        values=(("good", check.good_for[0] if check.good_for else "the name in the certificate"),),
    )
