"""The name: does it lead to an address?"""

from probe.case.case import Case
from probe.case.resolved import literal, of_target
from probe.facts.observation import Resolution


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    proxy = case.target.proxy
    if proxy and proxy.resolves and literal(case.target.host):
        return "The target is an address, so there was no name to resolve."
    if proxy and proxy.resolves:
        return f"The address {case.target.connect} was given by hand, so the name was not resolved." if case.target.connect else "The proxy resolves the name."
    if of_target(case.target, case.observation.resolutions):
        return None
    if case.target.connect:
        return f"The address {case.target.connect} was given by hand, so the name was not resolved."
    return "The target is an address, so there was no name to resolve." if case.observation.attempts else "The name was not resolved."


def silent(case: Case) -> tuple[str, ...]:
    """Where a connection was tried there was an address: then answers can only disagree. Further records are rarely asked for."""
    resolved = ("no_address", "nxdomain", "refused", "servfail", "timeout") if case.observation.attempts else ()
    return resolved if case.target.records else (*resolved, "caa", "tlsa_mismatch")


def unasked(case: Case) -> str | None:
    """Why no cause that rests on further records can be looked for, if so. Where nobody wanted them, nothing is said."""
    if not case.target.records or case.observation.lookups or literal(case.target.host):
        return None
    if case.target.proxy and case.target.proxy.resolves and case.target.resolver is None:
        return "The proxy resolves the name, so that no DNS server was asked; name one with --resolver."
    return "No DNS server answered, so that none was asked for further records."


def dead_end(case: Case) -> tuple[Resolution, ...]:
    """The DNS answers, when no source gave an address; empty when there is one to connect to."""
    seen = of_target(case.target, case.observation.resolutions)
    if case.observation.attempts or any(one.addresses for one in seen):
        return ()
    return tuple(one for one in seen if one.source == "dns")


def system_only(case: Case) -> tuple[Resolution, ...]:
    """The operating system's answers, when it was the only one asked and gave no address."""
    seen = of_target(case.target, case.observation.resolutions)
    if case.observation.attempts or any(one.addresses for one in seen):
        return ()
    return tuple(one for one in seen if one.source == "system")


def server_of(one: Resolution) -> str:
    """Who gave this answer, as a sentence begins."""
    return f"The DNS server {one.server}" if one.server else "The resolver of this machine"


def askable(name: str) -> bool:
    """Whether DNS can be asked for this name at all: labels of 1 to 63 octets, 253 characters together (RFC 1035 section 2.3.4)."""
    return len(name.rstrip(".")) <= 253 and all(0 < len(label) <= 63 for label in name.rstrip(".").split("."))
