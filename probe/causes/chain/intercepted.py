"""A box on the way opens TLS and shows a certificate of its own.

Firewalls, web gateways and virus scanners look into TLS by making a certificate for every name on the fly, issued by
their own authority. Programs on managed machines accept it because that authority was installed; every program with a
trust store of its own, above all Java, fails. It is told here by the name of the issuer, as the products ship it, and by
the fact that no public authority stands behind the chain. Seen from another network the server shows its own certificate.

Clients say: what they say of any unknown authority: Java "PKIX path building failed", OpenSSL and curl "self-signed
certificate in certificate chain", Go "x509: certificate signed by unknown authority".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.case.public import is_public, public_path
from probe.causes.shown import certificates_sent
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, Name, title
from probe.policies import Product, products

CAUSE = Cause(
    title="A box on the way opens TLS",
    owner=Owner.NETWORK,
    actions=("exempt-from-inspection", "trust-inspection"),
    references=("https://www.rfc-editor.org/rfc/rfc8446#appendix-E", "RFC 5280 section 6.1.1"),
    explains=("chain.root-untrusted", "chain.issuer-unknown", "chain.intermediate-missing"),
)
SHOWN_BY = certificates_sent("The issuer (i:) at the end of the list is the box, not an authority that the server's operator would choose.")
UNKNOWN = (Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.NOT_PRESENTED)


def judge(case: Case) -> Finding | None:
    """No public authority, and an issuer with a name that an inspecting product gives to its own."""
    if case.leaf is None or public_path(case) or any(is_public(case, one) for one in case.presented):
        return None
    found = _product(case)
    if found is None:
        return None
    product, holder, name = found
    met = case.refusing(*UNKNOWN)
    stacks = tuple(dict.fromkeys(stack for _, _, stacks in met for stack in stacks))
    return Finding(
        effect=Effect.BREAKS if met else Effect.NOTE,
        certainty=Certainty.LIKELY,
        summary=f"The certificate comes from {name.text}: {product.name}, {product.kind}, answers in place of {case.target.host}."
        + ("" if met else " Its authority is trusted here; programs with a trust store of their own will refuse it."),
        about=(holder,),
        evidence=(
            Evidence(says=f'"{title(holder)}" was issued by {name.text}, as {product.name} calls its own authority.', at=case.where(holder)),
            Evidence(says="No certificate of a public authority is in the chain.", at=case.pointer(case.chain_handshake)),
        ),
        stacks=case.stopped(stacks) if met else (),
        alternatives=(("chain.root-untrusted", "If whoever runs the server uses an authority of this name, it is a private one that the client lacks."),)
        if met
        else (),
        values=(("root", name.text),),
    )


def _product(case: Case) -> tuple[Product, Certificate, Name] | None:
    """The first sent certificate whose issuer has the name of a product's authority."""
    for one in case.presented:
        issuer = one.read.issuer
        known = next((product for product in products() if issuer and product.has(issuer)), None)
        if known and issuer:
            return known, one, issuer
    return None
