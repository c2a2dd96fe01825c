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
    """Whether only a certificate on file would tell, and none was named. Whoever names by hand what is trusted wants to know what that makes of it."""
    agreement = case.observation.agreement
    if agreement is None or agreement.endpoint.direction != "in" or agreement.trust.pin_after_pkix:
        return False
    by_hand = any(one.kind not in OF_THE_MACHINE and one.source not in agreement.trust.files for one in case.observation.stores)
    return bool(agreement.trust.pins) and not every(case.target) and not by_hand


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
