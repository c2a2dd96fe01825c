"""The connection: does anything accept it?"""

from probe.case.case import Case
from probe.facts.observation import How


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.connect is None:
        return "No connection was tried, because there was no address."
    if case.connect.ending.how is How.LOCAL:
        return f"No connection to {case.address} could be tried from this machine."
    return None


def place(case: Case) -> str:
    """The endpoint's address and port for a sentence."""
    port = case.connect.port if case.connect else case.target.port
    return f"[{case.address}]:{port}" if case.address and ":" in case.address else f"{case.address}:{port}"
