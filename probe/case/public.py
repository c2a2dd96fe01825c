"""Which certificates are those of public authorities, and how the chain looks beside other stores. Pure: the lists are part of the observation."""

from dataclasses import replace

from probe.case.case import Case
from probe.case.path import Path
from probe.facts.certificate import Certificate
from probe.facts.trust import TrustStore

NO_LIST = "No list of public authorities was recorded."


def public_list(case: Case) -> TrustStore | None:
    """The list of public authorities as it was recorded; ``None`` when there was none."""
    stores = (*case.observation.compared, *case.observation.stores)
    return next((one for one in stores if one.source == case.target.public), None)


def is_public(case: Case, certificate: Certificate) -> bool:
    """Whether exactly this certificate is in the list."""
    found = public_list(case)
    return found is not None and certificate in found.certificates


def public_path(case: Case) -> Path | None:
    """The path of a voting stack that ends in a trusted certificate of a public authority, one that is accepted first."""
    judged = sorted((one for one in case.verdicts if one.path), key=lambda one: not one.accepts)
    paths = (one.path for one in judged if one.path)
    return next((one for one in paths if one.links[-1].anchor and is_public(case, one.links[-1].certificate)), None)


def beside(case: Case) -> Case:
    """The same case with the compared stores trusted too."""
    seen = case.observation
    return Case(replace(seen, stores=(*seen.stores, *seen.compared)), case.address)


def holder(case: Case, certificate: Certificate) -> int | None:
    """The number of the compared store that holds this certificate."""
    return next((number for number, one in enumerate(case.observation.compared) if certificate in one.certificates), None)
