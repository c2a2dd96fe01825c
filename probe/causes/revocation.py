"""How it stands with the revocation of a certificate, in sentences: what the causes about revocation share."""

from probe.case.case import Case
from probe.case.revocation import STAPLE, Said, Standing
from probe.case.status import Status
from probe.causes.objected import which
from probe.causes.words import Evidence
from probe.facts.certificate import title

BY_LIST = (
    'curl -sS -f -m 10 -o list.crl "$(openssl x509 -in certificate.pem -noout -ext crlDistributionPoints'
    ' | sed -n "s/.*URI:\\(http:.*\\)/\\1/p" | head -n 1)" &&'
    " openssl verify -crl_check -CRLfile list.crl -partial_chain -trusted issuer.pem certificate.pem"
)
"""Gets the list that a certificate names, and has OpenSSL look into it. OpenSSL's own -crl_download never gives up on a port that refuses."""
BY_OCSP = 'openssl ocsp -issuer issuer.pem -cert certificate.pem -noverify -url "$(openssl x509 -in certificate.pem -noout -ocsp_uri | grep -m 1 ^http:)"'
"""Asks the responder that a certificate names."""
_NAMES = {STAPLE: "The stapled answer", "ocsp": "OCSP at", "crl": "The list at"}


def role(case: Case, standing: Standing) -> str:
    """The certificate in words: the server's own or an intermediate, with its title."""
    for verdict in case.verdicts:
        for number, link in enumerate(verdict.path.links if verdict.path else ()):
            if verdict.path and link.certificate == standing.certificate:
                return which(verdict.path, number)
    return f'The certificate "{title(standing.certificate)}"'


def speaking(standing: Standing, status: Status) -> Said:
    """The source whose word is the standing's."""
    return next(one for one in standing.said if one.word.status is status)


def kinds(standing: Standing) -> str:
    """The kinds of the URLs that this tool cannot ask ("ldap:"), and what kept it from asking the others."""
    unheard = [one for one in standing.said if one.url in standing.beyond]
    return ", ".join(dict.fromkeys(one.word.text if is_http(one.url) else f"{one.url.partition(':')[0][:20].lower()}:" for one in unheard))


def is_http(url: str) -> bool:
    """Whether this tool follows such a URL."""
    return url.lower().startswith("http:")


def reasons(standing: Standing, *only: Status) -> tuple[str, ...]:
    """What each source with such a word said, without where it is."""
    names = {STAPLE: "stapled", "ocsp": "OCSP", "crl": "list"}
    return tuple(f"{names[one.source]}: {one.word.text}" for one in standing.said if one.word.status in only)


def evidence(standing: Standing, *only: Status) -> tuple[Evidence, ...]:
    """One sentence for each source, pointing at what it said; ``only`` those with such a word (none: all)."""
    about = title(standing.certificate)
    return tuple(
        Evidence(says=f'{_NAMES[one.source]}{f" {one.url}" if one.url else ""} about "{about}": {one.word.text}.', at=one.at)
        for one in standing.said
        if not only or one.word.status in only
    )
