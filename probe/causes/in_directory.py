"""Issuer URLs of Active Directory Certificate Services that lead into the directory (``ldap:///``): nobody outside can follow them."""

import re
from urllib.parse import unquote

from probe.case.case import Case
from probe.causes.words import Evidence
from probe.facts.certificate import Certificate, title

LIMIT = 4096


def only_there(one: Certificate) -> bool:
    """Whether the certificate names its issuer's place, and only in a directory."""
    return bool(one.read.ca_issuers) and all(_is_ldap(url) for url in one.read.ca_issuers)


def explained(case: Case, one: Certificate) -> tuple[Evidence, ...]:
    """The sentence about where the issuer's certificate lies, if that is a directory and nowhere else."""
    if not only_there(one):
        return ()
    url = one.read.ca_issuers[0]
    domain = domain_of(url)
    whose = f"the directory of {domain}" if domain else "the directory of its own domain"
    server = url[len("ldap://") :].partition("/")[0]
    asks = f"is asked at {server}" if server else "names no server, so that only members of that domain find it"
    says = f'"{title(one)}" names its issuer\'s certificate at {url[:120]}: that is {whose}, which {asks}. It was not tried; a client outside needs the file.'
    return (Evidence(says=says, at=case.where(one)),)


def domain_of(url: str) -> str:
    """The domain whose directory an ldap: URL means: ``ldap:///CN=...,DC=corp,DC=example?cACertificate`` is corp.example; "" when it does not say."""
    path = unquote(url[:LIMIT].partition("://")[2].partition("/")[2].partition("?")[0])
    return ".".join(one.lower() for one in re.findall(r"(?:^|,) ?DC=([A-Za-z0-9_-]{1,63})(?=,|$)", path, re.IGNORECASE))


def _is_ldap(url: str) -> bool:
    return url.lower().startswith(("ldap://", "ldaps://"))
