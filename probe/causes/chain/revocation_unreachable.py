"""Whether a certificate is revoked cannot be found out.

The certificate names where its issuer answers that question, and no usable answer comes: the server there refuses,
does not know the certificate, or sends something that is expired, about another certificate, or signed by somebody who
may not. A client that insists on an answer (hard-fail) refuses the connection; one that does not (soft-fail) connects,
often after a long wait, and would not notice a revoked certificate.

Clients say: OpenSSL with -crl_check "unable to get certificate CRL" (error 3) or "CRL has expired" (12), Java with
com.sun.net.ssl.checkRevocation "CertPathValidatorException: Unable to determine revocation status due to network
error", "Could not determine revocation status" (it was not told where to look), "Response is unreliable: its validity
interval is out-of-date" or "Certificate's revocation status is unknown", Windows "CRYPT_E_REVOCATION_OFFLINE".
"""

from probe.case.case import Case
from probe.case.revocation import HARD, OFF, standings
from probe.case.status import Status
from probe.causes.revocation import BY_LIST, evidence, reasons, role
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="Whether a certificate is revoked cannot be found out",
    owner=Owner.CA,
    actions=("repair-responder", "open-way-to-responder"),
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
    bad = tuple(one for one in standings(case) if one.status in BAD)
    if not bad:
        return None
    network = all(said.word.network for one in bad for said in one.said if said.word.status in BAD)
    hard = case.target.revocation == HARD
    sentences = [f"{role(case, one)}: {'; '.join(reasons(one, *BAD))}." for one in bad]
    return Finding(
        effect=Effect.BREAKS if hard else Effect.RISKS,
        certainty=Certainty.PROVEN if all(one.sure for one in bad) else Certainty.LIKELY,
        summary=f"No usable answer about revocation could be had. {' '.join(sentences)}",
        about=tuple(one.certificate for one in bad),
        evidence=tuple(one for standing in bad for one in evidence(standing)),
        owner=Owner.NETWORK if network else Owner.CA,
        actions=("open-way-to-responder",) if network else ("repair-responder",),
        values=(("certificate", f'"{title(bad[0].certificate)}"'),),
    )
