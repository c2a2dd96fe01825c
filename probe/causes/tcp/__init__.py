"""The connection: does anything accept it?"""

from probe.case.case import Case, is_again
from probe.facts.observation import Connect, Exchange, Handshake, How, Preamble


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.target.proxy:
        return f"The proxy makes the connection to {case.target.host}."
    if case.connect is None:
        return "No connection was tried, because there was no address."
    if case.connect.ending.how is How.LOCAL:
        return f"No connection to {case.address} could be tried from this machine."
    return None


def silent(case: Case) -> tuple[str, ...]:
    """All of them, when every connection came about and TLS was tried at once."""
    before = [one for attempt in case.attempts for one in attempt.steps if not isinstance(one, Handshake | Exchange)]
    smooth = all(one.ending.how is How.DONE and isinstance(one, Connect) for one in before)
    return ("refused", "reset", "timeout", "unreachable") if smooth else ()


def place(case: Case) -> str:
    """The endpoint's address and port for a sentence."""
    port = case.connect.port if case.connect and not case.target.proxy else case.target.connect_port or case.target.port
    return f"[{case.address}]:{port}" if case.address and ":" in case.address else f"{case.address}:{port}"


def unasked_reset(case: Case) -> Connect | Preamble | None:
    """A reset that came in connecting, or on a connection on which nothing had been said."""
    for attempt in case.attempts:
        if is_again(attempt):
            continue
        for one in attempt.steps:
            if one.ending.how is How.RESET and (isinstance(one, Connect) or (isinstance(one, Preamble) and not one.protocol and not one.sent)):
                return one
    return None
