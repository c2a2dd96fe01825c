"""Whether the other side has our certificate on file was not said: then an authority that nobody here knows is no proven fault of the endpoint.

Only where a known system calls us, and the very certificate on file is enough for it (``Trust.pin_after_pkix`` is false).
"""

from dataclasses import replace

from probe.case.case import Case
from probe.case.pins import every
from probe.causes.words import Certainty, Finding, Owner
from probe.facts.certificate import title

OF_THE_MACHINE = ("system", "certifi", "java")
"""Stores that nobody chose for this endpoint."""
ACTION = "find-filed"
"""The action that takes the place of the cause's own."""


def unsaid(case: Case) -> bool:
    """Whether only a certificate on file would tell, and none was named."""
    agreement = case.observation.agreement
    if agreement is None or agreement.endpoint.direction != "in" or agreement.trust.pin_after_pkix:
        return False
    return bool(agreement.trust.pins) and not every(case.target)


def by_hand(case: Case) -> bool:
    """Whether a store was named by hand, so that it is asked what this one makes of the chain."""
    files = case.observation.agreement.trust.files if case.observation.agreement else ()
    return any(one.kind not in OF_THE_MACHINE and one.source not in files for one in case.observation.stores)


def softened(case: Case, found: Finding) -> Finding:
    """The finding as a possibility where only a certificate on file would tell, and none was named; else the finding as it is."""
    if not unsaid(case):
        return found
    leaf = case.leaf
    served = f'"{title(leaf)}"' if leaf else "the server's certificate"
    says = (
        f"{found.summary} Whether the other side has {served} on file was not said (--uploaded FILE): with exactly this certificate on file it works all "
        "the same, and without it is refused."
    )
    return replace(
        found,
        certainty=Certainty.POSSIBLE,
        summary=says,
        owner=Owner.SERVER,
        actions=(ACTION,),
        values=(*found.values, ("certificate", served)),
    )
