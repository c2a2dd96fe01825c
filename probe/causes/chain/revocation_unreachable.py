"""Whether a certificate is revoked cannot be found out.

The certificate names where its issuer answers that question, and no usable answer comes: the server there refuses,
does not know the certificate, or sends something that is expired, about another certificate, or signed by somebody who
may not. A client that insists on an answer (hard-fail) refuses the connection; one that does not (soft-fail) connects,
often after a long wait, and would not notice a revoked certificate.

Certificates of Active Directory often name an ldap: URL only. This tool does not ask one, so that under --revocation
hard nothing is decided then. Java follows ldap: when the URL names a server, and not when it does not (ldap:///...);
OpenSSL and curl never do, Windows asks its own domain.

Clients say: OpenSSL with -crl_check "unable to get certificate CRL" (error 3) or "CRL has expired" (12), Java with
com.sun.net.ssl.checkRevocation "CertPathValidatorException: Unable to determine revocation status due to network
error", "Could not determine revocation status" (it was not told where to look), "Response is unreliable: its validity
interval is out-of-date" or "Certificate's revocation status is unknown", Windows "CRYPT_E_REVOCATION_OFFLINE".
"""

from probe.case.case import Case
from probe.case.revocation import HARD, OFF, Standing, standings
from probe.case.status import Status
from probe.causes.revocation import BY_LIST, evidence, is_http, kinds, reasons, role
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="Whether a certificate is revoked cannot be found out",
    owner=Owner.CA,
    actions=("repair-responder", "open-way-to-responder"),
    instead=("publish-status",),
    references=("RFC 5280 section 6.3", "RFC 6960 section 3.2", "RFC 6960 section 4.2.2.2"),
)
BAD = (Status.UNREACHABLE, Status.UNKNOWN)


def shown_by(case: Case, finding: Finding) -> Shown:
    """The same question put by OpenSSL to the responder, or by means of the list."""
    about = finding.about[0].read
    if not about.ocsp:
        return Shown(commands=(BY_LIST,), shows='No list can be had, or OpenSSL refuses it: "certificate.pem: OK" is not printed.')
    ask = 'openssl ocsp -issuer issuer.pem -cert certificate.pem -partial_chain -trust_other -verify_other issuer.pem -no_nonce -url "$(openssl x509'
    command = f'{ask} -in certificate.pem -noout -ocsp_uri | grep -m 1 ^http:)"'
    return Shown(commands=(command,), shows='Not both are printed without a warning: "Response verify OK" and "certificate.pem: good".')


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """No source gives an answer that counts, and every one that can be asked was asked."""
    if case.target.revocation == OFF:
        return None
    each = standings(case)
    bad = tuple(one for one in each if one.status in BAD)
    beyond = tuple(one for one in each if one.beyond)
    if not bad:
        return _beyond(case, beyond) if beyond and case.target.revocation == HARD else None
    network = all(said.word.network for one in bad for said in one.said if said.word.status in BAD)
    hard = case.target.revocation == HARD
    sentences = [f"{role(case, one)}: {'; '.join(reasons(one, *BAD))}." for one in bad]
    return Finding(
        effect=Effect.BREAKS if hard else Effect.RISKS,
        certainty=Certainty.PROVEN if all(one.sure for one in bad) else Certainty.LIKELY,
        summary=" ".join(("No usable answer about revocation could be had.", *sentences, *(_unasked(case, one) for one in beyond))),
        about=tuple(one.certificate for one in bad),
        evidence=tuple(one for standing in bad for one in evidence(standing)),
        owner=Owner.NETWORK if network else Owner.CA,
        actions=("open-way-to-responder",) if network else ("repair-responder",),
        values=(("certificate", f'"{title(bad[0].certificate)}"'),),
    )


def _beyond(case: Case, beyond: tuple[Standing, ...]) -> Finding:
    """What is named can only be asked by others: whether a client that insists gets an answer is not known from here."""
    action = "repair-responder" if all(is_http(url) for one in beyond for url in one.beyond) else "publish-status"
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.POSSIBLE,
        summary=" ".join((*(_unasked(case, one) for one in beyond), _ways(beyond))),
        about=tuple(one.certificate for one in beyond),
        evidence=tuple(one for standing in beyond for one in evidence(standing)),
        actions=(action,),
        values=(("certificate", f'"{title(beyond[0].certificate)}"'),),
    )


def _unasked(case: Case, one: Standing) -> str:
    return f"{role(case, one)} names only places that this tool cannot ask ({kinds(one)})."


def _ways(beyond: tuple[Standing, ...]) -> str:
    """What clients do with such URLs; that of Java and OpenSSL was measured (tests/real/test_revocation.py)."""
    urls = [url.lower() for one in beyond for url in one.beyond]
    if any(is_http(url) for url in urls):
        return "A client that insists on an answer may get one there, or refuse."
    if not any(url.startswith("ldap:") for url in urls):
        return "Most clients ask http: only."
    nameless = all(url.startswith("ldap:///") for url in urls if url.startswith("ldap:"))
    java = "Java cannot ask a URL without the name of a server" if nameless else "Java asks it once it is told to look at lists"
    return f"Of clients that insist on an answer, OpenSSL and curl do not ask ldap: and refuse; {java}; Windows asks its own domain."
