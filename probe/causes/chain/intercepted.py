"""A box on the way opens TLS and shows a certificate of its own.

Firewalls, web gateways and virus scanners look into TLS by making a certificate for every name on the fly, issued by
their own authority. Programs on managed machines accept it because that authority was installed; every program with a
trust store of its own, above all Java, fails. It is told here by the name of the issuer, as the products ship it, and by
the fact that no public authority stands behind the chain. Seen from another network the server shows its own certificate.
Where another address or another try shows the server's own, the difference alone makes a box possible, no more: a second
server with a private certificate looks the same. Where the check goes through a proxy, the same is asked once without it:
then a certificate for the same names with another key and another issuer is the proxy's own.

Clients say: what they say of any unknown authority: Java "PKIX path building failed", OpenSSL and curl "self-signed
certificate in certificate chain", Go "x509: certificate signed by unknown authority".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.case.public import beside, is_public, public_path
from probe.causes.shown import certificates_sent
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, Name, is_self_issued, title
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
CHAINS = 8
"""Different chains that are compared at most; an endpoint with more is a saved file that somebody wrote."""


def judge(case: Case) -> Finding | None:
    """No public authority, and an issuer with a name that an inspecting product gives to its own; or another issuer here than elsewhere."""
    if case.leaf is None:
        return None
    if opened := _by_the_proxy(case):
        return opened
    found = None if _leads_to_public(case) else _product(case)
    if found is None:
        return _unlike_elsewhere(case) or _perhaps_the_proxy(case)
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
            *((_seen(case, other),) if (other := _elsewhere(case, case)) else ()),
        ),
        stacks=case.stopped(stacks) if met else (),
        alternatives=(("chain.root-untrusted", "If whoever runs the server uses an authority of this name, it is a private one that the client lacks."),)
        if met
        else (),
        values=(("root", name.text),),
    )


def _by_the_proxy(case: Case) -> Finding | None:
    """Through the proxy an issuer that nobody knows, without it for the same name one that is known."""
    without, here, there = case.direct, case.leaf, case.direct.leaf if case.direct else None
    if without is None or here is None or there is None or here.read.issuer is None or there.read.issuer is None:
        return None
    known = without.chain_accepted or public_path(beside(without))
    if here.read.issuer.key == there.read.issuer.key or not _names_it(case) or not _names_it(without) or not known or not _known_to_nobody(case):
        return None
    # What opens TLS copies the names and makes a key of its own; another server would have other names as well.
    copied = here.read.subject == there.read.subject and set(here.read.dns_names) == set(there.read.dns_names) and here.read.key != there.read.key
    marked = _product(case)
    proxy = case.target.proxy.url if case.target.proxy else "the proxy"
    stacks = tuple(dict.fromkeys(stack for _, _, stacks in case.refusing(*UNKNOWN) for stack in stacks))
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if copied or marked else Certainty.LIKELY,
        summary=f"The proxy {proxy}, or a box behind it, opens TLS: through it {case.target.host} shows a certificate from {here.read.issuer.text}, "
        f"without it one from {there.read.issuer.text}.",
        about=(case.presented[-1] if len(case.presented) > 1 else here,),
        evidence=(
            Evidence(
                says=f'Through the proxy "{title(here)}" comes from {here.read.issuer.text}, which leads to nothing trusted.',
                at=case.pointer(case.chain_handshake),
            ),
            Evidence(says=f'Without the proxy "{title(there)}" comes from {there.read.issuer.text}.', at=case.pointer(without.chain_handshake)),
        ),
        stacks=case.stopped(stacks),
        alternatives=()
        if copied or marked
        else (("chain.root-untrusted", "The proxy may lead to another server of this name, whose private authority the client lacks."),),
        values=(("root", here.read.issuer.text),),
    )


def _perhaps_the_proxy(case: Case) -> Finding | None:
    """An issuer that nobody knows came through a proxy, and what is shown without it is not known: a private authority, or the proxy's."""
    without, here = case.direct, case.leaf
    if (
        case.target.proxy is None
        or (without is not None and without.leaf is not None)
        or here is None
        or here.read.issuer is None
        or not _known_to_nobody(case)
    ):
        return None
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.POSSIBLE,
        summary=f"The certificate came through {case.target.proxy.url}, and {here.read.issuer.text} may be the authority of the proxy rather than "
        "that of the server: seen from a network without the proxy, the issuer tells.",
        about=(here,),
        evidence=(Evidence(says="What the server shows without the proxy was not seen.", at=case.pointer(case.chain_handshake)),),
        actions=("exempt-from-inspection",),
        values=(("root", here.read.issuer.text),),
    )


def _leads_to_public(case: Case) -> bool:
    return public_path(case) is not None or any(is_public(case, one) for one in case.presented)


def _unlike_elsewhere(case: Case) -> Finding | None:
    """A try at this address met an unknown issuer, another one a known issuer. Never the cause by itself: that the two differ is (endpoint.inconsistent)."""
    issuers = {one.leaf.read.issuer.key for one in _others(case, None) if one.leaf and one.leaf.read.issuer}
    if len(issuers) < 2:
        return None
    met = {one.presented: one for one in reversed(case.tries) if _names_it(one)}
    for here in list(reversed(met.values()))[:CHAINS]:
        other = _elsewhere(case, here) if _known_to_nobody(here) else None
        if other is None or here.leaf is None or here.leaf.read.issuer is None:
            continue
        marked, issuer = _product(here), here.leaf.read.issuer.text
        says = f"{issuer} is how {marked[0].name} calls its own authority." if marked else "A second server that is set up in another way looks the same."
        return Finding(
            effect=Effect.RISKS,
            certainty=Certainty.LIKELY if marked else Certainty.POSSIBLE,
            summary=f"A box on the way may answer in place of {case.target.host}: elsewhere it shows a certificate of another, known issuer. {says}",
            about=(here.leaf,),
            evidence=(
                Evidence(
                    says=f'{_place(here)} "{title(here.leaf)}" comes from {issuer}, which leads to nothing trusted.', at=case.pointer(here.chain_handshake)
                ),
                _seen(case, other),
            ),
            actions=("exempt-from-inspection",),
            values=(("root", issuer),),
        )
    return None


def _others(case: Case, here: Case | None) -> tuple[Case, ...]:
    """Every try at every address, but for ``here``."""
    every = (one for place in (case, *case.siblings) for one in (*place.tries, *((place.direct,) if place.direct else ())))
    return tuple(one for one in every if one is not here)


def _elsewhere(case: Case, here: Case) -> Case | None:
    """A try that shows for the same name a certificate of another issuer, one that is public or that every voting stack accepts."""
    wanted = here.leaf.read.issuer if here.leaf else None
    judged: set[tuple[Certificate, ...]] = set()
    for one in _others(case, here):
        issuer = one.leaf.read.issuer if one.leaf else None
        if wanted is None or issuer is None or issuer.key == wanted.key or one.presented in judged or not _names_it(one):
            continue
        if len(judged) == CHAINS:
            return None
        judged.add(one.presented)
        if one.chain_accepted or public_path(beside(one)):
            return one
    return None


def _names_it(case: Case) -> bool:
    return case.names is not None and case.names.matches


def _known_to_nobody(case: Case) -> bool:
    """Whether every voting stack refuses because the issuer is unknown, no path leads to a public authority, and it is not just a self-signed certificate."""
    if case.leaf is None or is_self_issued(case.leaf) or any(is_public(case, link.certificate) for path in beside(case).paths.paths for link in path.links):
        return False
    lost = [one.accepts is False and any(objection.why in UNKNOWN for objection in one.objections) for one in case.verdicts]
    return bool(lost) and all(lost)


def _seen(case: Case, other: Case) -> Evidence:
    """What was shown elsewhere."""
    issuer = other.leaf.read.issuer if other.leaf else None
    known = "which leads to a public authority" if public_path(beside(other)) else "which every client compared accepts"
    return Evidence(
        says=f"{_place(other, case.target.proxy is not None)} the certificate for the same name comes from {issuer.text if issuer else '?'}, {known}.",
        at=case.pointer(other.chain_handshake),
    )


def _place(case: Case, proxied: bool = False) -> str:
    if proxied and case.target.proxy is None:
        return "Without the proxy"
    return f"In {'one of the tries' if case.target.repeat > 1 else 'the connection'} to {case.address}"


def _product(case: Case) -> tuple[Product, Certificate, Name] | None:
    """The first sent certificate whose issuer has the name of a product's authority."""
    for one in case.presented:
        issuer = one.read.issuer
        known = next((product for product in products() if issuer and product.has(issuer)), None)
        if known and issuer:
            return known, one, issuer
    return None
